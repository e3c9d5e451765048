/**
 * A forgotten quote turns every later one of its line around: what was outside of strings is inside, and the last has no
 * partner. Finds where it was most likely forgotten, so that this is one mistake and the rest of the line is read.
 */
import type { IToken } from "chevrotain";
import { endOf } from "./mark-statements.js";
import * as t from "./tokens.js";

/** Offsets of a string that lacks its closing quote: of the one that opens it, and of the end of its first word. */
export interface Unclosed {
  readonly start: number;
  readonly end: number;
}

/** Only strings that begin with a path or an address and go on with something else. */
export function findUnclosed(text: string, tokens: readonly IToken[]): readonly Unclosed[] {
  return tokens.flatMap((token, index) => {
    if (token.tokenType !== t.Unterminated) return [];
    // A string ends at either, so no two of a line are unterminated.
    const lineStart = Math.max(text.lastIndexOf("\n", token.startOffset), text.lastIndexOf("\r", token.startOffset)) + 1;
    let first = index;
    while (first > 0 && (tokens[first - 1]?.startOffset ?? -1) >= lineStart) first--;
    for (let at = first; at <= index; at++) {
      const found = unclosedAt(tokens, at);
      if (found !== null) return [found];
    }
    return [];
  });
}

function unclosedAt(tokens: readonly IToken[], index: number): Unclosed | null {
  const [token, next] = [tokens[index], tokens[index + 1]];
  if (token === undefined || tokens[index - 1]?.tokenType === t.Because) return null;
  const isOpen = token.tokenType === t.Unterminated
    || (token.tokenType === t.Text && next?.startOffset === endOf(token) && next.tokenType !== t.Comma);
  const word = isOpen ? /^"[^\s",]*[~/.*:][^\s",]*(?=,? )/.exec(token.image)?.[0] : undefined;
  return word === undefined ? null : { start: token.startOffset, end: token.startOffset + word.length };
}

/** The text with a quote there, in the place of a blank: every offset stays what it is. */
export function closeStrings(text: string, unclosed: readonly Unclosed[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { end } of unclosed) {
    const hasComma = text[end] === ",";
    pieces.push(text.slice(done, end), hasComma ? '",' : '"');
    done = end + (hasComma ? 2 : 1);
  }
  return pieces.join("") + text.slice(done);
}
