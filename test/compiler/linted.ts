/** What `policyc lint` says of texts instead of files, for tests. */
import type { Diagnostic, Source } from "../../src/compiler/diagnostic.js";
import { lint, type LintInput } from "../../src/compiler/lint.js";
import { parse } from "../../src/compiler/parse.js";
import { HOME } from "./front-end.js";

export function linted(
  files: Readonly<Record<string, string>> | string, roots?: readonly string[], more: Partial<LintInput> = {},
): readonly Diagnostic[] {
  const all = typeof files === "string" ? { "a.pol": files } : files;
  const sources = new Map<string, Source>(Object.entries(all).map(([path, text]) => [path, { path, text }]));
  return lint(roots ?? Object.keys(all), {
    read: (path) => sources.get(path) ?? { error: "no such file" },
    parseSource: parse, home: HOME, params: {}, linkOf: null, ...more,
  });
}
