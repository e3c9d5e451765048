/** Diagnostics as workflow commands of GitHub Actions, which shows them at the lines of a pull request. */
import type { Diagnostic } from "../compiler/diagnostic.js";
import { placeOf } from "./lint-json.js";

export function renderForGithub(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(({ code, severity, message, span, help }) => {
    const { file, start, end } = placeOf(span);
    const properties = {
      file, line: start.line, endLine: end.line, col: start.column,
      // A column's end is shown within one line alone.
      ...(end.line === start.line ? { endColumn: end.column } : {}),
      title: `policyc ${code}`,
    };
    const words = help === undefined ? message : `${message}\nhelp: ${help}`;
    const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
    return `::${severity} ${list.join(",")}::${escapeData(words)}\n`;
  }).join("");
}

// As actions/toolkit does, in packages/core/src/command.ts.
const escapeData = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
