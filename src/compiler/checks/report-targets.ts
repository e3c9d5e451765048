/** Targets that change nothing, in words. */
import type { RuleStatement, Target } from "../ast.js";
import type { Diagnostic, Label, Span } from "../diagnostic.js";
import { report } from "../messages.js";
import { exceptRemoval, removal, targetRemoval } from "./remove-statement.js";

/** Targets by their numbers in the rule. */
export interface TargetFindings {
  /** That other targets cover, and that are excepted. */
  readonly targets: readonly { readonly target: number; readonly covered: readonly number[]; readonly excepted: readonly number[] }[];
  readonly excepts: readonly { readonly target: number; readonly covered: readonly number[] }[];
  /** Excepted where nothing matches. */
  readonly useless: readonly number[];
}

export function reportTargets(rule: RuleStatement, { targets, excepts, useless }: TargetFindings): readonly Diagnostic[] {
  const isAll = targets.length === rule.targets.length;
  if (isAll) {
    return [report("pattern-never-matches", rule.span, { what: "this rule" },
      { labels: labelsOf(rule.except, [...rule.except.keys()], "excepted here"), help: "take it out", fixes: [removal(rule)] })];
  }
  const isUseless = new Set(useless);
  return [
    ...targets.flatMap(({ target, covered, excepted }) => aboutTarget(rule, target, covered, excepted)),
    ...excepts.filter(({ target }) => !isUseless.has(target)).flatMap(({ target, covered }) => at(rule.except, target, (span, fixes) =>
      report("redundant-target", span, { list: "excepted targets" },
        { labels: labelsOf(rule.except, covered, "this covers it"), help: "take it out", fixes }))),
    ...aboutUseless(rule, useless),
  ];
}

function aboutTarget(
  rule: RuleStatement, target: number, covered: readonly number[], excepted: readonly number[],
): readonly Diagnostic[] {
  const taken = labelsOf(rule.except, excepted, "excepted here");
  return at(rule.targets, target, (span, fixes) => covered.length === 0
    ? report("pattern-never-matches", span, { what: "this target" }, { labels: taken, help: "take it out", fixes })
    : report("redundant-target", span, { list: "targets" },
      { labels: [...labelsOf(rule.targets, covered, "this covers it"), ...taken], help: "take it out", fixes }));
}

function aboutUseless({ except }: RuleStatement, useless: readonly number[]): readonly Diagnostic[] {
  const [first, last] = [except[0], except.at(-1)];
  if (first !== undefined && last !== undefined && useless.length === except.length) {
    return [report("useless-except", { ...first.span, end: last.span.end }, {},
      { help: "take the `except` out, or mend its patterns", fixes: exceptRemoval(except) })];
  }
  return useless.flatMap((index) => at(except, index, (span, fixes) =>
    report("useless-except", span, {}, { help: "take it out, or mend its pattern", fixes })));
}

function at(
  targets: readonly Target[], index: number, make: (span: Span, fixes: ReturnType<typeof targetRemoval>) => Diagnostic,
): readonly Diagnostic[] {
  const target = targets[index];
  return target === undefined ? [] : [make(target.span, targetRemoval(targets, index))];
}

function labelsOf(targets: readonly Target[], indices: readonly number[], message: string): readonly Label[] {
  return indices.flatMap((index) => {
    const target = targets[index];
    return target === undefined ? [] : [{ message, span: target.span }];
  });
}
