/**
 * The general globs of a state as one deterministic automaton over bytes. What it accepts is a *set* of globs; each
 * set that occurs has a number, from 1, the class of the names in it.
 */
import type { GlobItem } from "../ir.gen.js";
import { assertNever } from "../diagnostic.js";
import type { Budget, Culprit } from "./bounds.js";
import { bytesOf } from "./tables.js";
import type { ByteString, GlobRow } from "./tables.js";

/** One position of a glob: a run of any bytes, or one byte out of a set. */
type Element = "run" | Uint8Array;

export interface Glob {
  readonly key: string;
  readonly items: readonly GlobItem[];
}

export interface GlobAutomaton {
  /** Row to start in. */
  readonly start: number;
  /** Indices of the globs in class `i + 1`. */
  readonly classes: readonly (readonly number[])[];
}

/** 1 for each byte that may stand there. */
export function byteSet(items: Extract<GlobItem, { kind: "byte" }>): Uint8Array {
  const set = new Uint8Array(256).fill(items.negated ? 1 : 0);
  for (const { first, last } of items.ranges) set.fill(items.negated ? 0 : 1, first, last + 1);
  return set;
}

function elementsOf(item: GlobItem): readonly Element[] {
  switch (item.kind) {
    case "run":
      return ["run"];
    case "byte":
      return [byteSet(item)];
    case "text":
      return Array.from(Buffer.from(bytesOf(item.text), "latin1"), (byte) => new Uint8Array(256).fill(1, byte, byte + 1));
    default:
      return assertNever(item);
  }
}

/** All positions of all globs, one after the other; `ends[p]` is the glob that is complete at position p. */
interface Positions {
  readonly elements: readonly (Element | null)[];
  readonly starts: readonly number[];
  readonly ends: ReadonlyMap<number, number>;
  /** For each byte, the first that no element tells from it. */
  readonly like: readonly number[];
}

function layOut(globs: readonly Glob[]): Positions {
  const elements: (Element | null)[] = [];
  const starts: number[] = [];
  const ends = new Map<number, number>();
  for (const [index, glob] of globs.entries()) {
    starts.push(elements.length);
    elements.push(...glob.items.flatMap(elementsOf), null);
    ends.set(elements.length - 1, index);
  }
  return { elements, starts, ends, like: alike(elements) };
}

function alike(elements: readonly (Element | null)[]): readonly number[] {
  const sets = elements.filter((element) => element instanceof Uint8Array);
  const firsts = new Map<string, number>();
  return Array.from({ length: 256 }, (_, byte) => {
    const key = sets.map((set) => set[byte]).join("");
    const first = firsts.get(key) ?? byte;
    firsts.set(key, first);
    return first;
  });
}

/** A run may be empty: its position is never there without the next. */
function close({ elements }: Positions, positions: Iterable<number>): readonly number[] {
  const closed = new Set<number>();
  for (let position of positions) {
    closed.add(position);
    while (elements[position] === "run") closed.add(++position);
  }
  return [...closed].sort((a, b) => a - b);
}

function advance(layout: Positions, from: readonly number[], byte: number): readonly number[] {
  const next: number[] = [];
  for (const position of from) {
    const element = layout.elements[position];
    if (element === "run") next.push(position);
    else if (element?.[byte] === 1) next.push(position + 1);
  }
  return close(layout, next);
}

/** Makes byte automata; equal lists of globs share one. */
export class GlobTable {
  readonly rows: { accept: number; readonly next: Uint16Array }[] = [{ accept: 0, next: new Uint16Array(256) }];
  private readonly made = new Map<string, GlobAutomaton>();
  private readonly reachable = new Map<number, ReadonlySet<number>>();

  constructor(private readonly budget: Budget) {}

  /** Row 0 where there are no globs. */
  automaton(globs: readonly Glob[], culprits: () => readonly Culprit[]): GlobAutomaton {
    if (globs.length === 0) return { start: 0, classes: [] };
    const key = JSON.stringify(globs.map((glob) => glob.key));
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const automaton = this.make(layOut(globs), culprits);
    this.made.set(key, automaton);
    return automaton;
  }

  /** The class of the names that begin at row `start` and read `name`; 0 for none. */
  classify(start: number, name: ByteString): number {
    return this.rows[this.rowAfter(start, name)]?.accept ?? 0;
  }

  /** Classes, 0 included, that names beginning with `prefix` may have. */
  classesAfter(start: number, prefix: ByteString): ReadonlySet<number> {
    return this.classesFrom(this.rowAfter(start, prefix));
  }

  finished(): readonly GlobRow[] {
    return this.rows;
  }

  private rowAfter(start: number, name: ByteString): number {
    let row = start;
    for (let i = 0; i < name.length; i++) row = this.rows[row]?.next[name.charCodeAt(i)] ?? 0;
    return row;
  }

  private classesFrom(first: number): ReadonlySet<number> {
    const known = this.reachable.get(first);
    if (known !== undefined) return known;
    const rows = new Set([first]);
    for (const row of rows) for (const next of new Set(this.rows[row]?.next)) rows.add(next);
    const classes = new Set(Array.from(rows, (row) => this.rows[row]?.accept ?? 0));
    this.reachable.set(first, classes);
    return classes;
  }

  private make(layout: Positions, culprits: () => readonly Culprit[]): GlobAutomaton {
    const classes: (readonly number[])[] = [];
    const classNumbers = new Map<string, number>();
    const rowNumbers = new Map<string, number>([["", 0]]);
    const pending: { readonly row: number; readonly positions: readonly number[] }[] = [];
    const rowOf = (positions: readonly number[]): number => {
      const key = positions.join();
      const known = rowNumbers.get(key);
      if (known !== undefined) return known;
      const complete = positions.flatMap((position) => layout.ends.get(position) ?? []);
      const classKey = complete.join();
      let accept = complete.length === 0 ? 0 : classNumbers.get(classKey);
      if (accept === undefined) {
        accept = classes.push(complete);
        classNumbers.set(classKey, accept);
      }
      const row = this.rows.push({ accept, next: new Uint16Array(256) }) - 1;
      rowNumbers.set(key, row);
      pending.push({ row, positions });
      return row;
    };
    const start = rowOf(close(layout, layout.starts));
    for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
      if (!this.budget.spend("globRows", 1, culprits)) break;
      const next = this.rows[item.row]?.next ?? new Uint16Array(256);
      for (const [byte, first] of layout.like.entries()) {
        next[byte] = first < byte ? (next[first] ?? 0) : rowOf(advance(layout, item.positions, byte));
      }
    }
    return { start, classes };
  }
}
