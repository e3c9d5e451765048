/** Which rules of a policy match what a path, or a socket's abstract name, leads to, and what they come to. */
import type { Component, Effect, Ir, NetworkSelector, Operation, Rule, Selector } from "../ir.gen.js";
import { isFileOperation, OPERATION_ORDER, ruleOf, verdictWord } from "../verdict.js";
import type { Lapse, TriePattern } from "./pattern-trie.js";

/** What selectors have patterns of components. */
export type PatternKind = "path" | "unix-path" | "unix-abstract";

const FILE_OPERATIONS: readonly Operation[] = OPERATION_ORDER.filter((_, op) => isFileOperation(op));
const SOCKET_OPERATIONS: readonly Operation[] = OPERATION_ORDER.filter((_, op) => !isFileOperation(op));

/** What can be done with it: reading a pipe is no access that a policy decides. */
export function operationsOf(kind: Selector["kind"]): readonly Operation[] {
  if (kind === "anonymous") return ["exec", "load"];
  return kind === "path" ? FILE_OPERATIONS : SOCKET_OPERATIONS;
}

/** A rule among the patterns of a trie: positions of its own. */
export interface Selection {
  readonly rule: number;
  readonly match: ReadonlySet<number>;
  readonly except: ReadonlySet<number>;
}

/** What patterns belong to: what a rule of one policy matches, or what it excepts. */
export interface Owner {
  readonly policy: Ir;
  readonly number: number;
  readonly rule: Rule;
  readonly excepts: boolean;
  /** Where nothing that the rule excepts can match any more. */
  readonly isFree: boolean;
}

/** Patterns of several policies, and their owners by number. */
export interface PatternList {
  readonly kind: PatternKind;
  readonly patterns: TriePattern[];
  readonly owners: (Owner | null)[];
}

/** Appends the patterns of the policy's rules, or of those that count, and says which belong to which. */
export function select(
  policy: Ir, { kind, patterns, owners }: PatternList, guides: (rule: number) => boolean,
  counts: (rule: Rule) => boolean = () => true,
): readonly Selection[] {
  const append = (selectors: readonly Selector[], owner: number, guiding: boolean, lapse: Lapse | null): ReadonlySet<number> =>
    new Set(componentsOf(selectors, kind)
      .map((components) => patterns.push({ components, owner, guides: guiding, lapse }) - 1));
  return policy.rules.flatMap((rule, number) => {
    if (!counts(rule)) return [];
    const own = (excepts: boolean, isFree: boolean): number => owners.push({ policy, number, rule, excepts, isFree }) - 1;
    const [owner, excepts, free] = [own(false, false), own(true, false), own(false, true)];
    const hasExcepts = rule.except.some((selector) => selector.kind === kind);
    const match = append(rule.match, owner, guides(number), hasExcepts ? { excepts, free } : null);
    // An except matters only where something matches.
    if (match.size === 0) return [];
    return [{ rule: number, match, except: append(rule.except, excepts, false, null) }];
  });
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
  return one.policy === other.policy && isUnconditional(one, kind)
    && verdictWord(one.rule.effect, one.number) > verdictWord(other.rule.effect, other.number)
    && operations.every((operation) => !other.rule.operations.includes(operation) || one.rule.operations.includes(operation));
}

/** Whether the owner's rule matches wherever its patterns do. */
export function isUnconditional({ excepts, rule, isFree }: Owner, kind: PatternKind): boolean {
  return !excepts && (isFree || rule.except.every((selector) => selector.kind !== kind));
}

/** Of selectors of this kind. */
export function componentsOf(selectors: readonly Selector[], kind: PatternKind): readonly (readonly Component[])[] {
  return selectors.flatMap((selector) => {
    if (selector.kind !== kind) return [];
    return [selector.kind === "unix-abstract" ? [selector.name] : selector.components];
  });
}

/** Appends the networks of the rules. */
export function selectNetworks(rules: readonly Rule[], all: NetworkSelector[]): readonly Selection[] {
  const append = (selectors: Rule["match"]): ReadonlySet<number> =>
    new Set(selectors.flatMap((selector) => (selector.kind === "network" ? [all.push(selector) - 1] : [])));
  return rules.map((rule, number) => ({ rule: number, match: append(rule.match), except: append(rule.except) }));
}

/** Numbers of the rules that match what has no place and no name. */
export function plainlyMatched(rules: readonly Rule[], kind: Selector["kind"]): readonly number[] {
  const has = (selectors: Rule["match"]): boolean => selectors.some((selector) => selector.kind === kind);
  return rules.flatMap(({ match, except }, number) => (has(match) && !has(except) ? [number] : []));
}

/** Which selections each pattern belongs to, so that few need to be looked at. */
export function indexSelections(selections: readonly Selection[]): ReadonlyMap<number, Selection> {
  const index = new Map<number, Selection>();
  for (const selection of selections) for (const pattern of selection.match) index.set(pattern, selection);
  return index;
}

/** The rules that match where these patterns do. */
export function matchedRules(index: ReadonlyMap<number, Selection>, matched: readonly number[]): readonly number[] {
  const patterns = new Set(matched);
  const rules = new Set<number>();
  for (const pattern of matched) {
    const selection = index.get(pattern);
    if (selection === undefined || rules.has(selection.rule)) continue;
    if (![...selection.except].some((except) => patterns.has(except))) rules.add(selection.rule);
  }
  return [...rules];
}

export interface Verdict {
  readonly effect: Effect;
  /** Number of the rule that decided; null for the default. */
  readonly rule: number | null;
}

/** What the matching rules and the default come to. */
export function verdictOf({ rules, defaults }: Ir, matching: readonly number[], operation: Operation): Verdict {
  let word = 0;
  for (const number of matching) {
    const rule = rules[number];
    if (rule?.operations.includes(operation) === true) word = Math.max(word, verdictWord(rule.effect, number));
  }
  const decided = word === 0 ? null : ruleOf(word);
  return { effect: (decided === null ? undefined : rules[decided]?.effect) ?? defaults[operation], rule: decided };
}
