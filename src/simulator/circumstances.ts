/** Who acts, as bits; which conditions hold for them; and what is said in those alone. */
import { NOBODY } from "../compiler/conditions.js";
import type { Circumstances, Term } from "../compiler/conditions.js";
import {
  POLICY_BY_CASE, POLICY_CASE_ALWAYS, POLICY_CASE_FACT_SHIFT, POLICY_CASE_LAST, POLICY_DENY, POLICY_EFFECT_SHIFT, POLICY_FACT_NONE,
  POLICY_FACT_PROGRAMS, POLICY_FACTS, POLICY_OPS, POLICY_RULE_NONE, STRUCTS,
} from "../compiler/image/abi.gen.js";
import type { Sections } from "../compiler/image/layout.js";

/** Somebody, and the bits of whom it is not known whether they have them: none of those that they have. */
export interface Who {
  readonly known: Circumstances;
  readonly unknown: Circumstances;
}

export const knownToBe = (known: Circumstances): Who => ({ known, unknown: NOBODY });

/** What is said of an object: in any circumstances, and the first cases of what is said in some. */
export interface Said {
  readonly words: readonly number[];
  readonly cases: ReadonlySet<number>;
}

/** Numbers of conditions that hold for somebody, whatever is not known of them; and of those that may. */
export interface Holding {
  readonly surely: ReadonlySet<number>;
  readonly perhaps: ReadonlySet<number>;
}

export function join(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((word, op) => Math.max(word, b[op] ?? 0));
}

const KINDS = ["marks", "exe", "under", "args"] as const;

function circumstancesAt({ terms }: Sections, index: number, offset: number): Circumstances {
  const { marks, exe, under, args } = STRUCTS.policy_circumstances.fields;
  const at = (field: { readonly offset: number }): bigint => terms.u64(index, offset + field.offset);
  return { marks: at(marks), exe: at(exe), under: at(under), args: at(args) };
}

/** Where those bits that may be there are, and those that need not be are not. */
const meets = (most: Circumstances, least: Circumstances, { with: set, without: clear }: Term): boolean =>
  KINDS.every((kind) => (most[kind] & set[kind]) === set[kind] && (least[kind] & clear[kind]) === 0n);

const joined = (a: Circumstances, b: Circumstances): Circumstances =>
  ({ marks: a.marks | b.marks, exe: a.exe | b.exe, under: a.under | b.under, args: a.args | b.args });

export function holding(sections: Sections, { known, unknown }: Who): Holding {
  const { with: set, without: clear, condition } = STRUCTS.policy_term.fields;
  const most = joined(known, unknown);
  const terms = Array.from({ length: sections.terms.count }, (_, i) => ({
    with: circumstancesAt(sections, i, set.offset), without: circumstancesAt(sections, i, clear.offset),
    condition: sections.terms.u32(i, condition.offset),
  }));
  const numbers = (holds: (term: Term) => boolean): ReadonlySet<number> =>
    new Set(terms.filter(holds).map(({ condition: number }) => number));
  return { surely: numbers((term) => meets(known, most, term)), perhaps: numbers((term) => meets(most, known, term)) };
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

const kindOf = ({ flags }: Case): number => flags >> POLICY_CASE_FACT_SHIFT & 7;

const allCases = (sections: Sections, { cases }: Said): readonly Case[] => [...cases].flatMap((head) => casesFrom(sections, head));

const isIn = (numbers: ReadonlySet<number>, { flags, condition }: Case): boolean =>
  (flags & POLICY_CASE_ALWAYS) !== 0 || numbers.has(condition);

/** What is said in the circumstances in which those conditions hold: what refuses counts wherever it may. */
export function weigh(sections: Sections, said: Said, { surely, perhaps }: Holding): readonly number[] {
  return allCases(sections, said).filter((one) => kindOf(one) === POLICY_FACT_NONE).reduce((words, one) => {
    const refuses = one.word >>> POLICY_EFFECT_SHIFT >= POLICY_DENY;
    return isIn(refuses ? perhaps : surely, one) ? join(words, words.map((_, op) => ((one.ops & (1 << op)) === 0 ? 0 : one.word))) : words;
  }, said.words);
}

const NO_WORDS: readonly number[] = new Array<number>(POLICY_OPS).fill(0);

/** What a word stands for. */
export function saidBy(word: number): Said {
  return word >>> POLICY_EFFECT_SHIFT === POLICY_BY_CASE
    ? { words: NO_WORDS, cases: new Set([word & POLICY_RULE_NONE]) } : { words: NO_WORDS.map(() => word), cases: new Set() };
}

/** Bits by `enum policy_fact` and operation; those of lists of programs in the place of the first. */
export interface Facts {
  readonly bits: readonly (readonly bigint[])[];
  /** Operations of which it is not known what they leave behind, as bits. */
  readonly doubtful: number;
}

export function factsOf(sections: Sections, said: Said, { surely, perhaps }: Holding): Facts {
  const bits = Array.from({ length: POLICY_FACTS }, () => new Array<bigint>(POLICY_OPS).fill(0n));
  let doubtful = 0;
  for (const one of allCases(sections, said)) {
    const kind = kindOf(one);
    if (kind === POLICY_FACT_NONE) continue;
    if (isIn(perhaps, one) !== isIn(surely, one)) doubtful |= one.ops;
    const ops = kind === POLICY_FACT_PROGRAMS ? 1 : one.ops;
    const row = bits[kind];
    if (row === undefined || !isIn(surely, one)) continue;
    for (const op of row.keys()) if ((ops & (1 << op)) !== 0) row[op] = (row[op] ?? 0n) | one.facts;
  }
  return { bits, doubtful };
}
