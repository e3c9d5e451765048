/** `policyc fmt`: policies in the one layout. */
import type { Diagnostic } from "../compiler/diagnostic.js";
import { format } from "../compiler/format.js";
import { fail, STATUS } from "./exit.js";
import { unifiedDiff } from "./line-diff.js";
import { policyFiles } from "./policy-files.js";
import { printDiagnostics, printFailure } from "./print-failure.js";
import { readSource, STDIN } from "./read-sources.js";
import { printable, writeErr, writeOut } from "./terminal.js";
import { replaceText } from "./write-whole.js";

export interface FmtOptions {
  readonly check?: boolean;
}

/** A file that cannot be formatted stays as it is; the others are formatted all the same. */
export function fmtCommand(paths: readonly string[], { check = false }: FmtOptions): number {
  const files = policyFiles(paths);
  if (!files.ok) return printFailure(files.failure);
  const diagnostics: Diagnostic[] = [];
  const statuses = files.value.map((file) => formatFile(file, check, diagnostics));
  printDiagnostics(diagnostics);
  return Math.max(STATUS.done, ...statuses);
}

function formatFile(file: string, check: boolean, diagnostics: Diagnostic[]): number {
  const source = readSource(file);
  if ("error" in source) return printFailure(fail(STATUS.usage, `cannot read \`${file}\`: ${source.error}`).failure);
  const formatted = format(source);
  diagnostics.push(...formatted.diagnostics);
  if (!formatted.ok) return STATUS.policy;
  const text = formatted.value;
  if (check) return text === source.text ? STATUS.done : sayDifference(source.path, source.text, text);
  if (file === STDIN) writeOut(text);
  else if (text !== source.text) {
    const replaced = file.startsWith("std:") ? fail(STATUS.usage, `\`${file}\` is a part of policyc`) : replaceText(file, text);
    if (!replaced.ok) return printFailure(replaced.failure);
    writeOut(`${printable(file)}\n`);
  }
  return STATUS.done;
}

/** Its name for programs, the lines for people. */
function sayDifference(path: string, before: string, after: string): number {
  writeOut(`${printable(path)}\n`);
  const shown = unifiedDiff(path, before, after).split("\n").map(printable).join("\n");
  writeErr(shown);
  return STATUS.policy;
}
