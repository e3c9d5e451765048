/** The front end over texts instead of files, for tests. */
import { frontEnd } from "../../src/compiler/compile.js";
import type { FrontEnd } from "../../src/compiler/compile.js";
import type { Diagnostic, Outcome } from "../../src/compiler/diagnostic.js";
import type { ReadSource } from "../../src/compiler/include.js";
import type { Bindings } from "../../src/compiler/resolved.js";

export const HOME = "/home/ada";

export function readFrom(files: Readonly<Record<string, string>>): ReadSource {
  return (path) => {
    const text = Object.hasOwn(files, path) ? files[path] : undefined;
    return text === undefined ? { error: "no such file" } : { path, text };
  };
}

/** Compiles `files`, the first of which is the root, or a single text. */
export function check(files: string | Readonly<Record<string, string>>, bindings: Partial<Bindings> = {}): Outcome<FrontEnd> {
  const all = typeof files === "string" ? { "a.pol": files } : files;
  return frontEnd(Object.keys(all)[0] ?? "", readFrom(all), { home: HOME, params: {}, programs: [], ...bindings });
}

/** The value of a policy without mistakes. */
export function accepted(files: string | Readonly<Record<string, string>>, bindings: Partial<Bindings> = {}): FrontEnd {
  const outcome = check(files, bindings);
  if (!outcome.ok) throw new Error(outcome.diagnostics.map((diagnostic) => diagnostic.message).join("\n"));
  return outcome.value;
}

/** Of each diagnostic its code and the text that it points at. */
export function found(diagnostics: readonly Diagnostic[]): readonly (readonly [string, string])[] {
  return diagnostics.map(({ code, span }) => [code, span.source.text.slice(span.start, span.end)]);
}
