/** Which patterns may match something that one of some others matches, without looking at what that is. */
import { bytesOf } from "../automaton/tables.js";
import type { ByteString } from "../automaton/tables.js";
import type { NameComponent } from "../ir.gen.js";
import { matchesOne, namesPart } from "./samples.js";
import type { Pattern } from "./tied-rules.js";

interface Node {
  readonly literals: Map<ByteString, Node>;
  readonly wild: Map<string, { readonly component: NameComponent; readonly child: Node }>;
  /** Whether it stays whatever name is read. */
  readonly loops: boolean;
  /** Entered together with this one. */
  star: Node | null;
  isEnd: boolean;
}

const newNode = (loops: boolean): Node => ({ literals: new Map(), wild: new Map(), loops, star: null, isEnd: false });

/** Of no pattern of `patterns`: nothing meets it. Errs towards meeting. */
export function meetingSome(patterns: Iterable<Pattern>): (pattern: Pattern) => boolean {
  const root = newNode(false);
  for (const pattern of patterns) insert(root, pattern);
  const beneath = new Map<Node, ReadonlySet<Node>>();
  return (pattern) => {
    let nodes = closed([root]);
    for (const [i, component] of pattern.entries()) {
      // Whatever the rest is, a pattern that goes on as it likes comes to where those end.
      if (component.kind === "globstar" && i === pattern.length - 1) return nodes.size > 0;
      nodes = component.kind === "globstar" ? allBeneath(nodes, beneath) : step(nodes, component);
      if (nodes.size === 0) return false;
    }
    return [...nodes].some(({ isEnd }) => isEnd);
  };
}

function insert(root: Node, pattern: Pattern): void {
  let node = root;
  for (const component of pattern) node = childOf(node, component);
  node.isEnd = true;
}

function childOf(node: Node, component: Pattern[number]): Node {
  if (component.kind === "globstar") return node.loops ? node : (node.star ??= newNode(true));
  if (component.kind === "literal") {
    const name = bytesOf(component.name);
    const child = node.literals.get(name) ?? newNode(false);
    node.literals.set(name, child);
    return child;
  }
  const key = JSON.stringify(component);
  const wild = node.wild.get(key) ?? { component, child: newNode(false) };
  node.wild.set(key, wild);
  return wild.child;
}

function closed(nodes: Iterable<Node>): Set<Node> {
  const all = new Set<Node>();
  for (const node of nodes) {
    all.add(node);
    if (node.star !== null) all.add(node.star);
  }
  return all;
}

function step(nodes: ReadonlySet<Node>, component: NameComponent): Set<Node> {
  const next: Node[] = [];
  for (const node of nodes) {
    if (node.loops) next.push(node);
    if (component.kind === "literal") {
      const child = node.literals.get(bytesOf(component.name));
      if (child !== undefined) next.push(child);
    } else {
      for (const [name, child] of node.literals) if (!partsFrom(component, name)) next.push(child);
    }
    for (const wild of node.wild.values()) if (!namesPart(wild.component, component)) next.push(wild.child);
  }
  return closed(next);
}

const partsFrom = (component: NameComponent, name: ByteString): boolean =>
  component.kind !== "any" && !matchesOne(component, name);

function allBeneath(nodes: ReadonlySet<Node>, known: Map<Node, ReadonlySet<Node>>): Set<Node> {
  const all = new Set<Node>();
  for (const node of nodes) {
    const own = known.get(node) ?? beneathOne(node);
    known.set(node, own);
    for (const other of own) all.add(other);
  }
  return all;
}

function beneathOne(node: Node): ReadonlySet<Node> {
  const all = new Set([node]);
  for (const one of all) {
    for (const child of one.literals.values()) all.add(child);
    for (const { child } of one.wild.values()) all.add(child);
    if (one.star !== null) all.add(one.star);
  }
  return all;
}
