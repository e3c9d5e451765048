/** Diagnostics as the `expected.txt` of a case has them: everything about each, nothing about the machine. */
import { positionOf, type Diagnostic, type Span } from "../../src/compiler/diagnostic.js";

export function showDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(showOne).join("");
}

function showOne({ code, severity, message, span, labels, help }: Diagnostic): string {
  const lines = [
    `${place(span)} ${severity} ${code}`,
    `  ${message}`,
    ...labels.map((label) => `  label ${place(label.span)}: ${label.message}`),
    ...(help === undefined ? [] : [`  help: ${help}`]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function place({ source, start, end }: Span): string {
  const from = positionOf(source, start);
  const to = positionOf(source, end);
  return `${from.line}:${from.column}-${to.line}:${to.column}`;
}
