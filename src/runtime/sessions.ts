/** The sessions of this machine, as `policyd status` and their records tell of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path/posix";
import * as z from "zod/mini";
import { callPolicyd } from "./call-policyd.js";
import { readRecord, type SessionRecord } from "./session-record.js";

/** Where policyd keeps a folder for each session. */
export const RECORDS = "/run/policyc";

const COUNT = z.int().check(z.minimum(0));
const LINE = z.strictObject({
  session: z.int().check(z.minimum(1)),
  threads: COUNT,
  backend: z.string(),
  /** The identity of the policy in force. */
  policy: z.string(),
  /** The process that serves the session; 0: none. */
  policyd: COUNT,
  pids: z.array(COUNT),
});

export interface SessionState extends z.infer<typeof LINE> {
  /** Null where it cannot be read. */
  readonly record: SessionRecord | null;
}

export type SessionList =
  | { readonly ok: true; readonly sessions: readonly SessionState[] }
  | { readonly ok: false; readonly message: string };

/** In order of their numbers. Those without a policyd get one again. */
export async function listSessions(policyd: string, records = RECORDS): Promise<SessionList> {
  const first = await askPolicyd(policyd, records);
  const unattended = first.ok ? first.sessions.filter((session) => session.policyd === 0) : [];
  if (unattended.length === 0) return first;
  for (const { session } of unattended) await callPolicyd(policyd, ["attend", "--session", String(session)]);
  return askPolicyd(policyd, records);
}

async function askPolicyd(policyd: string, records: string): Promise<SessionList> {
  const { status, printed, said } = await callPolicyd(policyd, ["status"]);
  if (status !== 0) return { ok: false, message: said };
  const lines = printed.split("\n").filter((line) => line !== "").map((line) => LINE.safeParse(parsed(line)).data ?? null);
  const sessions = lines.flatMap((line) => (line === null ? [] : [{ ...line, record: recordOf(line.session, records) }]));
  return sessions.length === lines.length ? { ok: true, sessions }
    : { ok: false, message: "policyd says what this policyc does not know" };
}

export const folderOf = (session: number, records = RECORDS): string => join(records, String(session));

function recordOf(session: number, records: string): SessionRecord | null {
  try {
    return readRecord(readFileSync(join(folderOf(session, records), "session"), "utf8"));
  } catch {
    return null;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
