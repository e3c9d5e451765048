/** Diagnostics for people: what is wrong, where, with the line it stands on. */
import { type Diagnostic, type Label, positionOf, type Source, type Span } from "../compiler/diagnostic.js";
import { painter, type Paint, printable } from "./terminal.js";

export interface RenderOptions {
  readonly colour: boolean;
}

export interface ListOptions extends RenderOptions {
  /** Of how many the frames are shown; all are counted. */
  readonly limit?: number;
}

/** Mistakes that were made on the command line: no place in the file has anything to do with them. */
export const OF_THE_COMMAND_LINE: ReadonlySet<string> = new Set(["unknown-binding", "unknown-task", "home-not-absolute"]);

const WIDTH = 80;
const TAB = 4;
const ELLIPSIS = "…";

/** All of them, a blank line after each, and a line that counts them; empty for none. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: ListOptions): string {
  if (diagnostics.length === 0) return "";
  const paint = painter(options.colour);
  const shown = diagnostics.slice(0, options.limit);
  const more = diagnostics.length - shown.length;
  const frames = [
    ...shown.map((diagnostic) => `${renderOne(diagnostic, paint)}\n`), ...(more === 0 ? [] : [`${more} more\n`]),
  ];
  return `${frames.join("\n")}\n${countLine(diagnostics)}\n`;
}

/** A code frame by itself: the place, its line, `note` under it, and what the labels say of parts of it. */
export function renderFrame(
  span: Span, note: string, options: RenderOptions, labels: readonly Label[] = [],
): string {
  const paint = painter(options.colour);
  const marks = [{ span, message: note, primary: true }, ...labels.map((label) => ({ ...label, primary: false }))];
  return frameLines(marks, "green", paint).join("\n");
}

/** One by itself. */
export function renderDiagnostic(diagnostic: Diagnostic, { colour }: RenderOptions): string {
  return renderOne(diagnostic, painter(colour));
}

function renderOne(diagnostic: Diagnostic, paint: Paint): string {
  const style = diagnostic.severity === "error" ? "red" : "yellow";
  const title = paint(style, `${diagnostic.severity}[${diagnostic.code}]`)
    + paint("bold", `: ${printable(diagnostic.message)}`);
  const { span, labels } = diagnostic;
  const own = labels.find((label) =>
    label.span.source === span.source && label.span.start === span.start && label.span.end === span.end);
  const marks = [
    { span, message: own?.message ?? "", primary: true },
    ...labels.filter((label) => label !== own).map((label) => ({ ...label, primary: false })),
  ];
  const help = diagnostic.help === undefined ? [] : [`${paint("cyan", "help")}: ${printable(diagnostic.help)}`];
  const frame = OF_THE_COMMAND_LINE.has(diagnostic.code) ? [] : frameLines(marks, style, paint);
  return [title, ...frame, ...help].join("\n");
}

function countLine(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: string, word: string): readonly string[] => {
    const n = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return n === 0 ? [] : [`${n} ${word}${n === 1 ? "" : "s"}`];
  };
  return [...count("error", "error"), ...count("warning", "warning")].join(", ");
}

// --- frames ----------------------------------------------------------------------------------------------------------

interface Mark extends Label {
  readonly primary: boolean;
}

/** The primary mark's file first; marks of one file in the order of their lines, with `...` where lines are left out. */
function frameLines(marks: readonly Mark[], style: "red" | "yellow" | "green", paint: Paint): readonly string[] {
  const placed = marks.map((mark) => ({ mark, ...positionOf(mark.span.source, mark.span.start) }));
  const gutter = String(Math.max(...placed.map(({ line }) => line))).length;
  const bar = (text: string): string => paint("blue", `${text.padStart(gutter)} |`);
  const sources = [...new Set(placed.map(({ mark }) => mark.span.source))];

  return sources.flatMap((source, index) => {
    const here = placed.filter(({ mark }) => mark.span.source === source);
    // The place that the arrow names is the primary one where this file has it.
    const first = here.find(({ mark }) => mark.primary) ?? here[0];
    if (first === undefined) return [];
    const arrow = paint("blue", `${" ".repeat(gutter)}${index === 0 ? "-->" : ":::"}`);
    const head = `${arrow} ${printable(source.path)}:${first.line}:${first.column}`;
    // A file that could not be read has no line to show.
    if (source.text === "") return [head];
    const lines = [...new Set(here.map(({ line }) => line))].sort((a, b) => a - b);
    const body = lines.flatMap((line, nth) => {
      const gap = nth > 0 && line > (lines[nth - 1] ?? 0) + 1 ? [paint("blue", "...")] : [];
      const onLine = here.filter((place) => place.line === line).map(({ mark }) => mark);
      const columns = WIDTH - gutter - " | ".length;
      const { text, rulers } = layOut(source, onLine, columns);
      const carets = rulers.flatMap(({ mark, lines }) =>
        lines.map((ruler) => `${bar("")} ${paint(mark.primary ? style : "blue", ruler)}`));
      return [...gap, `${bar(String(line))} ${text}`.trimEnd(), ...carets];
    });
    return [head, bar(""), ...body];
  });
}

/** A line as it is shown, and under it what marks each span. */
function layOut(source: Source, marks: readonly Mark[], columns: number): {
  readonly text: string;
  readonly rulers: readonly { readonly mark: Mark; readonly lines: readonly string[] }[];
} {
  const anchor = marks.find((mark) => mark.primary) ?? marks[0];
  const offset = anchor?.span.start ?? 0;
  const lineStart = source.text.slice(0, offset).lastIndexOf("\n") + 1;
  const lineEnd = endOfLine(source.text, lineStart);
  const cells = cellsOf(source.text.slice(lineStart, lineEnd));
  const window = windowOf(cells, offset - lineStart, columns);
  const shown = cells.filter((cell) => cell.start >= window.from && cell.start + cell.width <= window.to);
  const lead = window.from > 0 ? ELLIPSIS : "";
  const trail = window.to < window.total ? ELLIPSIS : "";
  const shift = window.from - lead.length;

  const columnOf = (at: number): number => {
    const cell = cells.find((candidate) => candidate.offset >= at - lineStart);
    return clamp(cell?.start ?? window.total, window.from, window.to) - shift;
  };
  return {
    text: `${lead}${shown.map((cell) => cell.text).join("")}${trail}`,
    rulers: marks.map((mark) => {
      const from = columnOf(mark.span.start);
      const to = columnOf(Math.min(mark.span.end, lineEnd));
      const sign = (mark.primary ? "^" : "-").repeat(Math.max(1, to - from));
      return { mark, lines: rulerLines(`${" ".repeat(from)}${sign}`, from, printable(mark.message), columns) };
    }),
  };
}

/** The message behind the signs, or under them where it would not fit behind. */
function rulerLines(ruler: string, from: number, message: string, columns: number): readonly string[] {
  const line = `${ruler} ${message}`.trimEnd();
  if (line.length <= columns || message === "" || message.length >= ruler.length) return [line];
  return [ruler, " ".repeat(clamp(from, 0, Math.max(0, columns - message.length))) + message];
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

function endOfLine(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  const stop = end === -1 ? text.length : end;
  return text[stop - 1] === "\r" && stop > start ? stop - 1 : stop;
}

/** One or more characters that share columns: a letter and what combines with it, a tab, an escaped control. */
interface Cell {
  /** UTF-16 offset in the line. */
  readonly offset: number;
  /** Column, from 0. */
  readonly start: number;
  readonly width: number;
  readonly text: string;
}

function cellsOf(line: string): readonly Cell[] {
  const cells: Cell[] = [];
  let start = 0;
  for (const { segment, index } of new Intl.Segmenter("en").segment(line)) {
    const text = segment === "\t" ? " ".repeat(TAB - (start % TAB)) : printable(segment);
    const width = text === segment ? widthOf(segment) : text.length;
    cells.push({ offset: index, start, width, text });
    start += width;
  }
  return cells;
}

// East Asian wide and fullwidth ranges, and emoji, as terminals show them (Unicode, EastAsianWidth and emoji-data).
const WIDE = new RegExp([
  "[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\u33ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\ua000-\\ua4cf\\ua960-\\ua97f]",
  "[\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6\\u{1f000}-\\u{1faff}\\u{20000}-\\u{3fffd}]",
  "\\p{Emoji_Presentation}",
].join("|"), "u");
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

function widthOf(segment: string): number {
  if (WIDE.test(segment)) return 2;
  return ZERO_WIDTH.test(segment) ? 0 : 1;
}

/** Which columns of a line to show, so that it fits and the place in question is among them. */
function windowOf(cells: readonly Cell[], offset: number, columns: number): {
  readonly from: number; readonly to: number; readonly total: number;
} {
  const last = cells.at(-1);
  const total = last === undefined ? 0 : last.start + last.width;
  if (total <= columns) return { from: 0, to: total, total };
  const room = columns - 2 * ELLIPSIS.length;
  const place = cells.find((cell) => cell.offset >= offset)?.start ?? total;
  // A third of the width before the place, where there is as much.
  const wanted = clamp(place - Math.floor(room / 3), 0, Math.max(0, total - room));
  // Not in the middle of a wide character.
  const from = cells.find((cell) => cell.start >= wanted)?.start ?? wanted;
  return { from, to: Math.min(total, from + room), total };
}
