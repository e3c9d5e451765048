/** What a subset without fallback does with a name that need not be one of its literals. */
import type { Culprit } from "./bounds.js";
import type { GlobAutomaton, GlobTable } from "./globs.js";
import type { NfaNode } from "./nfa.js";
import type { ByteString } from "./tables.js";

type TwoSided = { readonly suffix: ByteString; readonly target: number };

export interface Matcher {
  readonly nodes: readonly NfaNode[];
  /** Entered by every name. */
  readonly always: readonly number[];
  /** `pre*` by its prefix, `*suf` by its suffix, `pre*suf` by its prefix. */
  readonly byPrefix: ReadonlyMap<ByteString, readonly number[]>;
  readonly bySuffix: ReadonlyMap<ByteString, readonly number[]>;
  readonly twoSided: ReadonlyMap<ByteString, readonly TwoSided[]>;
  readonly prefixLengths: readonly number[];
  readonly suffixLengths: readonly number[];
  readonly twoSidedLengths: readonly number[];
  /** Distinct and sorted: their classes are their positions, from 1. */
  readonly prefixes: readonly ByteString[];
  readonly suffixes: readonly ByteString[];
  readonly globs: GlobAutomaton;
  /** Entered by the names of each glob class. */
  readonly globTargets: readonly (readonly number[])[];
}

function pushTo<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function lengthsOf(map: ReadonlyMap<ByteString, unknown>): readonly number[] {
  return [...new Set(Array.from(map.keys(), (key) => key.length))].sort((a, b) => a - b);
}

function distinct(names: readonly ByteString[]): readonly ByteString[] {
  return [...new Set(names)].filter((name) => name !== "").sort();
}

/** `nodes` with their numbers in the subset. */
export function makeMatcher(
  subset: readonly number[], nodes: readonly NfaNode[], table: GlobTable, culprits: () => readonly Culprit[],
): Matcher {
  const affixes = nodes.flatMap((node) => node.affixes);
  const byPrefix = new Map<ByteString, number[]>();
  const bySuffix = new Map<ByteString, number[]>();
  const twoSided = new Map<ByteString, TwoSided[]>();
  for (const { prefix, suffix, target } of affixes) {
    if (suffix === "") pushTo(byPrefix, prefix, target);
    else if (prefix === "") pushTo(bySuffix, suffix, target);
    else pushTo(twoSided, prefix, { suffix, target });
  }
  const globNodes = nodes.flatMap((node) => node.globs);
  const distinctGlobs = [...new Map(globNodes.map((glob) => [glob.key, glob])).values()]
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const globs = table.automaton(distinctGlobs, culprits);
  const targetsOf = (index: number): readonly number[] =>
    globNodes.filter((glob) => glob.key === distinctGlobs[index]?.key).map((glob) => glob.target);
  return {
    nodes,
    always: [
      ...nodes.flatMap((node) => node.any ?? []),
      ...subset.filter((_, i) => nodes[i]?.loops === true),
    ],
    byPrefix, bySuffix, twoSided,
    prefixLengths: lengthsOf(byPrefix), suffixLengths: lengthsOf(bySuffix), twoSidedLengths: lengthsOf(twoSided),
    prefixes: distinct(affixes.map((affix) => affix.prefix)),
    suffixes: distinct(affixes.map((affix) => affix.suffix)),
    globs,
    globTargets: globs.classes.map((indices) => indices.flatMap(targetsOf)),
  };
}

/** Entered by names that begin with `head` and end with `tail`, neither overlapping the other. */
export function affixTargets(matcher: Matcher, head: ByteString, tail: ByteString): readonly number[] {
  const targets: number[] = [];
  for (const length of matcher.prefixLengths) {
    if (length <= head.length) targets.push(...(matcher.byPrefix.get(head.slice(0, length)) ?? []));
  }
  for (const length of matcher.suffixLengths) {
    if (length <= tail.length) targets.push(...(matcher.bySuffix.get(tail.slice(tail.length - length)) ?? []));
  }
  for (const length of matcher.twoSidedLengths) {
    if (length > head.length) break;
    for (const { suffix, target } of matcher.twoSided.get(head.slice(0, length)) ?? []) {
      if (tail.endsWith(suffix)) targets.push(target);
    }
  }
  return targets;
}

/** Entered by exactly `name`. */
export function nameTargets(matcher: Matcher, table: GlobTable, name: ByteString): readonly number[] {
  const targets = [...matcher.always];
  for (const node of matcher.nodes) {
    const target = node.literals.get(name);
    if (target !== undefined) targets.push(target);
  }
  for (const length of matcher.prefixLengths) {
    if (length <= name.length) targets.push(...(matcher.byPrefix.get(name.slice(0, length)) ?? []));
  }
  for (const length of matcher.suffixLengths) {
    if (length <= name.length) targets.push(...(matcher.bySuffix.get(name.slice(name.length - length)) ?? []));
  }
  for (const length of matcher.twoSidedLengths) {
    if (length > name.length) break;
    for (const { suffix, target } of matcher.twoSided.get(name.slice(0, length)) ?? []) {
      if (name.length >= length + suffix.length && name.endsWith(suffix)) targets.push(target);
    }
  }
  if (matcher.globs.start !== 0) {
    targets.push(...(matcher.globTargets[table.classify(matcher.globs.start, name) - 1] ?? []));
  }
  return targets;
}

/**
 * Names that begin with the prefix and end with the suffix of a `pre*suf` which they are too short for: classes cannot
 * tell them from names that match, so they need literal edges.
 */
export function overlapNames(matcher: Matcher): readonly ByteString[] {
  const names: ByteString[] = [];
  for (const [prefix, list] of matcher.twoSided) {
    for (const { suffix } of list) {
      for (let shared = 1; shared <= Math.min(prefix.length, suffix.length); shared++) {
        if (prefix.endsWith(suffix.slice(0, shared))) names.push(prefix + suffix.slice(shared));
      }
    }
  }
  return names.filter((name) => name.length <= 255);
}
