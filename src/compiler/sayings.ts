/**
 * All that a policy says of what selectors match: the verdicts of its rules, what its marks remember, what its limits count.
 * The automata and tries are made of these alone.
 */
import { limitStatement, markStatement } from "./automaton/bounds.js";
import type { Applies, ConditionTable } from "./conditions.js";
import {
  POLICY_FACT_CLEARS, POLICY_FACT_COUNTS, POLICY_FACT_SETS, POLICY_FACT_SUCCESS_CLEARS, POLICY_FACT_SUCCESS_SETS,
} from "./image/abi.gen.js";
import type { Effect, Event, Ir, Operation, Selector } from "./ir.gen.js";
import { factRecord, OPERATION_ORDER, recordOf, verdictWord } from "./verdict.js";
import type { VerdictRecord } from "./verdict.js";

/** Kept small: there is one for each statement of a policy. */
export interface Saying {
  /** The number of the statement that says it. */
  readonly statement: number;
  readonly operations: readonly Operation[];
  readonly match: readonly Selector[];
  readonly except: readonly Selector[];
  /** A verdict's word; null where it is a fact. */
  readonly word: number | null;
  readonly fact: SaidFact | null;
  readonly applies: Applies;
}

interface SaidFact {
  readonly kind: number;
  readonly bits: bigint;
}

/** What it says of the operations that are meant. */
export const recordFrom = (saying: Saying, meant: (op: number) => boolean): VerdictRecord =>
  recordSaying(saying, (op) => saying.operations.some((operation) => operation === OPERATION_ORDER[op]) && meant(op));

/** What it says of one, as the first. */
export const aloneFrom = (saying: Saying): VerdictRecord => recordSaying(saying, (op) => op === 0);

const recordSaying = ({ word, fact, applies }: Saying, meant: (op: number) => boolean): VerdictRecord =>
  (fact === null ? recordOf(word ?? 0, meant, applies) : factRecord(fact.kind, fact.bits, meant, applies));

/** A word of the limit with that number. */
export const limitWord = (ir: Ir, effect: Effect, limit: number): number => verdictWord(effect, limitStatement(ir, limit));

export function sayingsOf(ir: Ir, conditions: ConditionTable): readonly Saying[] {
  const sayings = ir.rules.map(({ effect, operations, match, except }, rule): Saying =>
    ({ statement: rule, operations, match, except, word: verdictWord(effect, rule), fact: null, applies: conditions.applies(rule) }));
  const facts = [
    ...ir.marks.flatMap(({ on, until }, mark) => {
      const says = (kinds: Kinds) => (event: Event): Saying =>
        factSaying(markStatement(ir, mark), event, { kind: event.success ? kinds.success : kinds.now, number: mark, applies: conditions.eventApplies(event) });
      return [...on.map(says(SETTING)), ...until.map(says(CLEARING))];
    }),
    ...ir.limits.flatMap(({ parts }, limit) => parts.map((part) => factSaying(limitStatement(ir, limit), { ...part, except: [] }, {
      kind: POLICY_FACT_COUNTS, number: limit, applies: conditions.limitApplies(limit),
    }))),
  ];
  return facts.length === 0 ? sayings : [...sayings, ...facts];
}

/** Of an event: what it does, and what it does where it is a success. */
interface Kinds {
  readonly now: number;
  readonly success: number;
}
const SETTING: Kinds = { now: POLICY_FACT_SETS, success: POLICY_FACT_SUCCESS_SETS };
const CLEARING: Kinds = { now: POLICY_FACT_CLEARS, success: POLICY_FACT_SUCCESS_CLEARS };

const factSaying = (
  statement: number, { operations, match, except }: Pick<Saying, "operations" | "match" | "except">,
  { kind, number, applies }: { readonly kind: number; readonly number: number; readonly applies: Applies },
): Saying => ({ statement, operations, match, except, word: null, fact: { kind, bits: 1n << BigInt(number) }, applies });
