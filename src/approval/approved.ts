/** The policy as it was when it was approved, from its record: what a changed one is compared with. */
import { dirname, join, relative } from "node:path/posix";
import type { KeyObject } from "node:crypto";
import type { Source } from "../compiler/diagnostic.js";
import { type LoadedPolicy, loadPolicy, type ReadSource } from "../compiler/include.js";
import { meaningOf } from "./meaning.js";
import { type ApprovalRecord, checkRecord } from "./record.js";

/** Shipped files are not kept: they are what they are in this version. */
const isOwn = ({ path }: Source): boolean => !path.startsWith("std:");

/** Text by path, from the policy's folder on. */
export function sourcesOf({ root, statements }: LoadedPolicy): ApprovalRecord["sources"] {
  const folder = dirname(root.span.source.path);
  const sources = new Set([root.span.source, ...statements.map(({ span }) => span.source)].filter(isOwn));
  return Object.fromEntries([...sources].map(({ path, text }) => [relative(folder, path), text]));
}

export interface Approved {
  readonly source: Source;
  readonly read: ReadSource;
}

/** The error completes "the record … ". Signed by `signer`, where there is one. */
export type ApprovedRead = { readonly ok: true; readonly value: Approved } | { readonly ok: false; readonly error: string };

export function approvedFrom(record: ApprovalRecord, path: string, readShipped: ReadSource, signer: KeyObject | null): ApprovedRead {
  const texts = new Map(Object.entries(record.sources).map(([name, text]) => [join(dirname(path), name), text]));
  const read: ReadSource = (asked) => {
    const text = texts.get(join(asked));
    return text !== undefined ? { path: asked, text } : asked.startsWith("std:") ? readShipped(asked) : { error: "it is not on record" };
  };
  const source = read(path);
  const loaded = loadPolicy(path, read);
  const meaning = loaded.ok ? meaningOf(loaded.value) : loaded;
  if ("error" in source || !meaning.ok) return { ok: false, error: "does not hold what was approved" };
  const wrong = checkRecord(record, meaning.digest, signer === null ? null : [signer]);
  return wrong === null ? { ok: true, value: { source, read } } : { ok: false, error: `does not count: ${wrong}` };
}
