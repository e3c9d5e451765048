/** Results of tests for people. */
import { type Diagnostic, positionOf, type Span } from "../compiler/diagnostic.js";
import { report } from "../compiler/messages.js";
import { renderDiagnostic, type RenderOptions } from "./render-diagnostics.js";
import type { TestedAssert, TestedCase, TestedFile, TestedTest } from "./run-tests.js";
import { painter, type Paint, printable, shortened } from "./terminal.js";
import type { CoverageReport } from "./test-coverage.js";
import { coverageCounts } from "./test-formats.js";
import { deciderOf } from "./rule-places.js";
import { caseText, resultsOf, statementText, tally } from "./test-results.js";

export interface ReportOptions extends RenderOptions {
  readonly coverage: boolean;
  /** Of the terminal. */
  readonly columns: number;
}

const WIDTH = 80;

export function renderTests(files: readonly TestedFile[], { colour, coverage, columns }: ReportOptions): string {
  const paint = painter(colour);
  const { passed, failed } = tally(files.flatMap(resultsOf));
  const some = files.filter(({ tests, asserts }) => tests.length + asserts.length > 0);
  return [
    ...some.flatMap((file) => {
      const lines = fileLines(file, paint, colour);
      return lines.at(-1) === "" ? lines : [...lines, ""];
    }),
    ...(coverage ? coverageLines(files.flatMap((file) => file.coverage), columns) : []),
    `${passed} passed, ${failed === 0 ? "0 failed" : paint("red", `${failed} failed`)}`,
    "",
  ].join("\n");
}

function fileLines({ file, tests, asserts }: TestedFile, paint: Paint, colour: boolean): readonly string[] {
  const frames = (found: readonly Diagnostic[]): readonly string[] =>
    found.flatMap((diagnostic) => ["", renderDiagnostic(diagnostic, { colour })]).concat(found.length > 0 ? [""] : []);
  return [
    paint("bold", printable(file)),
    ...tests.flatMap((test) => [testLine(test, paint), ...frames(test.cases.filter(({ ok }) => !ok).map(failedCase))]),
    ...asserts.flatMap((assertion) => [
      assertLine(assertion, paint),
      ...frames(assertion.refutation === null ? [] : [assertion.refutation.diagnostic]),
    ]),
    ...assumptionLines(asserts),
  ];
}

function testLine({ test, cases }: TestedTest, paint: Paint): string {
  const passed = cases.filter(({ ok }) => ok).length;
  const count = passed === cases.length ? `${cases.length} case${cases.length === 1 ? "" : "s"}` : `${passed} of ${cases.length} cases`;
  return resultLine(passed === cases.length, test.name, count, paint);
}

const assertLine = ({ assertion, refutation, forAny }: TestedAssert, paint: Paint): string =>
  resultLine(refutation === null, statementText(assertion.span), forAny ? "whatever is bound" : "", paint);

/** About the assertions that may come out otherwise where parameters are bound. */
function assumptionLines(asserts: readonly TestedAssert[]): readonly string[] {
  const some = asserts.filter(({ assumed, refutation }) => refutation === null && Object.keys(assumed).length > 0);
  const flags = Object.entries(some[0]?.assumed ?? {}).map(([name, value]) => `--set ${name}=${value}`);
  return some.length === 0 ? [] : [
    `  ${some.length} of ${asserts.length} assertions proved only with ${flags.join(" ")}, which nobody gave: give your own`,
  ];
}

function resultLine(ok: boolean, name: string, count: string, paint: Paint): string {
  const mark = ok ? paint("green", "ok    ") : paint("red", "FAILED");
  const room = WIDTH - "  FAILED  ".length - (count === "" ? 0 : count.length + 2);
  const cut = shortened(printable(name), room);
  return `  ${mark}  ${count === "" ? cut : `${cut.padEnd(room)}  ${count}`}`;
}

function failedCase({ tested, attempt, decision, policy }: TestedCase): Diagnostic {
  const decider = deciderOf(policy, decision);
  const span = (decider === null ? policy.defaultSpans.get(attempt.op) : decider.span) ?? undefined;
  const message = decider === null ? "no rule decides, and this is the default" : "this decides";
  return report("failed-case", tested.span, {
    access: caseText(tested, attempt), expected: tested.effect, effect: decision.effect,
  }, {
    labels: span === undefined ? [] : [{ message, span }],
    help: span !== undefined ? undefined
      : decider === null ? `no rule matches, and no default is stated for \`${attempt.op}\``
        : decider.because ?? undefined,
  });
}

function coverageLines(pieces: CoverageReport, columns: number): readonly string[] {
  const { rules, excepts, limits } = coverageCounts(pieces);
  const open = pieces.filter(({ covered }) => !covered);
  const ofLimits = limits.total === 0 ? "" : `, ${limits.covered} of ${limits.total} limits`;
  return [
    ...(open.length === 0 ? [] : ["decided by no case:"]),
    ...open.map(({ kind, span }) =>
      shortened(`  ${placeOf(span)}  ${kind === "except" ? "except " : ""}${firstLine(span)}`, columns)),
    `coverage: ${rules.covered} of ${rules.total} rules, ${excepts.covered} of ${excepts.total} excepts${ofLimits}`,
    "",
  ];
}

const placeOf = ({ source, start }: Span): string => printable(`${source.path}:${positionOf(source, start).line}`);

const firstLine = (span: Span): string => printable(statementText(span));
