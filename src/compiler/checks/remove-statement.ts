/** The fix that takes a statement out of its file. */
import type { Statement } from "../ast.js";
import type { Fix, Span } from "../diagnostic.js";

/** With the comments right above it, save those at the top of the file, and the one at its end. */
export function removal({ span, leading, trailing }: Statement): Fix {
  const { source } = span;
  let { start } = span;
  for (const comment of leading.toReversed()) {
    if (comment.span.start > start) continue;
    const between = source.text.slice(comment.span.end, start);
    if (comment.span.start === 0 || !/^[ \t]*\r?\n[ \t]*$/.test(between)) break;
    ({ start } = comment.span);
  }
  return { span: wholeLines({ source, start, end: trailing?.span.end ?? span.end }), replacement: "" };
}

/** With the line's indentation and its end, where nothing else stands on it. */
export function wholeLines({ source, start, end }: Span): Span {
  const before = /[ \t]*$/.exec(source.text.slice(source.text.lastIndexOf("\n", start - 1) + 1, start))?.[0] ?? "";
  const first = start - before.length;
  const after = /^[ \t]*\r?(\n|$)/.exec(source.text.slice(end, source.text.indexOf("\n", end) + 1 || undefined))?.[0];
  const alone = after !== undefined && (first === 0 || source.text[first - 1] === "\n");
  return alone ? { source, start: first, end: end + after.length } : { source, start, end };
}
