/** Where a rule or a default stands, in words and as JSON. */
import { positionOf, type Span } from "../compiler/diagnostic.js";
import { type ImpliedRule, impliedByDefault } from "../compiler/escape-sockets.js";
import type { Operation, ResolvedPolicy, ResolvedRule } from "../compiler/resolved.js";
import type { Decision } from "../interpreter/interpret.js";

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

/** A rule or a limit, or what a privilege's default implies; null for the operation's own default. */
export type Decider = Pick<ResolvedRule, "id" | "effect" | "span" | "because"> | ImpliedRule;

export function deciderOf(policy: ResolvedPolicy, { rule, limit, privilege }: Decision): Decider | null {
  const { rules, limits } = policy;
  const decided = (rule === null ? undefined : rules[rule]) ?? (limit === null ? undefined : limits[limit]);
  return decided ?? (privilege === null ? null : impliedByDefault(policy));
}

/** What `--json` says of a rule, or of a limit. */
export function ruleJson({ id, effect, span, because }: Decider) {
  const place = span === null ? { file: null, line: null, column: null }
    : { file: span.source.path, ...positionOf(span.source, span.start) };
  return { id, effect, ...place, because };
}
