/** What is said of a session in its record: policyc writes it, policyd keeps it, policyc reads it again. */
import * as z from "zod/mini";

const RECORD = z.strictObject({
  /** What was run; of processes that ran already, none. */
  command: z.array(z.string()),
  /** Whom it runs as. */
  user: z.string(),
  /** Where the policy or image was read: absolute, `std:NAME` or `-`. */
  policy: z.string(),
  /** Its name, if it has one. */
  name: z.nullable(z.string()),
  home: z.string(),
  params: z.record(z.string(), z.string()),
  /** ISO 8601, UTC: when it began, and when its policy was last exchanged. */
  since: z.string(),
  reloaded: z.nullable(z.string()),
});
export type SessionRecord = z.infer<typeof RECORD>;

/** What policyd keeps of one session; a longer command is cut. */
const MOST = 1 << 16;
const MOST_OF_A_WORD = 200;

export function recordText(record: SessionRecord): string {
  const text = JSON.stringify(record);
  if (Buffer.byteLength(text) <= MOST) return text;
  const program = record.command.slice(0, 1).map((word) => word.slice(0, MOST_OF_A_WORD));
  return JSON.stringify({ ...record, command: program, params: {} });
}

/** Null where it is nothing of the sort. */
export function readRecord(text: string): SessionRecord | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return RECORD.safeParse(parsed).data ?? null;
  } catch {
    return null;
  }
}
