/** `when`, `args`, marks and limits of the resolved tree → those of the IR. Patterns have been checked by `resolve`. */
import { assertNever, type Position, type Span } from "./diagnostic.js";
import type { ArgsPattern, Condition, Event, Limit, Mark, Place } from "./ir.gen.js";
import { groupOperations, lowerPrograms, lowerWord } from "./lower-targets.js";
import type { ResolvedArgs, ResolvedCondition, ResolvedEvent, ResolvedLimit, ResolvedMark } from "./resolved.js";

/** Where a span begins: files are indexed once. */
export type PlaceOf = (span: Span) => Position;

export function placeAt(span: Span, positionOf: PlaceOf): Place {
  const { line, column } = positionOf(span);
  return { file: span.source.path, line, column };
}

export function lowerCondition(condition: ResolvedCondition): Condition {
  switch (condition.kind) {
    case "mark":
      return { kind: "mark", mark: condition.mark };
    case "exe":
    case "under":
      return { kind: condition.kind, programs: lowerPrograms(condition.programs) };
    case "not":
      return { kind: "not", operand: lowerCondition(condition.operand) };
    case "and":
    case "or":
      return { kind: condition.kind, operands: condition.operands.map(lowerCondition) };
    default:
      return assertNever(condition);
  }
}

export function lowerArgs({ only, words, without }: ResolvedArgs, span: Span): ArgsPattern {
  return {
    only, words: words.map((word) => lowerWord(word, span)), without: without.map((word) => lowerWord(word, span)),
  };
}

export function lowerMark(mark: ResolvedMark, positionOf: PlaceOf): Mark {
  const { name, on, until, perProcess, tracksFiles, span } = mark;
  const events = (list: readonly ResolvedEvent[]): Event[] => list.flatMap((event) => lowerEvent(event, span));
  return { name, on: events(on), until: events(until), perProcess, tracksFiles, source: placeAt(span, positionOf) };
}

function lowerEvent(event: ResolvedEvent, span: Span): readonly Event[] {
  const { targets, except, args, unlessExe } = event;
  const success = event.operations === "success";
  const shared = {
    success, args: args === null ? null : lowerArgs(args, span), unlessExe: lowerPrograms(unlessExe),
  };
  // Only rules of `load` have arguments that are not those of what is executed.
  return groupOperations(event.operations === "success" ? ["exec"] : event.operations, { targets, except, args: null })
    .map(({ operations, ...group }) =>
      ({ ...shared, operations: [...operations], match: [...group.match], except: [...group.except] }));
}

export function lowerLimit(limit: ResolvedLimit, positionOf: PlaceOf): Limit {
  const { id, effect, operations, targets, when, count, perMilliseconds, because, span } = limit;
  return {
    id, effect,
    parts: groupOperations(operations, { targets, except: [], args: null })
      .map((group) => ({ operations: [...group.operations], match: [...group.match] })),
    when: when === null ? null : lowerCondition(when), count, perMilliseconds, because,
    source: placeAt(span, positionOf),
  };
}
