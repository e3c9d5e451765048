/** Comments of other languages: what stands in one is read as nothing, so that it is one mistake. */
import type { IToken } from "chevrotain";
import type { Diagnostic, Source } from "./diagnostic.js";
import { lazily } from "./lazily.js";
import { report } from "./messages.js";
import * as t from "./tokens.js";

/** Offsets of such a comment, from what opens it to behind what closes it. */
export interface ForeignComment {
  readonly start: number;
  readonly end: number;
}

/** Not in strings and comments, and no block that is never closed; `//x` and `/*\/x` are rather paths without quotes. */
export function findForeignComments(text: string, tokens: readonly IToken[]): readonly ForeignComment[] {
  const comments: ForeignComment[] = [];
  const ends = lazily(() => endsOfBlocks(text, tokens));
  let next = 0;
  for (const { tokenType, image, startOffset: start } of tokens) {
    if (tokenType !== t.Bare || start < (comments.at(-1)?.end ?? 0)) continue;
    if (/^\/\/+$/.test(image)) comments.push({ start, end: endOfLine(text, start) });
    if (!/^\/\*(?!\/)/.test(image)) continue;
    while ((ends()[next] ?? Infinity) < start + "/**/".length) next++;
    const end = ends()[next];
    if (end !== undefined) comments.push({ start, end });
  }
  return comments;
}

/** White space in the place of each: every offset and every line stays what it is. */
export function blankOut(text: string, comments: readonly ForeignComment[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end } of comments) {
    pieces.push(text.slice(done, start), text.slice(start, end).replace(/[^\r\n]/g, " "));
    done = end;
  }
  return pieces.join("") + text.slice(done);
}

/** Points at what opens it. */
export function reportForeignComment(source: Source, { start, end }: ForeignComment): Diagnostic {
  const text = source.text.slice(start, end);
  const opening = text.startsWith("/*") ? "/*" : "//";
  const lines = text.replace(/^\/[/*]+|\**\/$/g, "").split("\n")
    .map((line) => line.replace(/^\s*\*(?!\*)/, "").trim()).filter((line) => line !== "");
  const many = lines.length > 1 ? ", on each of its lines" : "";
  return report("stray-character", { source, start, end: start + opening.length }, { character: `\`${opening}\`` },
    { help: `a comment begins with \`#\`${many}${lines[0] === undefined ? "" : `: \`# ${lines[0]}\``}` });
}

function endOfLine(text: string, offset: number): number {
  const found = /[\r\n]/g;
  found.lastIndex = offset;
  return found.exec(text)?.index ?? text.length;
}

/** Offsets behind each end of a block comment that is not in a string. */
function endsOfBlocks(text: string, tokens: readonly IToken[]): readonly number[] {
  const strings = tokens.filter(({ tokenType }) => tokenType === t.Text);
  const ends: number[] = [];
  let next = 0;
  for (let at = text.indexOf("*/"); at !== -1; at = text.indexOf("*/", at + 1)) {
    while ((strings[next]?.endOffset ?? Infinity) < at) next++;
    if ((strings[next]?.startOffset ?? Infinity) > at) ends.push(at + 2);
  }
  return ends;
}
