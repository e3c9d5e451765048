/**
 * Names that need not be tried. Where children of a node differ in nothing but names that no other pattern knows, what can
 * be found beneath one of them can be found beneath each: it is looked for beneath the one with the shortest name. Why that
 * is exact, and what it takes, is in docs/decisions/0017.
 */
import type { ByteString } from "../automaton/tables.js";
import { Names } from "./names.js";
import type { PatternTrie, TrieNode } from "./pattern-trie.js";

/** What matters of an owner of patterns; the same for owners of which it does not matter which one matches. */
export interface Likeness {
  readonly meaning: string;
  /** Of what has exceptions, or is one, to what these belong; else null. */
  readonly exceptsOf: string | null;
}

/** Null for an owner that is like no other. */
export type LikenessOf = (owner: number) => Likeness | null;

/** Leaves all as it is where the globs are too many to tell names apart. */
export function skipLikeSiblings(trie: PatternTrie, arePaths: boolean, likenessOf: LikenessOf): void {
  const places = survey(trie.root);
  const names = new Names(arePaths);
  const classOf = names.classifier([...places.keys()].flatMap(({ globs }) => [...globs.values()]));
  const skipped = new Shapes(places, new References(trie, places, likenessOf), classOf).likeSiblings();
  if (names.gaveUp) return;
  for (const [node, own] of skipped) for (const name of own) node.skipped.add(name);
}

interface Place {
  readonly parent: TrieNode | null;
  readonly depth: number;
  /** Whether a path may come here at several depths. */
  readonly floats: boolean;
}

type Places = ReadonlyMap<TrieNode, Place>;

/** Every node after its parent. */
function survey(root: TrieNode): Places {
  const places = new Map<TrieNode, Place>([[root, { parent: null, depth: 0, floats: root.loops }]]);
  for (const [parent, { depth, floats }] of places) {
    for (const child of childrenOf(parent)) places.set(child, { parent, depth: depth + 1, floats: floats || child.loops });
  }
  return places;
}

function childrenOf({ literals, globs, any, star }: TrieNode): readonly TrieNode[] {
  return [
    ...literals.values(), ...Array.from(globs.values(), ({ child }) => child),
    ...(any === null ? [] : [any]), ...(star === null ? [] : [star]),
  ];
}

/** Owners, called so that what is like has the same name in like places. */
class References {
  /** For what has exceptions, where its patterns part, and which it is among the like that part there. */
  private readonly homes = new Map<string, { readonly apex: TrieNode; rank: number }>();

  constructor(private readonly trie: PatternTrie, private readonly places: Places, private readonly likenessOf: LikenessOf) {
    const apexes = new Map<string, { apex: TrieNode }>();
    for (const node of places.keys()) {
      for (const { owner } of trie.ownersAt(node)) {
        const key = likenessOf(owner)?.exceptsOf ?? null;
        if (key === null) continue;
        apexes.set(key, { apex: meeting(apexes.get(key)?.apex ?? node, node, places) });
      }
    }
    const counts = new Map<TrieNode, number>();
    for (const [key, { apex }] of apexes) {
      const rank = counts.get(apex) ?? 0;
      counts.set(apex, rank + 1);
      this.homes.set(key, { apex, rank });
    }
  }

  /** Of what matches at the node; null where something is like no other. */
  at(node: TrieNode): { readonly names: readonly string[]; readonly hasExcepts: boolean } | null {
    let hasExcepts = false;
    const names = new Set<string>();
    for (const { owner, stays } of this.trie.ownersAt(node)) {
      const likeness = this.likenessOf(owner);
      if (likeness === null) return null;
      const home = likeness.exceptsOf === null ? null : this.homes.get(likeness.exceptsOf) ?? null;
      hasExcepts ||= home !== null;
      const place = home === null ? "" : ` ${this.depthOf(node) - this.depthOf(home.apex)}#${home.rank}`;
      names.add(`${likeness.meaning}${stays ? "/**" : ""}${place}`);
    }
    return { names: [...names].sort(), hasExcepts };
  }

  private depthOf(node: TrieNode): number {
    return this.places.get(node)?.depth ?? 0;
  }
}

/** The last node that leads to both. */
function meeting(one: TrieNode, other: TrieNode, places: Places): TrieNode {
  let [a, b] = [one, other];
  while (a !== b) {
    const [placeA, placeB] = [places.get(a), places.get(b)];
    if ((placeA?.depth ?? 0) >= (placeB?.depth ?? 0)) a = placeA?.parent ?? b;
    else b = placeB?.parent ?? a;
  }
  return a;
}

/** What a node comes to, whatever the names are that no other pattern knows. */
interface Shape {
  /** The same for nodes that are alike. */
  readonly number: number;
  readonly hasExcepts: boolean;
}

class Shapes {
  private readonly ofNodes = new Map<TrieNode, Shape>();
  private readonly numbers = new Map<string, number>();
  /** How many edges have the name. */
  private readonly edges = new Map<ByteString, number>();
  private readonly skipped = new Map<TrieNode, readonly ByteString[]>();

  constructor(
    private readonly places: Places, private readonly references: References,
    private readonly classOf: (name: ByteString) => number,
  ) {
    for (const { literals } of places.keys()) {
      for (const name of literals.keys()) this.edges.set(name, (this.edges.get(name) ?? 0) + 1);
    }
  }

  likeSiblings(): ReadonlyMap<TrieNode, readonly ByteString[]> {
    // Children first.
    for (const node of [...this.places.keys()].reverse()) this.ofNodes.set(node, this.shapeOf(node));
    return this.skipped;
  }

  private shapeOf(node: TrieNode): Shape {
    const children = childrenOf(node).map((child) => this.ofNodes.get(child));
    const own = this.references.at(node);
    const literals = this.literalsOf(node);
    const hasExcepts = own?.hasExcepts === true || children.some((child) => child?.hasExcepts === true);
    const text = own === null || node.guides ? `alone ${node.number}` : JSON.stringify([
      node.loops, own.names, literals, Array.from(node.globs, ([key, { child }]) => `${this.numberOf(child)} ${key}`).sort(),
      this.numberOf(node.any), this.numberOf(node.star),
    ]);
    const number = this.numbers.get(text) ?? this.numbers.size;
    this.numbers.set(text, number);
    return { number, hasExcepts };
  }

  private numberOf(node: TrieNode | null): number {
    return node === null ? -1 : this.ofNodes.get(node)?.number ?? -1;
  }

  /** With names only where these matter. */
  private literalsOf(node: TrieNode): readonly string[] {
    const floats = this.places.get(node)?.floats === true;
    const [told, shortest] = [new Set<string>(), new Map<string, ByteString>()];
    const skipped: ByteString[] = [];
    for (const [name, child] of node.literals) {
      const shape = this.ofNodes.get(child);
      const isKnown = this.edges.get(name) !== 1 || shape === undefined || child.guides;
      // Who comes here twice may come by two of the names.
      if (isKnown || floats) told.add(JSON.stringify([shape?.number ?? -1, name]));
      if (isKnown || (floats && shape.hasExcepts)) continue;
      const key = `${shape.number} ${this.classOf(name)}`;
      const other = shortest.get(key);
      if (other !== undefined) skipped.push(other.length <= name.length ? name : other);
      if (other === undefined || name.length < other.length) shortest.set(key, name);
    }
    if (skipped.length > 0) this.skipped.set(node, skipped);
    if (!floats) for (const [key, name] of shortest) told.add(JSON.stringify([key, name.length]));
    return [...told].sort();
  }
}
