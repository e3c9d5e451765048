/** Lines of a printed policy before they are text: blank lines and the comments at their ends are set last of all. */
import type { Comment } from "./ast.js";
import type { Span } from "./diagnostic.js";
import { indent, WIDTH, widthOf } from "./layout.js";

export interface Line {
  readonly code: string;
  /** The comment at its end, with its `#`. */
  readonly note: string | null;
  /** Whether a blank line stands before it; of a file's and a block's first line this does not count. */
  readonly apart: boolean;
}
export type Lines = readonly Line[];

/**
 * Where blank lines stand: `as-written`, at most one in each place; `by-kind`, for trees without a text, between
 * different kinds of statements and around blocks.
 */
export type BlankLines = "as-written" | "by-kind";

const BETWEEN_NOTES = "  ";

export const toLines = (texts: readonly string[]): Lines =>
  texts.map((code) => ({ code, note: null, apart: false }));

/** `lines` with a blank line before the first, or without one. */
export function setApart(lines: Lines, apart: boolean): Lines {
  return lines.map((line, i) => i === 0 ? { ...line, apart } : line);
}

export function withNote(lines: Lines, comment: Comment | null): Lines {
  return comment === null ? lines
    : lines.map((line, i) => i === lines.length - 1 ? { ...line, note: commentText(comment) } : line);
}

export const printComments = (comments: readonly Comment[], depth: number, blank: BlankLines): Lines =>
  comments.map((comment) => ({
    code: indent(commentText(comment), depth), note: null, apart: isApart(comment.span, blank),
  }));

function commentText({ doc, text }: Comment): string {
  const marker = doc ? "##" : "#";
  return text === "" ? marker : `${marker} ${text}`;
}

/** Whether the author left at least one line blank before what stands at `span`. */
export function isApart({ source: { text }, start }: Span, blank: BlankLines): boolean {
  if (blank === "by-kind") return false;
  let breaks = 0;
  for (let i = start - 1; i >= 0 && /\s/.test(text.charAt(i)); i--) if (text[i] === "\n") breaks++;
  return breaks > 1;
}

/** Comments at the ends of lines that follow one another begin in one column, if all of them fit then. */
export function toText(lines: Lines): string {
  const texts: string[] = [];
  for (let i = 0; i < lines.length;) {
    const run = runOfNotes(lines, i);
    texts.push(...(run.length > 0 ? aligned(run) : [withBlank(lines[i], lines[i]?.code ?? "", i > 0)]));
    i += Math.max(1, run.length);
  }
  return texts.map((text) => `${text}\n`).join("").replace(/^\n+/, "");
}

function withBlank(line: Line | undefined, text: string, allowed: boolean): string {
  return line?.apart === true && allowed ? `\n${text}` : text;
}

function runOfNotes(lines: Lines, from: number): Lines {
  let end = from;
  while (lines[end]?.note !== null && lines[end] !== undefined && (end === from || lines[end]?.apart === false)) end++;
  return lines.slice(from, end);
}

function aligned(run: Lines): readonly string[] {
  const column = Math.max(...run.map(({ code }) => widthOf(code)));
  const longest = Math.max(...run.map(({ note }) => widthOf(note ?? "")));
  const together = column + BETWEEN_NOTES.length + longest <= WIDTH;
  return run.map((line, i) => {
    const padding = together ? " ".repeat(column - widthOf(line.code)) : "";
    return withBlank(line, `${line.code}${padding}${BETWEEN_NOTES}${line.note ?? ""}`, i === 0);
  });
}
