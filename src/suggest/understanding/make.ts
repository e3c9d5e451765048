/** Statements and probes, written short. */
import type { Effect, OperationName } from "../../compiler/ast.js";
import type { ProposedArgs, ProposedCondition, ProposedEvent, ProposedMark, ProposedRule, ProposedStatement, ProposedTarget, Probe } from "../proposal.js";

export interface Translated {
  readonly statements: readonly ProposedStatement[];
  readonly probes: readonly Probe[];
}

export type Outcome = { readonly ok: true; readonly value: Translated } | { readonly ok: false; readonly reason: string };

export const failed = (reason: string): Outcome => ({ ok: false, reason });
export const done = (statements: readonly ProposedStatement[], probes: readonly Probe[]): Outcome => ({ ok: true, value: { statements, probes } });

/** Of several, all or the first that failed. */
export function together(outcomes: readonly Outcome[]): Outcome {
  const wrong = outcomes.find(({ ok }) => !ok);
  if (wrong !== undefined) return wrong;
  const values = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
  return done(values.flatMap(({ statements }) => statements), values.flatMap(({ probes }) => probes));
}

/** When a rule applies: marks and programs. */
export interface Circumstance {
  readonly when: readonly ProposedCondition[];
  readonly unless: readonly ProposedCondition[];
  readonly marks: readonly ProposedMark[];
}

export const ALWAYS: Circumstance = { when: [], unless: [], marks: [] };

export function rule(
  name: string | null, effect: Effect, operations: readonly OperationName[], targets: readonly ProposedTarget[],
  { when, unless }: Pick<Circumstance, "when" | "unless"> = ALWAYS, except: readonly ProposedTarget[] = [], args: ProposedArgs | null = null,
): ProposedRule {
  return { kind: "rule", name, effect, operations, targets, except, args, when, unless, because: null };
}

/** Who acts in a probe, and what came before. */
export interface Acting {
  readonly exe: string | null;
  readonly after: readonly ProposedEvent[];
}

export const NOBODY: Acting = { exe: null, after: [] };

export const probe = (expected: Probe["expected"], operation: OperationName, target: ProposedTarget, { exe, after }: Acting = NOBODY, args: readonly string[] = []): Probe =>
  ({ expected, operation, target, exe, under: null, args, after });

/** The single operations that show what is meant. */
export function shown(operations: readonly OperationName[]): readonly OperationName[] {
  return [...new Set(operations.flatMap((operation): readonly OperationName[] => {
    switch (operation) {
      case "access": return ["read", "write"];
      case "modify": return ["write", "delete"];
      default: return [operation];
    }
  }))];
}
