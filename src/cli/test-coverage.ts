/** Which rules and excepts no case of a policy's tests decided. */
import type { Span } from "../compiler/diagnostic.js";
import type { ResolvedPolicy, ResolvedRule } from "../compiler/resolved.js";
import type { Coverage } from "../interpreter/run-cases.js";

/** A rule, or a target of its `except`. */
export interface Piece {
  readonly kind: "rule" | "except";
  readonly rule: ResolvedRule;
  readonly span: Span;
  readonly covered: boolean;
}

export type CoverageReport = readonly Piece[];

export interface Covered {
  readonly policy: ResolvedPolicy;
  readonly coverage: Coverage;
}

/** Of several tests, in the order of the source; what policyc ships has tests of its own and is left out. */
export function joinCoverage(parts: readonly Covered[]): CoverageReport {
  const pieces = new Map<string, Piece>();
  for (const piece of parts.flatMap(piecesOf)) {
    const key = JSON.stringify([piece.kind, piece.span.source.path, piece.span.start]);
    pieces.set(key, { ...piece, covered: piece.covered || pieces.get(key)?.covered === true });
  }
  return [...pieces.values()];
}

function piecesOf({ policy, coverage }: Covered): readonly Piece[] {
  return policy.rules.flatMap((rule, number): readonly Piece[] => {
    if (rule.span.source.path.startsWith("std:") && rule.span.source !== policy.source) return [];
    return [
      { kind: "rule", rule, span: rule.span, covered: coverage.rules.has(number) },
      ...rule.except.map(({ span }, except): Piece => ({
        kind: "except", rule, span,
        covered: coverage.excepts.some((exclusion) => exclusion.rule === number && exclusion.except === except),
      })),
    ];
  });
}
