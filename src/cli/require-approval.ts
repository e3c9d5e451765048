/** `--require-approval`: a policy is put in force only if it is the one that was approved. */
import type { KeyObject } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import type { LoadedPolicy } from "../compiler/include.js";
import { meaningOf } from "../approval/meaning.js";
import { readPublicKey } from "../approval/keys.js";
import { checkRecord, readRecord, recordPathOf } from "../approval/record.js";
import { type Attempt, fail, reasonOf, STATUS, succeed } from "./exit.js";
import { readSource } from "./read-sources.js";
import { shellWord } from "./shell-word.js";

export interface ApprovalOptions {
  readonly requireApproval?: boolean;
  readonly trust?: readonly string[];
}

/** Asked of a policy as it was loaded, so that what is checked is what runs. */
export type Approval = (path: string, loaded: LoadedPolicy) => Attempt<null>;

/** Null: none is required. */
export function approvalFrom({ requireApproval, trust }: ApprovalOptions): Attempt<Approval | null> {
  if (requireApproval !== true) return trust === undefined ? succeed(null) : fail(STATUS.usage, "`--trust` says whose approval counts, and none is required", "--require-approval");
  const trusted: KeyObject[] = [];
  for (const path of trust ?? []) {
    const key = trustedKey(path);
    if (!key.ok) return key;
    trusted.push(key.value);
  }
  return succeed((path, loaded) => checkApproved(path, loaded, trust === undefined ? null : trusted));
}

function trustedKey(path: string): Attempt<KeyObject> {
  try {
    const read = readPublicKey(path);
    return read.ok ? succeed(read.key) : fail(STATUS.usage, `cannot use \`${path}\`: ${read.error}`, read.help ?? undefined);
  } catch (thrown) {
    return fail(STATUS.usage, `cannot read \`${path}\`: ${reasonOf(thrown)}`);
  }
}

function checkApproved(path: string, loaded: LoadedPolicy, trusted: readonly KeyObject[] | null): Attempt<null> {
  const signing = trusted === null ? "" : " --key KEY, with the key of one that is trusted";
  const no = (why: string): Attempt<null> => fail(STATUS.policy, `\`${path}\` is not approved: ${why}`, `policyc approve ${shellWord(path)}${signing}`);
  const record = recordPathOf(existsSync(path) ? realpathSync(path) : path);
  if (!existsSync(record)) return no(`there is no \`${record}\``);
  const source = readSource(record);
  const read = "error" in source ? null : readRecord(source.text);
  if (read === null) return no(`\`${record}\` is not the record of an approval`);
  const meaning = meaningOf(loaded);
  if (!meaning.ok) return no(meaning.diagnostics[0]?.message ?? "it has errors");
  const wrong = checkRecord(read, meaning.digest, trusted);
  return wrong === null ? succeed(null) : no(wrong);
}
