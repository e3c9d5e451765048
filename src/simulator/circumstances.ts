/** Who acts, as bits; which conditions hold for them; and what is said in those alone. */
import type { Circumstances, Term } from "../compiler/conditions.js";
import {
  POLICY_BY_CASE, POLICY_CASE_ALWAYS, POLICY_CASE_LAST, POLICY_CASE_PROGRAMS, POLICY_EFFECT_SHIFT, POLICY_OPS, POLICY_RULE_NONE,
  STRUCTS,
} from "../compiler/image/abi.gen.js";
import type { Sections } from "../compiler/image/layout.js";

/** Nobody in particular: no mark is set, no list of programs names what is run. */
export const NOBODY: Circumstances = { marks: 0n, exe: 0n, under: 0n };

/** What is said of an object: in any circumstances, and the first cases of what is said in some. */
export interface Said {
  readonly words: readonly number[];
  readonly cases: ReadonlySet<number>;
}

export function join(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((word, op) => Math.max(word, b[op] ?? 0));
}

function circumstancesAt({ terms }: Sections, index: number, offset: number): Circumstances {
  const { marks, exe, under } = STRUCTS.policy_circumstances.fields;
  return {
    marks: terms.u64(index, offset + marks.offset), exe: terms.u64(index, offset + exe.offset),
    under: terms.u64(index, offset + under.offset),
  };
}

const meets = (who: Circumstances, { with: set, without: clear }: Term): boolean =>
  (["marks", "exe", "under"] as const).every((kind) => (who[kind] & set[kind]) === set[kind] && (who[kind] & clear[kind]) === 0n);

/** Numbers of the conditions that hold for somebody. */
export function holding(sections: Sections, who: Circumstances): ReadonlySet<number> {
  const { with: set, without: clear, condition } = STRUCTS.policy_term.fields;
  const numbers = Array.from({ length: sections.terms.count }, (_, i) => i)
    .filter((i) => meets(who, {
      with: circumstancesAt(sections, i, set.offset), without: circumstancesAt(sections, i, clear.offset),
    }))
    .map((i) => sections.terms.u32(i, condition.offset));
  return new Set(numbers);
}

interface Case {
  readonly flags: number;
  readonly condition: number;
  readonly ops: number;
  readonly word: number;
  readonly facts: bigint;
}

/** The case with that number, and those of its record that follow. */
function casesFrom({ cases }: Sections, head: number): readonly Case[] {
  const { flags, condition, ops, word, facts } = STRUCTS.policy_case.fields;
  const found: Case[] = [];
  for (let i = head; ; i++) {
    found.push({
      flags: cases.u8(i, flags.offset), condition: cases.u8(i, condition.offset), ops: cases.u16(i, ops.offset),
      word: cases.u32(i, word.offset), facts: cases.u64(i, facts.offset),
    });
    if ((cases.u8(i, flags.offset) & POLICY_CASE_LAST) !== 0) return found;
  }
}

/** What is said in the circumstances in which those conditions hold. */
export function weigh(sections: Sections, { words, cases }: Said, holds: ReadonlySet<number>): readonly number[] {
  return [...cases].flatMap((head) => casesFrom(sections, head)).reduce((joined, { flags, condition, ops, word }) => {
    const counts = (flags & POLICY_CASE_ALWAYS) !== 0 || ((flags & POLICY_CASE_PROGRAMS) === 0 && holds.has(condition));
    return counts ? join(joined, joined.map((_, op) => ((ops & (1 << op)) === 0 ? 0 : word))) : joined;
  }, words);
}

/** The same of a word by itself. */
export function weighWord(sections: Sections, word: number, holds: ReadonlySet<number>): number {
  if (word >>> POLICY_EFFECT_SHIFT !== POLICY_BY_CASE) return word;
  const nothing = new Array<number>(POLICY_OPS).fill(0);
  return weigh(sections, { words: nothing, cases: new Set([word & POLICY_RULE_NONE]) }, holds)[0] ?? 0;
}

/** Lists of programs that an object is in, as bits. */
export const factsOf = (sections: Sections, { cases }: Said): bigint =>
  [...cases].flatMap((head) => casesFrom(sections, head)).reduce((bits, { facts }) => bits | facts, 0n);
