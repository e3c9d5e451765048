/**
 * Patterns as a trie over components, read name by name: which of them match a path. Unlike the automata of an image it
 * remembers which pattern ends where, and it is made deterministic only as far as a question goes.
 */
import { bytesOf } from "../automaton/tables.js";
import type { ByteString } from "../automaton/tables.js";
import { assertNever } from "../diagnostic.js";
import type { Component, GlobItem } from "../ir.gen.js";

export interface TriePattern {
  readonly components: readonly Component[];
  /** What the pattern belongs to: of one owner it does not matter which pattern covers all that lies beneath. */
  readonly owner: number;
  /** Whether a question is about the paths that it matches. */
  readonly guides: boolean;
  /** Where no pattern of the owner `excepts` may match any more, what is covered belongs to the owner `free` instead. */
  readonly lapse?: Lapse | null;
}

export interface Lapse {
  readonly excepts: number;
  readonly free: number;
}

/** A child that is entered by the names of a glob. */
export interface GlobChild {
  readonly key: string;
  readonly items: readonly GlobItem[];
  readonly child: TrieNode;
}

export interface TrieNode {
  readonly number: number;
  readonly literals: Map<ByteString, TrieNode>;
  /** Of the literals, those that need not be tried. */
  readonly skipped: Set<ByteString>;
  readonly globs: Map<string, GlobChild>;
  any: TrieNode | null;
  /** The globstar after this node, entered together with it; it stays whatever name is read. */
  star: TrieNode | null;
  /** The ends of patterns that go on with a last globstar: entered together, and there for good. */
  readonly sinks: TrieNode[];
  readonly loops: boolean;
  /** Of a sink, its owner; else null. */
  readonly owner: number | null;
  /** Indices of the patterns that are complete here. */
  readonly ends: number[];
  /** Whether a pattern that guides leads through here; whether one is complete here. */
  guides: boolean;
  isGoal: boolean;
}

/** The nodes that a path leads to, less those of no account; equal subsets are the same object. */
export interface Subset {
  readonly nodes: readonly TrieNode[];
  /** The same for subsets that differ in nothing that the question is about. */
  readonly kind: number;
  /** Those that loop, as a subset of their own. */
  readonly loops: Subset | null;
  readonly rest: readonly TrieNode[];
  /** What matters beneath; null where that is all of it. */
  readonly onward: Subset | null;
  readonly guides: boolean;
  /** Whether a pattern that guides matches. */
  readonly isGoal: boolean;
}

export class PatternTrie {
  private count = 0;
  private readonly subsets = new Map<string, Subset>();
  private readonly kinds = new Map<string, number>();
  private readonly sinks = new Map<number, TrieNode>();
  /** By the number of a sink: the nodes on the way of what may take back, and the sink to be in when there are none. */
  private readonly lapses = new Map<number, { readonly excepts: ReadonlySet<TrieNode>; readonly free: TrieNode }>();
  private readonly onTheWay = new Map<number, Set<TrieNode>>();
  readonly root = this.newNode(false);
  readonly start: Subset;

  /**
   * A pattern's index is its position. `outdoes` says of two owners whether nothing depends any more on the second one
   * where a pattern of the first one covers all that lies beneath; `likeness` is the same for owners of which it does not
   * matter which one covers it, and null for one of its own.
   */
  constructor(
    private readonly patterns: readonly TriePattern[], private readonly outdoes: (owner: number, other: number) => boolean,
    private readonly likeness: (owner: number) => string | null = () => null,
  ) {
    for (const [index, pattern] of patterns.entries()) this.insert(index, pattern);
    this.start = this.close([this.root]);
  }

  /** Where `name` leads. */
  step(subset: Subset, name: ByteString, matching: (node: TrieNode) => readonly GlobChild[]): Subset {
    const next: TrieNode[] = [];
    for (const node of subset.nodes) {
      if (node.loops) next.push(node);
      if (node.any !== null) next.push(node.any);
      const literal = node.literals.get(name);
      if (literal !== undefined) next.push(literal);
      for (const { child } of matching(node)) next.push(child);
    }
    return this.close(next);
  }

  /** Owners of the patterns that are complete at the node; `stays`: whatever follows. */
  ownersAt({ ends, sinks }: TrieNode): readonly { readonly owner: number; readonly stays: boolean }[] {
    return [
      ...ends.map((pattern) => ({ owner: this.patterns[pattern]?.owner ?? -1, stays: false })),
      ...sinks.flatMap(({ owner }) => (owner === null ? [] : [{ owner, stays: true }])),
    ];
  }

  private newNode(loops: boolean, owner: number | null = null): TrieNode {
    return {
      number: this.count++, literals: new Map(), skipped: new Set(), globs: new Map(), any: null, star: null, sinks: [],
      loops, owner, ends: [], guides: false, isGoal: false,
    };
  }

  private insert(index: number, { components, owner, guides, lapse }: TriePattern): void {
    const open = components.at(-1)?.kind === "globstar";
    const onTheWay = this.onTheWay.get(owner);
    let node = this.root;
    node.guides ||= guides;
    onTheWay?.add(node);
    for (const component of open ? components.slice(0, -1) : components) {
      node = this.child(node, component);
      node.guides ||= guides;
      onTheWay?.add(node);
    }
    if (!open) {
      node.ends.push(index);
      node.isGoal ||= guides;
      return;
    }
    const sink = this.sinkOf(owner, index, guides);
    onTheWay?.add(sink);
    if (!node.sinks.includes(sink)) node.sinks.push(sink);
    if (lapse === undefined || lapse === null || this.lapses.has(sink.number)) return;
    const excepts = this.onTheWay.get(lapse.excepts) ?? new Set<TrieNode>();
    this.onTheWay.set(lapse.excepts, excepts);
    this.lapses.set(sink.number, { excepts, free: this.sinkOf(lapse.free, index, guides) });
  }

  /** Of the patterns of an owner, all of which guide or none, the first stands for all. */
  private sinkOf(owner: number, index: number, guides: boolean): TrieNode {
    const known = this.sinks.get(owner);
    if (known !== undefined) return known;
    const sink = { ...this.newNode(true, owner), ends: [index], guides, isGoal: guides };
    this.sinks.set(owner, sink);
    return sink;
  }

  private child(node: TrieNode, component: Component): TrieNode {
    switch (component.kind) {
      case "globstar":
        return node.loops ? node : (node.star ??= this.newNode(true));
      case "any":
        return (node.any ??= this.newNode(false));
      case "literal": {
        const name = bytesOf(component.name);
        const child = node.literals.get(name) ?? this.newNode(false);
        node.literals.set(name, child);
        return child;
      }
      case "affix":
        return this.globChild(node, [
          ...text(component.prefix), { kind: "run" }, ...text(component.suffix),
        ]);
      case "glob":
        return this.globChild(node, component.items);
      default:
        return assertNever(component);
    }
  }

  private globChild(node: TrieNode, items: readonly GlobItem[]): TrieNode {
    const key = JSON.stringify(items);
    const glob = node.globs.get(key) ?? { key, items, child: this.newNode(false) };
    node.globs.set(key, glob);
    return glob.child;
  }

  private close(nodes: readonly TrieNode[]): Subset {
    const closed = new Set<TrieNode>();
    for (const node of nodes) {
      closed.add(node);
      if (node.star !== null) closed.add(node.star);
      for (const sink of [...node.sinks, ...node.star?.sinks ?? []]) closed.add(sink);
    }
    const counting = this.withoutOutdone([...this.lapsed(closed)]);
    const isGoal = counting.some((node) => node.isGoal);
    return this.intern(counting.filter((node) => leadsOn(node) || (isGoal && node.ends.length > 0))
      .sort((a, b) => a.number - b.number));
  }

  private lapsed(nodes: ReadonlySet<TrieNode>): ReadonlySet<TrieNode> {
    const lapsed = new Set<TrieNode>();
    for (const node of nodes) {
      const lapse = node.owner === null ? undefined : this.lapses.get(node.number);
      lapsed.add(lapse === undefined || someOf(nodes, lapse.excepts) ? node : lapse.free);
    }
    return lapsed;
  }

  private withoutOutdone(nodes: TrieNode[]): TrieNode[] {
    const owners = nodes.flatMap(({ owner }) => owner ?? []);
    if (owners.length < 2) return nodes;
    return nodes.filter(({ owner }) => owner === null || !owners.some((other) => this.outdoes(other, owner)));
  }

  private intern(nodes: readonly TrieNode[]): Subset {
    const key = nodes.map((node) => node.number).join();
    const known = this.subsets.get(key);
    if (known !== undefined) return known;
    const loops = nodes.filter((node) => node.loops);
    const subset: Subset = {
      nodes,
      kind: this.kindOf(nodes),
      loops: loops.length === 0 || loops.length === nodes.length ? null : this.intern(loops),
      rest: nodes.filter((node) => !node.loops),
      onward: nodes.every(leadsOn) ? null : this.intern(nodes.filter(leadsOn)),
      guides: nodes.some((node) => node.guides),
      isGoal: nodes.some((node) => node.isGoal),
    };
    this.subsets.set(key, subset);
    return subset;
  }

  private kindOf(nodes: readonly TrieNode[]): number {
    const parts = nodes.map(({ number, owner }) => (owner === null ? null : this.likeness(owner)) ?? String(number));
    const key = [...new Set(parts)].sort().join();
    const kind = this.kinds.get(key) ?? this.kinds.size;
    this.kinds.set(key, kind);
    return kind;
  }
}

/** Whether it matters for what lies beneath: of a node that does not, only what is complete there may count. */
export function leadsOn(node: TrieNode): boolean {
  return node.loops || node.any !== null || node.star !== null || node.literals.size > 0 || node.globs.size > 0;
}

/** Whether a pattern that guides is complete where the node is entered. */
export function isGoal(node: TrieNode): boolean {
  return node.isGoal || [...node.sinks, ...node.star?.sinks ?? []].some((sink) => sink.isGoal);
}

/** Whether it makes a difference that the node is entered, even where no pattern that guides is complete. */
export function matters(node: TrieNode): boolean {
  return leadsOn(node) || node.sinks.length > 0 || isGoal(node);
}

function someOf<T>(values: Iterable<T>, set: ReadonlySet<T>): boolean {
  for (const value of values) if (set.has(value)) return true;
  return false;
}

const text = (bytes: string): readonly GlobItem[] => (bytes === "" ? [] : [{ kind: "text", text: bytes }]);

/** Indices of the patterns that match what led to the subset, where one of them guides. */
export function matchedPatterns(subset: Subset): readonly number[] {
  return subset.nodes.flatMap((node) => node.ends);
}
