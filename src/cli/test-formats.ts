/** Results of tests for programs: JSON, and TAP 14 (testanything.org). */
import { type Diagnostic, once, positionOf } from "../compiler/diagnostic.js";
import { toJson as diagnosticsJson } from "./lint-json.js";
import { ruleJson } from "./rule-places.js";
import type { TriedFile } from "./run-tests.js";
import type { CoverageReport, Piece } from "./test-coverage.js";
import { resultsOf, tally, type TestResult } from "./test-results.js";

// --- JSON ------------------------------------------------------------------------------------------------------------

/** `errors`: why files could not be tried; their cases and assertions are not among the others. */
export function toJson(tried: readonly TriedFile[], withCoverage: boolean) {
  const files = tried.flatMap(({ outcome }) => (outcome.ok ? [outcome.value] : []));
  const results = files.flatMap(resultsOf);
  return {
    ...tally(results),
    cases: results.map(({ name, span, ok, expected, actual, rule, access, assumed }) => ({
      name, file: span.source.path, line: positionOf(span.source, span.start).line, ok, expected, actual,
      rule: rule === null ? null : ruleJson(rule), access,
      ...(assumed === null ? {} : { assumed }),
    })),
    errors: diagnosticsJson(once(tried.flatMap(({ outcome }) => (outcome.ok ? [] : outcome.diagnostics)))),
    ...(withCoverage ? { coverage: coverageJson(files.flatMap(({ coverage }) => coverage)) } : {}),
  };
}

function coverageJson(pieces: CoverageReport) {
  return {
    ...coverageCounts(pieces),
    uncovered: pieces.filter(({ covered }) => !covered).map(({ kind, id, span }) => ({
      kind, rule: id, file: span.source.path, ...positionOf(span.source, span.start),
    })),
  };
}

interface Share {
  readonly covered: number;
  readonly total: number;
}

export function coverageCounts(pieces: CoverageReport): Readonly<Record<"rules" | "excepts" | "limits", Share>> {
  const share = (kind: Piece["kind"]): Share => {
    const all = pieces.filter((piece) => piece.kind === kind);
    return { covered: all.filter(({ covered }) => covered).length, total: all.length };
  };
  return { rules: share("rule"), excepts: share("except"), limits: share("limit") };
}

// --- TAP -------------------------------------------------------------------------------------------------------------

/** A file that does not compile is one test that fails; what no case decided are comments. */
export function toTap(tried: readonly TriedFile[], withCoverage: boolean): string {
  const points = tried.flatMap(({ file, outcome }) =>
    (outcome.ok ? resultsOf(outcome.value).map(pointOf) : [brokenPoint(file, outcome.diagnostics)]));
  const lines = points.flatMap(({ ok, what, detail }, index) =>
    [`${ok ? "ok" : "not ok"} ${index + 1} - ${escapeTap(what)}`, ...yamlBlock(detail)]);
  const coverage = tried.flatMap(({ outcome }) => (withCoverage && outcome.ok ? outcome.value.coverage : []));
  const comments = coverage.filter(({ covered }) => !covered).map(({ kind, span }) =>
    `# ${span.source.path}:${positionOf(span.source, span.start).line}: no case is decided by this ${kind}`);
  return ["TAP version 14", `1..${points.length}`, ...lines, ...comments, ""].join("\n");
}

/** A test point of TAP. */
interface Point {
  readonly ok: boolean;
  readonly what: string;
  /** What failed; of what passed, with what assumption. */
  readonly detail: object;
}

function pointOf({ name, span, ok, expected, actual, rule, access, assumed }: TestResult): Point {
  const { line } = positionOf(span.source, span.start);
  const isAssert = name.startsWith("assert ");
  return {
    ok, what: `${span.source.path}:${line} ${name}${isAssert || access === null ? "" : `: ${expected} ${access}`}`,
    detail: {
      ...(ok ? {} : {
        expected, actual: actual ?? "not proved", ...(access === null ? {} : { access }),
        rule: rule === null ? null : ruleJson(rule),
      }),
      ...(assumed === null ? {} : { assumed }),
    },
  };
}

function brokenPoint(file: string, diagnostics: readonly Diagnostic[]): Point {
  const [first, ...others] = diagnostics.map(({ message, code, span }) =>
    ({ message, code, at: { file: span.source.path, ...positionOf(span.source, span.start) } }));
  return {
    ok: false, what: `${file}: does not compile`, detail: { ...first, ...(others.length === 0 ? {} : { others }) },
  };
}

// JSON is YAML.
function yamlBlock(detail: object): readonly string[] {
  const lines = Object.entries(detail).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`);
  return lines.length === 0 ? [] : ["  ---", ...lines, "  ..."];
}

/** `#` would begin a directive. */
const escapeTap = (text: string): string => text.replace(/[\\#]/g, "\\$&").replace(/\s+/g, " ");
