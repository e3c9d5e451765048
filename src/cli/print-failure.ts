/** Says why a command cannot go on, and returns the status to exit with. */
import type { Diagnostic } from "../compiler/diagnostic.js";
import type { Failure } from "./exit.js";
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
  writeErr(renderDiagnostics(diagnostics, { colour: hasColour("err"), limit: MOST_SHOWN }));
}

/** More than a screen holds. */
const MOST_SHOWN = 20;

export function printTrouble(trouble: Trouble): number {
  if (trouble.kind === "failure") return printFailure(trouble.failure);
  printDiagnostics(trouble.diagnostics);
  return trouble.status;
}
