/** What tests and assertions came to: one result for each case, and for each assertion. */
import { accessText, type Attempt, bytesText } from "../compiler/access.js";
import type { Effect } from "../compiler/ast.js";
import { marksText, personText } from "../compiler/context-text.js";
import type { Span } from "../compiler/diagnostic.js";
import { counterexampleText, refuterOf } from "../compiler/prove-asserts.js";
import type { ResolvedCase } from "../compiler/resolve-tests.js";
import { type Decider, deciderOf } from "./rule-places.js";
import type { TestedAssert, TestedCase, TestedFile } from "./run-tests.js";

/** Of one case, or of one assertion. */
export interface TestResult {
  /** The test's; of an assertion, its text. */
  readonly name: string;
  readonly span: Span;
  readonly ok: boolean;
  readonly expected: Effect;
  /** Null where an assertion could not be proved either way. */
  readonly actual: Effect | null;
  readonly rule: Decider | null;
  /** What was tried, or what refutes the assertion; null where nothing does. */
  readonly access: string | null;
  /** Parameters that an assertion was proved with as nobody binds them; null where nothing had to be assumed. */
  readonly assumed: Readonly<Record<string, string>> | null;
}

/** In the order of the source. */
export function resultsOf({ tests, asserts }: TestedFile): readonly TestResult[] {
  return [
    ...tests.flatMap(({ test, cases }) => cases.map((one) => ofCase(test.name, one))),
    ...asserts.map(ofAssert),
  ];
}

function ofCase(name: string, { tested, attempt, decision, ok, policy }: TestedCase): TestResult {
  return {
    name, span: tested.span, ok, expected: tested.effect, actual: decision.effect,
    rule: deciderOf(policy, decision),
    access: caseText(tested, attempt), assumed: null,
  };
}

/** What is tried, by whom, and after what. */
export function caseText({ who, marks, after }: ResolvedCase, attempt: Attempt): string {
  const events = after.map(({ act, args }) =>
    (act.kind === "success" ? `success ${bytesText(act.path)}` : accessText(act.attempt.op, act.attempt))
      + personText({ exe: [], under: [], args }));
  return accessText(attempt.op, attempt) + personText(who) + marksText(marks)
    + (events.length === 0 ? "" : ` after ${events.join(", then ")}`);
}

function ofAssert({ assertion, refutation, policy, assumed }: TestedAssert): TestResult {
  const { span, effect } = assertion;
  const found = refutation?.counterexample ?? null;
  return {
    name: statementText(span), span, ok: refutation === null, expected: effect,
    actual: refutation === null ? effect : found?.verdict.effect ?? null,
    rule: found === null ? null : refuterOf(policy, found),
    access: found === null ? null : counterexampleText(found),
    assumed: Object.keys(assumed).length === 0 ? null : assumed,
  };
}

export const statementText = ({ source, start, end }: Span): string =>
  source.text.slice(start, end).replace(/\s+/g, " ");

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

export function tally(results: readonly TestResult[]): Tally {
  const passed = results.filter(({ ok }) => ok).length;
  return { passed, failed: results.length - passed };
}
