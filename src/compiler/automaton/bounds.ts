/** How large the tables of a policy may become, and what to tell when they would exceed that. */
import {
  POLICY_ARGUMENT_WORDS, POLICY_ARGUMENTS, POLICY_CONDITIONS, POLICY_LIMITS, POLICY_MARKS, POLICY_MAX_ARGUMENT_CLASSES,
  POLICY_MAX_CASES, POLICY_MAX_EDGES, POLICY_MAX_GLOB_ROWS, POLICY_MAX_META, POLICY_MAX_MOMENTS, POLICY_MAX_RECORDS,
  POLICY_MAX_RULES, POLICY_MAX_TERMS, POLICY_PROGRAMS,
} from "../image/abi.gen.js";
import type { Ir } from "../ir.gen.js";

export interface Bounds {
  readonly rules: number;
  /** Bytes of names, places, patterns and reasons that an image carries for people. */
  readonly meta: number;
  readonly states: number;
  /** Entries of all tables of the automata. */
  readonly edges: number;
  /** Entries of all tables of addresses and ports. */
  readonly addresses: number;
  readonly records: number;
  readonly globRows: number;
  readonly marks: number;
  /** Lists of them, that conditions name. */
  readonly programs: number;
  readonly limits: number;
  /** Operations that limits look back at, and a number for each limit. */
  readonly moments: number;
  /** Different lists of words of `args`. */
  readonly arguments: number;
  /** Of their words, and one for each list. */
  readonly argumentBits: number;
  /** Sets of words that one argument can be. */
  readonly argumentClasses: number;
  readonly conditions: number;
  /** Alternatives of all conditions. */
  readonly terms: number;
  /** What records say only where a condition holds. */
  readonly cases: number;
  /** Trie nodes looked at while making automata deterministic: bounds the compiler's own time. */
  readonly work: number;
}
export type BoundName = keyof Bounds;

export const DEFAULT_BOUNDS: Bounds = {
  rules: POLICY_MAX_RULES,
  meta: POLICY_MAX_META,
  states: 1 << 20,
  edges: POLICY_MAX_EDGES,
  addresses: POLICY_MAX_EDGES,
  records: POLICY_MAX_RECORDS,
  // Row 0 is there in any case.
  globRows: POLICY_MAX_GLOB_ROWS - 1,
  marks: POLICY_MARKS,
  programs: POLICY_PROGRAMS,
  limits: POLICY_LIMITS,
  moments: POLICY_MAX_MOMENTS,
  arguments: POLICY_ARGUMENTS,
  argumentBits: 64 * POLICY_ARGUMENT_WORDS,
  // Class 0 is there in any case.
  argumentClasses: POLICY_MAX_ARGUMENT_CLASSES - 1,
  conditions: POLICY_CONDITIONS,
  terms: POLICY_MAX_TERMS,
  // Case 0 is there in any case.
  cases: POLICY_MAX_CASES - 1,
  work: 1 << 25,
};

export interface Culprit {
  /** Its number in the IR: of a rule; behind all rules, of a limit; behind these, of a mark. */
  readonly statement: number;
  /** Of its pattern; null for the statement as a whole. */
  readonly text: string | null;
}

/** As words of verdicts name limits, too. */
export const limitStatement = ({ rules }: Ir, limit: number): number => rules.length + limit;
export const markStatement = ({ rules, limits }: Ir, mark: number): number => rules.length + limits.length + mark;

/** A bound that a policy exceeds, and what is the cause. */
export interface Exceeded {
  readonly bound: BoundName;
  readonly limit: number;
  /** Each once, by number of their statements. */
  readonly culprits: readonly Culprit[];
}

export type Bounded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly exceeded: Exceeded };

/** Counts what has been made; the first bound exceeded stays on record, with the culprits named at that moment. */
export class Budget {
  private readonly spent = {
    rules: 0, meta: 0, states: 0, edges: 0, addresses: 0, records: 0, globRows: 0, marks: 0, programs: 0, limits: 0,
    moments: 0, arguments: 0, argumentBits: 0, argumentClasses: 0, conditions: 0, terms: 0, cases: 0, work: 0,
  };
  private first: Exceeded | null = null;

  constructor(private readonly bounds: Bounds) {}

  get exceeded(): Exceeded | null {
    return this.first;
  }

  /** False when `bound` is, or another one was, exceeded: the caller stops. */
  spend(bound: BoundName, amount: number, culprits: () => readonly Culprit[]): boolean {
    this.spent[bound] += amount;
    if (this.first === null && this.spent[bound] > this.bounds[bound]) {
      this.first = { bound, limit: this.bounds[bound], culprits: inOrder(culprits()) };
    }
    return this.first === null;
  }

  /** `value`, unless a bound was exceeded on the way to it. */
  outcome<T>(value: T): Bounded<T> {
    return this.first === null ? { ok: true, value } : { ok: false, exceeded: this.first };
  }
}

/** What the parts of each statement weigh together, by its number. */
export function weightsOf<Part extends Pick<Culprit, "statement">>(parts: readonly Part[], weigh: (part: Part) => number): readonly number[] {
  const weights = new Array<number>(parts.reduce((count, { statement }) => Math.max(count, statement + 1), 0)).fill(0);
  for (const part of parts) weights[part.statement] = (weights[part.statement] ?? 0) + weigh(part);
  return weights;
}

const HEAVIEST = 4;

/** The statements that a bound which all of them share is exceeded by most: those of at least half the greatest weight. */
export function heaviest(weights: readonly number[]): readonly Culprit[] {
  const most = weights.reduce((a, b) => Math.max(a, b), 0);
  return weights
    .map((weight, statement) => ({ weight, statement }))
    .filter(({ weight }) => weight > 0 && weight >= most / 2)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, HEAVIEST)
    .map(({ statement }) => ({ statement, text: null }));
}

function inOrder(culprits: readonly Culprit[]): readonly Culprit[] {
  const once = new Map(culprits.map(({ statement, text }) => [JSON.stringify([statement, text]), { statement, text }]));
  return [...once.values()].sort((a, b) => a.statement - b.statement);
}
