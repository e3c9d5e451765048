/** `policyc explain CODE`: the page of a diagnostic, for a terminal. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MESSAGES, severityOf } from "../compiler/messages.js";
import { closest } from "../compiler/suggest-name.js";
import { DIAGNOSTICS_FOLDER } from "../runtime/package-paths.js";
import { fail, STATUS } from "./exit.js";
import { printFailure } from "./print-failure.js";
import { hasColour, painter, printable, type Paint, writeOut } from "./terminal.js";

const WIDTH = 80;
const INDENT = "  ";
const NAME = /^[a-z]+(-[a-z]+)*$/;

/**
 * The status to exit with; null where `name` is neither a code nor like one. A file of that name comes first. As JSON:
 * `{"code", "severity", "text"}`, the page as Markdown.
 */
export function explainCode(name: string, json: boolean): number | null {
  if (!NAME.test(name) || existsSync(name)) return null;
  const severity = severityOf(name);
  if (severity !== undefined) {
    const text = readPage(name);
    writeOut(json ? `${JSON.stringify({ code: name, severity, text })}\n` : renderPage(text, painter(hasColour("out"))));
    return STATUS.done;
  }
  const meant = closest(name, Object.keys(MESSAGES));
  return meant === undefined ? null
    : printFailure(fail(STATUS.usage, `there is no diagnostic \`${name}\``,
      `did you mean \`policyc explain ${meant}\`?`).failure);
}

/** The page of `code` as Markdown. */
export const readPage = (code: string): string => readFileSync(join(DIAGNOSTICS_FOLDER, `${code}.md`), "utf8");

/** Headings without their signs, code indented instead of fenced, prose filled up to 80 columns. */
export function renderPage(markdown: string, paint: Paint): string {
  const parts = [...markdown.matchAll(PART)].map(([whole, language, code, heading]) => {
    if (heading !== undefined) return paint("bold", heading);
    if (code === undefined) return fill(whole.trim(), WIDTH).join("\n");
    const lines = code.trimEnd().split("\n").map(printable)
      .flatMap((line) => (language === "text" ? fillMessage(line) : [line]));
    // What a command has laid out for the whole width stays within it.
    const indent = lines.some((line) => INDENT.length + line.length > WIDTH) ? "" : INDENT;
    const style = (line: string): string => (language === "text" ? line : paint("cyan", line));
    return lines.map((line) => (line === "" ? "" : indent + style(line))).join("\n");
  });
  return `${parts.join("\n\n")}\n`;
}

/** A fenced block, a heading, or a paragraph. */
const PART = /^```(\w+).*\n([^]*?)^```$|^#+ (.*)$|^(?:(?!```|#).+\n?)+/gm;

/** Of what a diagnostic prints, messages may be long; frames are cut to fit. */
function fillMessage(line: string): readonly string[] {
  if (!/^(?:error|warning|help)\b/.test(line)) return [line];
  const [first = "", ...more] = fill(line, WIDTH - 2 * INDENT.length);
  return [first, ...more.map((rest) => `${INDENT}${rest}`)];
}

/** Words in lines of at most `width` characters, where they are no longer themselves. */
function fill(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
