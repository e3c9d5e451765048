/** The tests and assertions of one policy file, tried. */
import type { Statement } from "../compiler/ast.js";
import { choosePlaceholders } from "../compiler/checks/choose-placeholders.js";
import { withNested } from "../compiler/checks/walk-tree.js";
import { resolveWithinCounts } from "../compiler/compile.js";
import { once, type Outcome, type Span } from "../compiler/diagnostic.js";
import { type LoadedPolicy, loadPolicy, type ReadSource } from "../compiler/include.js";
import { lower } from "../compiler/lower.js";
import { type Refutation, refuteAsserts } from "../compiler/prove-asserts.js";
import { provedForAny } from "../compiler/prove-for-any.js";
import { resolveTests, type ResolvedTest } from "../compiler/resolve-tests.js";
import type { Bindings, ResolvedAssert, ResolvedPolicy } from "../compiler/resolved.js";
import { type CaseResult, coverageOf, runCases } from "../interpreter/run-cases.js";
import type { OutsideBindings } from "./bindings.js";
import { type Attempt, succeed } from "./exit.js";
import { namesOf, noneHas } from "./load-policy.js";
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
  /** What it was proved with, where nobody says what parameters stand for and that might matter; empty elsewhere. */
  readonly assumed: Readonly<Record<string, string>>;
  /** Whether it holds whatever they stand for. */
  readonly forAny: boolean;
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

/** Each of several policies takes of the parameters those that it has, and the task if it or none has it. */
export function testFiles(
  paths: readonly string[], read: ReadSource, { home, params, task }: OutsideBindings,
): Attempt<readonly TriedFile[]> {
  const policies = paths.map((file) => ({ file, loaded: loadPolicy(file, read) }));
  const named = policies.map(({ loaded }) => namesOf(loaded.ok ? loaded.value.statements : []));
  const all = { params: new Set(named.flatMap((names) => [...names.params])), tasks: new Set(named.flatMap((names) => [...names.tasks])) };
  const [isOne, isWhole] = [policies.length === 1, policies.every(({ loaded }) => loaded.ok)];
  const unknown = isOne || !isWhole ? undefined : Object.keys(params).find((name) => !all.params.has(name));
  if (unknown !== undefined) return noneHas(unknown, all.params);
  return succeed(policies.map(({ file, loaded }, i) => {
    if (!loaded.ok) return { file, outcome: loaded };
    const own = named[i] ?? all;
    const mine = Object.entries(params).filter(([name]) => isOne || own.params.has(name));
    const chosen = task === null || own.tasks.has(task) || !all.tasks.has(task) ? task : null;
    return { file, outcome: testPolicy(file, loaded.value, { home, params: Object.fromEntries(mine), task: chosen }) };
  }));
}

/** Fails with what keeps the policy from being tried. */
export function testFile(path: string, read: ReadSource, bindings: OutsideBindings): Outcome<TestedFile> {
  const loaded = loadPolicy(path, read);
  return loaded.ok ? testPolicy(path, loaded.value, bindings) : loaded;
}

function testPolicy(path: string, loaded: LoadedPolicy, { home, params, task }: OutsideBindings): Outcome<TestedFile> {
  const bindings: Bindings = { home, params, programs: [] };
  const tests = resolveTests(loaded, bindings);
  if (!tests.ok) return tests;
  const bindIn = binder(loaded, task);
  const bound = tests.value.map((test) => ({ test, policy: bindIn(test.bindings) }));
  const errors = once(bound.flatMap(({ policy }) => (policy.ok ? [] : policy.diagnostics)));
  if (errors.length > 0) return { ok: false, diagnostics: errors };
  const tested = bound.flatMap(({ test, policy }) => (policy.ok ? [{ test, policy: policy.value }] : []));
  const own = bindIn(bindings);
  // Without a test nobody says what parameters stand for; all else has to be in order.
  const others = own.ok || bound.length > 0 ? [] : own.diagnostics.filter(({ code }) => code !== "unbound-parameter");
  if (others.length > 0) return { ok: false, diagnostics: others };
  const asserts = testAsserts(loaded, own, tested.map(({ policy }) => policy), () => {
    const placeholders = choosePlaceholders(loaded.statements, params);
    return { placeholders, policy: bindIn({ ...bindings, params: { ...placeholders, ...params } }) };
  });
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

/** Resolves, once for each set of bindings. */
function binder(loaded: LoadedPolicy, task: string | null): (bindings: Bindings) => Outcome<ResolvedPolicy> {
  const known = new Map<string, Outcome<ResolvedPolicy>>();
  return (bindings) => {
    const key = JSON.stringify([bindings.home, Object.entries(bindings.params).sort()]);
    const policy = known.get(key) ?? resolveWithinCounts(loaded, bindings, task);
    known.set(key, policy);
    return policy;
  };
}

/** Where the command line leaves parameters open, assertions are proved for what each of the tests binds. */
function testAsserts(
  { statements }: LoadedPolicy, own: Outcome<ResolvedPolicy>, tested: readonly ResolvedPolicy[], bindUnbound: () => Unbinding,
): Outcome<readonly TestedAssert[]> {
  const isOpen = !own.ok && tested.length === 0 && withNested(statements).some(({ kind }) => kind === "assert");
  if (isOpen) return testForPlaceholders(statements, bindUnbound());
  return { ok: true, diagnostics: [], value: triedAsserts(own.ok ? [own.value] : [...new Set(tested)]) };
}

/** As `lint` has it. */
function testForPlaceholders(
  statements: readonly Statement[], { policy, placeholders }: Unbinding,
): Outcome<readonly TestedAssert[]> {
  if (!policy.ok) return policy;
  const sure = provedForAny({ statements, resolved: policy.value, placeholders });
  return {
    ok: true, diagnostics: [],
    value: triedAsserts([policy.value]).map((tried) => (sure.has(tried.assertion)
      ? { ...tried, forAny: true } : { ...tried, assumed: placeholders })),
  };
}

interface Unbinding {
  readonly policy: Outcome<ResolvedPolicy>;
  readonly placeholders: Readonly<Record<string, string>>;
}

function triedAsserts(policies: readonly ResolvedPolicy[]): readonly TestedAssert[] {
  const [first] = policies;
  if (first === undefined || first.asserts.length === 0) return [];
  const refuted = policies.flatMap((resolved) =>
    refuteAsserts({ resolved, ir: lower(resolved) }).map((refutation) => ({ policy: resolved, refutation })));
  return first.asserts.map((assertion) => {
    const found = refuted.find(({ refutation }) => isSame(refutation.assertion.span, assertion.span));
    return { assertion, refutation: found?.refutation ?? null, policy: found?.policy ?? first, assumed: {}, forAny: false };
  });
}

const isSame = (a: Span, b: Span): boolean => a.source === b.source && a.start === b.start;
