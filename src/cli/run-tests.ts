/** The tests and assertions of one policy file, tried. */
import { once, type Outcome, type Span } from "../compiler/diagnostic.js";
import { type LoadedPolicy, loadPolicy, type ReadSource } from "../compiler/include.js";
import { lower } from "../compiler/lower.js";
import { type Refutation, refuteAsserts } from "../compiler/prove-asserts.js";
import { resolve } from "../compiler/resolve.js";
import { resolveTests, type ResolvedTest } from "../compiler/resolve-tests.js";
import type { Bindings, ResolvedAssert, ResolvedPolicy } from "../compiler/resolved.js";
import { type CaseResult, coverageOf, runCases } from "../interpreter/run-cases.js";
import type { OutsideBindings } from "./options.js";
import { type CoverageReport, joinCoverage } from "./test-coverage.js";

export interface TestedCase extends CaseResult {
  readonly policy: ResolvedPolicy;
}

export interface TestedTest {
  readonly test: ResolvedTest;
  readonly cases: readonly TestedCase[];
}

export interface TestedAssert {
  readonly assertion: ResolvedAssert;
  readonly refutation: Refutation | null;
  readonly policy: ResolvedPolicy;
}

export interface TestedFile {
  readonly file: string;
  readonly tests: readonly TestedTest[];
  readonly asserts: readonly TestedAssert[];
  readonly coverage: CoverageReport;
}

/** A file as it was named, and what came of it. */
export interface TriedFile {
  readonly file: string;
  readonly outcome: Outcome<TestedFile>;
}

/** Fails with what keeps the policy from being tried. */
export function testFile(path: string, read: ReadSource, { home, params, task }: OutsideBindings): Outcome<TestedFile> {
  const loaded = loadPolicy(path, read);
  if (!loaded.ok) return loaded;
  const bindings: Bindings = { home, params, programs: [] };
  const tests = resolveTests(loaded.value, bindings);
  if (!tests.ok) return tests;
  const bindIn = binder(loaded.value, task);
  const bound = tests.value.map((test) => ({ test, policy: bindIn(test.bindings) }));
  const errors = once(bound.flatMap(({ policy }) => (policy.ok ? [] : policy.diagnostics)));
  if (errors.length > 0) return { ok: false, diagnostics: errors };
  const tested = bound.flatMap(({ test, policy }) => (policy.ok ? [{ test, policy: policy.value }] : []));
  const own = bindIn(bindings);
  // Without a test nobody says what parameters stand for; all else has to be in order.
  if (bound.length === 0 && !own.ok && own.diagnostics.some(({ code }) => code !== "unbound-parameter")) return own;
  const asserts = testAsserts(loaded.value, own, tested.map(({ policy }) => policy));
  if (!asserts.ok) return asserts;
  return {
    ok: true, diagnostics: [],
    value: {
      file: path,
      tests: tested.map(({ test, policy }) => ({
        test, cases: runCases(policy, test.cases).map((result) => ({ ...result, policy })),
      })),
      asserts: asserts.value,
      // By itself as well: without a test nothing is decided.
      coverage: joinCoverage([...(own.ok ? [{ test: { cases: [] }, policy: own.value }] : []), ...tested]
        .map(({ test, policy }) => ({ policy, coverage: coverageOf(policy, test.cases) }))),
    },
  };
}

/** `resolve`, once for each set of bindings. */
function binder(loaded: LoadedPolicy, task: string | null): (bindings: Bindings) => Outcome<ResolvedPolicy> {
  const known = new Map<string, Outcome<ResolvedPolicy>>();
  return (bindings) => {
    const key = JSON.stringify([bindings.home, Object.entries(bindings.params).sort()]);
    const policy = known.get(key) ?? resolve(loaded, bindings, task);
    known.set(key, policy);
    return policy;
  };
}

/** Where the command line leaves parameters open, assertions are proved for what each of the tests binds. */
function testAsserts(
  { statements }: LoadedPolicy, own: Outcome<ResolvedPolicy>, tested: readonly ResolvedPolicy[],
): Outcome<readonly TestedAssert[]> {
  const policies = own.ok ? [own.value] : [...new Set(tested)];
  const [first] = policies;
  if (first === undefined) {
    const some = statements.some(({ kind }) => kind === "assert");
    return !own.ok && some ? own : { ok: true, value: [], diagnostics: [] };
  }
  if (first.asserts.length === 0) return { ok: true, value: [], diagnostics: [] };
  const refuted = policies.flatMap((resolved) =>
    refuteAsserts({ resolved, ir: lower(resolved) }).map((refutation) => ({ policy: resolved, refutation })));
  return {
    ok: true, diagnostics: [],
    value: first.asserts.map((assertion) => {
      const found = refuted.find(({ refutation }) => isSame(refutation.assertion.span, assertion.span));
      return { assertion, refutation: found?.refutation ?? null, policy: found?.policy ?? first };
    }),
  };
}

const isSame = (a: Span, b: Span): boolean => a.source === b.source && a.start === b.start;
