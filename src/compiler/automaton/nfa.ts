/** The trie with equal subtrees joined, its nodes numbered: what subsets are made of. */
import type { GlobItem } from "../ir.gen.js";
import type { Pattern } from "./contributions.js";
import type { ByteString } from "./tables.js";
import type { Condition, TrieNode } from "./trie.js";

export interface NfaNode {
  readonly literals: ReadonlyMap<ByteString, number>;
  readonly affixes: readonly { readonly prefix: ByteString; readonly suffix: ByteString; readonly target: number }[];
  readonly globs: readonly { readonly key: string; readonly items: readonly GlobItem[]; readonly target: number }[];
  readonly any: number | null;
  readonly star: number | null;
  readonly loops: boolean;
  readonly accept: number;
  readonly sticky: number;
  readonly conditions: readonly Condition[];
  readonly pattern: Pattern;
}

export interface Nfa {
  readonly nodes: readonly NfaNode[];
  readonly root: number;
}

const NO_LITERALS: ReadonlyMap<ByteString, number> = new Map();

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : Number(a[0] > b[0]);
}

/** Children in the order of their keys, so that equal subtrees look equal and the outcome has one order. */
function inOrder<V>(children: ReadonlyMap<string, V> | null): readonly (readonly [string, V])[] {
  return children === null ? [] : [...children].sort(byKey);
}

/** Tells nodes apart: every part says where it ends, whatever bytes names hold (never NUL). */
function keyOf(node: NfaNode): string {
  const conditions = node.conditions.map((c) => `${c.contribution}${c.isExcept ? "-" : "+"}`).sort();
  return [
    node.loops ? "loop" : "", node.accept, node.sticky, node.any ?? "", node.star ?? "", conditions.join(),
    node.affixes.length, node.globs.length,
    ...node.affixes.map((a) => `${a.prefix.length},${a.suffix.length},${a.prefix}${a.suffix}${a.target}`),
    ...node.globs.map((g) => `${g.key}${g.target}`),
    ...Array.from(node.literals, ([name, target]) => `${name}\0${target}`),
  ].join("\0");
}

/** Records below 2**26 make exact pairs in a double. */
const PAIR = 2 ** 26;

/** Of a node where paths end and none goes on: most are, and their records tell them apart. */
function leafKey({ literals, affixes, globs, any, star, loops, conditions, accept, sticky }: TrieNode): number | null {
  const isLeaf = literals === null && affixes === null && globs === null && any === null && star === null && !loops && conditions === null;
  return isLeaf ? accept * PAIR + sticky : null;
}

/** Numbers nodes children first; a node equal to an earlier one takes its number. */
export function numberNodes(trie: TrieNode): Nfa {
  const nodes: NfaNode[] = [];
  const numbers = new Map<string | number, number>();
  const visit = (node: TrieNode): number => {
    const leaf = leafKey(node);
    const same = leaf === null ? undefined : numbers.get(leaf);
    if (same !== undefined) return same;
    const literals = inOrder(node.literals).map(([name, child]) => [name, visit(child)] as const);
    const flat: NfaNode = {
      literals: literals.length === 0 ? NO_LITERALS : new Map(literals),
      affixes: inOrder(node.affixes).map(([, { prefix, suffix, child }]) => ({ prefix, suffix, target: visit(child) })),
      globs: inOrder(node.globs).map(([key, { items, child }]) => ({ key, items, target: visit(child) })),
      any: node.any === null ? null : visit(node.any),
      star: node.star === null ? null : visit(node.star),
      loops: node.loops,
      accept: node.accept,
      sticky: node.sticky,
      conditions: node.conditions ?? [],
      pattern: node.pattern,
    };
    const key = leaf ?? keyOf(flat);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const number = nodes.push(flat) - 1;
    numbers.set(key, number);
    return number;
  };
  return { root: visit(trie), nodes };
}
