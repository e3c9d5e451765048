/** Words of addresses and ports. One that holds only in some circumstances stands for a record, of which the first word counts. */
import { RecordTable } from "../automaton/records.js";
import { POLICY_BY_CASE, POLICY_EFFECT_SHIFT } from "../image/abi.gen.js";
import { EMPTY_RECORD, isPlain } from "../verdict.js";
import type { VerdictRecord } from "../verdict.js";

const REFERENCE = POLICY_BY_CASE * 2 ** POLICY_EFFECT_SHIFT;

/** The number of the record that a word stands for; null for a word that counts itself. */
export const recordNumber = (word: number): number | null => (word >= REFERENCE ? word - REFERENCE : null);

export class WordTable {
  private readonly table = new RecordTable();

  /** By number. */
  get records(): readonly VerdictRecord[] {
    return this.table.records;
  }

  /** `said` of the first operation. */
  of(said: VerdictRecord): number {
    return this.wordFor(this.table.intern(said));
  }

  readonly join = (a: number, b: number): number => {
    if (a < REFERENCE && b < REFERENCE) return Math.max(a, b);
    return this.wordFor(this.table.join(this.recordFor(a), this.recordFor(b)));
  };

  private wordFor(record: number): number {
    const said = this.table.at(record);
    return isPlain(said) ? (said.words[0] ?? 0) : REFERENCE + record;
  }

  private recordFor(word: number): number {
    if (word >= REFERENCE) return word - REFERENCE;
    return this.table.intern({ ...EMPTY_RECORD, words: EMPTY_RECORD.words.map((_, op) => (op === 0 ? word : 0)) });
  }
}
