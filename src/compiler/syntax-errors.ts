/** Turns the parser's exceptions into diagnostics in the user's terms. */
import { type IRecognitionException, type IToken, type TokenType } from "chevrotain";
import type { Diagnostic, Source } from "./diagnostic.js";
import { describeExpected } from "./expected.js";
import { endOf, isVirtual, type MarkedTokens } from "./mark-statements.js";
import { report } from "./messages.js";
import { meantWord } from "./other-words.js";
import { policyParser } from "./parser.js";
import { helpForEnd, helpForNoStatement, helpForSlip, isOnly } from "./syntax-help.js";
import * as t from "./tokens.js";

/** Tokens before an error up to which the grammar is asked what may follow; it takes a second for this many. */
const LONGEST_PREFIX = 20_000;

/** Where an error is, and what could have stood there instead. */
interface Place {
  readonly index: number;
  readonly expected: readonly TokenType[];
}

/** Leaves out what follows from a mistake that is reported already: `stray` characters, and those of `marked`. */
export function syntaxErrors(
  source: Source, { tokens, corrected }: MarkedTokens, exceptions: readonly IRecognitionException[],
  stray: readonly Diagnostic[],
): readonly Diagnostic[] {
  if (exceptions.length === 0) return [];
  const indices = new Map(tokens.map((token, index) => [token, index]));
  const behindStray = new Map(stray.map(({ span }) => [startOfNextWord(source, span.end), span.end]));
  let blocksMissing = 0;
  return exceptions.flatMap(({ token, context }) => {
    const inTest = context.ruleStack.includes("testCase");
    const prefix = statementBefore(tokens, indices.get(token) ?? tokens.length);
    const first = prefix[1];
    // The misspelt word that began this statement is reported; the rest was read by a guess.
    if (first !== undefined && corrected.has(first)) return [];

    const place = placeOf(tokens, indices.get(token) ?? tokens.length, prefix, inTest ? "testCase" : "statement");
    const found = nextInText(tokens, place.index);
    const strayEnd = found === undefined ? undefined : behindStray.get(found.startOffset);
    const atEnd = tokens[place.index]?.tokenType === t.End;
    if (strayEnd !== undefined && (atEnd || !hasLineBreak(source, strayEnd, found?.startOffset))) return [];
    // The `}` of a block whose `{` was missed.
    if (found?.tokenType === t.RCurly && blocksMissing > 0) {
      blocksMissing--;
      return [];
    }
    if (place.expected.includes(t.Open) && atEnd) blocksMissing++;
    return [describe(source, tokens, { ...place, first, found, inTest })];
  });
}

interface Found extends Place {
  /** The token that the statement begins with. */
  readonly first: IToken | undefined;
  readonly found: IToken | undefined;
  readonly inTest: boolean;
}

function describe(source: Source, tokens: readonly IToken[], { index, expected, first, found, inTest }: Found): Diagnostic {
  const wanted = describeExpected(expected, inTest);
  const previous = lastInText(tokens, index - 1);
  const end = previous === undefined ? 0 : endOf(previous);
  const atEnd = { source, start: end, end };
  const isLast = found === undefined;
  if (isLast || (tokens[index]?.tokenType === t.End && hasLineBreak(source, end, found.startOffset))) {
    return report("unexpected-token", atEnd, { expected: wanted, found: `the end of the ${isLast ? "file" : "line"}` },
      { help: helpForEnd(expected, previous, first) });
  }
  if (previous !== undefined && isOnly(expected, t.Colon)) {
    const meant = meantWord(previous.image, t.STATEMENT_WORDS);
    const word = { source, start: previous.startOffset, end };
    const help = helpForNoStatement(previous)
      ?? (meant !== undefined ? `did you mean \`${meant}\`?`
      : found.tokenType === t.Equals ? `write \`let ${previous.image} = …\`` : undefined);
    if (help !== undefined) return report("unexpected-token", word, { expected: "a statement", found: `\`${previous.image}\`` }, { help });
  }
  const span = { source, start: found.startOffset, end: endOf(found) };
  // As written: the token of a misspelt word has the word that was meant.
  const written = source.text.slice(span.start, span.end);
  const help = helpForSlip({
    found, expected, first, inTest, previous, next: nextInText(tokens, index + 1), rest: restOfStatement(tokens, found, index),
    beforePrevious: previous === undefined ? undefined : lastInText(tokens, tokens.lastIndexOf(previous, index) - 1),
    written: /[^\s"',;(){}[\]#=]*/.exec(source.text.slice(span.start))?.[0] ?? written,
  });
  return report("unexpected-token", span, { expected: wanted, found: `\`${written}\`` }, { help });
}

const hasLineBreak = (source: Source, start: number, end?: number): boolean =>
  source.text.slice(start, end).includes("\n");

/** Behind white space. */
function startOfNextWord(source: Source, offset: number): number {
  const space = /[ \t\r\n]*/y;
  space.lastIndex = offset;
  return offset + (space.exec(source.text)?.[0].length ?? 0);
}

/** What the statement around `index` has before it, from its `Start` on; of finished blocks only the braces. */
function statementBefore(tokens: readonly IToken[], index: number): IToken[] {
  const prefix: IToken[] = [];
  let inside = 0;
  for (let i = index - 1; i >= 0; i--) {
    const token = tokens[i];
    if (token === undefined) break;
    // Of the two at a statement's end one counts.
    if (token.tokenType === t.End && tokens[i - 1]?.tokenType !== t.End) inside++;
    if (token.tokenType === t.End) continue;
    if (inside === 0) prefix.push(token);
    if (token.tokenType === t.Start && inside-- === 0) break;
  }
  return prefix.reverse();
}

function placeOf(tokens: readonly IToken[], index: number, prefix: IToken[], rule: string): Place {
  const expected = expectedAfter(rule, prefix);
  const token = tokens[index];
  // The grammar takes a comma only with what must follow it, so the mistake is behind the comma.
  if (token?.tokenType === t.Comma && expected.includes(t.Comma)) {
    return { index: index + 1, expected: expectedAfter(rule, [...prefix, token]) };
  }
  return { index, expected };
}

function expectedAfter(rule: string, prefix: readonly IToken[]): readonly TokenType[] {
  const short = withoutRepetitions(prefix);
  if (short.length > LONGEST_PREFIX) return [];
  return [...new Set(policyParser.computeContentAssist(rule, short).map(({ nextTokenType }) => nextTokenType))];
}

/** `"a", "b", "c"` → `"a"`: the same may follow. */
function withoutRepetitions(tokens: readonly IToken[]): IToken[] {
  const kept: IToken[] = [];
  for (const token of tokens) {
    kept.push(token);
    if (kept.at(-2)?.tokenType === t.Comma && kept.at(-3)?.tokenType === token.tokenType) kept.splice(-2);
  }
  return kept;
}

/** From `token`, which stands at `index` or later, to the end of its statement or to a block in it. */
function restOfStatement(tokens: readonly IToken[], token: IToken, index: number): readonly IToken[] {
  const start = tokens.indexOf(token, index);
  let end = start;
  for (let next = tokens[end]; next !== undefined && !isVirtual(next); next = tokens[end]) end++;
  return tokens.slice(start, end);
}

function nextInText(tokens: readonly IToken[], index: number): IToken | undefined {
  for (let i = index; i < tokens.length; i++) {
    const token = tokens[i];
    if (token !== undefined && !isVirtual(token)) return token;
  }
  return undefined;
}

function lastInText(tokens: readonly IToken[], index: number): IToken | undefined {
  for (let i = index; i >= 0; i--) {
    const token = tokens[i];
    if (token !== undefined && !isVirtual(token)) return token;
  }
  return undefined;
}
