/** `policyc test`: the cases that a policy's tests try, and its assertions. */
import { once } from "../compiler/diagnostic.js";
import { bindingsOf } from "./bindings.js";
import { STATUS } from "./exit.js";
import type { BindingOptions } from "./options.js";
import { policyFiles } from "./policy-files.js";
import { printDiagnostics, printFailure, printHelp } from "./print-failure.js";
import { readSource } from "./read-sources.js";
import { OF_THE_COMMAND_LINE } from "./render-diagnostics.js";
import { testFiles, type TriedFile } from "./run-tests.js";
import { hasColour, terminalWidth, writeErr, writeOut } from "./terminal.js";
import { toJson, toTap } from "./test-formats.js";
import { resultsOf } from "./test-results.js";
import { renderTests } from "./test-report.js";

export interface TestOptions extends BindingOptions {
  readonly format: string;
  readonly json?: boolean;
  readonly coverage?: boolean;
}

export function testCommand(paths: readonly string[], options: TestOptions): number {
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  const files = policyFiles(paths);
  if (!files.ok) return printFailure(files.failure);
  const attempt = testFiles(files.value, readSource, bindings.value);
  if (!attempt.ok) return printFailure(attempt.failure);
  const tried = attempt.value;
  printDiagnostics(once(tried.flatMap(({ outcome }) => outcome.diagnostics)));
  show(tried, options);
  if (tried.every(passed)) return STATUS.done;
  return tried.every((one) => passed(one) || isCommandLine(one)) ? STATUS.usage : STATUS.policy;
}

/** Whether it is not the policy that is at fault. */
const isCommandLine = ({ outcome }: TriedFile): boolean =>
  !outcome.ok && outcome.diagnostics.every(({ code }) => OF_THE_COMMAND_LINE.has(code));

const passed = ({ outcome }: TriedFile): boolean => outcome.ok && resultsOf(outcome.value).every(({ ok }) => ok);

function show(tried: readonly TriedFile[], { format, json = false, coverage = false }: TestOptions): void {
  const files = tried.flatMap(({ outcome }) => (outcome.ok ? [outcome.value] : []));
  if (json || format === "json") writeOut(`${JSON.stringify(toJson(tried, coverage), null, 2)}\n`);
  else if (format === "tap") writeOut(toTap(tried, coverage));
  else if (files.length > 0) {
    writeOut(renderTests(files, { colour: hasColour("out"), coverage, columns: terminalWidth() }));
    if (files.every((file) => resultsOf(file).length === 0)) {
      writeErr("no tests\n");
      printHelp("test \"keys stay private\" { deny read \"~/.ssh/id_ed25519\" }");
    }
  }
}
