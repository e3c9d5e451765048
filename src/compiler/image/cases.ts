/** What is said where a condition holds, laid out: the cases of a record one behind the other, equal ones once. */
import { isPlain } from "../verdict.js";
import type { Fact, VerdictRecord, Words } from "../verdict.js";
import {
  POLICY_BY_CASE, POLICY_CASE_ALWAYS, POLICY_CASE_FACT_SHIFT, POLICY_CASE_LAST, POLICY_EFFECT_SHIFT, POLICY_FACT_PROGRAMS, POLICY_OPS,
} from "./abi.gen.js";

/** `struct policy_case` */
export interface CaseRow {
  readonly facts: bigint;
  readonly word: number;
  /** A bit for each. */
  readonly ops: number;
  readonly condition: number;
  readonly flags: number;
}

const NOTHING: CaseRow = { facts: 0n, word: 0, ops: 0, condition: 0, flags: 0 };
const EVERY_OP = (1 << POLICY_OPS) - 1;

export class CaseList {
  readonly rows: CaseRow[] = [{ ...NOTHING, flags: POLICY_CASE_LAST }];
  private readonly heads = new Map<string, number>();

  /** The first case of a record; 0 for one without. */
  headOf(record: VerdictRecord): number {
    if (isPlain(record)) return 0;
    const ofFacts = factCases(record.facts, (fact) => 1 << fact.op);
    return this.add([...ofFacts, ...Array.from(record.when).flatMap(([condition, words]) => casesOf(condition, words))]);
  }

  /** The word for a record of which only the first word counts. */
  wordOf(record: VerdictRecord): number {
    const [word = 0] = record.words;
    if (isPlain(record)) return word;
    const always = word === 0 ? [] : [{ ...NOTHING, word, ops: EVERY_OP, flags: POLICY_CASE_ALWAYS }];
    const cases = Array.from(record.when, ([condition, [said = 0]]) => ({ ...NOTHING, word: said, ops: EVERY_OP, condition }));
    const ofFacts = factCases(record.facts, () => EVERY_OP);
    return POLICY_BY_CASE * 2 ** POLICY_EFFECT_SHIFT + this.add([...ofFacts, ...always, ...cases]);
  }

  private add(cases: readonly CaseRow[]): number {
    const rows = cases.map((row, i) => (i === cases.length - 1 ? { ...row, flags: row.flags | POLICY_CASE_LAST } : row));
    const key = rows.map(({ facts, word, ops, condition, flags }) => [facts, word, ops, condition, flags].join()).join(";");
    const known = this.heads.get(key);
    if (known !== undefined) return known;
    const head = this.rows.length;
    this.rows.push(...rows);
    this.heads.set(key, head);
    return head;
  }
}

/** One for each word, with the operations that it is said of. */
function casesOf(condition: number, words: Words): readonly CaseRow[] {
  const said = [...new Set(words.filter((word) => word !== 0))];
  return said.map((word) => ({
    ...NOTHING, condition, word, ops: words.reduce((ops, other, op) => (other === word ? ops | (1 << op) : ops), 0),
  }));
}


/** Facts of one kind, condition and value together. Of lists of programs no operation is said. */
function factCases(facts: readonly Fact[], opsOf: (fact: Fact) => number): readonly CaseRow[] {
  const rows = new Map<string, CaseRow>();
  for (const fact of facts) {
    const { kind, applies, bits } = fact;
    const key = [kind, applies, bits].join();
    const ops = (kind === POLICY_FACT_PROGRAMS ? 0 : opsOf(fact)) | (rows.get(key)?.ops ?? 0);
    const when = applies === "always" ? { condition: 0, flags: POLICY_CASE_ALWAYS } : { condition: applies, flags: 0 };
    rows.set(key, { word: 0, facts: bits, ops, ...when, flags: when.flags | (kind << POLICY_CASE_FACT_SHIFT) });
  }
  return [...rows.values()];
}
