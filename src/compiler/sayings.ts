/**
 * All that a policy says of what selectors match: the verdicts of its rules, what its marks remember, what its limits count.
 * The automata and tries are made of these alone.
 */
import { limitStatement, markStatement } from "./automaton/bounds.js";
import type { Applies, ConditionTable } from "./conditions.js";
import {
  POLICY_FACT_CLEARS, POLICY_FACT_COUNTS, POLICY_FACT_SETS, POLICY_FACT_SUCCESS_CLEARS, POLICY_FACT_SUCCESS_SETS, POLICY_OPS,
} from "./image/abi.gen.js";
import type { Effect, Event, Ir, Operation, Selector } from "./ir.gen.js";
import { factRecord, OPERATION_ORDER, recordOf, verdictWord } from "./verdict.js";
import type { VerdictRecord } from "./verdict.js";

export interface Saying {
  /** The number of the statement that says it. */
  readonly statement: number;
  readonly operations: readonly Operation[];
  readonly match: readonly Selector[];
  readonly except: readonly Selector[];
  /** What it says of the operations that are meant. */
  readonly record: (meant: (op: number) => boolean) => VerdictRecord;
  /** What it says of one, as the first. */
  readonly alone: VerdictRecord;
}

const EVERY_OP = Array.from({ length: POLICY_OPS }, (_, op) => op);

/** A word of the limit with that number. */
export const limitWord = (ir: Ir, effect: Effect, limit: number): number => verdictWord(effect, limitStatement(ir, limit));

export function sayingsOf(ir: Ir, conditions: ConditionTable): readonly Saying[] {
  return [
    ...ir.rules.map(({ effect, operations, match, except }, rule): Saying => {
      const [word, applies] = [verdictWord(effect, rule), conditions.applies(rule)];
      return saying(rule, { operations, match, except }, (meant) => recordOf(word, meant, applies));
    }),
    ...ir.marks.flatMap(({ on, until }, mark) => {
      const says = (kinds: Kinds) => (event: Event): Saying => factSaying(markStatement(ir, mark), event, {
        kind: event.success ? kinds.success : kinds.now, number: mark, applies: conditions.eventApplies(event),
      });
      return [...on.map(says(SETTING)), ...until.map(says(CLEARING))];
    }),
    ...ir.limits.flatMap(({ parts }, limit) => parts.map((part) => factSaying(limitStatement(ir, limit), { ...part, except: [] }, {
      kind: POLICY_FACT_COUNTS, number: limit, applies: conditions.limitApplies(limit),
    }))),
  ];
}

/** Of an event: what it does, and what it does where it is a success. */
interface Kinds {
  readonly now: number;
  readonly success: number;
}
const SETTING: Kinds = { now: POLICY_FACT_SETS, success: POLICY_FACT_SUCCESS_SETS };
const CLEARING: Kinds = { now: POLICY_FACT_CLEARS, success: POLICY_FACT_SUCCESS_CLEARS };

type Matched = Pick<Saying, "operations" | "match" | "except">;

const factSaying = (
  statement: number, matched: Matched, { kind, number, applies }: { readonly kind: number; readonly number: number; readonly applies: Applies },
): Saying => saying(statement, matched, (meant) => factRecord(kind, 1n << BigInt(number), meant, applies));

function saying(statement: number, { operations, match, except }: Matched, say: Saying["record"]): Saying {
  const isMeant = EVERY_OP.map((op) => operations.some((operation) => operation === OPERATION_ORDER[op]));
  return {
    statement, operations, match, except,
    record: (meant) => say((op) => isMeant[op] === true && meant(op)),
    alone: say((op) => op === 0),
  };
}
