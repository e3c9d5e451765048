/** Results of tests for programs: JSON, and TAP 14 (testanything.org). */
import { positionOf } from "../compiler/diagnostic.js";
import { ruleJson } from "./rule-places.js";
import type { TestedFile } from "./run-tests.js";
import type { CoverageReport, Piece } from "./test-coverage.js";
import { resultsOf, tally, type TestResult } from "./test-results.js";

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
