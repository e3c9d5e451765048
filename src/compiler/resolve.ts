/**
 * A loaded policy and its bindings → a policy in which nothing is left to look up: names, defaults, targets. Every
 * pattern and address has been checked when this succeeds.
 */
import { PRIVILEGES } from "./ast.js";
import type { AssertStatement, Privilege, RuleStatement, Statement, StringLiteral, Target } from "./ast.js";
import { once } from "./diagnostic.js";
import type { Diagnostic, Outcome, Position, Span } from "./diagnostic.js";
import type { LoadedPolicy } from "./include.js";
import { lineIndex } from "./line-index.js";
import { report } from "./messages.js";
import { expandOperations, targetKindOf } from "./operations.js";
import { patternToText } from "./pattern/context.js";
import { indexLinks } from "./program-links.js";
import { conjunction, resolveArgs, resolveCondition, resolvePrograms } from "./resolve-conditions.js";
import type { ConditionContext } from "./resolve-conditions.js";
import { resolveDefaults } from "./resolve-defaults.js";
import { resolveLimit, resolveMark } from "./resolve-history.js";
import { collectDefinitions } from "./resolve-names.js";
import type { Definitions } from "./resolve-names.js";
import { faultsOfHome, resolveTargets } from "./resolve-targets.js";
import type {
  Bindings, ResolvedAssert, ResolvedCondition, ResolvedLimit, ResolvedMark, ResolvedPolicy, ResolvedRule, ResolvedTarget,
} from "./resolved.js";
import { createScope, didYouMean, dropTrailingSlash } from "./substitute.js";
import { closest } from "./suggest-name.js";
import { plainText, unfold, type Placed } from "./unfold-blocks.js";

/** `bindings.params` holds what the user has set; the parameters' own defaults are added. `task`: the chosen one. */
export function resolve(loaded: LoadedPolicy, bindings: Bindings, task: string | null = null): Outcome<ResolvedPolicy> {
  const { statements, root } = loaded;
  const placed = unfold(statements);
  const { definitions, diagnostics: nameErrors } = collectDefinitions(statements);
  // What is wrong with the home directory is not told again for each pattern that begins with it.
  const wrongHome = checkHome(bindings.home, startOf(root.span));
  const home = wrongHome.length === 0 ? dropTrailingSlash(bindings.home) : "/";
  const scope = createScope({ definitions, params: bindings.params, home });
  const isChosen = ({ tasks }: Placed): boolean => tasks.every((name) => plainText(name) === task);
  const defaults = resolveDefaults(placed.filter(isChosen).map(({ statement }) => statement));
  const context: ConditionContext = {
    definitions, substitute: scope.substitute, home, links: indexLinks(bindings.programs), diagnostics: [],
  };
  const positionOf = lineIndex();
  // What is in the other tasks is checked, and counts for nothing.
  const parts = placed.map((one) => ({ part: resolvePlaced(one, context, positionOf), counts: isChosen(one) }));
  const counted = parts.filter(({ counts }) => counts).map(({ part }) => part);
  const name = loaded.name === null ? null : toText(loaded.name, context);

  const diagnostics = inSourceOrder(statements, once([
    ...checkNames(bindings, [...definitions.params.keys()], startOf(root.span)),
    ...wrongHome,
    ...checkTask(task, placed, root.span),
    ...nameErrors,
    ...checkPrograms(placed),
    ...withoutMisspelt(scope.diagnostics, bindings, definitions),
    ...defaults.diagnostics,
    ...context.diagnostics,
  ]));
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error")) return { ok: false, diagnostics };
  return {
    ok: true,
    value: {
      name, bindings: { ...bindings, home, params: scope.params }, defaults: defaults.defaults, defaultSpans: defaults.spans,
      privilegeDefault: defaults.privilege,
      marks: counted.flatMap(({ mark }) => mark ?? []), limits: counted.flatMap(({ limit }) => limit ?? []),
      rules: counted.flatMap(({ rule }) => rule ?? []), asserts: counted.flatMap(({ assertion }) => assertion ?? []),
      draft: statements.find(({ kind }) => kind === "draft")?.span ?? null, source: root.span.source,
    },
    diagnostics: [...diagnostics, ...findEmpty(placed.map(({ statement }) => statement), root.span)],
  };
}

/** What a statement comes to; of most kinds, nothing. */
interface Part {
  readonly rule?: ResolvedRule;
  readonly assertion?: ResolvedAssert;
  readonly mark?: ResolvedMark;
  readonly limit?: ResolvedLimit;
}

function resolvePlaced(
  { statement, programs }: Placed, context: ConditionContext, positionOf: (span: Span) => Position,
): Part {
  const around = programs.map((names): ResolvedCondition => ({ kind: "exe", programs: resolvePrograms(names, context) }));
  const placeOf = (span: Span): string => `${span.source.path}:${positionOf(span).line}`;
  switch (statement.kind) {
    case "rule":
      return { rule: resolveRule(statement, around, context, placeOf) };
    case "assert":
      return { assertion: resolveAssert(statement, around, context) };
    case "mark":
      return { mark: resolveMark(statement, context) };
    case "limit": {
      const because = statement.because === null ? null : toText(statement.because, context);
      return { limit: resolveLimit(statement, { id: placeOf(statement.span), because }, around, context) };
    }
    default:
      return {};
  }
}

function resolveRule(
  statement: RuleStatement, around: readonly ResolvedCondition[], context: ConditionContext,
  placeOf: (span: Span) => string,
): ResolvedRule {
  const { operations, args, when, unless, span } = statement;
  const exceptions = statement.except.length === 0 ? NO_OBJECTS : resolveObjects({ operations, targets: statement.except }, context);
  const objects = resolveObjects(statement, context);
  const conditions: readonly ResolvedCondition[] = [
    ...around, ...(when === null ? [] : [resolveCondition(when, context)]),
    ...(unless === null ? [] : [{ kind: "not", operand: resolveCondition(unless, context) } as const]),
  ];
  if (args !== null && operations.some(({ name }) => name !== "exec")) {
    context.diagnostics.push(report("args-not-here", args.span, {}, { help: "write a rule of its own for `exec`" }));
  }
  return {
    id: statement.name?.text ?? placeOf(span),
    effect: statement.effect,
    operations: expandOperations(operations),
    targets: objects.targets,
    except: exceptions.targets,
    privileges: objects.privileges.filter((privilege) => !exceptions.privileges.includes(privilege)),
    args: args === null ? null : resolveArgs(args, context),
    when: conjunction(conditions),
    because: statement.because === null ? null : toText(statement.because, context),
    span,
  };
}

function resolveAssert(
  statement: AssertStatement, around: readonly ResolvedCondition[], context: ConditionContext,
): ResolvedAssert {
  const { effect, operations, when, span } = statement;
  const { targets, privileges } = resolveObjects(statement, context);
  const conditions = [...around, ...(when === null ? [] : [resolveCondition(when, context)])];
  return { effect, operations: expandOperations(operations), targets, privileges, when: conjunction(conditions), span };
}

interface Objects {
  readonly targets: readonly ResolvedTarget[];
  readonly privileges: readonly Privilege[];
}

const NO_OBJECTS: Objects = { targets: [], privileges: [] };

/** What the operations are about: targets, or privileges. */
function resolveObjects(
  { operations, targets }: Pick<RuleStatement, "operations" | "targets">, context: ConditionContext,
): Objects {
  const mixed = findMixedKinds({ operations });
  if (mixed !== null) {
    context.diagnostics.push(mixed);
    return NO_OBJECTS;
  }
  if (operations.some(({ name }) => name === "privilege")) {
    return { targets: [], privileges: targets.flatMap((target) => privilegeOf(target, context)) };
  }
  const resolved = resolveTargets(targets, operations, context);
  context.diagnostics.push(...resolved.diagnostics);
  return { targets: resolved.targets, privileges: [] };
}

function privilegeOf({ subject, span }: Target, { diagnostics }: ConditionContext): readonly Privilege[] {
  if (subject.kind === "privilege") return [subject.privilege];
  const text = span.source.text.slice(span.start, span.end);
  // A name is reported where the statement is read.
  const unquoted = PRIVILEGES.find((name) => `"${name}"` === text);
  const help = unquoted === undefined ? {} : { help: `write \`${unquoted}\`` };
  if (subject.kind !== "name") diagnostics.push(report("not-a-privilege", span, { name: text }, help));
  return [];
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

/** Of what came from outside there is no place in the source. */
const startOf = ({ source }: Span): Span => ({ source, start: 0, end: 0 });

function checkNames(bindings: Bindings, params: readonly string[], span: Span): readonly Diagnostic[] {
  const unknown = Object.keys(bindings.params).filter((name) => !params.includes(name)).sort();
  return unknown.map((name) => report("unknown-binding", span, { name },
    { help: didYouMean(name, params, (other) => `--set ${other}=…`) }));
}

function checkHome(home: string, span: Span): readonly Diagnostic[] {
  return home.startsWith("/") ? faultsOfHome(home, span) : [report("home-not-absolute", span, { home })];
}

/** `--set worksapce=…` is one mistake: that `workspace` has no value is not reported as well. */
function withoutMisspelt(
  diagnostics: readonly Diagnostic[], bindings: Bindings, { params }: Definitions,
): readonly Diagnostic[] {
  const meant = Object.keys(bindings.params).filter((name) => !params.has(name))
    .flatMap((name) => params.get(closest(name, params.keys()) ?? "")?.name.span ?? []);
  return diagnostics.filter(({ code, span }) => code !== "unbound-parameter" || !meant.includes(span));
}

function checkTask(task: string | null, placed: readonly Placed[], { source }: Span): readonly Diagnostic[] {
  const names = new Set(placed.flatMap(({ tasks }) => tasks.map(plainText)));
  return task === null || names.has(task) ? []
    : [report("unknown-task", { source, start: 0, end: 0 }, { name: task }, { help: didYouMean(task, names) })];
}

/** What is remembered, and what holds where no rule matches, belongs to all programs. */
function checkPrograms(placed: readonly Placed[]): readonly Diagnostic[] {
  return placed.filter(({ statement: { kind }, programs }) => programs.length > 0 && (kind === "default" || kind === "mark"))
    .map(({ statement: { kind, span } }) => report("misplaced-statement", span, { statement: kind, block: "for" }));
}

function findEmpty(statements: readonly Statement[], { source }: Span): readonly Diagnostic[] {
  const says = statements.some(({ kind }) => kind === "rule" || kind === "default" || kind === "limit");
  return says ? [] : [report("empty-policy", { source, start: 0, end: 0 }, {},
    { help: "`default deny modify, connect` is a beginning" })];
}

function toText(literal: StringLiteral, context: ConditionContext): string | null {
  const substituted = context.substitute(literal);
  return substituted === null ? null : patternToText(substituted.parts);
}

function inSourceOrder(statements: readonly Statement[], diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = [...new Set(statements.map((statement) => statement.span.source))];
  return [...diagnostics].sort((a, b) =>
    files.indexOf(a.span.source) - files.indexOf(b.span.source) || a.span.start - b.span.start);
}
