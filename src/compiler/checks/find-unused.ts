/** Names that a policy defines and never uses. */
import type { Condition, LetStatement, MarkStatement, ParamStatement, Statement } from "../ast.js";
import type { Diagnostic } from "../diagnostic.js";
import { report } from "../messages.js";
import { closest } from "../suggest-name.js";
import { removal } from "./remove-statement.js";
import { conditionLeaves, partsOf, stringsOf, withNested } from "./walk-tree.js";

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

/** Every mark that a condition or a case asks for, or seems to mean: one mistake is one diagnostic. */
export function usedMarks(statements: readonly Statement[]): ReadonlySet<string> {
  const names = new Set(withNested(statements).flatMap((statement) => (statement.kind === "mark" ? [statement.name.text] : [])));
  const asked = askedMarks(statements);
  return new Set(asked.flatMap((name) => (names.has(name) ? [name] : [name, closest(name, names) ?? name])));
}

function askedMarks(statements: readonly Statement[]): readonly string[] {
  return withNested(statements).flatMap((statement): readonly string[] => {
    switch (statement.kind) {
      case "rule":
        return [...marksIn(statement.when), ...marksIn(statement.unless)];
      case "assert":
        return marksIn(statement.when);
      case "test":
        return statement.cases.flatMap(({ marks }) => marks.map(({ text }) => text));
      default:
        return [];
    }
  });
}

const marksIn = (condition: Condition | null): readonly string[] =>
  conditionLeaves(condition).flatMap((leaf) => (leaf.kind === "mark-condition" ? [leaf.mark.text] : []));

/** A mark is a bit that only conditions read: nothing changes without one that none of them reads. */
export function findUnusedMarks(statements: readonly Statement[], used: ReadonlySet<string>): readonly Diagnostic[] {
  return withNested(statements)
    .filter((statement): statement is MarkStatement => statement.kind === "mark" && !used.has(statement.name.text))
    .map((statement) => report("unused-mark", statement.name.span, { name: statement.name.text },
      { help: "take it out, or ask for it with `when` or `unless`", fixes: [removal(statement)] }));
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
