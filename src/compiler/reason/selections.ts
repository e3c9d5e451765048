/** Which rulings of a policy match what a path, or a socket's abstract name, leads to. */
import type { Component, NetworkSelector, Operation, Selector } from "../ir.gen.js";
import { isFileOperation, OPERATION_ORDER, verdictWord } from "../verdict.js";
import type { Lapse, TriePattern } from "./pattern-trie.js";
import type { Rulebook, Ruling } from "./rulebook.js";

/** What selectors have patterns of components. */
export type PatternKind = "path" | "unix-path" | "unix-abstract";

const FILE_OPERATIONS: readonly Operation[] = OPERATION_ORDER.filter((_, op) => isFileOperation(op));
const SOCKET_OPERATIONS: readonly Operation[] = OPERATION_ORDER.filter((_, op) => !isFileOperation(op));

/** What can be done with it: reading a pipe is no access that a policy decides. */
export function operationsOf(kind: Selector["kind"]): readonly Operation[] {
  if (kind === "anonymous") return ["exec", "load"];
  return kind === "path" ? FILE_OPERATIONS : SOCKET_OPERATIONS;
}

/** A ruling among the patterns of a trie: positions of its own. */
export interface Selection {
  readonly ruling: number;
  readonly match: ReadonlySet<number>;
  readonly except: ReadonlySet<number>;
}

/** What patterns belong to: what a ruling of one policy matches, or what it excepts. */
export interface Owner {
  readonly policy: Rulebook;
  readonly number: number;
  readonly ruling: Ruling;
  /** The greater one decides. */
  readonly word: number;
  readonly excepts: boolean;
  /** Where nothing that it excepts can match any more. */
  readonly isFree: boolean;
}

/** Patterns of several policies, and their owners by number. */
export interface PatternList {
  readonly kind: PatternKind;
  readonly patterns: TriePattern[];
  readonly owners: (Owner | null)[];
}

/** What is taken of a policy's rulings. */
export interface SelectOptions {
  /** Numbers of the rulings to look at, in order; without, all are. */
  readonly among?: Iterable<number>;
  readonly guides: (ruling: number) => boolean;
  readonly counts?: (ruling: Ruling) => boolean;
  /** Whether a pattern may match anything that the question is about. */
  readonly matters?: (components: readonly Component[]) => boolean;
}

/** Appends the patterns of the policy's rulings, and says which belong to which. */
export function select(
  policy: Rulebook, { kind, patterns, owners }: PatternList, { among, guides, counts, matters }: SelectOptions,
): readonly Selection[] {
  const selections: Selection[] = [];
  const mattering = (selectors: readonly Selector[]): readonly (readonly Component[])[] =>
    componentsOf(selectors, kind).filter((components) => matters?.(components) ?? true);
  const append = (all: readonly (readonly Component[])[], owner: number, guiding: boolean, lapse: Lapse | null): ReadonlySet<number> =>
    new Set(all.map((components) => patterns.push({ components, owner, guides: guiding, lapse }) - 1));
  for (const number of among ?? policy.rulings.keys()) {
    const ruling = policy.rulings[number];
    if (ruling === undefined || counts?.(ruling) === false) continue;
    const guiding = guides(number);
    const matching = guiding ? componentsOf(ruling.match, kind) : mattering(ruling.match);
    // An except matters only where something matches.
    if (matching.length === 0) continue;
    const word = verdictWord(ruling.effect, number);
    const own = (excepts: boolean, isFree: boolean): number =>
      owners.push({ policy, number, ruling, word, excepts, isFree }) - 1;
    const [owner, excepts, free] = [own(false, false), own(true, false), own(false, true)];
    const hasExcepts = ruling.except.some((selector) => selector.kind === kind);
    const match = append(matching, owner, guiding, hasExcepts ? { excepts, free } : null);
    selections.push({ ruling: number, match, except: append(mattering(ruling.except), excepts, false, null) });
  }
  return selections;
}

/** By owners' numbers, as a trie of the patterns asks it. */
export function silencer({ kind, owners }: PatternList): (number: number, other: number) => boolean {
  return (number, otherNumber) => {
    const [owner, other] = [owners[number] ?? null, owners[otherNumber] ?? null];
    return owner !== null && other !== null && silences(owner, other, kind);
  };
}

/** Whether what the one says of these operations holds wherever it matches, and leaves nothing for the other to say. */
export function silences(
  one: Owner, other: Owner, kind: PatternKind, operations: readonly Operation[] = operationsOf(kind),
): boolean {
  return one.policy === other.policy && one.word > other.word && isUnconditional(one, kind) && !other.ruling.watches
    && operations.every((operation) =>
      !other.ruling.operations.includes(operation) || one.ruling.operations.includes(operation));
}

/** Whether the owner's ruling decides wherever its patterns match, unless a stronger one does. */
export function isUnconditional({ excepts, ruling, isFree }: Owner, kind: PatternKind): boolean {
  return !excepts && ruling.guard === null && !ruling.watches
    && (isFree || ruling.except.every((selector) => selector.kind !== kind));
}

/** Of selectors of this kind. */
export function componentsOf(selectors: readonly Selector[], kind: PatternKind): readonly (readonly Component[])[] {
  const components: (readonly Component[])[] = [];
  for (const selector of selectors) {
    if (selector.kind === kind) components.push(selector.kind === "unix-abstract" ? [selector.name] : selector.components);
  }
  return components;
}

/** Appends the networks of the rulings. */
export function selectNetworks(rulings: readonly Ruling[], all: NetworkSelector[]): readonly Selection[] {
  const append = (selectors: Ruling["match"]): ReadonlySet<number> =>
    new Set(selectors.flatMap((selector) => (selector.kind === "network" ? [all.push(selector) - 1] : [])));
  return rulings.map(({ match, except }, ruling) => ({ ruling, match: append(match), except: append(except) }));
}

/** Numbers of the rulings that match what has no place and no name. */
export function plainlyMatched(rulings: readonly Ruling[], kind: Selector["kind"]): readonly number[] {
  const has = (selectors: Ruling["match"]): boolean => selectors.some((selector) => selector.kind === kind);
  return rulings.flatMap(({ match, except }, number) => (has(match) && !has(except) ? [number] : []));
}

/** Which selections each pattern belongs to, so that few need to be looked at. */
export function indexSelections(selections: readonly Selection[]): ReadonlyMap<number, Selection> {
  const index = new Map<number, Selection>();
  for (const selection of selections) for (const pattern of selection.match) index.set(pattern, selection);
  return index;
}

/** The rulings that match where these patterns do. */
export function matchedRulings(index: ReadonlyMap<number, Selection>, matched: readonly number[]): readonly number[] {
  const patterns = new Set(matched);
  const rulings = new Set<number>();
  for (const pattern of matched) {
    const selection = index.get(pattern);
    if (selection === undefined || rulings.has(selection.ruling)) continue;
    if (![...selection.except].some((except) => patterns.has(except))) rulings.add(selection.ruling);
  }
  return [...rulings];
}
