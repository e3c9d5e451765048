/**
 * Whether a policy is so small that no bound can be exceeded, without building its tables. Every estimate errs upwards;
 * of what it does not answer with yes, building decides.
 *
 * Of the trie over the components of all patterns, call a node fixed if literals alone lead to it, and free if it is
 * neither fixed nor the globstar of a fixed one. What has been read leads to one deepest fixed node. A subset holds at
 * most this one of the fixed nodes, the globstars of the fixed nodes above from some depth on, and any of the free nodes
 * that hang below these. So the subsets at a fixed node are no more than twice the globstar's choices, times two to the
 * power of those free nodes. Of the escape sockets' free nodes, which are in most policies, one or none is in a subset, as
 * what one of their patterns matches, no other one does; and in the lane of these patterns there is none that floats.
 */
import type { Bounds } from "../automaton/bounds.js";
import { bytesOf } from "../automaton/tables.js";
import { isEscapeSocket } from "../escape-sockets.js";
import type { Component, Ir, NetworkSelector, Rule, Selector } from "../ir.gen.js";
import { POLICY_LANES, POLICY_PROTOS } from "./abi.gen.js";

/** A policy's lanes, and the automaton of abstract names. */
const AUTOMATA = POLICY_LANES + 1;
/** What stands for one UTF-16 unit in JSON, in bytes, and what stands around the values of a rule or a target. */
const JSON_UNIT = 6;
const JSON_FRAME = 512;
/** Aligned blocks that a range of ports may take. */
const BLOCKS = 32;
const NETWORK_OPERATIONS = 2;

export function surelyFits(ir: Ir, bounds: Bounds): boolean {
  const selectors = ir.rules.flatMap(({ match, except }) => [...match, ...except]);
  return ir.rules.length <= bounds.rules
    && metaOf(ir, selectors) <= bounds.meta
    && addressesOf(selectors) <= bounds.addresses
    && pathsFit(ir.rules, bounds);
}

function metaOf({ policy, bindings, rules }: Ir, selectors: readonly Selector[]): number {
  const texts = [
    policy ?? "", bindings.home, ...Object.entries(bindings.params).flat(),
    ...bindings.programs.flatMap(({ name, target }) => [name, target]),
    ...rules.flatMap(({ id, because, source }: Rule) => [id, because ?? "", source?.file ?? ""]),
    ...selectors.map((selector) => ("text" in selector ? selector.text : "")),
  ];
  const framed = 1 + texts.length + selectors.reduce((sum, selector) => sum + portsOf(selector), 0);
  return framed * JSON_FRAME + JSON_UNIT * texts.reduce((sum, text) => sum + text.length, 0);
}

const portsOf = (selector: Selector): number => (selector.kind === "network" ? selector.ports?.length ?? 0 : 0);

/** Entries for each prefix, the empty ones included, and for all ports that it may tell apart. */
function addressesOf(selectors: readonly Selector[]): number {
  const networks = selectors.filter((selector): selector is NetworkSelector => selector.kind === "network");
  const steps = 2 * networks.reduce((sum, selector) => sum + portsOf(selector), 0) + 1;
  return (networks.length + 2) * (1 + NETWORK_OPERATIONS * POLICY_PROTOS * steps * BLOCKS);
}

interface FixedNode {
  readonly depth: number;
  readonly above: FixedNode | null;
  readonly children: Map<string, FixedNode>;
  /** Keys of the free nodes that hang here, those of affixes among them, and the literals that lead to free nodes. */
  readonly free: Set<string>;
  /** Of patterns that float, and of those of the escape sockets. */
  readonly floating: Set<string>;
  readonly sockets: Set<string>;
  /** Whether none but a pattern of the escape sockets leads here. */
  isOfSockets: boolean;
  readonly affixes: Set<string>;
  readonly literals: Set<string>;
  /** Names that the prefix and the suffix of an affix overlap in. */
  overlaps: number;
}

const newNode = (above: FixedNode | null): FixedNode => ({
  depth: above === null ? 0 : above.depth + 1, above, children: new Map(), free: new Set(), floating: new Set(), sockets: new Set(), isOfSockets: above !== null, affixes: new Set(),
  literals: new Set(), overlaps: 0,
});

function pathsFit(rules: readonly Rule[], bounds: Bounds): boolean {
  const roots = { path: newNode(null), "unix-path": newNode(null), "unix-abstract": newNode(null) };
  const nodes: FixedNode[] = Object.values(roots);
  for (const { selector, alone } of rules.flatMap(selectorsOf)) {
    if (!("text" in selector)) continue;
    const components = selector.kind === "unix-abstract" ? [selector.name] : selector.components;
    // How many rows globs take is for the automaton to say.
    if (components.some(({ kind }) => kind === "glob")) return false;
    // Lanes hold paths of both sorts.
    const root = selector.kind === "unix-abstract" ? roots["unix-abstract"] : roots.path;
    const floats = components[0]?.kind === "globstar" && components.length > 1;
    insert(root, components, nodes, alone && isEscapeSocket(selector.text) ? "sockets" : floats ? "floating" : "free");
  }
  let [states, edges, work] = [1, 0, 0];
  for (const node of nodes) {
    const { free, floating, sockets, affixes, literals, overlaps } = gather(node);
    const together = free + (node.isOfSockets ? 0 : floating);
    const here = (node.isOfSockets ? 1 : AUTOMATA) * 2 * (node.depth + 2) * 2 ** together * (1 + sockets);
    const waysOn = node.children.size + literals + overlaps + (1 + affixes) ** 2;
    const size = node.depth + together + 5;
    states += here;
    edges += here * waysOn;
    work += here * (size + waysOn * (1 + size));
  }
  return states <= bounds.states && edges <= bounds.edges && work <= bounds.work && 1 + 2 * states <= bounds.records;
}

/** `alone`: without an except, so that the pattern is in the lane of its own shape. */
const selectorsOf = ({ match, except }: Rule) => [...match, ...except].map((selector) => ({ selector, alone: except.length === 0 }));

function insert(root: FixedNode, components: readonly Component[], nodes: FixedNode[], into: "free" | "floating" | "sockets"): void {
  let [node, key] = [root, ""];
  for (const component of components) {
    if (key === "" && component.kind === "literal") {
      const child = node.children.get(component.name) ?? newNode(node);
      if (!node.children.has(component.name)) nodes.push(child);
      node.children.set(component.name, child);
      if (into !== "sockets") child.isOfSockets = false;
      node = child;
      continue;
    }
    const isFixedStar = key === "" && component.kind === "globstar";
    key += `/${keyOf(component)}`;
    if (isFixedStar) continue;
    if (component.kind === "literal") node.literals.add(component.name);
    if (component.kind === "affix" && !node[into].has(key)) {
      node.affixes.add(keyOf(component));
      node.overlaps += Math.min(bytesOf(component.prefix).length, bytesOf(component.suffix).length);
    }
    node[into].add(key);
  }
}

/** NUL is in no name. */
function keyOf(component: Component): string {
  switch (component.kind) {
    case "literal": return `literal\0${component.name}`;
    case "affix": return `affix\0${component.prefix}\0${component.suffix}`;
    default: return component.kind;
  }
}

/** What hangs at the node and at those above it. */
function gather(node: FixedNode): Readonly<Record<"free" | "floating" | "sockets" | "affixes" | "literals" | "overlaps", number>> {
  let [free, floating, sockets, affixes, literals, overlaps] = [0, 0, 0, 0, 0, 0];
  for (let at: FixedNode | null = node; at !== null; at = at.above) {
    free += at.free.size;
    floating += at.floating.size;
    sockets += at.sockets.size;
    affixes += at.affixes.size;
    literals += at.literals.size;
    overlaps += at.overlaps;
  }
  return { free, floating, sockets, affixes, literals, overlaps };
}
