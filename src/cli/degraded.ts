/** What `run` says of a policy that the tracepoint backend cannot hold whole. */
import type { Shortcoming } from "../runtime/tracepoints.js";
import { STATUS } from "./exit.js";
import { printFailure, printHelp } from "./print-failure.js";
import { printable, writeErr } from "./terminal.js";

const MOST_LINES = 8;
const WIDTH = 80;

/** What is said of one statement: the operations that it speaks of, for one reason. */
interface Line {
  readonly where: string;
  readonly operations: readonly string[];
  readonly why: string;
}

/** Whether the command may run: where something cannot be held, only if the user has said so. */
export function admits(shortcomings: readonly Shortcoming[], allowDegraded: boolean): boolean {
  const lines = linesOf(shortcomings);
  if (lines.length === 0) return true;
  if (allowDegraded) {
    writeErr(`policyc: not enforced by the backend \`tracepoint\`:\n${table(lines)}`);
    return true;
  }
  const statements = statementsIn(lines);
  printFailure({
    status: STATUS.machine,
    message: `the backend \`tracepoint\` cannot hold ${statements} statement${statements === 1 ? "" : "s"} of this policy:`,
  });
  writeErr(table(lines));
  printHelp("`--allow-degraded` runs it without them; `policyc doctor` says what a better backend needs");
  return false;
}

const statementsIn = (lines: readonly Line[]): number => new Set(lines.map(({ where }) => where)).size;

function linesOf(shortcomings: readonly Shortcoming[]): readonly Line[] {
  const byStatement = new Map<string, Line>();
  for (const { rule, operation, why } of shortcomings) {
    const where = rule?.id ?? "the default";
    const key = `${where}\0${why}`;
    const operations = [...byStatement.get(key)?.operations ?? [], operation];
    byStatement.set(key, { where, operations, why });
  }
  const lines = [...byStatement.values()];
  // Those of one statement together.
  return [...new Set(lines.map(({ where }) => where))].flatMap((where) => lines.filter((line) => line.where === where));
}

function table(lines: readonly Line[]): string {
  const shown = lines.slice(0, MOST_LINES);
  const rest = lines.slice(MOST_LINES);
  return [
    ...shown.map(({ where, operations, why }) => {
      const head = `  ${printable(where)}, ${operations.join(", ")}: `;
      return head.length + why.length > WIDTH ? `${head.trimEnd()}\n    ${why}` : `${head}${why}`;
    }),
    ...(rest.length > 0 ? [`  ${restText(shown, rest)}`] : []),
    "",
  ].join("\n");
}

/** In statements, as they are counted above: of one there may be several lines. */
function restText(shown: readonly Line[], rest: readonly Line[]): string {
  const more = statementsIn([...shown, ...rest]) - statementsIn(shown);
  return more === 0 ? "and more about these" : `and ${more} more statement${more === 1 ? "" : "s"}`;
}
