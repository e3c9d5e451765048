/** From network selectors to longest-prefix tables whose values already hold what every shorter prefix says. */
import { Budget, DEFAULT_BOUNDS, heaviest, weightsOf } from "../automaton/bounds.js";
import type { Bounded, Bounds } from "../automaton/bounds.js";
import { ConditionTable } from "../conditions.js";
import type { Ir, NetworkSelector, Selector } from "../ir.gen.js";
import { aloneFrom, sayingsOf } from "../sayings.js";
import type { Saying } from "../sayings.js";
import { isConstant, portPrefixes } from "./steps.js";
import type { Steps } from "./steps.js";
import type { AddressRow, AddressTables, PortRow } from "./tables.js";
import { decide, extend, networkOps, NO_VERDICT } from "./verdicts.js";
import type { Entry, Verdict } from "./verdicts.js";
import { WordTable } from "./words.js";

type Family = NetworkSelector["family"];

function ofFamily(selectors: readonly Selector[], family: Family): readonly NetworkSelector[] {
  return selectors.flatMap((selector) => (selector.kind === "network" && selector.family === family ? [selector] : []));
}

function entriesOf(saying: Saying, number: number, family: Family, words: WordTable): readonly Entry[] {
  const ops = networkOps(saying);
  const [match, except] = [ofFamily(saying.match, family), ofFamily(saying.except, family)];
  if (ops.length === 0 || match.length === 0) return [];
  const word = words.of(aloneFrom(saying));
  if (word === 0) return [];
  const common = { saying: number, word, ops, conditional: except.length > 0 };
  return [
    ...match.map((selector) => ({ ...common, isExcept: false, selector })),
    ...except.map((selector) => ({ ...common, isExcept: true, selector })),
  ];
}

interface Prefix {
  /** Lower-case hexadecimal. */
  readonly address: string;
  readonly length: number;
  readonly entries: Entry[];
}

/** Whether every address in `inner` is in `outer`. */
function contains(outer: Prefix, inner: Prefix): boolean {
  if (outer.length > inner.length) return false;
  const whole = outer.length >> 2;
  if (!inner.address.startsWith(outer.address.slice(0, whole))) return false;
  const digit = (address: string): number => parseInt(address[whole] ?? "0", 16) >> (4 - (outer.length & 3));
  return digit(inner.address) === digit(outer.address);
}

/** Each prefix once, parents before children; the empty prefix is always there. */
function prefixesOf(entries: readonly Entry[], family: Family): readonly Prefix[] {
  const empty: Prefix = { address: "0".repeat(family === 4 ? 8 : 32), length: 0, entries: [] };
  const prefixes = new Map([[`${empty.address}/0`, empty]]);
  for (const entry of entries) {
    const { address, prefixLength: length } = entry.selector;
    const key = `${address}/${length}`;
    const prefix = prefixes.get(key) ?? { address, length, entries: [] };
    prefix.entries.push(entry);
    prefixes.set(key, prefix);
  }
  return [...prefixes.values()].sort((a, b) =>
    (a.address === b.address ? a.length - b.length : a.address < b.address ? -1 : 1));
}

/** Gives equal lists of port entries one class. */
class PortClasses {
  readonly rows: PortRow[] = [];
  private readonly numbers = new Map<string, number>();

  constructor(private readonly budget: Budget, private readonly sayings: readonly Saying[]) {}

  /** The class, and the words for the ports that it leaves out. */
  classify(grid: readonly (readonly Steps[])[]): Pick<AddressRow, "ports" | "words"> {
    const words = grid.map((row) => row.map((steps) => baseOf(steps)));
    if (grid.every((row) => row.every(isConstant))) return { ports: 0, words };
    const rows = grid.flatMap((row, op) => row.flatMap((steps, protocol) =>
      portPrefixes(steps, baseOf(steps)).map((prefix) => ({ op, protocol, ...prefix }))));
    const key = rows.map(({ op, protocol, port, bits, word }) => `${op},${protocol},${port},${bits},${word}`).join(";");
    const known = this.numbers.get(key);
    if (known !== undefined) return { ports: known, words };
    const ports = this.numbers.size + 1;
    this.numbers.set(key, ports);
    if (this.reserve(rows.length)) for (const row of rows) this.rows.push({ ports, ...row });
    return { ports, words };
  }

  /** False when the tables become too large. */
  reserve(entries: number): boolean {
    return this.budget.spend("addresses", entries, () => heaviest(weightsOf(this.sayings, sizeOf)));
  }
}

/** Addresses and ports that are named. */
function sizeOf({ match, except }: Saying): number {
  return [...match, ...except]
    .reduce((sum, selector) => sum + (selector.kind === "network" ? 1 + (selector.ports?.length ?? 0) : 0), 0);
}

/** The word of the most ports: what it leaves to the port table is least. */
function baseOf(steps: Steps): number {
  if (isConstant(steps)) return steps[0]?.word ?? 0;
  const totals = new Map<number, number>();
  for (const [i, { from, word }] of steps.entries()) {
    totals.set(word, (totals.get(word) ?? 0) + (steps[i + 1]?.from ?? 65536) - from);
  }
  return [...totals].reduce((best, candidate) => (candidate[1] > best[1] ? candidate : best), [0, 0])[0];
}

function sameValue(a: AddressRow, b: AddressRow): boolean {
  return a.ports === b.ports && a.words.join(";") === b.words.join(";");
}

interface Open {
  readonly prefix: Prefix;
  readonly verdict: Verdict;
  readonly row: AddressRow;
}

function rowsOf(prefixes: readonly Prefix[], classes: PortClasses, { join }: WordTable): readonly AddressRow[] {
  const rows: AddressRow[] = [];
  /** The prefixes that contain the current one, shortest first. */
  const open: Open[] = [];
  for (const prefix of prefixes) {
    for (let last = open.at(-1); last !== undefined && !contains(last.prefix, prefix); last = open.at(-1)) open.pop();
    const parent = open.at(-1);
    const verdict = extend(parent?.verdict ?? NO_VERDICT, prefix.entries, join);
    const row = { prefixLength: prefix.length, address: prefix.address, ...classes.classify(decide(verdict, join)) };
    if (parent === undefined || !sameValue(parent.row, row)) {
      if (!classes.reserve(1)) break;
      rows.push(row);
    }
    open.push({ prefix, verdict, row });
  }
  return rows;
}

/** The address tables of a policy. */
export function buildAddressTables(ir: Ir, bounds: Bounds = DEFAULT_BOUNDS): Bounded<AddressTables> {
  const budget = new Budget(bounds);
  const conditions = new ConditionTable(ir, budget);
  const words = new WordTable();
  const sayings = sayingsOf(ir, conditions);
  const classes = new PortClasses(budget, sayings);
  const entries = (family: Family): readonly Entry[] => sayings.flatMap((saying, number) => entriesOf(saying, number, family, words));
  const table = (family: Family): readonly AddressRow[] => rowsOf(prefixesOf(entries(family), family), classes, words);
  const tables = { addresses4: table(4), addresses6: table(6), ports: classes.rows, records: words.records };
  return budget.outcome(tables);
}
