/** Warnings of marks that nothing can set, and of limits that nothing counts for, whichever task is chosen. */
import type { Statement } from "./ast.js";
import { tieFinder } from "./checks/find-ties.js";
import { reportIdleMemory } from "./checks/report-idle-memory.js";
import { withNested } from "./checks/walk-tree.js";
import type { Diagnostic, Span } from "./diagnostic.js";
import { needsOfStatements } from "./lint-needs.js";
import { alwaysRefused, type Refusers } from "./reason/always-refused.js";
import type { Needs } from "./reason/find-shadowed.js";
import { tieRules, tieTargets } from "./reason/tied-rules.js";
import type { TieOf } from "./checks/find-ties.js";
import type { ResolvedEvent, ResolvedLimit, ResolvedPolicy } from "./resolved.js";

export interface MemoryInput {
  readonly statements: readonly Statement[];
  /** The policy under each task that can be chosen, and under none. */
  readonly variants: readonly ResolvedPolicy[];
  /** Parameters that were bound on purpose. */
  readonly set: Readonly<Record<string, string>>;
  /** Names of marks that are asked for: of others enough is said. */
  readonly asked: ReadonlySet<string>;
}

export function findIdleMemory({ statements, variants, set, asked }: MemoryInput): readonly Diagnostic[] {
  const opinions = variants.map((resolved) => judge(resolved, statements, set));
  return withNested(statements).flatMap((statement) => {
    if (statement.kind !== "limit" && (statement.kind !== "mark" || !asked.has(statement.name.text))) return [];
    const told = opinions.flatMap((opinion) => opinion.get(statement.span) ?? []);
    const [first] = told;
    return first === undefined || told.some(({ refusers }) => refusers === null) ? [] : [reportIdleMemory(statement, first.refusers ?? [])];
  });
}

interface Opinion {
  /** Null where something may be permitted. */
  readonly refusers: readonly Span[] | null;
}

/** Steps for one statement. */
const WORK = 1 << 18;

/** By the place of the mark or limit, if it is in the policy. */
function judge(resolved: ResolvedPolicy, statements: readonly Statement[], set: Readonly<Record<string, string>>): ReadonlyMap<Span, Opinion> {
  const { marks, limits, defaults } = resolved;
  if (marks.length === 0 && limits.length === 0) return new Map();
  const tieOf = tieFinder({ statements, bindings: resolved.bindings, set });
  const needs = needsOfStatements(statements);
  const needsOf = (rule: number): Needs | null => needs.get(resolved.rules[rule]?.span ?? NOWHERE) ?? null;
  const question = { rules: tieRules(resolved, tieOf), defaults, needsOf };
  const opinionOf = (awaited: Parameters<typeof alwaysRefused>[0]): Opinion =>
    ({ refusers: placesOf(alwaysRefused(awaited, question, { left: WORK }), resolved) });
  return new Map([
    ...marks.map(({ on, span }) => [span, opinionOf({ parts: on.flatMap((event) => tieEvent(event, tieOf)), needs: new Set() })] as const),
    ...limits.map((limit) => [limit.span, opinionOf({ parts: tieLimit(limit, tieOf), needs: needs.get(limit.span) ?? new Set() })] as const),
  ]);
}

const NOWHERE: Span = { source: { path: "", text: "" }, start: 0, end: 0 };

const tieEvent = ({ operations, targets, except }: ResolvedEvent, tieOf: TieOf) =>
  tieTargets(operations === "success" ? ["exec"] : operations, { targets, except, args: null }, tieOf);

const tieLimit = ({ operations, targets }: ResolvedLimit, tieOf: TieOf) => tieTargets(operations, { targets, except: [], args: null }, tieOf);

function placesOf(refusers: Refusers | null, { rules, defaultSpans }: ResolvedPolicy): readonly Span[] | null {
  if (refusers === null) return null;
  const places = [...refusers.rules.map((number) => rules[number]?.span), ...refusers.defaults.map((operation) => defaultSpans.get(operation))];
  return [...new Set(places.filter((place) => place !== undefined))];
}
