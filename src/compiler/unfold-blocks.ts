/** `for` and `task` blocks: the statements in them, each with what it stands in. */
import type { Statement, StringLiteral } from "./ast.js";

/** A statement that is no block. */
export interface Placed {
  readonly statement: Statement;
  /** Programs of each `for` around it, the outermost first. */
  readonly programs: readonly (readonly StringLiteral[])[];
  /** Names of the `task`s around it: it counts where all of them are chosen. */
  readonly tasks: readonly StringLiteral[];
}

/** Several stages ask for the same. */
const known = new WeakMap<readonly Statement[], readonly Placed[]>();

/** In the order of the text. */
export function unfold(statements: readonly Statement[]): readonly Placed[] {
  const placed = known.get(statements) ?? within(statements, [], []);
  known.set(statements, placed);
  return placed;
}

function within(
  statements: readonly Statement[], programs: Placed["programs"], tasks: Placed["tasks"],
): readonly Placed[] {
  return statements.flatMap((statement): readonly Placed[] => {
    if (statement.kind === "for") return within(statement.body, [...programs, statement.programs], tasks);
    if (statement.kind === "task") return within(statement.body, programs, [...tasks, statement.name]);
    return [{ statement, programs, tasks }];
  });
}

/** Names that can be chosen. */
export const tasksIn = (statements: readonly Statement[]): ReadonlySet<string> =>
  new Set(unfold(statements).flatMap(({ tasks }) => tasks.map(plainText)));

/** Of a string in which nothing is substituted. */
export const plainText = ({ parts }: StringLiteral): string =>
  parts.map((part) => (part.kind === "text" ? part.text : `\${${part.name}}`)).join("");
