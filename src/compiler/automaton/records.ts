/** Records of verdict words, each once, numbered; 0 is the empty one. */
import { POLICY_OPS } from "../image/abi.gen.js";
import { EMPTY_RECORD, isPlain, joinRecords } from "../verdict.js";
import type { VerdictRecord } from "../verdict.js";

/** Numbers below 2**26 make exact pairs in a double. */
const PAIR = 2 ** 26;

/** Above the bits of operations in a number that stands for a record. */
const WORD = 2 ** POLICY_OPS;

/** Of a record that says one word, of some operations: nearly all do. */
function plainKey({ words }: VerdictRecord): number | null {
  let [said, ops] = [0, 0];
  for (const [op, word] of words.entries()) {
    if (word === 0) continue;
    if (said !== 0 && word !== said) return null;
    said = word;
    ops |= 1 << op;
  }
  return said * WORD + ops;
}

function keyOf(record: VerdictRecord): string | number {
  const plain = isPlain(record);
  const key = plain ? plainKey(record) : null;
  if (key !== null) return key;
  const words = record.words.join();
  if (plain) return words;
  const when = Array.from(record.when, ([condition, said]) => `${condition}:${said.join()}`);
  const facts = record.facts.map(({ kind, op, applies, bits }) => `${kind},${op},${applies},${bits}`);
  return [words, when.join(";"), facts.join(";")].join("|");
}

export class RecordTable {
  private readonly byKey = new Map<string | number, number>([[keyOf(EMPTY_RECORD), 0]]);
  private readonly joins = new Map<number, number>();
  readonly records: VerdictRecord[] = [EMPTY_RECORD];

  intern(record: VerdictRecord): number {
    const key = keyOf(record);
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const number = this.records.push(record) - 1;
    this.byKey.set(key, number);
    return number;
  }

  at(number: number): VerdictRecord {
    return this.records[number] ?? EMPTY_RECORD;
  }

  join(a: number, b: number): number {
    if (a === b || b === 0) return a;
    if (a === 0) return b;
    const pair = Math.min(a, b) * PAIR + Math.max(a, b);
    const known = this.joins.get(pair);
    if (known !== undefined) return known;
    const joined = this.intern(joinRecords(this.at(a), this.at(b)));
    this.joins.set(pair, joined);
    return joined;
  }
}
