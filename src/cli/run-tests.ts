/** The tests and assertions of one policy file, tried. */
import type { FrontEnd } from "../compiler/compile.js";
import type { Outcome, Span } from "../compiler/diagnostic.js";
import { type LoadedPolicy, loadPolicy, type ReadSource } from "../compiler/include.js";
import { lower } from "../compiler/lower.js";
import { type Refutation, refuteAsserts } from "../compiler/prove-asserts.js";
import { resolve } from "../compiler/resolve.js";
import { resolveTests, type ResolvedTest } from "../compiler/resolve-tests.js";
import type { Bindings, ResolvedAssert } from "../compiler/resolved.js";
import { type CaseResult, coverageOf, runCases } from "../interpreter/run-cases.js";
import { type CoverageReport, joinCoverage } from "./test-coverage.js";

export interface TestedCase extends CaseResult {
  readonly policy: FrontEnd;
}

export interface TestedTest {
  readonly test: ResolvedTest;
  readonly cases: readonly TestedCase[];
}

export interface TestedAssert {
  readonly assertion: ResolvedAssert;
  readonly refutation: Refutation | null;
  readonly policy: FrontEnd;
}

export interface TestedFile {
  readonly file: string;
  readonly tests: readonly TestedTest[];
  readonly asserts: readonly TestedAssert[];
  readonly coverage: CoverageReport;
}

/** Fails with what keeps the policy from being tried. */
export function testFile(path: string, read: ReadSource, outside: Omit<Bindings, "programs">): Outcome<TestedFile> {
  const loaded = loadPolicy(path, read);
  if (!loaded.ok) return loaded;
  const bindings: Bindings = { ...outside, programs: [] };
  const tests = resolveTests(loaded.value, bindings);
  if (!tests.ok) return tests;
  const bindIn = binder(loaded.value);
  const bound = tests.value.map((test) => ({ test, policy: bindIn(test.bindings) }));
  const own = bindIn(bindings);
  const errors = bound.flatMap(({ policy }) => (policy.ok ? [] : policy.diagnostics));
  if (errors.length > 0) return { ok: false, diagnostics: errors };
  const tested = bound.flatMap(({ test, policy }) => (policy.ok ? [{ test, policy: policy.value }] : []));
  // Where the command line leaves parameters open, assertions are proved for what the tests bind.
  const proved = own.ok ? [own.value] : [...new Set(tested.map(({ policy }) => policy))];
  const asserts = loaded.value.statements.some(({ kind }) => kind === "assert");
  if (!own.ok && asserts && proved.length === 0) return own;
  return {
    ok: true, diagnostics: [],
    value: {
      file: path,
      tests: tested.map(({ test, policy }) => ({
        test, cases: runCases(policy.resolved, test.cases).map((result) => ({ ...result, policy })),
      })),
      asserts: testAsserts(proved),
      coverage: joinCoverage(tested.map(({ test, policy }) => ({
        policy: policy.resolved, coverage: coverageOf(policy.resolved, test.cases),
      }))),
    },
  };
}

/** `resolve` and `lower`, once for each set of bindings. */
function binder(loaded: LoadedPolicy): (bindings: Bindings) => Outcome<FrontEnd> {
  const known = new Map<string, Outcome<FrontEnd>>();
  return (bindings) => {
    const key = JSON.stringify([bindings.home, Object.entries(bindings.params).sort()]);
    const policy = known.get(key) ?? bind(loaded, bindings);
    known.set(key, policy);
    return policy;
  };
}

function bind(loaded: LoadedPolicy, bindings: Bindings): Outcome<FrontEnd> {
  const resolved = resolve(loaded, bindings);
  return resolved.ok ? { ...resolved, value: { resolved: resolved.value, ir: lower(resolved.value) } } : resolved;
}

/** An assertion holds where it does under all of the bindings. */
function testAsserts(policies: readonly FrontEnd[]): readonly TestedAssert[] {
  const [first] = policies;
  if (first === undefined) return [];
  const refuted = policies.flatMap((policy) => refuteAsserts(policy).map((refutation) => ({ policy, refutation })));
  return first.resolved.asserts.map((assertion) => {
    const found = refuted.find(({ refutation }) => isSame(refutation.assertion.span, assertion.span));
    return { assertion, refutation: found?.refutation ?? null, policy: found?.policy ?? first };
  });
}

const isSame = (a: Span, b: Span): boolean => a.source === b.source && a.start === b.start;
