/** Verdict words, records of one word an operation, and their classes: arithmetic of `bpf/policy_abi.h`. */
import {
  POLICY_ALLOW, POLICY_AUDIT, POLICY_DENY, POLICY_EFFECT_SHIFT, POLICY_KILL, POLICY_NONE, POLICY_OP_CONNECT,
  POLICY_OPS, POLICY_RULE_NONE, POLICY_TIGHT_ALLOW, POLICY_TIGHT_DENY, POLICY_TIGHT_NONE,
} from "./image/abi.gen.js";
import type { Effect, Operation } from "./ir.gen.js";

/** In the order of `enum policy_op`. */
export const OPERATION_ORDER = [
  "read", "write", "create", "delete", "setattr", "exec", "load", "connect", "bind",
] as const satisfies readonly Operation[];

const EFFECT_CODES: Readonly<Record<Effect, number>> = {
  allow: POLICY_ALLOW,
  audit: POLICY_AUDIT,
  deny: POLICY_DENY,
  kill: POLICY_KILL,
};

/** The word of rule number `rule`; of a default with `POLICY_RULE_NONE`. */
export function verdictWord(effect: Effect, rule: number): number {
  return (EFFECT_CODES[effect] * 2 ** POLICY_EFFECT_SHIFT) + (POLICY_RULE_NONE - rule);
}

/** The number of the rule whose word this is; null for a default's word, and for none. */
export function ruleOf(word: number): number | null {
  const rule = POLICY_RULE_NONE - (word & POLICY_RULE_NONE);
  return rule === POLICY_RULE_NONE ? null : rule;
}

export type VerdictRecord = readonly number[];

export const EMPTY_RECORD: VerdictRecord = new Array<number>(POLICY_OPS).fill(0);

/** The record with `word` for each operation that `applies`, 0 for the others. */
export function recordOf(word: number, applies: (op: number) => boolean): VerdictRecord {
  return EMPTY_RECORD.map((_, op) => (applies(op) ? word : 0));
}

export function joinRecords(a: VerdictRecord, b: VerdictRecord): VerdictRecord {
  return a.map((word, op) => Math.max(word, b[op] ?? 0));
}

/** Operations on what has a place in the tree, as against `connect` and `bind`. */
export function isFileOperation(op: number): boolean {
  return op < POLICY_OP_CONNECT;
}

/** POLICY_TIGHT_*: how permissive a word is. */
export function tightnessOf(word: number): number {
  const effect = word >>> POLICY_EFFECT_SHIFT;
  if (effect === POLICY_NONE) return POLICY_TIGHT_NONE;
  return effect >= POLICY_DENY ? POLICY_TIGHT_DENY : POLICY_TIGHT_ALLOW;
}
