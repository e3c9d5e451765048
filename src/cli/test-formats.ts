/** Results of tests for programs: JSON, and TAP 14 (testanything.org). */
import { accessText } from "../compiler/access.js";
import type { Effect } from "../compiler/ast.js";
import { positionOf, type Span } from "../compiler/diagnostic.js";
import { originsOf } from "../compiler/lower.js";
import type { ResolvedPolicy, ResolvedRule } from "../compiler/resolved.js";
import type { Decision } from "../interpreter/interpret.js";
import type { TestedAssert, TestedCase, TestedFile } from "./run-tests.js";
import type { CoverageReport, Piece } from "./test-coverage.js";

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
    access: accessText(attempt.op, attempt),
  };
}

/** A rule or a limit; null for a default. */
export type Decider = Pick<ResolvedRule, "id" | "effect" | "span" | "because">;

export function deciderOf({ rules, limits }: ResolvedPolicy, { rule, limit }: Decision): Decider | null {
  return (rule === null ? undefined : rules[rule]) ?? (limit === null ? undefined : limits[limit]) ?? null;
}

function ofAssert({ assertion, refutation, policy }: TestedAssert): TestResult {
  const { span, effect } = assertion;
  const found = refutation?.counterexample ?? null;
  const rule = found === null || found.verdict.rule === null ? null : originsOf(policy)[found.verdict.rule] ?? null;
  return {
    name: statementText(span), span, ok: refutation === null, expected: effect,
    actual: refutation === null ? effect : found?.verdict.effect ?? null, rule,
    access: found === null ? null : accessText(found.operation, found.witness),
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

// --- JSON ------------------------------------------------------------------------------------------------------------

export function toJson(files: readonly TestedFile[], withCoverage: boolean) {
  const results = files.flatMap(resultsOf);
  return {
    ...tally(results),
    cases: results.map(({ name, span, ok, expected, actual, rule, access }) => ({
      name, file: span.source.path, line: positionOf(span.source, span.start).line, ok, expected, actual,
      rule: rule === null ? null : ruleJson(rule), access,
    })),
    ...(withCoverage ? { coverage: coverageJson(files.flatMap(({ coverage }) => coverage)) } : {}),
  };
}

function ruleJson({ id, effect, span, because }: Decider) {
  return { id, effect, file: span.source.path, ...positionOf(span.source, span.start), because };
}

function coverageJson(pieces: CoverageReport) {
  return {
    ...coverageCounts(pieces),
    uncovered: pieces.filter(({ covered }) => !covered).map(({ kind, rule, span }) => ({
      kind, rule: rule.id, file: span.source.path, ...positionOf(span.source, span.start),
    })),
  };
}

interface Share {
  readonly covered: number;
  readonly total: number;
}

export function coverageCounts(pieces: CoverageReport): { readonly rules: Share; readonly excepts: Share } {
  const share = (kind: Piece["kind"]): Share => {
    const all = pieces.filter((piece) => piece.kind === kind);
    return { covered: all.filter(({ covered }) => covered).length, total: all.length };
  };
  return { rules: share("rule"), excepts: share("except") };
}

// --- TAP -------------------------------------------------------------------------------------------------------------

export function toTap(results: readonly TestResult[]): string {
  return ["TAP version 14", `1..${results.length}`, ...results.flatMap(tapLines), ""].join("\n");
}

function tapLines({ name, span, ok, expected, actual, rule, access }: TestResult, index: number): readonly string[] {
  const { line } = positionOf(span.source, span.start);
  const isAssert = name.startsWith("assert ");
  const what = `${span.source.path}:${line} ${name}${isAssert || access === null ? "" : `: ${expected} ${access}`}`;
  const head = `${ok ? "ok" : "not ok"} ${index + 1} - ${escapeTap(what)}`;
  if (ok) return [head];
  const detail = {
    expected, actual: actual ?? "not proved", ...(access === null ? {} : { access }),
    rule: rule === null ? null : ruleJson(rule),
  };
  // JSON is YAML.
  return [head, "  ---", ...Object.entries(detail).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`), "  ..."];
}

/** `#` would begin a directive. */
const escapeTap = (text: string): string => text.replace(/[\\#]/g, "\\$&").replace(/\s+/g, " ");
