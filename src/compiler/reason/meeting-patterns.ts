/** Which patterns may match something that one of some others matches, without looking at what that is. */
import { bytesOf } from "../automaton/tables.js";
import type { ByteString } from "../automaton/tables.js";
import type { NameComponent } from "../ir.gen.js";
import { matchesOne, namesPart } from "./samples.js";
import type { Pattern } from "./tied-rules.js";

/** A node of the others' trie, or all those beneath one, by what leads on from there. */
interface Front {
  /** Of a node each has one child. */
  readonly literals: Map<ByteString, Node[]>;
  readonly wild: Map<string, { readonly component: NameComponent; readonly children: Node[] }>;
  /** The nodes that stay whatever name is read. */
  readonly loops: Node[];
  isEnd: boolean;
}

interface Node extends Front {
  /** Entered together with this one. */
  star: Node | null;
  /** Made when it is first asked for. */
  beneath: Front | null;
}

const newFront = (): Front => ({ literals: new Map(), wild: new Map(), loops: [], isEnd: false });

function newNode(loops: boolean): Node {
  const node = { ...newFront(), star: null, beneath: null };
  if (loops) node.loops.push(node);
  return node;
}

/** Of no pattern of `patterns`: nothing meets it. Errs towards meeting. */
export function meetingSome(patterns: Iterable<Pattern>): (pattern: Pattern) => boolean {
  const root = newNode(false);
  for (const pattern of patterns) insert(root, pattern);
  return (pattern) => {
    let nodes = closed([root]);
    let fronts: readonly Front[] = nodes;
    for (const [i, component] of pattern.entries()) {
      // Whatever the rest is, a pattern that goes on as it likes comes to where those end.
      if (component.kind === "globstar") {
        if (i === pattern.length - 1) return true;
        fronts = nodes.map(beneath);
        continue;
      }
      nodes = closed(step(fronts, component));
      fronts = nodes;
      if (nodes.length === 0) return false;
    }
    return fronts.some(({ isEnd }) => isEnd);
  };
}

function insert(root: Node, pattern: Pattern): void {
  let node = root;
  for (const component of pattern) node = childOf(node, component);
  node.isEnd = true;
}

function childOf(node: Node, component: Pattern[number]): Node {
  if (component.kind === "globstar") return node.loops.length > 0 ? node : (node.star ??= newNode(true));
  const children = component.kind === "literal" ? entry(node.literals, bytesOf(component.name), () => [])
    : entry(node.wild, JSON.stringify(component), () => ({ component, children: [] })).children;
  const child = children[0] ?? newNode(false);
  if (children.length === 0) children.push(child);
  return child;
}

/** With what is entered together with them, each once. */
function closed(nodes: readonly Node[]): readonly Node[] {
  if (nodes.length < 2 && (nodes[0]?.star ?? null) === null) return nodes;
  const all = new Set<Node>();
  for (const node of nodes) {
    all.add(node);
    if (node.star !== null) all.add(node.star);
  }
  return [...all];
}

function step(fronts: readonly Front[], component: NameComponent): Node[] {
  const next: Node[] = [];
  for (const { literals, wild, loops } of fronts) {
    append(next, loops);
    if (component.kind === "literal") append(next, literals.get(bytesOf(component.name)) ?? []);
    else for (const [name, children] of literals) if (mayMatch(component, name)) append(next, children);
    for (const one of wild.values()) if (!namesPart(one.component, component)) append(next, one.children);
  }
  return next;
}

const mayMatch = (component: NameComponent, name: ByteString): boolean =>
  component.kind === "any" || matchesOne(component, name);

/** All that can be come to from the node, by whatever names. */
function beneath(node: Node): Front {
  return (node.beneath ??= union(nodesFrom(node)));
}

function nodesFrom(node: Node): ReadonlySet<Node> {
  const all = new Set([node]);
  for (const { literals, wild, star } of all) {
    for (const [child] of literals.values()) if (child !== undefined) all.add(child);
    for (const { children: [child] } of wild.values()) if (child !== undefined) all.add(child);
    if (star !== null) all.add(star);
  }
  return all;
}

function union(nodes: Iterable<Node>): Front {
  const all = newFront();
  for (const { literals, wild, loops, isEnd } of nodes) {
    for (const [name, children] of literals) append(entry(all.literals, name, () => []), children);
    for (const [key, { component, children }] of wild) {
      append(entry(all.wild, key, () => ({ component, children: [] })).children, children);
    }
    append(all.loops, loops);
    all.isEnd ||= isEnd;
  }
  return all;
}

function append<T>(to: T[], items: readonly T[]): void {
  for (const item of items) to.push(item);
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
