/** What is said where a condition holds, laid out: the cases of a record one behind the other, equal ones once. */
import { isPlain } from "../verdict.js";
import type { VerdictRecord, Words } from "../verdict.js";
import {
  POLICY_BY_CASE, POLICY_CASE_ALWAYS, POLICY_CASE_LAST, POLICY_CASE_PROGRAMS, POLICY_EFFECT_SHIFT, POLICY_OPS,
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
    const ofPrograms = record.programs === 0n ? [] : [{ ...NOTHING, facts: record.programs, flags: POLICY_CASE_PROGRAMS }];
    return this.add([...ofPrograms, ...Array.from(record.when).flatMap(([condition, words]) => casesOf(condition, words))]);
  }

  /** The word for a record of which only the first word counts. */
  wordOf(record: VerdictRecord): number {
    const [word = 0] = record.words;
    if (isPlain(record)) return word;
    const always = word === 0 ? [] : [{ ...NOTHING, word, ops: EVERY_OP, flags: POLICY_CASE_ALWAYS }];
    const cases = Array.from(record.when, ([condition, [said = 0]]) => ({ ...NOTHING, word: said, ops: EVERY_OP, condition }));
    return POLICY_BY_CASE * 2 ** POLICY_EFFECT_SHIFT + this.add([...always, ...cases]);
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

