/** `# lint-ignore CODE reason`, before a statement or at its end, takes that warning away from it. */
import type { Comment, PolicyFile, Statement, TestCase } from "../ast.js";
import type { Diagnostic, Span } from "../diagnostic.js";
import { MESSAGES, report, severityOf } from "../messages.js";
import { closest } from "../suggest-name.js";
import { commentRemoval } from "./remove-statement.js";
import { withNested } from "./walk-tree.js";

interface Ignore {
  readonly code: string;
  /** Null where none is given. */
  readonly codeSpan: Span | null;
  readonly reason: string;
  readonly comment: Comment;
  /** What it is about; null at the end of a file or block, and in a test. */
  readonly reach: Span | null;
}

/** `checked`: whether the check behind a code was made, so that finding nothing means something. */
export function applyIgnores(
  file: PolicyFile, warnings: readonly Diagnostic[], checked: (code: string) => boolean,
): readonly Diagnostic[] {
  const ignores = ignoresOf(file);
  return [
    ...warnings.filter((warning) => !ignores.some((ignore) => silences(ignore, warning))),
    ...ignores.flatMap((ignore) =>
      aboutIgnore(ignore, !checked(ignore.code) || warnings.some((warning) => silences(ignore, warning)))),
  ];
}

/** Without those that comments in `statements` take away, of which no more is said. */
export function withoutIgnored(statements: readonly Statement[], warnings: readonly Diagnostic[]): readonly Diagnostic[] {
  const ignores = ignoresOf({ statements, trailingComments: [] });
  return warnings.filter((warning) => !ignores.some((ignore) => silences(ignore, warning)));
}

const silences = ({ code, reach }: Ignore, warning: Diagnostic): boolean => warning.code === code && reach !== null
  && warning.span.source === reach.source && warning.span.start >= reach.start && warning.span.end <= reach.end;

function aboutIgnore({ code, codeSpan, reason, comment: { span } }: Ignore, needed: boolean): readonly Diagnostic[] {
  const removal = { fixes: [commentRemoval(span)] };
  if (severityOf(code) !== "warning") {
    const warnings = Object.keys(MESSAGES).filter((other) => severityOf(other) === "warning");
    const meant = closest(code, warnings);
    const help = severityOf(code) === "error" ? "an error cannot be ignored"
      : meant === undefined ? "`# lint-ignore CODE REASON`, where CODE stands in brackets behind `warning`" : `did you mean \`${meant}\`?`;
    return [report("ignore-unknown-code", codeSpan ?? span, { code }, { help })];
  }
  if (!needed) return [report("ignore-unused", span, { code }, { help: "take this comment out", ...removal })];
  if (reason === "") {
    return [report("ignore-without-reason", span, { code }, { help: `\`# lint-ignore ${code} REASON\`` })];
  }
  return [];
}

function ignoresOf(file: Pick<PolicyFile, "statements" | "trailingComments">): readonly Ignore[] {
  const statements = withNested(file.statements);
  return [
    ...statements.flatMap((statement) => commentsOf(statement).flatMap((comment) => toIgnore(comment, reachOf(statement)))),
    ...statements.flatMap((statement) => [
      ...(statement.kind === "test" ? statement.cases.flatMap(commentsOf) : []),
      ...("trailingComments" in statement ? statement.trailingComments : []),
    ]).flatMap((comment) => toIgnore(comment, null)),
    ...file.trailingComments.flatMap((comment) => toIgnore(comment, null)),
  ];
}

const commentsOf = ({ leading, trailing }: Statement | TestCase): readonly Comment[] =>
  trailing === null ? leading : [...leading, trailing];

function toIgnore(comment: Comment, reach: Span | null): readonly Ignore[] {
  const match = /^[ \t]*lint-ignore:?(?:[ \t]+(\S*)[ \t]*(.*))?$/.exec(comment.text);
  if (match === null || comment.doc) return [];
  const [, code = "", reason = ""] = match;
  return [{ code, codeSpan: code === "" ? null : spanOfCode(comment, code), reason, comment, reach }];
}

function spanOfCode({ span: { source, start, end } }: Comment, code: string): Span {
  const keyword = "lint-ignore";
  const written = source.text.slice(start, end);
  const at = start + written.indexOf(code, written.indexOf(keyword) + keyword.length);
  return { source, start: at, end: at + code.length };
}

const reachOf = ({ span, leading, trailing }: Statement): Span => ({
  source: span.source,
  start: Math.min(span.start, leading[0]?.span.start ?? span.start),
  end: trailing?.span.end ?? span.end,
});
