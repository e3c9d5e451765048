/** The patterns of one lane as a trie over components: what they have in common is there once. */
import type { AffixComponent, Component, GlobItem } from "../ir.gen.js";
import { assertNever } from "../diagnostic.js";
import type { Contribution, Pattern } from "./contributions.js";
import type { RecordTable } from "./records.js";
import { bytesOf } from "./tables.js";
import type { ByteString } from "./tables.js";

/** Says that a pattern of a contribution with excepts ends here. */
export interface Condition {
  /** Number of the contribution within its lane. */
  readonly contribution: number;
  readonly isExcept: boolean;
}

interface AffixChild {
  readonly prefix: ByteString;
  readonly suffix: ByteString;
  readonly child: TrieNode;
}
interface GlobChild {
  readonly items: readonly GlobItem[];
  readonly child: TrieNode;
}

export interface TrieNode {
  literals: Map<ByteString, TrieNode> | null;
  affixes: Map<string, AffixChild> | null;
  globs: Map<string, GlobChild> | null;
  any: TrieNode | null;
  /** The globstar after this node: `loops`, and is entered together with it. */
  star: TrieNode | null;
  readonly loops: boolean;
  /** Record of exactly this path, and of this path and all beneath. */
  accept: number;
  sticky: number;
  conditions: Condition[] | null;
  /** One that leads here, to name where a bound is exceeded. */
  readonly pattern: Pattern;
}

function newNode(pattern: Pattern, loops: boolean): TrieNode {
  return {
    literals: null, affixes: null, globs: null, any: null, star: null,
    loops, accept: 0, sticky: 0, conditions: null, pattern,
  };
}

function childOf<K>(children: Map<K, TrieNode>, key: K, pattern: Pattern): TrieNode {
  const known = children.get(key);
  if (known !== undefined) return known;
  const child = newNode(pattern, false);
  children.set(key, child);
  return child;
}

function affixChild(affixes: Map<string, AffixChild>, component: AffixComponent, pattern: Pattern): TrieNode {
  const [prefix, suffix] = [bytesOf(component.prefix), bytesOf(component.suffix)];
  const key = `${prefix}\0${suffix}`;
  const known = affixes.get(key) ?? { prefix, suffix, child: newNode(pattern, false) };
  affixes.set(key, known);
  return known.child;
}

function globChild(globs: Map<string, GlobChild>, items: readonly GlobItem[], pattern: Pattern): TrieNode {
  const key = JSON.stringify(items);
  const known = globs.get(key) ?? { items, child: newNode(pattern, false) };
  globs.set(key, known);
  return known.child;
}

function descend(node: TrieNode, component: Component, pattern: Pattern): TrieNode {
  switch (component.kind) {
    case "globstar":
      return (node.star ??= newNode(pattern, true));
    case "any":
      return (node.any ??= newNode(pattern, false));
    case "literal":
      return childOf((node.literals ??= new Map<ByteString, TrieNode>()), bytesOf(component.name), pattern);
    case "affix":
      return affixChild((node.affixes ??= new Map<string, AffixChild>()), component, pattern);
    case "glob":
      return globChild((node.globs ??= new Map<string, GlobChild>()), component.items, pattern);
    default:
      return assertNever(component);
  }
}

function insertFree(root: TrieNode, pattern: Pattern, record: number, records: RecordTable): void {
  const open = pattern.components.at(-1)?.kind === "globstar";
  const components = open ? pattern.components.slice(0, -1) : pattern.components;
  const end = components.reduce((node, component) => descend(node, component, pattern), root);
  if (open) end.sticky = records.join(end.sticky, record);
  else end.accept = records.join(end.accept, record);
}

function insertConditional(root: TrieNode, pattern: Pattern, condition: Condition): void {
  const end = pattern.components.reduce((node, component) => descend(node, component, pattern), root);
  (end.conditions ??= []).push(condition);
}

/** The trie of a lane; null for a lane without patterns. */
export function buildTrie(lane: readonly Contribution[], records: RecordTable): TrieNode | null {
  const first = lane[0]?.match[0];
  if (first === undefined) return null;
  const root = newNode(first, false);
  for (const [contribution, { record, match, except }] of lane.entries()) {
    if (except.length === 0) {
      const number = records.intern(record);
      for (const pattern of match) insertFree(root, pattern, number, records);
      continue;
    }
    for (const pattern of match) insertConditional(root, pattern, { contribution, isExcept: false });
    for (const pattern of except) insertConditional(root, pattern, { contribution, isExcept: true });
  }
  return root;
}
