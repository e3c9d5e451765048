/** What the language has and no image holds yet: one diagnostic for each place, so that nothing is ignored. */
import type { RuleStatement, Statement } from "./ast.js";
import { assertNever } from "./diagnostic.js";
import type { Diagnostic, Span } from "./diagnostic.js";
import { report } from "./messages.js";

/** A block (`for`, `task`) is one place, whatever it holds. */
export function findNotEnforced(statement: Statement): readonly Diagnostic[] {
  switch (statement.kind) {
    case "policy":
    case "include":
    case "param":
    case "let":
      return [];
    case "default":
      return statement.operations
        .filter((operation) => operation.name === "privilege")
        .map((operation) => notEnforced("a default for `privilege`", operation.span));
    case "rule":
      return inRule(statement);
    case "mark":
    case "limit":
    case "for":
    case "task":
    case "test":
    case "assert":
    case "draft":
      return [notEnforced(`\`${statement.kind}\``, keyword(statement.span, statement.kind))];
    default:
      return assertNever(statement);
  }
}

function inRule(rule: RuleStatement): readonly Diagnostic[] {
  const privilege = rule.operations.find((operation) => operation.name === "privilege");
  return [
    ...(privilege === undefined ? [] : [notEnforced("a rule over `privilege`", privilege.span)]),
    ...(rule.args === null ? [] : [notEnforced("`args`", rule.args.span)]),
    ...(rule.when === null ? [] : [notEnforced("`when`", rule.when.span)]),
    ...(rule.unless === null ? [] : [notEnforced("`unless`", rule.unless.span)]),
  ];
}

function notEnforced(what: string, span: Span): Diagnostic {
  return report("not-enforced-yet", span, { what });
}

/** The word that a statement begins with: a block may go on for pages. */
function keyword(span: Span, word: string): Span {
  return { ...span, end: Math.min(span.end, span.start + word.length) };
}
