/** Where a rule or a default stands, in words and as JSON. */
import { positionOf, type Span } from "../compiler/diagnostic.js";
import type { Operation, ResolvedPolicy, ResolvedRule } from "../compiler/resolved.js";

/** `agent.pol:4` */
export const placeOf = ({ source, start }: Span): string => `${source.path}:${positionOf(source, start).line}`;

/** Null for a rule without a name. */
export const nameOf = (rule: ResolvedRule): string | null => (rule.id === placeOf(rule.span) ? null : rule.id);

/** `no-keys at agent.pol:4`, or its place alone. */
export function namedPlaceOf(rule: ResolvedRule): string {
  const name = nameOf(rule);
  return name === null ? placeOf(rule.span) : `${name} at ${placeOf(rule.span)}`;
}

/** The line of the statement that makes the default; null where it is built in. */
export function placeOfDefault(policy: ResolvedPolicy, op: Operation | "privilege"): string | null {
  const span = policy.defaultSpans.get(op);
  return span === undefined ? null : placeOf(span);
}

/** What `--json` says of a rule, or of a limit. */
export function ruleJson({ id, effect, span, because }: Pick<ResolvedRule, "id" | "effect" | "span" | "because">) {
  return { id, effect, file: span.source.path, ...positionOf(span.source, span.start), because };
}
