/** Which rules of a policy match what a path, or a socket's abstract name, leads to, and what they come to. */
import type { Component, Effect, Ir, Operation, Rule, Selector } from "../ir.gen.js";
import { ruleOf, verdictWord } from "../verdict.js";
import type { TriePattern } from "./pattern-trie.js";

/** What selectors have patterns of components. */
export type PatternKind = "path" | "unix-path" | "unix-abstract";

export const FILE_OPERATIONS = ["read", "write", "create", "delete", "setattr", "exec", "load"] as const;
export const SOCKET_OPERATIONS = ["connect", "bind"] as const;

/** What can be done with it: reading a pipe is no access that a policy decides. */
export function operationsOf(kind: Selector["kind"]): readonly Operation[] {
  if (kind === "anonymous") return ["exec", "load"];
  return kind === "path" ? FILE_OPERATIONS : SOCKET_OPERATIONS;
}

/** A rule among the patterns of a trie: positions of its own. */
export interface Selection {
  readonly rule: number;
  /** The owner of its patterns; that of its excepts is the next. */
  readonly owner: number;
  readonly match: ReadonlySet<number>;
  readonly except: ReadonlySet<number>;
}

/** Appends the patterns of `rules` to `patterns`, and says which belong to which. Owners are counted from `first`. */
export function select(
  rules: readonly Rule[], kind: PatternKind, guides: (rule: number) => boolean, patterns: TriePattern[], first: number,
): readonly Selection[] {
  const append = (selectors: readonly Selector[], owner: number, guiding: boolean): ReadonlySet<number> =>
    new Set(componentsOf(selectors, kind).map((components) => patterns.push({ components, owner, guides: guiding }) - 1));
  return rules.flatMap((rule, number) => {
    const owner = first + 2 * number;
    const match = append(rule.match, owner, guides(number));
    // An except matters only where something matches.
    return match.size === 0 ? [] : [{ rule: number, owner, match, except: append(rule.except, owner + 1, false) }];
  });
}

/** Whether what the rule says holds wherever it matches, and leaves nothing for the other to say. */
export function silences(rule: Rule, number: number, other: Rule, otherNumber: number, kind: PatternKind): boolean {
  return componentsOf(rule.except, kind).length === 0
    && verdictWord(rule.effect, number) > verdictWord(other.effect, otherNumber)
    && other.operations.every((operation) => rule.operations.includes(operation));
}

export function componentsOf(selectors: readonly Selector[], kind: PatternKind): readonly (readonly Component[])[] {
  return selectors.flatMap((selector) => {
    if (selector.kind !== kind) return [];
    return [selector.kind === "unix-abstract" ? [selector.name] : selector.components];
  });
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
