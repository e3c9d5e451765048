/**
 * Globs over one name as a deterministic automaton, made row by row as it is asked. Globs share the beginnings that they
 * have in common, and a run that has been reached makes those before it of no account, so rows stay few and small.
 */
import { byteSet } from "../automaton/globs.js";
import { bytesOf } from "../automaton/tables.js";
import type { ByteString } from "../automaton/tables.js";
import { assertNever } from "../diagnostic.js";
import type { GlobItem } from "../ir.gen.js";

/** A place within globs that begin alike. */
interface Place {
  readonly number: number;
  readonly parent: Place | null;
  /** Whether any bytes may stand here. */
  readonly isRun: boolean;
  run: Place | null;
  readonly bytes: Map<number, Place>;
  readonly sets: Map<string, { readonly set: Uint8Array; readonly place: Place }>;
  /** The globs that are complete here. */
  readonly ends: number[];
  /** How many globs lead through here. */
  weight: number;
}

interface Row {
  readonly places: readonly Place[];
  /** By class of bytes; -1 where nobody has asked yet. */
  readonly next: Int32Array;
  readonly nameClass: number;
}

/** Row of the names that no glob can match any more. */
export const DEAD = 0;

export class NameAutomaton {
  /** Indices of the globs that names of each class match; none in class 0. */
  readonly classes: (readonly number[])[] = [[]];
  readonly start: number;
  /** The first byte, in the order of the alphabet, of each set of bytes that no glob tells apart. */
  readonly bytes: readonly number[];
  private readonly byteClass = new Uint8Array(256);
  private readonly rows: Row[] = [];
  private readonly rowNumbers = new Map<string, number>();
  private readonly classNumbers = new Map([["", 0]]);
  private readonly singles = new Set<number>();
  private readonly sets = new Map<string, Uint8Array>();
  private count = 0;

  /** `spend` is told of each row made; false from it, and no more are made: answers are wrong from then on. */
  constructor(
    globs: readonly (readonly GlobItem[])[], alphabet: readonly number[], private readonly spend: () => boolean,
  ) {
    const root = this.newPlace(null);
    for (const [index, items] of globs.entries()) this.insert(root, items, index);
    this.bytes = this.tellBytesApart(alphabet);
    this.rowOf([]);
    this.start = this.rowOf([root]);
  }

  step(row: number, byte: number): number {
    const known = this.rows[row]?.next[this.byteClass[byte] ?? 0] ?? DEAD;
    return known === -1 ? this.make(row, byte) : known;
  }

  /** The class of the names that lead to this row. */
  classAt(row: number): number {
    return this.rows[row]?.nameClass ?? 0;
  }

  classOf(name: ByteString): number {
    let row = this.start;
    for (let i = 0; i < name.length && row !== DEAD; i++) row = this.step(row, name.charCodeAt(i));
    return this.classAt(row);
  }

  private newPlace(parent: Place | null, isRun = false): Place {
    return { number: this.count++, parent, isRun, run: null, bytes: new Map(), sets: new Map(), ends: [], weight: 0 };
  }

  private insert(root: Place, items: readonly GlobItem[], index: number): void {
    let place = root;
    place.weight++;
    for (const item of items) {
      for (const next of this.placesAfter(place, item)) {
        place = next;
        place.weight++;
      }
    }
    place.ends.push(index);
  }

  private placesAfter(place: Place, item: GlobItem): readonly Place[] {
    switch (item.kind) {
      case "run":
        return place.isRun ? [] : [(place.run ??= this.newPlace(place, true))];
      case "byte": {
        const set = byteSet(item);
        const key = set.join("");
        const child = place.sets.get(key) ?? { set, place: this.newPlace(place) };
        place.sets.set(key, child);
        this.sets.set(key, set);
        return [child.place];
      }
      case "text": {
        const places: Place[] = [];
        for (const byte of Buffer.from(bytesOf(item.text), "latin1")) {
          const from = places.at(-1) ?? place;
          const child = from.bytes.get(byte) ?? this.newPlace(from);
          from.bytes.set(byte, child);
          this.singles.add(byte);
          places.push(child);
        }
        return places;
      }
      default:
        return assertNever(item);
    }
  }

  /** Set by set, each class of bytes falls into those that are in the set and those that are not. */
  private tellBytesApart(alphabet: readonly number[]): readonly number[] {
    let count = 1;
    const split = (parts: (byte: number) => number): void => {
      const numbers = new Map<number, number>();
      for (const byte of alphabet) {
        const key = (this.byteClass[byte] ?? 0) * 257 + parts(byte);
        const number = numbers.get(key) ?? numbers.size;
        numbers.set(key, number);
        this.byteClass[byte] = number;
      }
      count = numbers.size;
    };
    split((byte) => (this.singles.has(byte) ? byte + 1 : 0));
    for (const set of this.sets.values()) split((byte) => set[byte] ?? 0);
    const firsts = new Array<number>(count).fill(0);
    for (const byte of [...alphabet].reverse()) firsts[this.byteClass[byte] ?? 0] = byte;
    return firsts;
  }

  private make(row: number, byte: number): number {
    const made = this.rows[row];
    if (made === undefined) return DEAD;
    const next: Place[] = [];
    for (const place of made.places) {
      if (place.isRun) next.push(place);
      const child = place.bytes.get(byte);
      if (child !== undefined) next.push(child);
      for (const { set, place: other } of place.sets.values()) if (set[byte] === 1) next.push(other);
    }
    const number = this.rowOf(next);
    made.next[this.byteClass[byte] ?? 0] = number;
    return number;
  }

  /** With the runs that may be empty. */
  private rowOf(entered: readonly Place[]): number {
    const all = new Set(entered);
    for (const { run } of all) if (run !== null) all.add(run);
    for (const place of [...all]) if (place.isRun) dropOutrun(place, all);
    const places = [...all].sort((a, b) => a.number - b.number);
    const key = places.map(({ number }) => number).join();
    const known = this.rowNumbers.get(key);
    if (known !== undefined) return known;
    if (this.rows.length > 1 && !this.spend()) return DEAD;
    const next = new Int32Array(this.bytes.length).fill(places.length === 0 ? DEAD : -1);
    const row = this.rows.push({ places, next, nameClass: this.numberOf(places.flatMap(({ ends }) => ends)) }) - 1;
    this.rowNumbers.set(key, row);
    return row;
  }

  private numberOf(ends: number[]): number {
    const globs = ends.sort((a, b) => a - b);
    const key = globs.join();
    const known = this.classNumbers.get(key);
    if (known !== undefined) return known;
    this.classNumbers.set(key, this.classes.length);
    return this.classes.push(globs) - 1;
  }
}

/** Whatever leads on from a place before the run leads on from the run as well, if all its globs go through the run. */
function dropOutrun(run: Place, places: Set<Place>): void {
  for (let place = run.parent; place !== null && place.weight === run.weight; place = place.parent) places.delete(place);
}
