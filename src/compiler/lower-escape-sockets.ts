/**
 * The privilege `escape-socket` → rules about connecting to the sockets that it stands for. An access is decided by the
 * stronger of what is said of `connect` and of the privilege; rules among which the strongest decides come to the same, but
 * for a place of which no rule speaks: the default, which decides there, may be stronger than the privilege. Then the
 * privilege speaks only where some rule of `connect` does that is no stronger (docs/decisions/0019-escape-sockets.md).
 */
import { isAtLeast, type Effect } from "./ast.js";
import type { Span } from "./diagnostic.js";
import { ESCAPE_SOCKET, escapeSockets, impliedByDefault } from "./escape-sockets.js";
import type { Condition, Place, Rule, Selector } from "./ir.gen.js";
import { lowerSelectors } from "./lower-targets.js";
import { intersectNames, intersectPaths } from "./pattern/intersect.js";
import type { ResolvedPolicy, ResolvedRule } from "./resolved.js";

/** A rule of the IR, and the one that it was made from; null for what a privilege's default says. */
export interface LoweredRule {
  readonly rule: Rule;
  readonly origin: ResolvedRule | null;
}

/** Each rule that names the privilege is followed by what it says of `connect`; what the default says comes last. */
export function addEscapeSockets(
  lowered: readonly LoweredRule[], policy: ResolvedPolicy, placeOf: (span: Span) => Place,
): readonly LoweredRule[] {
  const { bindings: { home }, defaults: { connect }, source } = policy;
  const sockets = lowerSelectors(escapeSockets(home, { source, start: 0, end: 0 }), "connect");
  const connecting = lowered.map(({ rule }) => rule).filter(({ operations }) => operations.includes("connect"));
  const guards = (said: Said): readonly Rule[] => guardsOf(said, sockets, connecting, connect);
  const conditions = lowered.flatMap(({ rule }) => (isNaming(rule) ? [rule.when] : []));
  const { span, ...implied } = impliedByDefault(policy);
  const rest: Said = { ...implied, when: noneOf(conditions), source: span === null ? null : placeOf(span) };
  return [
    ...lowered.flatMap((one) => [one, ...(isNaming(one.rule) ? guards(one.rule) : []).map((rule) => ({ rule, origin: one.origin }))]),
    // One that always holds leaves nothing to the default.
    ...(conditions.includes(null) ? [] : guards(rest)).map((rule) => ({ rule, origin: null })),
  ];
}

type Said = Pick<Rule, "id" | "effect" | "when" | "because" | "source">;

const isNaming = ({ privileges }: Rule): boolean => privileges.includes(ESCAPE_SOCKET);

function guardsOf(
  { id, effect, when, because, source }: Said, sockets: readonly Selector[], connecting: readonly Rule[], byDefault: Effect,
): readonly Rule[] {
  if (effect === "allow") return [];
  const guard = (match: readonly Selector[], except: readonly Selector[], holds: Condition | null): Rule =>
    ({ id, effect, operations: ["connect"], match: [...match], except: [...except], privileges: [], args: null, when: holds, because, source });
  if (isAtLeast(effect, byDefault)) return [guard(sockets, [], when)];
  return connecting.filter((rule) => isAtLeast(effect, rule.effect)).flatMap((rule) => {
    const match = rule.match.flatMap((selector) => sockets.flatMap((socket) => intersect(socket, selector)));
    return match.length === 0 ? [] : [guard(match, rule.except.filter(({ kind }) => kind.startsWith("unix-")), both(when, rule.when))];
  });
}

/** What both match; `socket` is one of the table. */
function intersect(socket: Selector, other: Selector): readonly Selector[] {
  if (socket.kind === "unix-path" && other.kind === "unix-path") {
    const { kind, text } = other;
    return intersectPaths(socket.components, other.components).map((components) => ({ kind, text, components: [...components] }));
  }
  if (socket.kind === "unix-abstract" && other.kind === "unix-abstract") {
    const { kind, text } = other;
    return intersectNames(socket.name, other.name).map((name) => ({ kind, text, name }));
  }
  return [];
}

function both(one: Condition | null, other: Condition | null): Condition | null {
  return one === null || other === null ? one ?? other : { kind: "and", operands: [one, other] };
}

function noneOf(conditions: readonly (Condition | null)[]): Condition | null {
  const [first, ...rest] = conditions.filter((condition) => condition !== null);
  if (first === undefined) return null;
  return { kind: "not", operand: rest.length === 0 ? first : { kind: "or", operands: [first, ...rest] } };
}
