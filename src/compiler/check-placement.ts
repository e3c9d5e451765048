/** What the grammar cannot say about where a part of a policy may stand. */
import { PRIVILEGES, type OperationRef, type Statement, type Target } from "./ast.js";
import type { Diagnostic, Span } from "./diagnostic.js";
import { report } from "./messages.js";
import { closest } from "./suggest-name.js";

/** `policy` comes first in a file, and once. */
export function checkPolicies(statements: readonly Statement[]): readonly Diagnostic[] {
  const [named, ...again] = statements.filter(({ kind }) => kind === "policy");
  if (named === undefined) return [];
  const labels = [{ message: "named here", span: named.span }];
  return [
    ...(named === statements[0] ? [] : [report("policy-not-first", named.span, {}, { help: "move it to the top of the file" })]),
    ...again.map(({ span }) => report("duplicate-policy", span, {}, { labels, help: "take one of them out" })),
  ];
}

/** Kinds of statements that only a whole file can have. */
const FILE_ONLY: ReadonlySet<Statement["kind"]> = new Set(["policy", "include", "param", "test", "draft"] as const);

/** `brace`: the one that opens the block. */
export function checkBlock(body: readonly Statement[], block: "for" | "task", brace: Span): readonly Diagnostic[] {
  const extras = { labels: [{ message: "the block begins here", span: brace }], help: "put it before the block" };
  return body.filter(({ kind }) => FILE_ONLY.has(kind))
    .map(({ kind, span }) => report("misplaced-statement", span, { statement: kind, block }, extras));
}

const EVERY: ReadonlySet<string> = new Set(["all", "everything"]);

/** No `let` can stand for a privilege, so a name in its place is a misspelt one. */
export function checkPrivileges(
  operations: readonly OperationRef[], targets: readonly Target[],
): readonly Diagnostic[] {
  if (!operations.every(({ name }) => name === "privilege")) return [];
  return targets.flatMap(({ subject }) => {
    if (subject.kind !== "name") return [];
    const meant = closest(subject.text, PRIVILEGES);
    const help = EVERY.has(subject.text) ? "privileges are named one by one, and denied where no rule allows them"
      : meant === undefined ? undefined : `did you mean \`${meant}\`?`;
    return [report("not-a-privilege", subject.span, { name: subject.text }, { help })];
  });
}
