/** Verdict words as step functions over the ports 0 to 65535. */
import type { PortInterval } from "../resolved.js";

/** `word` from port `from` up to the next step. */
export interface Step {
  readonly from: number;
  readonly word: number;
}
/** Ascending, the first from 0, neighbours differing. */
export type Steps = readonly Step[];

export const PORTS = 65536;

export function constant(word: number): Steps {
  return [{ from: 0, word }];
}

export function isConstant(steps: Steps): boolean {
  return steps.length === 1;
}

/** `word` within the intervals (sorted, disjoint), 0 elsewhere. */
export function within(intervals: readonly PortInterval[], word: number): Steps {
  const steps: Step[] = [{ from: 0, word: 0 }];
  for (const { first, last } of intervals) steps.push({ from: first, word }, { from: last + 1, word: 0 });
  return tidy(steps);
}

/** Of several steps at one port the last counts; equal neighbours are joined; nothing lies beyond the last port. */
function tidy(steps: readonly Step[]): Steps {
  const tidied: Step[] = [];
  for (const step of steps) {
    if (step.from >= PORTS) break;
    if (tidied.at(-1)?.from === step.from) tidied.pop();
    if (tidied.at(-1)?.word !== step.word) tidied.push(step);
  }
  return tidied;
}

/** Port by port `combine` of both. */
export function combine(a: Steps, b: Steps, merge: (a: number, b: number) => number): Steps {
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  for (let from = 0; from < PORTS;) {
    steps.push({ from, word: merge(a[i]?.word ?? 0, b[j]?.word ?? 0) });
    const [nextA, nextB] = [a[i + 1]?.from ?? PORTS, b[j + 1]?.from ?? PORTS];
    from = Math.min(nextA, nextB);
    if (nextA === from) i++;
    if (nextB === from) j++;
  }
  return tidy(steps);
}

/** How two words that both hold make one. */
export type Join = (a: number, b: number) => number;

export function joined(a: Steps, b: Steps, join: Join): Steps {
  if (isConstant(b) && b[0]?.word === 0) return a;
  if (isConstant(a) && a[0]?.word === 0) return b;
  return combine(a, b, join);
}

export interface PortPrefix {
  readonly port: number;
  /** Leading bits of `port` that count, 0 to 16. */
  readonly bits: number;
  readonly word: number;
}

/** Longest-prefix entries for the ports whose word is not `base`. */
export function portPrefixes(steps: Steps, base: number): readonly PortPrefix[] {
  return steps.flatMap(({ from, word }, i) => (word === base ? [] : cover(from, steps[i + 1]?.from ?? PORTS, word)));
}

/** The fewest aligned blocks that make up [from, to). */
function cover(from: number, to: number, word: number): readonly PortPrefix[] {
  const blocks: PortPrefix[] = [];
  for (let port = from; port < to;) {
    let size = 1;
    while (port % (2 * size) === 0 && port + 2 * size <= to) size *= 2;
    blocks.push({ port, bits: 16 - Math.log2(size), word });
    port += size;
  }
  return blocks;
}
