/** Verdict words, records of one word an operation, and their classes: arithmetic of `bpf/policy_abi.h`. */
import type { Applies } from "./conditions.js";
import {
  POLICY_ALLOW, POLICY_AUDIT, POLICY_DENY, POLICY_EFFECT_SHIFT, POLICY_FACT_PROGRAMS, POLICY_KILL, POLICY_NONE, POLICY_OP_CONNECT,
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

/** A word for each operation. */
export type Words = readonly number[];

/** What is said besides, as bits: `enum policy_fact`. */
export interface Fact {
  readonly kind: number;
  readonly op: number;
  readonly applies: Exclude<Applies, "never">;
  readonly bits: bigint;
}

export interface VerdictRecord {
  /** In any circumstances. */
  readonly words: Words;
  /** By number of a condition, what is said where it holds: only what is more than the words above say. */
  readonly when: ReadonlyMap<number, Words>;
  /** In one order; no two of one kind, operation and condition. */
  readonly facts: readonly Fact[];
}

const NO_WORDS: Words = new Array<number>(POLICY_OPS).fill(0);
const NEVER: ReadonlyMap<number, Words> = new Map();

export const EMPTY_RECORD: VerdictRecord = { words: NO_WORDS, when: NEVER, facts: [] };

/** Whether it says the same in all circumstances, and no facts. */
export const isPlain = ({ when, facts }: VerdictRecord): boolean => when.size === 0 && facts.length === 0;

/** The record with `word` for each operation that is `meant`, where the rule applies. */
export function recordOf(word: number, meant: (op: number) => boolean, applies: Applies = "always"): VerdictRecord {
  const words = NO_WORDS.map((_, op) => (meant(op) ? word : 0));
  if (applies === "never" || words.every((said) => said === 0)) return EMPTY_RECORD;
  return applies === "always" ? { ...EMPTY_RECORD, words } : { ...EMPTY_RECORD, when: new Map([[applies, words]]) };
}

/** The record with these bits for each operation that is `meant`. */
export function factRecord(kind: number, bits: bigint, meant: (op: number) => boolean, applies: Applies): VerdictRecord {
  if (applies === "never") return EMPTY_RECORD;
  const ops = NO_WORDS.flatMap((_, op) => (meant(op) ? [op] : []));
  return ops.length === 0 ? EMPTY_RECORD : { ...EMPTY_RECORD, facts: ops.map((op) => ({ kind, op, applies, bits })) };
}

/** Of lists of programs: of no operation, in the place of the first. */
export const programRecord = (list: number): VerdictRecord =>
  factRecord(POLICY_FACT_PROGRAMS, 1n << BigInt(list), (op) => op === 0, "always");

const greater = (a: Words, b: Words): Words => a.map((word, op) => Math.max(word, b[op] ?? 0));

export function joinRecords(a: VerdictRecord, b: VerdictRecord): VerdictRecord {
  const words = greater(a.words, b.words);
  if (isPlain(a) && isPlain(b)) return { ...EMPTY_RECORD, words };
  return { words, when: joinWhen(words, a.when, b.when), facts: joinFacts(a.facts, b.facts) };
}

const rankOf = ({ kind, op, applies }: Fact): number => ((applies === "always" ? 0 : applies + 1) * POLICY_OPS + op) * 8 + kind;

function joinFacts(a: readonly Fact[], b: readonly Fact[]): readonly Fact[] {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  const joined = new Map(a.map((fact) => [rankOf(fact), fact]));
  for (const fact of b) {
    const known = joined.get(rankOf(fact));
    joined.set(rankOf(fact), known === undefined ? fact : { ...fact, bits: known.bits | fact.bits });
  }
  return Array.from(joined).sort(([one], [other]) => one - other).map(([, fact]) => fact);
}

/** In the order of the conditions. */
function joinWhen(always: Words, a: VerdictRecord["when"], b: VerdictRecord["when"]): VerdictRecord["when"] {
  const conditions = [...new Set([...a.keys(), ...b.keys()])].sort((one, other) => one - other);
  return new Map(conditions.flatMap((condition): readonly (readonly [number, Words])[] => {
    const said = greater(a.get(condition) ?? NO_WORDS, b.get(condition) ?? NO_WORDS)
      .map((word, op) => (word > (always[op] ?? 0) ? word : 0));
    return said.every((word) => word === 0) ? [] : [[condition, said]];
  }));
}

/** Every word that it says of an operation, in whatever circumstances; 0 where nothing is said in any. */
export const wordsFor = ({ words, when }: VerdictRecord, op: number): readonly number[] =>
  [words[op] ?? 0, ...Array.from(when.values(), (said) => Math.max(said[op] ?? 0, words[op] ?? 0))];

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
