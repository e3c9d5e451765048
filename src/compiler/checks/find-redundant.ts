/** Rules that can go without a difference. */
import type { RuleStatement, Statement } from "../ast.js";
import type { Diagnostic } from "../diagnostic.js";
import { report } from "../messages.js";
import { expandOperation, expandOperations } from "../operations.js";
import { printArgs, printCondition, printTarget } from "../print-parts.js";
import { resolveDefaults } from "../resolve-defaults.js";
import { removal } from "./remove-statement.js";
import { withNested } from "./walk-tree.js";

/**
 * An `allow` of what is allowed anyway: every other effect wins over it, and where none matches, the default gives the
 * same. Nothing is said of a policy without a `default`: it is there to be included.
 */
export function findRedundantAllows(
  own: readonly Statement[], statements: readonly Statement[],
): readonly Diagnostic[] {
  if (statements.every(({ kind }) => kind !== "default")) return [];
  const { defaults } = resolveDefaults(statements);
  // In a task the default may be another one: what is redundant without the task need not be with it.
  const ofTasks = new Set(withNested(statements).flatMap((statement) => statement.kind === "default" && statement.effect !== "allow"
    ? statement.operations.flatMap(({ name }) => expandOperation(name)) : []));
  return outsideOfTasks(own).flatMap((statement) => {
    if (statement.kind !== "rule" || statement.effect !== "allow") return [];
    if (statement.operations.some(({ name }) => name === "privilege")) return [];
    const operations = expandOperations(statement.operations);
    if (operations.some((operation) => defaults[operation] !== "allow" || ofTasks.has(operation))) return [];
    return [report("redundant-allow", statement.span,
      { operations: operations.map((name) => `\`${name}\``).join(", ") },
      { help: "take it out, or state another default", fixes: [removal(statement)] })];
  });
}

const outsideOfTasks = (statements: readonly Statement[]): readonly Statement[] =>
  statements.flatMap((statement) => (statement.kind === "for" ? outsideOfTasks(statement.body) : [statement]));

/** The later of two rules that differ in nothing but name, reason and order. Rules of one block are compared. */
export function findDuplicateRules(own: readonly Statement[], statements: readonly Statement[]): readonly Diagnostic[] {
  const first = new Map<string, RuleStatement>();
  const isOwn = new Set(own);
  return statements.flatMap((statement): readonly Diagnostic[] => {
    if (statement.kind === "for" || statement.kind === "task") {
      return isOwn.has(statement) ? findDuplicateRules(statement.body, statement.body) : [];
    }
    if (statement.kind !== "rule") return [];
    const key = meaningOf(statement);
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, statement);
    if (earlier === undefined || !isOwn.has(statement)) return [];
    return [report("duplicate-rule", statement.span, {}, {
      labels: [{ message: "the earlier one", span: earlier.span }],
      help: "take one of them out",
      fixes: [removal(statement)],
    })];
  });
}

function meaningOf({ effect, operations, targets, except, args, when, unless }: RuleStatement): string {
  const sorted = (texts: readonly (readonly string[])[]): readonly string[] =>
    [...new Set(texts.map((words) => words.join(" ")))].sort();
  return JSON.stringify([
    effect,
    operations.some(({ name }) => name === "privilege") ? "privilege" : expandOperations(operations),
    sorted(targets.map(printTarget)), sorted(except.map(printTarget)), printArgs(args),
    when === null ? [] : printCondition(when), unless === null ? [] : printCondition(unless),
  ]);
}
