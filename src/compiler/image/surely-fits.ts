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
import { layOut } from "../automaton/arguments.js";
import { type Bounds, Budget } from "../automaton/bounds.js";
import { bytesOf } from "../automaton/tables.js";
import { type AskedArgs, ConditionTable } from "../conditions.js";
import { isEscapeSocket } from "../escape-sockets.js";
import type { Component, Ir, Limit, NetworkSelector, Rule, Selector } from "../ir.gen.js";
import { type Saying, sayingsOf } from "../sayings.js";
import { limitClauses, markClauses, ruleClauses } from "./clause-text.js";
import { POLICY_LANES, POLICY_OPS, POLICY_PRIVILEGES, POLICY_PROTOS } from "./abi.gen.js";

/** A policy's lanes, and the automaton of abstract names. */
const AUTOMATA = POLICY_LANES + 1;
/** What stands for one UTF-16 unit in JSON, in bytes, and what stands around the values of a rule or a target. */
const JSON_UNIT = 6;
const JSON_FRAME = 512;
/** Aligned blocks that a range of ports may take. */
const BLOCKS = 32;
const NETWORK_OPERATIONS = 2;

export function surelyFits(ir: Ir, bounds: Bounds): boolean {
  const budget = new Budget(bounds);
  const conditions = new ConditionTable(ir, budget);
  if (budget.exceeded !== null) return false;
  const sayings = sayingsOf(ir, conditions);
  const selectors = sayings.flatMap(({ match, except }) => [...match, ...except]);
  const sizes = pathsOf(sayings, conditions);
  return sizes !== null
    && ir.rules.length <= bounds.rules
    && ir.limits.reduce((sum, { count }) => sum + 1 + count, 0) <= bounds.moments
    && metaOf(ir, selectors) <= bounds.meta
    && BLOCKS * cellsOf(selectors) <= bounds.addresses
    && sizes.states <= bounds.states && sizes.edges <= bounds.edges && sizes.work <= bounds.work && sizes.records <= bounds.records
    && (sizes.records + cellsOf(selectors) + ELSEWHERE) * casesOf(ir, conditions) <= bounds.cases
    && argumentsFit(conditions.arguments, bounds, budget);
}

/** Records that are in no table. */
const ELSEWHERE = POLICY_PRIVILEGES + POLICY_LANES + 2;

/** Cases of one record: for what always holds, for lists of programs, and for each word and fact of an operation. */
function casesOf({ rules, limits, marks }: Ir, conditions: ConditionTable): number {
  const conditional = rules.filter((_, rule) => typeof conditions.applies(rule) === "number");
  const events = marks.flatMap(({ on, until }) => [...on, ...until]);
  const some = conditional.length + events.length + limits.flatMap(({ parts }) => parts).length + conditions.programs.length;
  return some === 0 ? 0 : 1 + POLICY_OPS * some;
}

/** How many rows and classes globs take is for the automaton to say. */
function argumentsFit(asked: readonly AskedArgs[], bounds: Bounds, budget: Budget): boolean {
  layOut(asked, budget);
  const words = asked.flatMap(({ asked: { words: listed, without } }) => [...listed, ...without].flat());
  const rows = words.reduce((sum, word) => sum + (word.kind === "literal" ? bytesOf(word.name).length + 1 : Infinity), 1);
  return budget.exceeded === null && (words.length === 0 || (rows <= bounds.globRows && words.length <= bounds.argumentClasses));
}

function metaOf({ policy, bindings, rules, limits, marks }: Ir, selectors: readonly Selector[]): number {
  // By themselves, and in the lists of what they name.
  const clauses = [...rules.flatMap(ruleClauses), ...limits.flatMap(limitClauses), ...marks.flatMap(markClauses)];
  const texts = [
    policy ?? "", bindings.home, ...Object.entries(bindings.params).flat(),
    ...bindings.programs.flatMap(({ name, target }) => [name, target]), ...marks.map(({ name }) => name),
    ...[...rules, ...limits].flatMap(({ id, because, source }: Rule | Limit) => [id, because ?? "", source?.file ?? ""]),
    ...selectors.map((selector) => ("text" in selector ? selector.text : "")),
    ...clauses, ...clauses, ...rules.flatMap(({ privileges }) => privileges), ...marks.map(({ source }) => source.file),
  ];
  const framed = 1 + texts.length + selectors.reduce((sum, selector) => sum + portsOf(selector), 0);
  return framed * JSON_FRAME + JSON_UNIT * texts.reduce((sum, text) => sum + text.length, 0);
}

const portsOf = (selector: Selector): number => (selector.kind === "network" ? selector.ports?.length ?? 0 : 0);

/** What may be told apart: each prefix, the empty ones included, and for each operation and protocol all ports that may be. */
function cellsOf(selectors: readonly Selector[]): number {
  const networks = selectors.filter((selector): selector is NetworkSelector => selector.kind === "network");
  const steps = 2 * networks.reduce((sum, selector) => sum + portsOf(selector), 0) + 1;
  return (networks.length + 2) * (1 + NETWORK_OPERATIONS * POLICY_PROTOS * steps);
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

/** How large the automata become at most; null where that is for them to say. */
function pathsOf(
  sayings: readonly Saying[], { programs }: ConditionTable,
): Readonly<Record<"states" | "edges" | "work" | "records", number>> | null {
  const roots = { path: newNode(null), "unix-path": newNode(null), "unix-abstract": newNode(null) };
  const nodes: FixedNode[] = Object.values(roots);
  for (const { selector, alone } of [...sayings, ...programs.map(asMatch)].flatMap(selectorsOf)) {
    if (!("text" in selector)) continue;
    const components = selector.kind === "unix-abstract" ? [selector.name] : selector.components;
    // How many rows globs take is for the automaton to say.
    if (components.some(({ kind }) => kind === "glob")) return null;
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
  return { states, edges, work, records: 1 + 2 * states };
}

const asMatch = ({ programs }: ConditionTable["programs"][number]): Pick<Saying, "match" | "except"> => ({ match: programs, except: [] });

/** `alone`: without an except, so that the pattern is in the lane of its own shape. */
const selectorsOf = ({ match, except }: Pick<Saying, "match" | "except">) => [...match, ...except].map((selector) => ({ selector, alone: except.length === 0 }));

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
