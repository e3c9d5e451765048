/** What the commands about the sessions of this machine share: who may ask, and which session is meant. */
import { POLICYD } from "../runtime/package-paths.js";
import { listSessions, RECORDS, type SessionState } from "../runtime/sessions.js";
import { invokingUser, isRoot, mask, sudoCaller, unmask, identityOf } from "../runtime/users.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";

/** What tests replace. */
export interface SessionSurroundings {
  readonly policyd: string;
  readonly records: string;
  readonly root: boolean;
}

export const sessionSurroundings = (): SessionSurroundings => ({ policyd: POLICYD, records: RECORDS, root: isRoot() });

/** `command`: what the user should run as root. */
export async function findSessions(
  { policyd, records, root }: SessionSurroundings, command: string,
): Promise<Attempt<readonly SessionState[]>> {
  if (!root) return fail(STATUS.machine, "only root sees the sessions of this machine", `sudo ${command}`);
  const list = await listSessions(policyd, records);
  return list.ok ? succeed(list.sessions) : fail(STATUS.machine, list.message, "`policyc doctor` says what this machine lacks");
}

export async function findSession(
  text: string, surroundings: SessionSurroundings, command: string,
): Promise<Attempt<SessionState>> {
  const number = /^[1-9][0-9]{0,3}$/.test(text) ? Number(text) : null;
  if (number === null) return fail(STATUS.usage, `\`${text}\` is not the number of a session`, "policyc status");
  const sessions = await findSessions(surroundings, command);
  if (!sessions.ok) return sessions;
  const found = sessions.value.find(({ session }) => session === number);
  return found === undefined ? fail(STATUS.usage, `there is no session ${number}`, "`policyc status` lists those that run")
    : succeed(found);
}

/** Reads what the user names with the user's own rights, also under sudo. */
export async function asInvokingUser<T>(environment: NodeJS.ProcessEnv, work: () => Promise<T>): Promise<T> {
  if (!isRoot() || sudoCaller(environment) === null) return work();
  mask(identityOf(invokingUser(environment)));
  try {
    return await work();
  } finally {
    unmask();
  }
}
