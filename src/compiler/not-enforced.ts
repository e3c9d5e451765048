/**
 * What the language has and no image holds yet: one diagnostic for each place, so that nothing is ignored. Tests can try
 * all of it.
 */
import type { RuleStatement, Statement } from "./ast.js";
import { assertNever } from "./diagnostic.js";
import type { Diagnostic, Outcome, Span } from "./diagnostic.js";
import { report } from "./messages.js";

/** Fails where anything cannot be enforced. */
export function requireEnforced(statements: readonly Statement[]): Outcome<null> {
  const diagnostics = statements.flatMap(findNotEnforced);
  return diagnostics.length === 0 ? { ok: true, value: null, diagnostics } : { ok: false, diagnostics };
}

/** A block is one place, whatever it holds. */
function findNotEnforced(statement: Statement): readonly Diagnostic[] {
  switch (statement.kind) {
    case "policy":
    case "include":
    case "param":
    case "let":
    case "draft":
    case "test":
    case "default":
    case "assert":
      return [];
    case "rule":
      return inRule(statement);
    case "mark":
    case "limit":
    case "for":
      return [notEnforced(`\`${statement.kind}\``, keyword(statement.span, statement.kind))];
    case "task":
      return statement.body.flatMap(findNotEnforced);
    default:
      return assertNever(statement);
  }
}

function inRule(rule: RuleStatement): readonly Diagnostic[] {
  return [
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
