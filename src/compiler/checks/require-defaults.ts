/** What agents do harm with should not be allowed by saying nothing. */
import type { PolicyFile, Statement } from "../ast.js";
import type { Diagnostic } from "../diagnostic.js";
import { report } from "../messages.js";
import { expandOperation } from "../operations.js";
import { withNested } from "./walk-tree.js";

const WANTED = ["write", "connect"] as const;

/** `statements`: of all files of the policy. A policy without any rule has nothing to fall back from. */
export function requireDefaults(root: PolicyFile, statements: readonly Statement[]): readonly Diagnostic[] {
  const stated = new Set(withNested(statements).flatMap((statement) =>
    statement.kind === "default" ? statement.operations.flatMap(({ name }) => expandOperation(name)) : []));
  const missing = WANTED.filter((operation) => !stated.has(operation));
  const own = root.statements.find(({ kind }) => kind === "default") ?? root.statements[0];
  if (missing.length === 0 || own === undefined || withNested(statements).every(({ kind }) => kind !== "rule")) return [];
  return [report("unstated-default", own.span, { operations: missing.map((name) => `\`${name}\``).join(" and ") }, {
    help: `\`default deny ${missing.join(", ")}\`, or \`allow\` if that is meant`,
  })];
}
