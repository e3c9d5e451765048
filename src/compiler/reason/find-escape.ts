/** A place where a file may be made, filled and then run: what is denied elsewhere runs from there as a copy. */
import { refuses } from "../ast.js";
import type { Effect, Operation } from "../ir.gen.js";
import type { ResolvedPolicy } from "../resolved.js";
import { verdictWord } from "../verdict.js";
import type { Allowance } from "./claims.js";
import { exploreWithin } from "./explore-within.js";
import type { TriePattern } from "./pattern-trie.js";
import { PatternIndex, samplePaths } from "./samples.js";
import type { PathNames } from "./samples.js";
import type { Pattern, Tied, TiedRule } from "./tied-rules.js";

export type Escape =
  | { readonly kind: "path"; readonly path: string }
  /** A file in memory, without any place. */
  | { readonly kind: "anonymous" };

export interface EscapeQuestion {
  readonly rules: readonly TiedRule[];
  readonly defaults: ResolvedPolicy["defaults"];
  /** Whether a rule holds at all times, for every program: what is only sometimes permitted is not. */
  readonly isPlain: (rule: number) => boolean;
  /** How a copy would be used. */
  readonly use: "exec" | "load";
}

/** Null where there is none, or where that is too much to tell. With the values that the policy is bound to. */
export function findEscape(question: EscapeQuestion, allowance: Allowance): Escape | null {
  const { rules, defaults, isPlain, use } = question;
  const needed: readonly Operation[] = ["create", "write", use];
  const counted = rules.filter((rule) => !permits(rule.effect) || isPlain(rule.rule));
  const path = findPath({ rules: counted, defaults, needed }, allowance);
  if (path !== null) return { kind: "path", path: Buffer.from(path, "latin1").toString() };
  const isAnonymous = ({ selector }: Tied): boolean => selector.kind === "anonymous";
  const nameless = counted.filter(({ match, except }) => match.flat().some(isAnonymous) && !except.flat().some(isAnonymous));
  return isPermitted(nameless, use, defaults) ? { kind: "anonymous" } : null;
}

const permits = (effect: Effect): boolean => !refuses(effect);

function isPermitted(matching: Iterable<TiedRule>, operation: Operation, defaults: ResolvedPolicy["defaults"]): boolean {
  let [word, effect] = [0, defaults[operation]];
  for (const rule of matching) {
    const own = rule.operations.includes(operation) ? verdictWord(rule.effect, rule.rule) : 0;
    if (own > word) [word, effect] = [own, rule.effect];
  }
  return permits(effect);
}

interface Places {
  readonly rules: readonly TiedRule[];
  readonly defaults: ResolvedPolicy["defaults"];
  readonly needed: readonly Operation[];
}

const EVERYTHING: Pattern = [{ kind: "globstar" }];
/** Where everybody looks first. */
const TEMPORARY: PathNames = ["tmp", "a"];
/** No file can be made there, whatever the policy says. */
const VIRTUAL = /^(proc|sys|dev\/fd|dev\/pts)(\/|$)/;

function findPath(places: Places, allowance: Allowance): string | null {
  const { defaults, needed } = places;
  // It lies where each operation is allowed that is not allowed by default: the fewest patterns say where to look.
  const allowing = needed.filter((operation) => !permits(defaults[operation])).map((operation) => patternsAllowing(operation, places));
  const guides = allowing.reduce<readonly Pattern[] | null>(
    (fewest, patterns) => (fewest === null || patterns.length < fewest.length ? patterns : fewest), null);
  const isOpen = openPlaces(places);
  const samples = allowing.flat().flatMap((pattern) => [...samplePaths(pattern, "a")].slice(0, 1));
  const sample = [TEMPORARY, ...samples].find(isOpen);
  return sample === undefined ? searchPath(guides ?? [EVERYTHING], places, allowance) : `/${sample.join("/")}`;
}

function patternsAllowing(operation: Operation, { rules }: Places): readonly Pattern[] {
  return rules.filter(({ effect, operations }) => permits(effect) && operations.includes(operation))
    .flatMap(({ match }) => pathsOf(match));
}

function pathsOf(targets: readonly (readonly Tied[])[]): readonly Pattern[] {
  return targets.flat().flatMap(({ selector }) => (selector.kind === "path" ? [selector.components] : []));
}

function openPlaces({ rules, defaults, needed }: Places): (names: PathNames) => boolean {
  const index = new PatternIndex<{ readonly rule: TiedRule; readonly excepts: boolean }>();
  for (const rule of rules) {
    for (const pattern of pathsOf(rule.match)) index.add(pattern, { rule, excepts: false });
    for (const pattern of pathsOf(rule.except)) index.add(pattern, { rule, excepts: true });
  }
  return (names) => {
    // The root is there already.
    if (names.length === 0 || VIRTUAL.test(names.join("/"))) return false;
    const found = index.at(names);
    const matching = new Set(found.map(({ rule }) => rule));
    for (const { rule, excepts } of found) if (excepts) matching.delete(rule);
    return needed.every((operation) => isPermitted(matching, operation, defaults));
  };
}

function searchPath(guides: readonly Pattern[], { rules, defaults, needed }: Places, allowance: Allowance): string | null {
  if (guides.length === 0) return null;
  const patterns: TriePattern[] = guides.map((components) => ({ components, owner: 0, guides: true }));
  const byOwner = new Map<number, TiedRule>();
  rules.forEach((rule, i) => {
    byOwner.set(2 * i + 1, rule);
    for (const components of pathsOf(rule.match)) patterns.push({ components, owner: 2 * i + 1, guides: false });
    for (const components of pathsOf(rule.except)) patterns.push({ components, owner: 2 * i + 2, guides: false });
  });
  let found: string | null = null;
  exploreWithin(patterns, "path", allowance, (owners, path) => {
    const matching = [...owners].flatMap((owner) => {
      const rule = byOwner.get(owner);
      return rule === undefined || owners.has(owner + 1) ? [] : [rule];
    });
    const isPossible = path !== "/" && !VIRTUAL.test(path.slice(1));
    if (isPossible && needed.every((operation) => isPermitted(matching, operation, defaults))) found = path;
    return found !== null;
  });
  return found;
}
