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
  /** Whether a pattern that guides leads through here. */
  guides: boolean;
}

/** The nodes that a path leads to; equal subsets are the same object. */
export interface Subset {
  readonly nodes: readonly TrieNode[];
  /** Those that loop, as a subset of their own. */
  readonly loops: Subset | null;
  readonly rest: readonly TrieNode[];
  readonly guides: boolean;
}

export class PatternTrie {
  private count = 0;
  private readonly subsets = new Map<string, Subset>();
  private readonly sinks = new Map<number, TrieNode>();
  private readonly root = this.newNode(false);
  readonly start: Subset;

  /**
   * A pattern's index is its position. `outdoes` says of two owners whether nothing depends any more on the second one
   * where a pattern of the first one covers all that lies beneath.
   */
  constructor(patterns: readonly TriePattern[], private readonly outdoes: (owner: number, other: number) => boolean) {
    for (const [index, pattern] of patterns.entries()) this.insert(index, pattern);
    this.start = this.close([this.root]);
  }

  /** Where `name` leads. */
  step(subset: Subset, name: ByteString, matches: (glob: GlobChild) => boolean): Subset {
    const next: TrieNode[] = [];
    for (const node of subset.nodes) {
      if (node.loops) next.push(node);
      if (node.any !== null) next.push(node.any);
      const literal = node.literals.get(name);
      if (literal !== undefined) next.push(literal);
      for (const glob of node.globs.values()) if (matches(glob)) next.push(glob.child);
    }
    return this.close(next);
  }

  private newNode(loops: boolean, owner: number | null = null): TrieNode {
    return {
      number: this.count++, literals: new Map(), globs: new Map(), any: null, star: null, sinks: [], loops, owner, ends: [],
      guides: false,
    };
  }

  private insert(index: number, { components, owner, guides }: TriePattern): void {
    const open = components.at(-1)?.kind === "globstar";
    let node = this.root;
    node.guides ||= guides;
    for (const component of open ? components.slice(0, -1) : components) {
      node = this.child(node, component);
      node.guides ||= guides;
    }
    if (!open) {
      node.ends.push(index);
      return;
    }
    const sink = this.sinks.get(owner) ?? this.newNode(true, owner);
    this.sinks.set(owner, sink);
    sink.guides ||= guides;
    if (sink.ends.length === 0) sink.ends.push(index);
    if (!node.sinks.includes(sink)) node.sinks.push(sink);
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
    const closed = new Map<number, TrieNode>();
    for (const node of nodes) {
      closed.set(node.number, node);
      if (node.star !== null) closed.set(node.star.number, node.star);
      for (const sink of [...node.sinks, ...node.star?.sinks ?? []]) closed.set(sink.number, sink);
    }
    return this.intern(this.withoutOutdone([...closed.values()]).sort((a, b) => a.number - b.number));
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
      loops: loops.length === 0 || loops.length === nodes.length ? null : this.intern(loops),
      rest: nodes.filter((node) => !node.loops),
      guides: nodes.some((node) => node.guides),
    };
    this.subsets.set(key, subset);
    return subset;
  }
}

const text = (bytes: string): readonly GlobItem[] => (bytes === "" ? [] : [{ kind: "text", text: bytes }]);

/** Indices of the patterns that match what led to the subset. */
export function matchedPatterns(subset: Subset): readonly number[] {
  return subset.nodes.flatMap((node) => node.ends);
}
