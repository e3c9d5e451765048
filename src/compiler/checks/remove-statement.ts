/** Fixes that take a statement, or a part of one, out of its file. */
import type { Statement, Target } from "../ast.js";
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

/** With the blanks that part it from the statement before it. */
export function commentRemoval(span: Span): Fix {
  const { source, start, end } = wholeLines(span);
  const blank = end > span.end ? "" : /[ \t]*$/.exec(source.text.slice(0, start))?.[0] ?? "";
  return { span: { source, start: start - blank.length, end }, replacement: "" };
}

/** With the line's indentation and its end, where nothing else stands on it. */
export function wholeLines({ source, start, end }: Span): Span {
  const before = /[ \t]*$/.exec(source.text.slice(source.text.lastIndexOf("\n", start - 1) + 1, start))?.[0] ?? "";
  const first = start - before.length;
  const after = /^[ \t]*\r?(\n|$)/.exec(source.text.slice(end, source.text.indexOf("\n", end) + 1 || undefined))?.[0];
  const alone = after !== undefined && (first === 0 || source.text[first - 1] === "\n");
  return alone ? { source, start: first, end: end + after.length } : { source, start, end };
}

/** One of several targets, with its comma; nothing where a comment stands beside it. */
export function targetRemoval(targets: readonly Target[], index: number): readonly Fix[] {
  const [before, own, after] = [targets[index - 1], targets[index], targets[index + 1]];
  if (own === undefined) return [];
  const { source } = own.span;
  const [start, end] = before !== undefined ? [before.span.end, own.span.end] : [own.span.start, after?.span.start ?? own.span.end];
  const beside = source.text.slice(start, own.span.start) + source.text.slice(own.span.end, end);
  return /^[\s,]*$/.test(beside) ? [{ span: { source, start, end }, replacement: "" }] : [];
}

/** The whole clause; nothing where a comment stands in it. */
export function exceptRemoval(except: readonly Target[]): readonly Fix[] {
  const [first, last] = [except[0], except.at(-1)];
  if (first === undefined || last === undefined) return [];
  const { source } = first.span;
  const keyword = /except\s*$/.exec(source.text.slice(0, first.span.start));
  const between = except.slice(1).map(({ span }, i) => source.text.slice(except[i]?.span.end, span.start)).join("");
  if (keyword === null || !/^[\s,]*$/.test(between)) return [];
  const span = wholeLines({ source, start: keyword.index, end: last.span.end });
  const isAlone = span.end > last.span.end;
  const blank = isAlone ? "" : /[ \t]*$/.exec(source.text.slice(0, span.start))?.[0] ?? "";
  return [{ span: { ...span, start: span.start - blank.length }, replacement: "" }];
}
