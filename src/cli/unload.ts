/** `policyc unload`: lets the processes of a session go on without a policy. */
import { callPolicyd } from "../runtime/call-policyd.js";
import { fail, STATUS } from "./exit.js";
import { printFailure } from "./print-failure.js";
import { findSession, sessionSurroundings } from "./sessions-of-machine.js";
import { writeErr } from "./terminal.js";

export async function unloadCommand(text: string, surroundings = sessionSurroundings()): Promise<number> {
  const session = await findSession(text, surroundings, `policyc unload ${text}`);
  if (!session.ok) return printFailure(session.failure);
  const { session: number, threads } = session.value;
  const { status, said } = await callPolicyd(surroundings.policyd, ["unload", "--session", String(number)]);
  if (status !== STATUS.done) return printFailure(fail(STATUS.machine, said).failure);
  writeErr(`policyc: session ${number} has ended: ${threads} thread${threads === 1 ? "" : "s"} no longer confined\n`);
  return STATUS.done;
}
