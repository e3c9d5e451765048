/** `assert`: proved for every access that it covers, or refused with one that is decided otherwise. */
import { accessText } from "./access.js";
import { type Effect, refuses } from "./ast.js";
import type { Diagnostic, Label, Outcome, Span } from "./diagnostic.js";
import type { Ir } from "./ir.gen.js";
import { lowerAsserts, originsOf, type AssertedGroup } from "./lower.js";
import { report } from "./messages.js";
import { prove, type Counterexample } from "./reason/find-counterexample.js";
import type { Verdict } from "./reason/selections.js";
import type { Operation, ResolvedAssert, ResolvedPolicy } from "./resolved.js";

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

function refute({ resolved, ir }: Provable, { assertion, operations, match }: AssertedGroup): Refutation | null {
  const proof = prove(ir, { effect: assertion.effect, operations, match });
  switch (proof.kind) {
    case "holds":
      return null;
    case "too-complex":
      return {
        assertion, counterexample: null,
        diagnostic: report("assertion-too-complex", assertion.span, {},
          { help: "write fewer patterns with `*` and `?` in the middle of a name" }),
      };
    case "fails":
      return { assertion, counterexample: proof, diagnostic: falseAssertion(resolved, assertion, proof) };
  }
}

function falseAssertion(
  policy: ResolvedPolicy, { effect, span }: ResolvedAssert, { operation, verdict, witness }: Counterexample,
): Diagnostic {
  return report("false-assertion", span, {
    access: accessText(operation, witness), asserted: effect, effect: verdict.effect,
  }, { ...decidedBy(policy, operation, verdict), ...howToMend(effect, span) });
}

/** The rule or the default that decides, as labels. */
function decidedBy(policy: ResolvedPolicy, operation: Operation, { rule }: Verdict): { readonly labels: readonly Label[] } {
  const span = rule === null ? policy.defaultSpans.get(operation) : originsOf(policy)[rule]?.span;
  const message = rule === null ? "no rule decides, and this is the default" : "this rule decides";
  return { labels: span === undefined ? [] : [{ message, span }] };
}

/** A refusing assertion becomes true as a rule. */
function howToMend(effect: Effect, { source, start, end }: Span): { readonly help?: string } {
  const [, rule] = /^assert\s+(.*)$/.exec(source.text.slice(start, end)) ?? [];
  return rule === undefined || !refuses(effect) ? {} : { help: `as a rule it holds: \`${rule}\`` };
}
