/** The record of an approval, which lies beside the policy: what was approved, by whom, and signed by whom. */
import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { z } from "zod";

export const recordPathOf = (policy: string): string => `${policy}.approval`;

const RECORD = z.strictObject({
  version: z.literal(1),
  /** File name of the policy. */
  policy: z.string(),
  /** As `meaningOf` gives it. */
  meaning: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  /** What was approved, so that a changed policy can be compared with it: texts by path, from the policy's folder on. */
  sources: z.record(z.string(), z.string()),
  reviewer: z.string(),
  /** ISO 8601. */
  time: z.iso.datetime(),
  /** What the reviewer was shown: how many accesses become denied, and permitted; which of the latter were named. */
  shown: z.strictObject({ narrower: z.int().min(0), wider: z.int().min(0), allowed: z.array(z.string()) }),
  /** Ed25519, over all else as JSON with sorted keys; key and value in base64, the key as SPKI. */
  signature: z.strictObject({ key: z.string(), value: z.string() }).nullable(),
});
export type ApprovalRecord = z.infer<typeof RECORD>;

const signedBytes = (record: ApprovalRecord): Buffer => Buffer.from(JSON.stringify(sorted({ ...record, signature: null })));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}

export const encodedKey = (key: KeyObject): string => key.export({ format: "der", type: "spki" }).toString("base64");

export function signedRecord(record: Omit<ApprovalRecord, "signature">, key: KeyObject | null): ApprovalRecord {
  const unsigned = { ...record, signature: null };
  if (key === null) return unsigned;
  return { ...unsigned, signature: { key: encodedKey(createPublicKey(key)), value: sign(null, signedBytes(unsigned), key).toString("base64") } };
}

export const recordText = (record: ApprovalRecord): string => `${JSON.stringify(record, null, 2)}\n`;

/** Null where it is none. */
export function readRecord(text: string): ApprovalRecord | null {
  try {
    const read = RECORD.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** Whether the record is about this meaning, and signed by one of the keys where there are any. The error completes "… is not approved: ". */
export function checkRecord(record: ApprovalRecord, meaning: string, trusted: readonly KeyObject[] | null): string | null {
  if (record.meaning !== meaning) return "it has changed since";
  if (trusted === null) return null;
  if (record.signature === null) return "its approval is not signed";
  const { key, value } = record.signature;
  const signer = trusted.find((one) => encodedKey(one) === key);
  if (signer === undefined) return "its approval is signed with a key that is not trusted";
  return verify(null, signedBytes(record), signer, Buffer.from(value, "base64")) ? null : "the signature of its approval is wrong";
}
