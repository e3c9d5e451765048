/** `assert`: proved for every access that it covers, or refused with one that is decided otherwise. */
import { accessText } from "./access.js";
import { type Effect, refuses } from "./ast.js";
import { contextText } from "./context-text.js";
import type { Diagnostic, Label, Outcome } from "./diagnostic.js";
import { ESCAPE_SOCKET, type ImpliedRule, impliedByDefault } from "./escape-sockets.js";
import type { Ir } from "./ir.gen.js";
import { lowerAsserts, originsOf, type AssertedGroup } from "./lower.js";
import { report } from "./messages.js";
import { SIMPLER } from "./reason/contexts.js";
import { prove, type Counterexample } from "./reason/find-counterexample.js";
import type { ResolvedAssert, ResolvedLimit, ResolvedPolicy, ResolvedRule } from "./resolved.js";

export interface Provable {
  readonly resolved: ResolvedPolicy;
  readonly ir: Ir;
}

/** Why an assertion does not hold. */
export interface Refutation {
  readonly assertion: ResolvedAssert;
  readonly diagnostic: Diagnostic;
  /** Null where it could not be proved either way. */
  readonly counterexample: Counterexample | null;
}

/** One diagnostic for each assertion that does not hold. */
export function proveAsserts<P extends Provable>(policy: P): Outcome<P> {
  const diagnostics = refuteAsserts(policy).map(({ diagnostic }) => diagnostic);
  return diagnostics.length === 0 ? { ok: true, value: policy, diagnostics } : { ok: false, diagnostics };
}

/** In source order; those that hold are not among them. */
export function refuteAsserts(policy: Provable): readonly Refutation[] {
  const refuted = new Map<ResolvedAssert, Refutation>();
  for (const group of lowerAsserts(policy.resolved)) {
    if (refuted.has(group.assertion)) continue;
    const refutation = refute(policy, group);
    if (refutation !== null) refuted.set(group.assertion, refutation);
  }
  return [...refuted.values()];
}

function refute({ resolved, ir }: Provable, { assertion, ...group }: AssertedGroup): Refutation | null {
  const proof = prove(ir, { effect: assertion.effect, ...group });
  switch (proof.kind) {
    case "holds":
      return null;
    case "too-complex":
      return {
        assertion, counterexample: null,
        diagnostic: report("assertion-too-complex", assertion.span, {},
          { help: SIMPLER }),
      };
    case "fails":
      return { assertion, counterexample: proof, diagnostic: falseAssertion(resolved, assertion, proof) };
  }
}

function falseAssertion(policy: ResolvedPolicy, { effect, span }: ResolvedAssert, found: Counterexample): Diagnostic {
  return report("false-assertion", span, {
    access: counterexampleText(found), asserted: effect, effect: found.verdict.effect,
  }, { labels: decidedBy(policy, found), help: howToMend(policy, { effect, span }, found) });
}

/** What refutes an assertion: who does what, after what. */
export const counterexampleText = ({ operation, witness, context }: Counterexample): string =>
  accessText(operation, witness) + contextText(context);

/** The rule or the limit that decides; null for the operation's own default. */
export function refuterOf(policy: ResolvedPolicy, { verdict: { rule, limit } }: Counterexample): ResolvedRule | ResolvedLimit | ImpliedRule | null {
  if (rule === null) return limit === null ? null : policy.limits[limit] ?? null;
  return originsOf(policy)[rule] ?? impliedByDefault(policy);
}

function decidedBy(policy: ResolvedPolicy, found: Counterexample): readonly Label[] {
  const decider = refuterOf(policy, found);
  const span = (decider === null ? policy.defaultSpans.get(found.operation) : decider.span) ?? null;
  const message = decider === null ? "no rule decides, and this is the default"
    : found.verdict.rule === null ? "this limit decides" : isImplied(policy, found) ? `this is the default of ${ESCAPE_SOCKET}` : "this rule decides";
  return span === null ? [] : [{ message, span }];
}

/** As a rule a refusing assertion becomes true. Where nothing decides, no label tells what does. */
function howToMend(
  policy: ResolvedPolicy, { effect, span: { source, start, end } }: Pick<ResolvedAssert, "effect" | "span">, found: Counterexample,
): string | undefined {
  const rule = /^assert\s+(.*)$/s.exec(source.text.slice(start, end))?.[1]?.replace(/\s*\n\s*/g, " ");
  if (refuterOf(policy, found) === null && !policy.defaultSpans.has(found.operation)) return insteadOfBuiltIn(effect, rule, found);
  if (rule !== undefined && refuses(effect)) return `as a rule it holds: \`${rule}\``;
  return isImplied(policy, found) ? `it takes the privilege \`${ESCAPE_SOCKET}\` as well: \`allow privilege ${ESCAPE_SOCKET}\`` : undefined;
}

/** Whether the default of a privilege decides, and not that of the operation. */
function isImplied(policy: ResolvedPolicy, { verdict: { rule } }: Counterexample): boolean {
  return rule !== null && originsOf(policy)[rule] === null;
}

function insteadOfBuiltIn(effect: Effect, rule: string | undefined, { operation, witness, verdict }: Counterexample): string {
  // A default is for all privileges at once.
  const [what, stated] = operation === "privilege" ? [accessText(operation, witness), []] : [operation, [`\`default ${effect} ${operation}\``]];
  const ways = [...stated, ...(rule === undefined ? [] : [`the rule \`${rule}\``])].join(", or ");
  return `no rule decides it, and the built-in default of \`${what}\` is \`${verdict.effect}\`; write ${ways}`;
}
