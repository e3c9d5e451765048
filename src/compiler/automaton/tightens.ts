/**
 * Which states with a fallback permit nothing that it does not, whatever lies beneath. Both are followed side by side
 * through the names in which they differ; where that cannot tell, the answer is no.
 */
import type { DraftState } from "./determinize.js";
import { ALL_OPS, atMost, keepsOrder } from "./summaries.js";
import type { Reach } from "./summaries.js";

const PAIR = 2 ** 24;

/** Pairs looked at before giving up: then no state is said to tighten. */
const PAIRS_MAX = 1 << 21;

interface PairNode {
  readonly left: number;
  readonly right: number;
  /** Operations for which nothing is left to show, and those for which the pairs beneath decide. */
  settled: number;
  open: number;
  children: readonly number[];
  holds: number;
}

type Step = (state: number, name: string) => number;

class Pairs {
  readonly nodes: PairNode[] = [];
  private readonly numbers = new Map<number, number>();

  constructor(
    private readonly drafts: readonly DraftState[], private readonly reach: Reach, private readonly step: Step,
  ) {}

  /** The number of a pair; it is filled in by `explore`. */
  number(left: number, right: number): number {
    const key = left * PAIR + right;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.nodes.push({ left, right, settled: 0, open: 0, children: [], holds: 0 }) - 1;
    this.numbers.set(key, number);
    return number;
  }

  explore(): boolean {
    for (const pair of this.nodes) {
      if (this.nodes.length > PAIRS_MAX) return false;
      this.fill(pair);
    }
    return true;
  }

  private fill(pair: PairNode): void {
    const { at, below, here, latched } = this.reach;
    const { left, right } = pair;
    const outright = atMost(at[left] ?? 0, at[right] ?? 0);
    const order = keepsOrder(latched[left] ?? 0, latched[right] ?? 0);
    const own = atMost(here[left] ?? 0, here[right] ?? 0);
    const beneathHolds = order.settled | atMost(below[left] ?? 0, below[right] ?? 0) & order.monotone;
    pair.settled = outright | (own & beneathHolds);
    pair.open = own & order.monotone & ~pair.settled;
    const base = this.base(left);
    // Different bases differ in names without end; one base answers alike for both.
    if (base !== this.base(right)) pair.open = 0;
    pair.holds = pair.settled | pair.open;
    if (pair.open !== 0) pair.children = this.differing(left, right, base);
  }

  private base(state: number): number {
    const fallback = this.drafts[state]?.fallback ?? 0;
    return fallback === 0 ? state : fallback;
  }

  private differing(left: number, right: number, base: number): readonly number[] {
    const children = new Set<number>();
    for (const state of [left, right]) {
      if (state === base) continue;
      for (const name of this.drafts[state]?.literals.keys() ?? []) {
        const [a, b] = [this.step(left, name), this.step(right, name)];
        if (a !== b) children.add(this.number(a, b));
      }
    }
    return [...children];
  }
}

/** Takes back what the pairs beneath do not bear out, until nothing changes. */
function settle(nodes: readonly PairNode[]): void {
  for (let changed = true; changed;) {
    changed = false;
    for (let i = nodes.length - 1; i >= 0; i--) {
      const pair = nodes[i];
      if (pair === undefined) continue;
      let holds = pair.holds;
      for (const child of pair.children) holds &= pair.settled | (nodes[child]?.holds ?? 0);
      if (holds === pair.holds) continue;
      pair.holds = holds;
      changed = true;
    }
  }
}

/** Adds the states of `range` that tighten to `tightening`. */
export function findTightening(
  drafts: readonly DraftState[], reach: Reach, step: Step, [from, to]: readonly [number, number],
  tightening: Set<number>,
): void {
  const pairs = new Pairs(drafts, reach, step);
  const roots: (readonly [number, number])[] = [];
  for (let state = from; state < to; state++) {
    const fallback = drafts[state]?.fallback ?? 0;
    if (fallback !== 0) roots.push([state, pairs.number(state, fallback)]);
  }
  if (!pairs.explore()) return;
  settle(pairs.nodes);
  for (const [state, pair] of roots) if (pairs.nodes[pair]?.holds === ALL_OPS) tightening.add(state);
}
