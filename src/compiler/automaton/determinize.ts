/**
 * Subset construction over the nodes of one lane.
 *
 * What keeps it small is `fallback`, the failure links of Aho and Corasick. Call a node *plain* if it has literal
 * children only and does not loop. Let a subset S consist of plain nodes P and the rest F. A name that no node of P
 * mentions leads from S where it leads from F, so S needs edges of its own only for the names in P, and F answers for
 * the others. Beside 50,000 floating names, the pattern `a/b` at any depth: reading `a` gives {a, loop}, whose own edge
 * is `b`, and the 50,000 names stay with {loop}.
 */
import type { Budget, Culprit } from "./bounds.js";
import type { Contribution } from "./contributions.js";
import type { GlobTable } from "./globs.js";
import { affixTargets, makeMatcher, nameTargets, overlapNames } from "./matcher.js";
import type { Matcher } from "./matcher.js";
import type { Nfa, NfaNode } from "./nfa.js";
import type { RecordTable } from "./records.js";
import type { ByteString } from "./tables.js";

/** Literal children that make it worthwhile to answer from one node of an otherwise plain subset. */
const MANY_LITERALS = 16;

export interface ClassEdge {
  readonly prefix: number;
  readonly suffix: number;
  readonly glob: number;
  readonly target: number;
}

/** A state while automata are made. */
export interface DraftState {
  readonly subset: readonly number[];
  accept: number;
  sticky: number;
  fallback: number;
  other: number;
  literals: ReadonlyMap<ByteString, number>;
  prefixes: readonly ByteString[];
  suffixes: readonly ByteString[];
  classes: readonly ClassEdge[];
  glob: number;
}

const NO_LITERALS: ReadonlyMap<ByteString, number> = new Map();

export function newDraft(subset: readonly number[]): DraftState {
  return {
    subset, accept: 0, sticky: 0, fallback: 0, other: 0,
    literals: NO_LITERALS, prefixes: [], suffixes: [], classes: [], glob: 0,
  };
}

/** What all lanes of a policy add to. */
export interface Shared {
  readonly records: RecordTable;
  readonly globs: GlobTable;
  readonly budget: Budget;
  /** Index 0: POLICY_DEAD. */
  readonly drafts: DraftState[];
}

function isPlain(node: NfaNode): boolean {
  return !node.loops && node.any === null && node.affixes.length === 0 && node.globs.length === 0;
}

function isLeaf(node: NfaNode): boolean {
  return isPlain(node) && node.literals.size === 0;
}

function namesOf(nodes: readonly NfaNode[]): Iterable<ByteString> {
  const [only] = nodes;
  return nodes.length === 1 && only !== undefined ? only.literals.keys()
    : new Set(nodes.flatMap((node) => [...node.literals.keys()]));
}

/** False for a node that only leads on to its globstar, which is entered with it. */
function contributes(node: NfaNode): boolean {
  return node.loops || !isPlain(node) || node.literals.size > 0 || node.accept !== 0 || node.sticky !== 0
    || node.conditions.length > 0;
}

export class LaneAutomaton {
  /** By the one node of a subset, or by the numbers of several. */
  private readonly numbers = new Map<string | number, number>([["", 0]]);
  private readonly matchers = new Map<number, Matcher>();
  private readonly entered: readonly (readonly number[])[];
  private readonly occurrences: Uint32Array;
  private readonly pending: number[] = [];
  readonly start: number;
  /** Numbers of this lane's states: from, up to and without. */
  readonly range: readonly [number, number];

  constructor(
    private readonly nfa: Nfa, private readonly lane: readonly Contribution[], private readonly shared: Shared,
  ) {
    this.occurrences = new Uint32Array(nfa.nodes.length);
    this.entered = nfa.nodes.map((node, number) => {
      if (node.star === null) return contributes(node) ? [number] : [];
      const both = [number, node.star];
      return both.filter((n) => contributes(this.node(n))).sort((a, b) => a - b);
    });
    const first = shared.drafts.length;
    this.start = this.stateOf([nfa.root]);
    for (let state = this.pending.pop(); state !== undefined; state = this.pending.pop()) {
      if (!shared.budget.spend("work", 0, () => [])) break;
      this.expand(state);
    }
    this.range = [first, shared.drafts.length];
  }

  /** Where `name` leads, fallbacks and classes applied; for names that an edge has been made for, or class. */
  step(state: number, name: ByteString): number {
    const draft = this.draft(state);
    const own = draft.literals.get(name);
    if (own !== undefined || state === 0) return own ?? 0;
    if (draft.fallback !== 0) return this.step(draft.fallback, name);
    return this.stateOf(nameTargets(this.matcherOf(state), this.shared.globs, name));
  }

  private node(number: number): NfaNode {
    const node = this.nfa.nodes[number];
    if (node === undefined) throw new Error(`internal error: no trie node ${number}`);
    return node;
  }

  private draft(state: number): DraftState {
    const draft = this.shared.drafts[state];
    if (draft === undefined) throw new Error(`internal error: no state ${state}`);
    return draft;
  }

  private stateOf(targets: readonly number[]): number {
    const only = targets[0];
    if (only === undefined) return 0;
    if (targets.length === 1) return this.intern(this.entered[only] ?? []);
    const closed = new Set<number>();
    for (const target of targets) for (const node of this.entered[target] ?? []) closed.add(node);
    return this.intern([...closed].sort((a, b) => a - b));
  }

  private intern(subset: readonly number[]): number {
    const key = subset.length === 1 ? subset[0] ?? "" : subset.join();
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    for (const node of subset) this.occurrences[node] = (this.occurrences[node] ?? 0) + 1;
    const state = this.shared.drafts.push(newDraft(subset)) - 1;
    this.numbers.set(key, state);
    this.pending.push(state);
    return state;
  }

  private expand(state: number): void {
    const draft = this.draft(state);
    const { budget } = this.shared;
    const blame = (): readonly Culprit[] => this.mostFrequent();
    if (!budget.spend("states", 1, blame) || !budget.spend("work", draft.subset.length, blame)) return;
    this.judge(draft);
    if (draft.subset.every((number) => isLeaf(this.node(number)))) return;
    const rest = this.fallbackOf(draft.subset);
    if (rest === null) this.expandWhole(state, draft);
    else this.expandPlain(draft, rest);
  }

  /** The two records of a subset. */
  private judge(draft: DraftState): void {
    const { records } = this.shared;
    const matched = new Set<number>();
    const excepted = new Set<number>();
    for (const number of draft.subset) {
      const node = this.node(number);
      draft.accept = records.join(draft.accept, node.accept);
      draft.sticky = records.join(draft.sticky, node.sticky);
      for (const { contribution, isExcept } of node.conditions) (isExcept ? excepted : matched).add(contribution);
    }
    for (const contribution of matched) {
      const record = this.lane[contribution]?.record;
      if (record !== undefined && !excepted.has(contribution)) {
        draft.accept = records.join(draft.accept, records.intern(record));
      }
    }
  }

  /** The subset that answers for names not mentioned by the others; null for none. It has no fallback itself. */
  private fallbackOf(subset: readonly number[]): readonly number[] | null {
    if (subset.length < 2) return null;
    const rest = subset.filter((number) => !isPlain(this.node(number)));
    if (rest.length === subset.length) return null;
    if (rest.length > 0) return rest;
    const sizes = subset.map((number) => this.node(number).literals.size);
    const largest = sizes.indexOf(Math.max(...sizes));
    return (sizes[largest] ?? 0) < MANY_LITERALS ? null : subset.slice(largest, largest + 1);
  }

  private expandPlain(draft: DraftState, rest: readonly number[]): void {
    draft.fallback = this.intern(rest);
    const plain = draft.subset.filter((number) => !rest.includes(number)).map((number) => this.node(number));
    const names = namesOf(plain);
    const matcher = this.matcherOf(draft.fallback);
    draft.literals = this.edges(draft, names, (name) => [
      ...plain.flatMap((node) => node.literals.get(name) ?? []),
      ...nameTargets(matcher, this.shared.globs, name),
    ]);
  }

  private expandWhole(state: number, draft: DraftState): void {
    const nodes = draft.subset.map((number) => this.node(number));
    if (nodes.every(isPlain)) draft.literals = this.plainEdges(draft, nodes);
    else this.expandMatcher(state, draft);
  }

  private plainEdges(draft: DraftState, nodes: readonly NfaNode[]): ReadonlyMap<ByteString, number> {
    return this.edges(draft, namesOf(nodes), (name) => nodes.flatMap((node) => node.literals.get(name) ?? []));
  }

  private expandMatcher(state: number, draft: DraftState): void {
    const matcher = this.matcherOf(state);
    draft.other = this.stateOf(matcher.always);
    const names = new Set([...namesOf(matcher.nodes), ...overlapNames(matcher)]);
    draft.literals = this.edges(draft, names, (name) => nameTargets(matcher, this.shared.globs, name));
    draft.prefixes = matcher.prefixes;
    draft.suffixes = matcher.suffixes;
    draft.glob = matcher.globs.start;
    draft.classes = this.classEdges(draft, matcher);
  }

  private edges(
    draft: DraftState, names: Iterable<ByteString>, targetsOf: (name: ByteString) => readonly number[],
  ): ReadonlyMap<ByteString, number> {
    const edges = new Map<ByteString, number>();
    const { budget } = this.shared;
    for (const name of names) {
      const targets = targetsOf(name);
      if (!budget.spend("edges", 1, () => this.mostFrequent())) break;
      if (!budget.spend("work", 1 + targets.length, () => this.named(draft))) break;
      edges.set(name, this.stateOf(targets));
    }
    return edges;
  }

  private classEdges(draft: DraftState, matcher: Matcher): readonly ClassEdge[] {
    const edges: ClassEdge[] = [];
    const { budget, globs } = this.shared;
    for (const [prefix, head] of ["", ...matcher.prefixes].entries()) {
      const { start } = matcher.globs;
      const classes = start === 0 ? [0] : [...globs.classesAfter(start, head)].sort((a, b) => a - b);
      for (const [suffix, tail] of ["", ...matcher.suffixes].entries()) {
        const targets = [...matcher.always, ...affixTargets(matcher, head, tail)];
        for (const glob of classes) {
          if (prefix === 0 && suffix === 0 && glob === 0) continue;
          if (!budget.spend("edges", 1, () => this.named(draft))) return edges;
          if (!budget.spend("work", 1 + targets.length, () => this.named(draft))) return edges;
          const target = this.stateOf([...targets, ...(matcher.globTargets[glob - 1] ?? [])]);
          edges.push({ prefix, suffix, glob, target });
        }
      }
    }
    return edges;
  }

  private matcherOf(state: number): Matcher {
    const known = this.matchers.get(state);
    if (known !== undefined) return known;
    const draft = this.draft(state);
    const nodes = draft.subset.map((number) => this.node(number));
    const matcher = makeMatcher(draft.subset, nodes, this.shared.globs, () => this.named(draft));
    this.matchers.set(state, matcher);
    return matcher;
  }

  /** Patterns of the nodes that make subsets many: not those in every subset, nor those in few. */
  private mostFrequent(): readonly Culprit[] {
    const always = 0.95 * this.numbers.size;
    const counted = Array.from(this.occurrences, (count, number) => ({ count, node: this.node(number) }));
    const branching = counted.filter(({ count, node }) => count < always && !isPlain(node));
    const ranked = (branching.length > 0 ? branching : counted).sort((a, b) => b.count - a.count);
    return ranked.slice(0, 4).map(({ node }) => node.pattern);
  }

  /** Patterns with affixes and globs in one subset, whose combinations are too many. */
  private named(draft: DraftState): readonly Culprit[] {
    const targets = draft.subset.flatMap((number) => [...this.node(number).affixes, ...this.node(number).globs]);
    if (targets.length === 0) return this.mostFrequent();
    const spread = [0, targets.length >> 2, targets.length >> 1, targets.length - 1];
    return spread.flatMap((i) => targets[i] ?? []).map(({ target }) => this.node(target).pattern);
  }
}
