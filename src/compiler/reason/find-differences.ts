/**
 * In what two policies differ: for each pair of effects and deciding rules that some access changes between, a shortest
 * such access. Only where a rule is not in both, or a default differs, can anything change.
 */
import type { ConcreteTarget } from "../access.js";
import { EFFECTS } from "../ast.js";
import type { Ir, NetworkSelector, Operation, Rule } from "../ir.gen.js";
import { addressPoints } from "./addresses.js";
import { explore } from "./explore.js";
import { Names } from "./names.js";
import { matchedPatterns, PatternTrie } from "./pattern-trie.js";
import {
  indexSelections, matchedRules, operationsOf, plainlyMatched, select, selectNetworks, silencer, verdictOf,
} from "./selections.js";
import type { PatternKind, PatternList, Selection, Verdict } from "./selections.js";

export interface Change {
  readonly operation: Operation;
  readonly from: Verdict;
  readonly to: Verdict;
  readonly witness: ConcreteTarget;
}

/** The effects are in order, from the least that is refused to the most. */
export function isNarrower({ from, to }: Change): boolean {
  return EFFECTS.indexOf(to.effect) > EFFECTS.indexOf(from.effect);
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

/** Null where the globs are too many to tell. */
export function findDifferences(old: Ir, new_: Ir): readonly Change[] | null {
  const pair = pairUp(old, new_);
  const changes = new Map<string, Change>();
  const note: Note = (operations, oldRules, newRules, witness) => {
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
  witness: () => ConcreteTarget) => void;

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
  const list: PatternList = { kind, patterns: [], owners: [] };
  const { patterns, owners } = list;
  const index = (ir: Ir, only: ReadonlySet<number>): ReadonlyMap<number, Selection> =>
    indexSelections(select(ir, list, (rule) => only.has(rule)));
  const oldIndex = index(pair.old, pair.oldOnly);
  const newIndex = index(pair.new, pair.newOnly);
  if (defaultsDiffer(pair, operations)) {
    const everything = { kind: kind === "unix-abstract" ? "any" : "globstar" } as const;
    patterns.push({ components: [everything], owner: owners.push(null) - 1, guides: true });
  }
  const names = new Names(kind !== "unix-abstract");
  const trie = new PatternTrie(patterns, silencer(list));
  explore(trie, names, (subset, path) => {
    if (kind === "unix-abstract" && subset === trie.start) return false; // before the name is read
    const matched = matchedPatterns(subset);
    const witness = (): ConcreteTarget => (kind === "unix-abstract" ? { kind, name: path.slice(1) } : { kind, path });
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
  for (const { matched, target } of addressPoints(selectors)) {
    note(operationsOf("network"), matchedRules(oldIndex, matched), matchedRules(newIndex, matched),
      () => target);
  }
}
