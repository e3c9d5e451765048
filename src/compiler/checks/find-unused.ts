/** Names that a policy defines and never uses. */
import type { LetStatement, ParamStatement, Statement } from "../ast.js";
import type { Diagnostic } from "../diagnostic.js";
import { report } from "../messages.js";
import { removal } from "./remove-statement.js";
import { partsOf, stringsOf, withNested } from "./walk-tree.js";

/** Every name of a parameter or let that stands in a string or as a target. */
export function usedNames(statements: readonly Statement[]): ReadonlySet<string> {
  const used = new Set<string>();
  for (const statement of withNested(statements)) {
    for (const { subject } of partsOf(statement).targets) if (subject.kind === "name") used.add(subject.text);
    for (const { parts } of stringsOf(statement)) {
      for (const part of parts) if (part.kind === "reference") used.add(part.name);
    }
  }
  return used;
}

/** `used`: in every policy that takes the file in. A file that decides nothing is there to be included by others. */
export function findUnused(statements: readonly Statement[], used: ReadonlySet<string>): readonly Diagnostic[] {
  const all = withNested(statements);
  if (all.every(({ kind }) => kind !== "rule" && kind !== "default")) return [];
  return all
    .filter((statement): statement is LetStatement | ParamStatement => statement.kind === "let" || statement.kind === "param")
    .filter(({ name }) => !used.has(name.text))
    .map((statement) => {
      const name = statement.name.text;
      return statement.kind === "let"
        ? report("unused-let", statement.name.span, { name }, { help: "take it out", fixes: [removal(statement)] })
        // Others may bind it: to take it out would break their command lines.
        : report("unused-parameter", statement.name.span, { name }, { help: "take it out, with what binds it" });
    });
}
