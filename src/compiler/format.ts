/** `policyc fmt`: a file's text → the same in the one layout. */
import { invariant, type Outcome, type Source } from "./diagnostic.js";
import { parse } from "./parse.js";
import { print } from "./print.js";

/** Fails with the file's syntax errors. The result means the same: it is parsed again and its tree compared. */
export function format(source: Source): Outcome<string> {
  const parsed = parse(source);
  if (!parsed.ok) return parsed;
  const text = print(parsed.value, "as-written");
  if (text !== source.text) {
    const again = parse({ path: source.path, text });
    invariant(again.ok && shape(again.value) === shape(parsed.value), "formatting keeps the tree");
  }
  return { ok: true, value: text, diagnostics: parsed.diagnostics };
}

const shape = (tree: unknown): string =>
  JSON.stringify(tree, (key: string, value: unknown) => key === "span" ? undefined : value);
