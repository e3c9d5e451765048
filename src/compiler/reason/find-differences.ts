/**
 * In what two policies differ: for each pair of effects and deciding rules that some access changes between, a shortest
 * such access. Only where a rule is not in both, or a default differs, can anything change.
 */
import type { Effect, Ir, NetworkSelector, Operation, Rule } from "../ir.gen.js";
import { addressPoints } from "./addresses.js";
import type { AddressPoint } from "./addresses.js";
import { explore } from "./explore.js";
import type { PathBytes } from "./explore.js";
import { Names } from "./names.js";
import { matchedPatterns, PatternTrie } from "./pattern-trie.js";
import type { TriePattern } from "./pattern-trie.js";
import { indexSelections, matchedRules, operationsOf, select, silences, verdictOf } from "./selections.js";
import type { PatternKind, Selection, Verdict } from "./selections.js";

/** Bytes of names as latin-1, as the interpreter has them. */
export type Witness =
  | { readonly kind: "path" | "unix-path"; readonly path: PathBytes }
  | { readonly kind: "unix-abstract"; readonly name: string }
  | { readonly kind: "anonymous" | "unix-unnamed" }
  | ({ readonly kind: "network" } & Omit<AddressPoint, "matched">);

export interface Change {
  readonly operation: Operation;
  readonly from: Verdict;
  readonly to: Verdict;
  readonly witness: Witness;
}

/** From the least to the most that is refused. */
const RANK: Readonly<Record<Effect, number>> = { allow: 0, audit: 1, deny: 2, kill: 3 };

export function isNarrower({ from, to }: Change): boolean {
  return RANK[to.effect] > RANK[from.effect];
}

export type Relation = "equivalent" | "narrower" | "wider" | "incomparable";

/** Of the second policy to the first. */
export function relationOf(changes: readonly Change[]): Relation {
  const narrower = changes.some(isNarrower);
  const wider = changes.some((change) => !isNarrower(change));
  if (narrower && wider) return "incomparable";
  return narrower ? "narrower" : wider ? "wider" : "equivalent";
}

interface Pair {
  readonly old: Ir;
  readonly new: Ir;
  /** Numbers of the rules that the other has not. */
  readonly oldOnly: ReadonlySet<number>;
  readonly newOnly: ReadonlySet<number>;
}

/** In the order of the operations, the shortest access first; null where the globs are too many to tell. */
export function findDifferences(old: Ir, new_: Ir): readonly Change[] | null {
  const pair = pairUp(old, new_);
  const changes = new Map<string, Change>();
  const note = (operations: readonly Operation[], oldRules: readonly number[], newRules: readonly number[],
    witness: () => Witness): void => {
    for (const operation of operations) {
      const from = verdictOf(pair.old, oldRules, operation);
      const to = verdictOf(pair.new, newRules, operation);
      if (from.effect === to.effect) continue;
      const key = `${operation} ${from.effect} ${from.rule} ${to.effect} ${to.rule}`;
      if (!changes.has(key)) changes.set(key, { operation, from, to, witness: witness() });
    }
  };
  const exact = (["path", "unix-path", "unix-abstract"] as const).every((kind) => differInPatterns(pair, kind, note));
  if (!exact) return null;
  differInAddresses(pair, note);
  for (const kind of ["anonymous", "unix-unnamed"] as const) {
    note(operationsOf(kind), plainlyMatched(old.rules, kind), plainlyMatched(new_.rules, kind), () => ({ kind }));
  }
  return [...changes.values()];
}

type Note = (operations: readonly Operation[], oldRules: readonly number[], newRules: readonly number[],
  witness: () => Witness) => void;

/** Rules that say the same, whatever they are called and wherever they stand. */
function pairUp(old: Ir, new_: Ir): Pair {
  const said = (rules: readonly Rule[]): ReadonlySet<string> => new Set(rules.map(meaningOf));
  const only = (rules: readonly Rule[], others: ReadonlySet<string>): ReadonlySet<number> =>
    new Set(rules.flatMap((rule, number) => (others.has(meaningOf(rule)) ? [] : [number])));
  return { old, new: new_, oldOnly: only(old.rules, said(new_.rules)), newOnly: only(new_.rules, said(old.rules)) };
}

function meaningOf({ effect, operations, match, except }: Rule): string {
  return JSON.stringify([effect, operations, match, except]);
}

/** Whether a default differs for one of the operations: then every target may be decided otherwise. */
function defaultsDiffer({ old, new: new_ }: Pair, operations: readonly Operation[]): boolean {
  return operations.some((operation) => old.defaults[operation] !== new_.defaults[operation]);
}

/** False where the globs are too many to tell names apart. */
function differInPatterns(pair: Pair, kind: PatternKind, note: Note): boolean {
  const operations = operationsOf(kind);
  const patterns: TriePattern[] = [];
  const newOwners = 2 * pair.old.rules.length;
  const index = (ir: Ir, only: ReadonlySet<number>, first: number): ReadonlyMap<number, Selection> =>
    indexSelections(select(ir.rules, kind, (rule) => only.has(rule), patterns, first));
  const oldIndex = index(pair.old, pair.oldOnly, 0);
  const newIndex = index(pair.new, pair.newOnly, newOwners);
  if (defaultsDiffer(pair, operations)) {
    const everything = { kind: kind === "unix-abstract" ? "any" : "globstar" } as const;
    patterns.push({ components: [everything], owner: newOwners + 2 * pair.new.rules.length, guides: true });
  }
  /** Of one policy, for what matches or excepts. */
  const outdoes = (owner: number, other: number): boolean => {
    const isNew = owner >= newOwners;
    const { rules } = isNew ? pair.new : pair.old;
    if (isNew !== other >= newOwners || owner % 2 === 1) return false;
    const [number, otherNumber] = [owner, other].map((one) => (one - (isNew ? newOwners : 0)) >> 1);
    const [rule, otherRule] = [rules[number ?? 0], rules[otherNumber ?? 0]];
    return rule !== undefined && otherRule !== undefined && number !== undefined && otherNumber !== undefined
      && number !== otherNumber && silences(rule, number, otherRule, otherNumber, kind);
  };
  const names = new Names(kind !== "unix-abstract");
  const trie = new PatternTrie(patterns, outdoes);
  explore(trie, names, (subset, path) => {
    if (kind === "unix-abstract" && subset === trie.start) return false; // before the name is read
    const matched = matchedPatterns(subset);
    const witness = (): Witness => (kind === "unix-abstract" ? { kind, name: path.slice(1) } : { kind, path });
    note(operations, matchedRules(oldIndex, matched), matchedRules(newIndex, matched), witness);
    return names.gaveUp;
  });
  return !names.gaveUp;
}

function differInAddresses(pair: Pair, note: Note): void {
  if (pair.oldOnly.size + pair.newOnly.size === 0 && !defaultsDiffer(pair, operationsOf("network"))) return;
  const selectors: NetworkSelector[] = [];
  const oldIndex = indexSelections(selectNetworks(pair.old.rules, selectors));
  const newIndex = indexSelections(selectNetworks(pair.new.rules, selectors));
  for (const { matched, ...point } of addressPoints(selectors)) {
    note(operationsOf("network"), matchedRules(oldIndex, matched), matchedRules(newIndex, matched),
      () => ({ kind: "network", ...point }));
  }
}

function selectNetworks(rules: readonly Rule[], all: NetworkSelector[]): readonly Selection[] {
  const append = (selectors: Rule["match"]): ReadonlySet<number> =>
    new Set(selectors.flatMap((selector) => (selector.kind === "network" ? [all.push(selector) - 1] : [])));
  return rules.map((rule, number) => ({ rule: number, owner: number, match: append(rule.match), except: append(rule.except) }));
}

function plainlyMatched(rules: readonly Rule[], kind: "anonymous" | "unix-unnamed"): readonly number[] {
  const has = (selectors: Rule["match"]): boolean => selectors.some((selector) => selector.kind === kind);
  return rules.flatMap(({ match, except }, number) => (has(match) && !has(except) ? [number] : []));
}
