/** The warnings that take exact reasoning about what rules match. What would take too long to tell is not warned of. */
import type { RuleStatement, Target } from "./ast.js";
import { tieFinder } from "./checks/find-ties.js";
import { programDenials, reportEscape } from "./checks/report-escape.js";
import { reportShadowed } from "./checks/report-shadowed.js";
import { reportTargets } from "./checks/report-targets.js";
import { withNested } from "./checks/walk-tree.js";
import type { Diagnostic, Span } from "./diagnostic.js";
import type { LoadedPolicy } from "./include.js";
import { needsOfStatements } from "./lint-needs.js";
import type { Allowance } from "./reason/claims.js";
import { findEscape } from "./reason/find-escape.js";
import { findIdleExcepts, findIdleTargets, findUselessExcepts } from "./reason/find-idle-targets.js";
import type { WrittenTargets } from "./reason/find-idle-targets.js";
import { findShadowed, type Needs } from "./reason/find-shadowed.js";
import { partsByRule, tieRules } from "./reason/tied-rules.js";
import type { TiedRule } from "./reason/tied-rules.js";
import { collectDefinitions } from "./resolve-names.js";
import type { Operation, ResolvedPolicy, ResolvedTarget } from "./resolved.js";

export interface ExactInput {
  readonly loaded: LoadedPolicy;
  readonly resolved: ResolvedPolicy;
  /** Parameters that were bound on purpose. */
  readonly set: Readonly<Record<string, string>>;
  /** Whether other policies include it, which state the defaults. */
  readonly isPart: boolean;
  /** Rules that there is nothing more to say about. */
  readonly settled: ReadonlySet<Span>;
}

/** Steps for each sort of warning: a second's work or so. */
const WORK = 1 << 20;

interface Policy extends ExactInput {
  readonly rules: readonly TiedRule[];
  /** By the number of the resolved rule. */
  readonly statements: readonly (RuleStatement | undefined)[];
  /** Null where that is not known. */
  readonly needsOf: (rule: number) => Needs | null;
  /** Whether a rule holds at all times, for every program. */
  readonly isPlain: (rule: number) => boolean;
  /** Whether it stands in the policy's own file, and nothing has been said of it. */
  readonly isOwn: (rule: number) => boolean;
}

/** About the policy's own file. */
export function findExactly(input: ExactInput): readonly Diagnostic[] {
  const policy = prepare(input);
  const shadowed = aboutRules(policy);
  const said = new Set(shadowed.map(({ span }) => span));
  return [...shadowed, ...aboutTargets(policy, said), ...(input.isPart ? [] : aboutEscapes(policy))];
}

function prepare(input: ExactInput): Policy {
  const { loaded: { root, statements }, resolved, set, settled } = input;
  const bySpan = new Map(withNested(statements).flatMap((statement) =>
    statement.kind === "rule" ? [[statement.span, statement] as const] : []));
  const ruled = resolved.rules.map(({ span }) => bySpan.get(span));
  const needs = needsOfStatements(statements);
  const needsOf = (rule: number): Needs | null => {
    const span = ruled[rule]?.span;
    return span === undefined ? null : needs.get(span) ?? null;
  };
  return {
    ...input,
    rules: tieRules(resolved, tieFinder({ statements, bindings: resolved.bindings, set })),
    statements: ruled,
    needsOf, isPlain: (rule) => needsOf(rule)?.size === 0,
    isOwn: (rule) => ruled[rule]?.span.source === root.span.source && !isIn(settled, ruled[rule]),
  };
}

const isIn = (spans: ReadonlySet<Span>, statement: RuleStatement | undefined): boolean =>
  statement !== undefined && spans.has(statement.span);

function aboutRules({ rules, statements, needsOf, isOwn, loaded, resolved: { defaults }, isPart }: Policy): readonly Diagnostic[] {
  const statesDefaults = !isPart && loaded.statements.some(({ kind }) => kind === "default");
  // What the default allows in any case an `allow` need not decide.
  const isGiven = ({ effect }: TiedRule, operation: Operation): boolean =>
    statesDefaults && effect === "allow" && defaults[operation] === "allow";
  const asked = (rule: TiedRule): readonly Operation[] =>
    isOwn(rule.rule) ? rule.operations.filter((operation) => !isGiven(rule, operation)) : [];
  const partsOf = partsByRule(rules);
  return findShadowed({ rules, asked, needsOf }, allowance()).flatMap(({ rule, deciders, same }) => {
    const statement = statements[rule];
    const given = (partsOf.get(rule) ?? [])
      .flatMap((part) => part.operations.filter((operation) => isGiven(part, operation)));
    return statement === undefined ? [] : [reportShadowed({
      rule: statement, deciders: deciders.flatMap((number) => statements[number] ?? []), same, given,
    })];
  });
}

function aboutTargets(policy: Policy, said: ReadonlySet<Span>): readonly Diagnostic[] {
  const { rules, statements, isOwn, loaded, resolved } = policy;
  const { lets } = collectDefinitions(loaded.statements).definitions;
  const left = allowance();
  return [...partsByRule(rules)].flatMap(([number, parts]) => {
    const [statement, rule] = [statements[number], resolved.rules[number]];
    if (statement === undefined || rule === undefined || !isOwn(number) || said.has(statement.span)) return [];
    const countOf = ({ subject }: Target): number =>
      subject.kind === "name" ? lets.get(subject.text)?.values.length ?? 0 : 1;
    const written: WrittenTargets = {
      parts, match: numbersOf(statement.targets, rule.targets, countOf), except: numbersOf(statement.except, rule.except, countOf),
    };
    return reportTargets(statement, {
      targets: findIdleTargets(written, left), excepts: findIdleExcepts(written, left), useless: findUselessExcepts(written, left),
    });
  });
}

/** Which resolved targets a written one stands for: those of a `let` are as many as its values. */
function numbersOf(
  written: readonly Target[], resolved: readonly ResolvedTarget[], countOf: (target: Target) => number,
): readonly (readonly number[])[] {
  const own = [...resolved.keys()].filter((i) => !isBehindLink(resolved[i]));
  let next = 0;
  return written.map((target) => {
    const first = next;
    next += countOf(target);
    return own.slice(first, next);
  });
}

const isBehindLink = (target: ResolvedTarget | undefined): boolean => target?.kind === "path" && target.viaLink === true;

function aboutEscapes(policy: Policy): readonly Diagnostic[] {
  const { rules, statements, isPlain, isOwn, resolved } = policy;
  // What every process may do, those of a `for` block may do. Where a condition or arguments decide, it is not the
  // program that is to be kept from running.
  const isOfPrograms = (rule: number): boolean => {
    const statement = statements[rule];
    return statement?.args === null && statement.when === null && statement.unless === null;
  };
  const denials = programDenials(resolved).filter(({ rule }) => isOwn(rule) && isOfPrograms(rule));
  const use = denials[0]?.use;
  const escape = use === undefined ? null
    : findEscape({ rules, defaults: resolved.defaults, isPlain, use }, allowance());
  if (use === undefined || escape === null) return [];
  return reportEscape({
    denials: denials.filter((denial) => denial.use === use).flatMap(({ rule }) => resolved.rules[rule] ?? []),
    use, path: escape.kind === "path" ? asWritten(escape.path, policy) : null,
  });
}

/** With the name of what is not known in the place of what stands in for it. */
function asWritten(path: string, { resolved: { bindings }, set }: Policy): string {
  const unknown = Object.entries(bindings.params).filter(([name]) => !Object.hasOwn(set, name))
    .map(([name, value]) => ({ text: `\${${name}}`, value }));
  const found = [...unknown, { text: "~", value: bindings.home }]
    .find(({ value }) => value.length > 1 && path.startsWith(`${value}/`));
  return found === undefined ? path : found.text + path.slice(found.value.length);
}

const allowance = (): Allowance => ({ left: WORK });
