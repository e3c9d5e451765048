/**
 * All that a policy says of what selectors match: the verdicts of its rules, what its marks remember, what its limits count.
 * The automata and tries are made of these alone.
 */
import type { Applies, ConditionTable } from "./conditions.js";
import { NO_RULE } from "./conditions.js";
import {
  POLICY_FACT_CLEARS, POLICY_FACT_COUNTS, POLICY_FACT_SETS, POLICY_FACT_SUCCESS_CLEARS, POLICY_FACT_SUCCESS_SETS, POLICY_OPS,
} from "./image/abi.gen.js";
import type { Effect, Event, Ir, Operation, Selector } from "./ir.gen.js";
import { factRecord, OPERATION_ORDER, recordOf, verdictWord } from "./verdict.js";
import type { VerdictRecord } from "./verdict.js";

export interface Saying {
  /** The number of the rule that says it, or NO_RULE. */
  readonly rule: number;
  readonly operations: readonly Operation[];
  readonly match: readonly Selector[];
  readonly except: readonly Selector[];
  /** What it says of the operations that are meant. */
  readonly record: (meant: (op: number) => boolean) => VerdictRecord;
  /** What it says of one, as the first. */
  readonly alone: VerdictRecord;
}

const EVERY_OP = Array.from({ length: POLICY_OPS }, (_, op) => op);

/** A word of the limit with that number: behind those of all rules. */
export const limitWord = ({ rules }: Ir, effect: Effect, limit: number): number => verdictWord(effect, rules.length + limit);

export function sayingsOf(ir: Ir, conditions: ConditionTable): readonly Saying[] {
  return [
    ...ir.rules.map(({ effect, operations, match, except }, rule): Saying => {
      const [word, applies] = [verdictWord(effect, rule), conditions.applies(rule)];
      return saying(rule, { operations, match, except }, (meant) => recordOf(word, meant, applies));
    }),
    ...ir.marks.flatMap(({ on, until }, mark) => [
      ...on.map((event) => eventSaying(event, mark, { now: POLICY_FACT_SETS, success: POLICY_FACT_SUCCESS_SETS }, conditions)),
      ...until.map((event) => eventSaying(event, mark, { now: POLICY_FACT_CLEARS, success: POLICY_FACT_SUCCESS_CLEARS }, conditions)),
    ]),
    ...ir.limits.flatMap(({ parts }, limit) => parts.map((part) => factSaying(
      { ...part, except: [] }, { kind: POLICY_FACT_COUNTS, number: limit, applies: conditions.limitApplies(limit) }))),
  ];
}

function eventSaying(
  event: Event, mark: number, kinds: { readonly now: number; readonly success: number }, conditions: ConditionTable,
): Saying {
  const kind = event.success ? kinds.success : kinds.now;
  return factSaying(event, { kind, number: mark, applies: conditions.eventApplies(event) });
}

type Matched = Pick<Saying, "operations" | "match" | "except">;

const factSaying = (
  matched: Matched, { kind, number, applies }: { readonly kind: number; readonly number: number; readonly applies: Applies },
): Saying => saying(NO_RULE, matched, (meant) => factRecord(kind, 1n << BigInt(number), meant, applies));

function saying(rule: number, { operations, match, except }: Matched, say: Saying["record"]): Saying {
  const isMeant = EVERY_OP.map((op) => operations.some((operation) => operation === OPERATION_ORDER[op]));
  return {
    rule, operations, match, except,
    record: (meant) => say((op) => isMeant[op] === true && meant(op)),
    alone: say((op) => op === 0),
  };
}
