/**
 * Visits every kind of path that some guiding pattern may match, the shortest path of each first. What two paths of a
 * kind have in common is exactly which patterns match them, and which match what continues them.
 */
import type { ByteString } from "../automaton/tables.js";
import type { Kinds, Names } from "./names.js";
import type { PatternTrie, Subset, TrieNode } from "./pattern-trie.js";

/** An absolute path as bytes, `/` for the root. */
export type PathBytes = ByteString;

/** A way on from a subset: one literal, or the names of a class that are no literal. */
type Way = { readonly literal: ByteString } | { readonly kinds: Kinds; readonly nameClass: number };

interface Visit {
  readonly subset: Subset;
  readonly path: PathBytes;
}

const PATH_MAX = 4095;

/** `visit` returns true to end the search. Paths longer than the kernel takes are none. */
export function explore(
  trie: PatternTrie, names: Names, visit: (subset: Subset, path: PathBytes) => boolean,
): void {
  const seen = new Set<Subset>();
  // By length of the path: the shortest is taken first.
  const waiting: Visit[][] = [];
  const open = new Map<Subset, Way[]>();
  const push = (subset: Subset, path: PathBytes): void => {
    if (!subset.guides || path.length > PATH_MAX) return;
    (waiting[path.length] ??= []).push({ subset, path });
  };
  push(trie.start, "/");
  for (let length = 0; length < waiting.length; length++) {
    for (const { subset, path } of waiting[length] ?? []) {
      if (seen.has(subset)) continue;
      seen.add(subset);
      if (visit(subset, path)) return;
      for (const [name, next] of waysOn(trie, names, subset, open)) push(next, path === "/" ? `/${name}` : `${path}/${name}`);
    }
    waiting[length] = [];
  }
}

/**
 * One name for each way on. Names that nothing but the looping nodes of a subset knows lead where they lead from these
 * alone, and that is looked at once for all subsets that hold them: `open` keeps what is still to be looked at.
 */
function waysOn(
  trie: PatternTrie, names: Names, subset: Subset, open: Map<Subset, Way[]>,
): readonly (readonly [ByteString, Subset])[] {
  if (!isOpen(subset)) return literalsOf(subset.nodes, true).map((name) => [name, stepTo(trie, names, subset, name)]);
  const literals = literalsOf(subset.nodes, false);
  const loops = subset.rest.length === 0 ? subset : subset.loops;
  if (loops === null || subset.rest.some(isWild)) {
    return follow(trie, names, subset, waysOf(names, subset.nodes), literals).taken;
  }
  const own = literalsOf(subset.rest, false);
  const taken = new Set(own);
  const isTaken = (way: Way): boolean => "literal" in way && taken.has(way.literal);
  const shared = open.get(loops) ?? waysOf(names, loops.nodes);
  const followed = follow(trie, names, subset, shared.filter((way) => !isTaken(way)), literals);
  open.set(loops, [...shared.filter(isTaken), ...followed.left]);
  return [...own.map((name): readonly [ByteString, Subset] => [name, stepTo(trie, names, subset, name)]), ...followed.taken];
}

const isWild = (node: TrieNode): boolean => node.any !== null || node.globs.size > 0;

/** Whether a guiding pattern goes on with names that are not written out. */
function isOpen({ nodes }: Subset): boolean {
  return nodes.some((node) => node.guides
    && (node.loops || node.any?.guides === true || [...node.globs.values()].some(({ child }) => child.guides)));
}

function literalsOf(nodes: readonly TrieNode[], guidingOnly: boolean): readonly ByteString[] {
  const names = new Set<ByteString>();
  for (const node of nodes) for (const [name, child] of node.literals) if (!guidingOnly || child.guides) names.add(name);
  return [...names];
}

function waysOf(names: Names, nodes: readonly TrieNode[]): Way[] {
  const kinds = names.kindsOf(nodes);
  return [
    ...literalsOf(nodes, false).map((literal) => ({ literal })),
    ...kinds.classes.map((nameClass) => ({ kinds, nameClass })),
  ];
}

/** Takes each way by a name of its own; `left`: those for which there is no name here. */
function follow(
  trie: PatternTrie, names: Names, subset: Subset, ways: readonly Way[], literals: readonly ByteString[],
): { readonly taken: readonly (readonly [ByteString, Subset])[]; readonly left: readonly Way[] } {
  const kinds = ways.find((way) => "kinds" in way)?.kinds;
  const byClass = new Map<number, ByteString[]>();
  for (const literal of kinds === undefined ? [] : literals) {
    const nameClass = kinds === undefined ? 0 : names.classOf(kinds, literal);
    const others = byClass.get(nameClass) ?? [];
    others.push(literal);
    byClass.set(nameClass, others);
  }
  const taken: (readonly [ByteString, Subset])[] = [];
  const left: Way[] = [];
  for (const way of ways) {
    const name = "literal" in way ? way.literal : names.nameOf(way.kinds, way.nameClass, byClass.get(way.nameClass) ?? []);
    if (name === null) left.push(way);
    else taken.push([name, stepTo(trie, names, subset, name)]);
  }
  return { taken, left };
}

function stepTo(trie: PatternTrie, names: Names, subset: Subset, name: ByteString): Subset {
  const kinds = names.kindsOf(subset.nodes);
  const nameClass = names.classOf(kinds, name);
  return trie.step(subset, name, (glob) => names.holds(kinds, nameClass, glob));
}
