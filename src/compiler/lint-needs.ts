/** What has to be so for a statement to hold, as it is written. */
import type { Statement } from "./ast.js";
import type { Span } from "./diagnostic.js";
import type { Needs } from "./reason/find-shadowed.js";
import { printArgs, printCondition, printString } from "./print-parts.js";
import { type Placed, unfold } from "./unfold-blocks.js";

/** By the statement's place. */
export const needsOfStatements = (statements: readonly Statement[]): ReadonlyMap<Span, Needs> =>
  new Map(unfold(statements).map((placed) => [placed.statement.span, needsOf(placed)]));

/** Which task is chosen is known. */
function needsOf({ statement, programs }: Placed): Needs {
  const around = programs.map((names) => `for ${names.map(printString).toSorted().join(" ")}`);
  if (statement.kind !== "rule") return new Set(around);
  const { args, when, unless } = statement;
  return new Set([
    ...around,
    ...(args === null ? [] : [printArgs(args).join(" ")]),
    ...(when === null ? [] : [`when ${printCondition(when).join(" ")}`]),
    ...(unless === null ? [] : [`unless ${printCondition(unless).join(" ")}`]),
  ]);
}
