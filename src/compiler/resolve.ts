/**
 * A loaded policy and its bindings → a policy in which nothing is left to look up: names, defaults, targets. Every
 * pattern and address has been checked when this succeeds.
 */
import type { AssertStatement, RuleStatement, Statement, StringLiteral } from "./ast.js";
import { once } from "./diagnostic.js";
import type { Diagnostic, Outcome, Position, Span } from "./diagnostic.js";
import type { LoadedPolicy } from "./include.js";
import { lineIndex } from "./line-index.js";
import { report } from "./messages.js";
import { findNotEnforced } from "./not-enforced.js";
import { expandOperations, targetKindOf } from "./operations.js";
import { patternToText } from "./pattern/context.js";
import { indexLinks } from "./program-links.js";
import { resolveDefaults } from "./resolve-defaults.js";
import { collectDefinitions } from "./resolve-names.js";
import type { Definitions } from "./resolve-names.js";
import { resolveTargets } from "./resolve-targets.js";
import type { TargetContext } from "./resolve-targets.js";
import type { Bindings, ResolvedAssert, ResolvedPolicy, ResolvedRule } from "./resolved.js";
import { createScope, didYouMean } from "./substitute.js";
import { closest } from "./suggest-name.js";

/** `bindings.params` holds what the user has set; the parameters' own defaults are added. */
export function resolve(loaded: LoadedPolicy, bindings: Bindings): Outcome<ResolvedPolicy> {
  const { statements, root } = loaded;
  const { definitions, diagnostics: nameErrors } = collectDefinitions(statements);
  // That a relative home directory makes patterns relative is not told again for each of them.
  const home = bindings.home.startsWith("/") ? bindings.home : "/";
  const scope = createScope({ definitions, params: bindings.params, home });
  const { defaults, spans: defaultSpans, diagnostics: defaultErrors } = resolveDefaults(statements);
  const links = indexLinks(bindings.programs);
  const context: TargetContext = { definitions, substitute: scope.substitute, home, links };
  const positionOf = lineIndex();
  const rules = statements
    .filter((statement) => statement.kind === "rule")
    .map((statement) => resolveRule(statement, context, positionOf));
  const asserts = statements.filter((statement) => statement.kind === "assert")
    .map((statement) => resolveAssert(statement, context));
  const name = loaded.name === null ? null : toText(loaded.name, context);

  const params = [...definitions.params.keys()];
  const diagnostics = inSourceOrder(statements, once([
    ...checkBindings(bindings, params, root.span),
    ...nameErrors,
    ...withoutMisspelt(scope.diagnostics, bindings, definitions),
    ...defaultErrors,
    ...statements.flatMap(findNotEnforced),
    ...rules.flatMap((rule) => rule.diagnostics),
    ...asserts.flatMap((assertion) => assertion.diagnostics),
  ]));
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error")) return { ok: false, diagnostics };
  return {
    ok: true,
    value: {
      name, bindings: { ...bindings, params: scope.params }, defaults, defaultSpans,
      rules: rules.map(({ rule }) => rule), asserts: asserts.map(({ assertion }) => assertion),
      draft: statements.find(({ kind }) => kind === "draft")?.span ?? null, source: root.span.source,
    },
    diagnostics: [...diagnostics, ...findEmpty(statements, root.span)],
  };
}

interface RuleResult {
  readonly rule: ResolvedRule;
  readonly diagnostics: readonly Diagnostic[];
}

function resolveRule(
  statement: RuleStatement, context: TargetContext, positionOf: (span: Span) => Position,
): RuleResult {
  const { operations, span } = statement;
  const mixed = findMixedKinds(statement);
  const unchecked = mixed !== null || operations.some((operation) => operation.name === "privilege");
  const targets = resolveTargets(unchecked ? [] : statement.targets, operations, context);
  const except = resolveTargets(unchecked ? [] : statement.except, operations, context);
  return {
    rule: {
      id: statement.name?.text ?? `${span.source.path}:${positionOf(span).line}`,
      effect: statement.effect,
      operations: expandOperations(operations),
      targets: targets.targets,
      except: except.targets,
      because: statement.because === null ? null : toText(statement.because, context),
      span,
    },
    diagnostics: [...(mixed === null ? [] : [mixed]), ...targets.diagnostics, ...except.diagnostics],
  };
}

interface AssertResult {
  readonly assertion: ResolvedAssert;
  readonly diagnostics: readonly Diagnostic[];
}

function resolveAssert(statement: AssertStatement, context: TargetContext): AssertResult {
  const { effect, operations, span } = statement;
  const mixed = findMixedKinds(statement);
  const unchecked = mixed !== null || operations.some(({ name }) => name === "privilege");
  const { targets, diagnostics } = resolveTargets(unchecked ? [] : statement.targets, operations, context);
  return {
    assertion: { effect, operations: expandOperations(operations), targets, span },
    diagnostics: [...(mixed === null ? [] : [mixed]), ...diagnostics],
  };
}

const KINDS = { path: "a path", endpoint: "an endpoint", privilege: "a privilege" } as const;

/** `deny read, connect "x"`: no target is both. */
function findMixedKinds({ operations }: Pick<RuleStatement, "operations">): Diagnostic | null {
  const [first] = operations;
  const other = operations.find(({ name }) => first !== undefined && targetKindOf(name) !== targetKindOf(first.name));
  if (first === undefined || other === undefined) return null;
  return report("mixed-operations", other.span, { one: first.name, other: other.name }, {
    labels: [first, other].map(({ name, span }) => ({ message: `takes ${KINDS[targetKindOf(name)]}`, span })),
    help: "write a rule for each",
  });
}

function checkBindings(bindings: Bindings, params: readonly string[], whole: Span): readonly Diagnostic[] {
  const span: Span = { source: whole.source, start: 0, end: 0 };
  const unknown = Object.keys(bindings.params).filter((name) => !params.includes(name)).sort();
  return [
    ...unknown.map((name) => report("unknown-binding", span, { name },
      { help: didYouMean(name, params, (other) => `--set ${other}=…`) })),
    ...(bindings.home.startsWith("/") ? [] : [report("home-not-absolute", span, { home: bindings.home })]),
  ];
}

/** `--set worksapce=…` is one mistake: that `workspace` has no value is not reported as well. */
function withoutMisspelt(
  diagnostics: readonly Diagnostic[], bindings: Bindings, { params }: Definitions,
): readonly Diagnostic[] {
  const meant = Object.keys(bindings.params).filter((name) => !params.has(name))
    .flatMap((name) => params.get(closest(name, params.keys()) ?? "")?.name.span ?? []);
  return diagnostics.filter(({ code, span }) => code !== "unbound-parameter" || !meant.includes(span));
}

function findEmpty(statements: readonly Statement[], { source }: Span): readonly Diagnostic[] {
  const says = statements.some(({ kind }) => kind === "rule" || kind === "default");
  return says ? [] : [report("empty-policy", { source, start: 0, end: 0 }, {},
    { help: "`default deny modify, connect` is a beginning" })];
}

function toText(literal: StringLiteral, context: TargetContext): string | null {
  const substituted = context.substitute(literal);
  return substituted === null ? null : patternToText(substituted.parts);
}

function inSourceOrder(statements: readonly Statement[], diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = [...new Set(statements.map((statement) => statement.span.source))];
  return [...diagnostics].sort((a, b) =>
    files.indexOf(a.span.source) - files.indexOf(b.span.source) || a.span.start - b.span.start);
}
