/** Clauses that say who acts: `when`, `unless`, `for`, `args`. */
import type { ArgsClause, Condition, Name, OperationRef, StringLiteral } from "./ast.js";
import { assertNever } from "./diagnostic.js";
import type { Diagnostic } from "./diagnostic.js";
import { report } from "./messages.js";
import { parseArgument } from "./pattern/parse-pattern.js";
import { resolveTargets } from "./resolve-targets.js";
import type { TargetContext } from "./resolve-targets.js";
import type { PatternText, ResolvedArgs, ResolvedCondition, ResolvedTarget } from "./resolved.js";
import { didYouMean } from "./substitute.js";

/** Diagnostics are collected by whoever resolves a statement. */
export interface ConditionContext extends TargetContext {
  readonly diagnostics: Diagnostic[];
}

export function resolveCondition(condition: Condition, context: ConditionContext): ResolvedCondition {
  switch (condition.kind) {
    case "mark-condition":
      checkMark(condition.mark, context);
      return { kind: "mark", mark: condition.mark.text };
    case "exe-condition":
      return { kind: "exe", programs: resolvePrograms([condition.program], context) };
    case "under-condition":
      return { kind: "under", programs: resolvePrograms([condition.program], context) };
    case "not":
      return { kind: "not", operand: resolveCondition(condition.operand, context) };
    case "and":
    case "or":
      return { kind: condition.kind, operands: condition.operands.map((operand) => resolveCondition(operand, context)) };
    default:
      return assertNever(condition);
  }
}

export function checkMark(mark: Name, { definitions: { marks }, diagnostics }: ConditionContext): void {
  if (marks.has(mark.text)) return;
  diagnostics.push(report("unknown-name", mark.span, { kind: "mark", name: mark.text }, { help: didYouMean(mark.text, marks) }));
}

/** All of them hold; null where there are none. */
export function conjunction(conditions: readonly ResolvedCondition[]): ResolvedCondition | null {
  const [first, ...more] = conditions;
  if (first === undefined) return null;
  return more.length === 0 ? first : { kind: "and", operands: conditions };
}

/** Patterns of programs, and what the names that they match lead to. */
export function resolvePrograms(literals: readonly StringLiteral[], context: ConditionContext): readonly ResolvedTarget[] {
  return literals.flatMap((literal) => {
    const { span } = literal;
    const exec: OperationRef = { kind: "operation", name: "exec", span };
    const target = { kind: "target", subject: literal, ports: null, protocol: null, span } as const;
    const { targets, diagnostics } = resolveTargets([target], [exec], context);
    context.diagnostics.push(...diagnostics);
    return targets;
  });
}

export function resolveArgs(clause: ArgsClause, context: ConditionContext): ResolvedArgs {
  const { only, words, without } = clause;
  const resolve = (literals: readonly StringLiteral[]): readonly PatternText[] =>
    literals.flatMap((literal) => {
      const word = resolveWord(literal, context);
      return word === null ? [] : [word];
    });
  return { only, words: resolve(words), without: resolve(without) };
}

/** Null, and a diagnostic, where it is no pattern. */
function resolveWord(literal: StringLiteral, { substitute, diagnostics }: ConditionContext): PatternText | null {
  const substituted = substitute(literal);
  if (substituted === null) return null;
  const parsed = parseArgument(substituted.parts, literal.span);
  diagnostics.push(...parsed.diagnostics);
  return parsed.ok ? substituted.parts : null;
}
