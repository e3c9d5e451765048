/**
 * The ways on from a subset of a trie: names of which each stands for all that lead to the same, as far as that matters.
 * A name matters if it leads to a node from which patterns go on, or one where a guiding pattern is complete; which other
 * patterns are complete matters only together with the latter.
 */
import type { ByteString } from "../automaton/tables.js";
import type { Kinds, Names } from "./names.js";
import { isGoal, matters } from "./pattern-trie.js";
import type { GlobChild, PatternTrie, Subset, TrieNode } from "./pattern-trie.js";

/** One literal, or the names of a class that are no literal. */
type Way = { readonly literal: ByteString } | { readonly kinds: Kinds; readonly nameClass: number };

export type Step = readonly [name: ByteString, next: Subset];

export class Ways {
  /** By the kind of looping nodes: every way on from these alone, and those that nobody has gone yet. */
  private readonly all = new Map<number, readonly Way[]>();
  private readonly open = new Map<number, readonly Way[]>();

  constructor(private readonly trie: PatternTrie, private readonly names: Names) {}

  /**
   * Names that nothing but the looping nodes of a subset knows lead where they lead from these alone, and that is looked
   * at once for all subsets that hold them.
   */
  from(subset: Subset): readonly Step[] {
    const { nodes, rest } = subset;
    if (!goesOnOpenly(nodes)) return literalsOf(nodes, (child) => child.guides).map((name) => this.step(subset, name));
    const loops = rest.length === 0 ? subset : subset.loops;
    const own = literalsOf(rest, () => true);
    if (loops === null) {
      const literals = this.literalsThatMatter(nodes);
      return this.follow(subset, [...literals.map(toWay), ...this.classesOf(nodes)],
        () => [...literals, ...skippedOf(nodes)]).taken;
    }
    const known = this.all.get(loops.kind) ?? this.waysOf(loops.nodes);
    this.all.set(loops.kind, known);
    const shared = this.open.get(loops.kind) ?? known;
    const wild = rest.filter(isWild);
    const special = wild.length === 0 ? [] : this.specialWays(subset, wild, known);
    const ownOrSpecial = new Set([...own, ...special.flatMap(literalOf)]);
    const isOpen = (way: Way): boolean => ("literal" in way ? !ownOrSpecial.has(way.literal) : wild.length === 0);
    const avoid = (): readonly ByteString[] => [...ownOrSpecial, ...known.flatMap(literalOf), ...skippedOf(nodes)];
    const { taken, left } = this.follow(subset, shared.filter(isOpen), avoid);
    this.open.set(loops.kind, [...shared.filter((way) => !isOpen(way)), ...left]);
    return [...own.map((name) => this.step(subset, name)), ...taken, ...this.follow(subset, special, avoid).taken];
  }

  /** Those that do not lead where they lead from the looping nodes alone, for `wild` nodes lead on with them, too. */
  private specialWays(subset: Subset, wild: readonly TrieNode[], known: readonly Way[]): readonly Way[] {
    const own = new Set(literalsOf(subset.rest, () => true));
    const candidates = wild.some(mayEnterGoal) ? literalsOf(subset.nodes, () => true)
      : known.flatMap(literalOf);
    const enters = (node: TrieNode, name: ByteString): boolean =>
      node.any !== null || this.names.matching(node, name).length > 0;
    const literals = candidates.filter((name) => !own.has(name) && wild.some((node) => enters(node, name)));
    return [...literals.map(toWay), ...this.classesOf(subset.nodes)];
  }

  private waysOf(nodes: readonly TrieNode[]): readonly Way[] {
    return [...this.literalsThatMatter(nodes).map(toWay), ...this.classesOf(nodes)];
  }

  /** Those of which it matters where they lead. */
  private literalsThatMatter(nodes: readonly TrieNode[]): readonly ByteString[] {
    if (alwaysEntersGoal(nodes)) return literalsOf(nodes, () => true);
    const important = literalsOf(nodes, matters);
    const wild = nodes.filter((node) => [...node.globs.values()].some(({ child }) => isGoal(child)));
    if (wild.length === 0) return important;
    const meetsGoal = (name: ByteString): boolean =>
      wild.some((node) => this.names.matching(node, name).some(({ child }) => isGoal(child)));
    return [...new Set([...important, ...literalsOf(nodes, () => true).filter(meetsGoal)])];
  }

  private classesOf(nodes: readonly TrieNode[]): readonly Way[] {
    const kinds = this.names.kindsOf(this.globsThatMatter(nodes));
    return Array.from(kinds.shortest.keys(), (nameClass) => ({ kinds, nameClass }));
  }

  private globsThatMatter(nodes: readonly TrieNode[]): readonly GlobChild[] {
    const globs = nodes.flatMap((node) => [...node.globs.values()]);
    if (alwaysEntersGoal(nodes)) return globs;
    const goals = globs.filter(({ child }) => isGoal(child));
    return globs.filter((glob) => matters(glob.child) || goals.some((goal) => this.names.meet(goal, glob)));
  }

  /** Takes each way by a name of its own; `left`: those for which there is no name but `avoid`. */
  private follow(
    subset: Subset, ways: readonly Way[], avoid: () => readonly ByteString[],
  ): { readonly taken: readonly Step[]; readonly left: readonly Way[] } {
    const taken: Step[] = [];
    const left: Way[] = [];
    for (const way of ways) {
      const name = "literal" in way ? way.literal : this.nameOf(subset, way.kinds, way.nameClass, avoid);
      if (name === null) left.push(way);
      else taken.push(this.step(subset, name));
    }
    return { taken, left };
  }

  /** One that is no literal at all, if it is at hand. */
  private nameOf(
    { nodes }: Subset, kinds: Kinds, nameClass: number, avoid: () => readonly ByteString[],
  ): ByteString | null {
    const isLiteral = (name: ByteString): boolean => nodes.some((node) => node.literals.has(name));
    return this.names.nameOf(kinds, nameClass, isLiteral, avoid);
  }

  private step(subset: Subset, name: ByteString): Step {
    return [name, this.trie.step(subset, name, (node) => this.names.matching(node, name))];
  }
}

const literalOf = (way: Way): readonly ByteString[] => ("literal" in way ? [way.literal] : []);

const toWay = (literal: ByteString): Way => ({ literal });

const isWild = (node: TrieNode): boolean => node.any !== null || node.globs.size > 0;

const mayEnterGoal = (node: TrieNode): boolean =>
  (node.any !== null && isGoal(node.any)) || [...node.globs.values()].some(({ child }) => isGoal(child));

/** Whether a guiding pattern is complete whatever name comes next. */
function alwaysEntersGoal(nodes: readonly TrieNode[]): boolean {
  return nodes.some((node) => (node.loops && node.isGoal) || (node.any !== null && isGoal(node.any)));
}

/** Whether a guiding pattern goes on with names that are not written out. */
function goesOnOpenly(nodes: readonly TrieNode[]): boolean {
  return nodes.some((node) => node.guides
    && (node.loops || node.any?.guides === true || [...node.globs.values()].some(({ child }) => child.guides)));
}

function literalsOf(nodes: readonly TrieNode[], counts: (child: TrieNode) => boolean): readonly ByteString[] {
  const names = new Set<ByteString>();
  for (const node of nodes) {
    for (const [name, child] of node.literals) if (counts(child) && !node.skipped.has(name)) names.add(name);
  }
  return [...names];
}

const skippedOf = (nodes: readonly TrieNode[]): readonly ByteString[] => nodes.flatMap(({ skipped }) => [...skipped]);
