/** Which rules, excepts and limits no case of a policy's tests decided. */
import type { Span } from "../compiler/diagnostic.js";
import type { ResolvedPolicy } from "../compiler/resolved.js";
import type { Coverage } from "../interpreter/run-cases.js";

/** A rule, a target of its `except`, or a limit. */
export interface Piece {
  readonly kind: "rule" | "except" | "limit";
  /** The id of the rule, or of the limit. */
  readonly id: string;
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
  const isOwn = ({ source }: Span): boolean => !source.path.startsWith("std:") || source === policy.source;
  const ofRules = policy.rules.flatMap(({ id, span, except }, number): readonly Piece[] => (!isOwn(span) ? [] : [
    { kind: "rule", id, span, covered: coverage.rules.has(number) },
    ...except.map((target, index): Piece => ({
      kind: "except", id, span: target.span,
      covered: coverage.excepts.some((exclusion) => exclusion.rule === number && exclusion.except === index),
    })),
  ]));
  const ofLimits = policy.limits.flatMap(({ id, span }, number): readonly Piece[] =>
    (isOwn(span) ? [{ kind: "limit", id, span, covered: coverage.limits.has(number) }] : []));
  return [...ofRules, ...ofLimits];
}
