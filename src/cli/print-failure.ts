/** Says why a command cannot go on, and returns the status to exit with. */
import type { Diagnostic } from "../compiler/diagnostic.js";
import { type Failure, STATUS } from "./exit.js";
import type { Trouble } from "./loaded.js";
import { renderDiagnostics } from "./render-diagnostics.js";
import { hasColour, painter, printable, writeErr } from "./terminal.js";

export function printFailure(failure: Failure): number {
  const paint = painter(hasColour("err"));
  writeErr(`${paint("red", "error")}: ${printable(failure.message)}\n`);
  if (failure.help !== undefined) printHelp(failure.help);
  return failure.status;
}

export function printHelp(text: string): void {
  writeErr(`${painter(hasColour("err"))("cyan", "help")}: ${printable(text)}\n`);
}

export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  writeErr(renderDiagnostics(diagnostics, { colour: hasColour("err") }));
}

/** Mistakes that were made on the command line, not in the file. */
const OF_THE_COMMAND_LINE = new Set(["unknown-binding", "home-not-absolute"]);

export function printTrouble(trouble: Trouble): number {
  if (trouble.kind === "failure") return printFailure(trouble.failure);
  printDiagnostics(trouble.diagnostics);
  const errors = trouble.diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  return errors.every(({ code }) => OF_THE_COMMAND_LINE.has(code)) ? STATUS.usage : STATUS.policy;
}
