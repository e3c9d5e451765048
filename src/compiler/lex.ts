/** Text → tokens and comments, with what is wrong about single tokens. */
import type { IToken } from "chevrotain";
import { OPERATION_NAMES } from "./ast.js";
import type { Diagnostic, Source, Span } from "./diagnostic.js";
import { closeStrings, findUnclosed } from "./close-strings.js";
import { blankOut, findForeignComments, reportForeignComment } from "./foreign-comments.js";
import { endOf } from "./mark-statements.js";
import { report } from "./messages.js";
import { LAST_PORT } from "./numbers.js";
import { isName, NAME_PATTERN } from "./strings.js";
import * as t from "./tokens.js";

export interface Lexed {
  readonly tokens: readonly IToken[];
  readonly comments: readonly IToken[];
  /** About characters that are in no token. */
  readonly stray: readonly Diagnostic[];
  /** About tokens. */
  readonly diagnostics: readonly Diagnostic[];
}

/** `written`: the source's text, or the part of it that is to be read, with blanks in the place of the rest. */
export function lex(source: Source, written = source.text): Lexed {
  // A byte order mark is white space here and nowhere else; the text keeps its length.
  const text = written.startsWith("\uFEFF") ? ` ${written.slice(1)}` : written;
  const asWritten = t.policyLexer.tokenize(text);
  const foreign = findForeignComments(text, asWritten.tokens);
  const uncommented = foreign.length === 0 ? text : blankOut(text, foreign);
  const plain = foreign.length === 0 ? asWritten : t.policyLexer.tokenize(uncommented);
  const unclosed = findUnclosed(uncommented, plain.tokens);
  const result = unclosed.length === 0 ? plain : t.policyLexer.tokenize(closeStrings(uncommented, unclosed));
  const { tokens, diagnostics } = inLowerCase(source, result.tokens);
  return {
    tokens,
    comments: result.groups["comments"] ?? [],
    stray: [
      ...foreign.map((comment) => reportForeignComment(source, comment)),
      ...result.errors.map(({ offset, length }) => strayText(source, offset, length)),
    ],
    diagnostics: [
      ...unclosed.map(({ start, end }) => unterminated({ source, start, end })),
      ...diagnostics,
      ...tokens.flatMap((token) => checkToken(source, token) ?? []),
    ],
  };
}

/** `DENY READ "/x"` is read as it was meant; those of a line are one mistake. */
function inLowerCase(source: Source, tokens: readonly IToken[]): Pick<Lexed, "tokens" | "diagnostics"> {
  const lines: [IToken, ...IToken[]][] = [];
  const lowered = tokens.map((token, i) => {
    const word = token.image.toLowerCase();
    const [previous, next] = [tokens[i - 1]?.tokenType, tokens[i + 1]?.tokenType];
    const isDefined = previous === t.Let || previous === t.Param || previous === t.Mark || next === t.Colon;
    const tokenType = token.tokenType === t.Name && !isDefined && word !== token.image ? t.RESERVED_WORDS.get(word) : undefined;
    if (tokenType === undefined) return token;
    const line = lines.at(-1);
    if (line === undefined || source.text.slice(line[0].startOffset, token.startOffset).includes("\n")) lines.push([token]);
    else line.push(token);
    return { ...token, tokenType, tokenTypeIdx: tokenType.tokenTypeIdx ?? 0, image: word };
  });
  return { tokens: lines.length === 0 ? tokens : lowered, diagnostics: lines.map((line) => notInLowerCase(source, line)) };
}

/** Help from the first of the words to the last. */
function notInLowerCase(source: Source, words: readonly [IToken, ...IToken[]]): Diagnostic {
  const [first] = words;
  const pieces = words.map((word, i) => {
    const next = words[i + 1];
    return word.image.toLowerCase() + (next === undefined ? "" : source.text.slice(endOf(word), next.startOffset));
  });
  return report("bad-name", { source, start: first.startOffset, end: endOf(first) }, { name: first.image },
    { help: words.length === 1 ? `did you mean \`${pieces.join("")}\`?` : `keywords are in lower case: \`${pieces.join("")}\`` });
}

function strayText(source: Source, start: number, length: number): Diagnostic {
  const text = source.text.slice(start, start + length);
  const character = String.fromCodePoint(text.codePointAt(0) ?? 0);
  const help = ADVICE.find(([characters]) => characters.includes(character))?.[1] ?? helpForPorts(source, start) ?? helpForFlag(source, start);
  const shown = text === "&&" || text === "||" ? `\`${text}\`` : display(character);
  return report("stray-character", { source, start, end: start + length }, { character: shown }, { help });
}

/** `port >1024` */
function helpForPorts({ text }: Source, start: number): string | undefined {
  const written = /^([<>])(=?)[ \t]*([0-9]{1,5})(?![0-9A-Za-z_-])/.exec(text.slice(start, start + 20));
  if (written === null || !/\b(?:port|,)[ \t]*$/.test(text.slice(Math.max(0, start - 20), start))) return undefined;
  const [, sign, equal, digits] = written;
  const port = Number(digits);
  const [first, last] = sign === ">" ? [equal === "" ? port + 1 : port, LAST_PORT] : [0, equal === "" ? port - 1 : port];
  return first > last || last > LAST_PORT ? undefined : `write \`${first}-${last}\``;
}

/** `args --force` */
function helpForFlag({ text }: Source, start: number): string | undefined {
  const flag = /^--?[A-Za-z0-9][\w-]*(?:=[^\s",]*)?/.exec(text.slice(start, start + 80))?.[0];
  return flag === undefined ? undefined : `write \`"${flag}"\``;
}

const ADVICE: readonly (readonly [string, string])[] = [
  [";", "statements have no terminator; leave it out"],
  ["“”„«»", 'strings are in plain double quotes: `"…"`'],
  ["'‘’`", 'strings are in double quotes: `"…"`'],
  ["!", "write `not`"],
  ["&", "write `and`"],
  ["|", "write `or`"],
];

/** Visible characters as they are, others by number. */
function display(character: string): string {
  if (/^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) && character !== "`") return `\`${character}\``;
  const codePoint = character.codePointAt(0) ?? 0;
  return `the character U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
}

function checkToken(source: Source, token: IToken): Diagnostic | undefined {
  const span: Span = { source, start: token.startOffset, end: endOf(token) };
  const text = token.image;
  switch (token.tokenType) {
    case t.Name:
      return NAME_PATTERN.test(text) ? undefined : report("bad-name", span, { name: text }, { help: kebabHelp(text) });
    case t.Bare:
      return checkBare(span, text);
    case t.WrongQuotes:
      return report("unquoted-text", span, { text }, { help: `write \`"${text.slice(1, -1)}"\`` });
    case t.Unterminated:
      return unterminated(span);
    case t.BadNumber:
      return report("bad-number", span, { text },
        { help: "write a number such as `443`, a range such as `8000-8999` or a duration such as `5m`" });
    default:
      return undefined;
  }
}

function checkBare(span: Span, text: string): Diagnostic {
  const slip = NO_STRINGS.find(({ form }) => form.test(text));
  if (slip === undefined) {
    const [, host, port] = /^([^/:]+):(\d{1,5})$/.exec(text) ?? [];
    return report("unquoted-text", span, { text },
      { help: host === undefined || port === undefined ? `write \`"${text}"\`` : `write \`"${host}" port ${port}\`` });
  }
  const help = text.replace(slip.form, slip.help);
  return slip.isNumber === true ? report("bad-number", span, { text }, { help })
    : report("stray-character", span, { character: `\`${text}\`` }, { help });
}

interface NoString {
  readonly form: RegExp;
  /** With the groups of `form`. */
  readonly help: string;
  readonly isNumber?: true;
}

/** What was meant to be no path, pattern or host. */
const NO_STRINGS: readonly NoString[] = [
  { form: /^[0-9]+\.[0-9]+(?:ms|s|m|h)$/, help: "a duration is a whole number of its unit, such as `1500ms`", isNumber: true },
  { form: /^(?:\/[/*].*|\*\/)$/s, help: "a comment begins with `#`" },
  { form: /^\*$/, help: "`\"/**\"` is every file, `any` every address; operations are named one by one" },
  { form: /^\$([a-z][a-z0-9-]*)$/, help: "a name stands without `$$`, and in a string as `\"$${$1}\"`" },
  { form: new RegExp(`^(${OPERATION_NAMES.join("|")})/(${OPERATION_NAMES.join("|")})$`), help: "write `$1, $2`" },
  { form: /^(\d+)\.\.+(\d+)$/, help: "write `$1-$2`", isNumber: true },
  { form: /^(tcp|udp)\/(\d+)$/, help: "write `port $2 $1`" },
  { form: /^(\d+)\/(tcp|udp)$/, help: "write `port $1 $2`", isNumber: true },
  { form: /^(\d+)\/(\d+(?:ms|s|m|h))$/, help: "write `to $1 per $2`", isNumber: true },
];

function unterminated(span: Span): Diagnostic {
  const text = span.source.text.slice(span.start, span.end);
  // Where blanks follow, the string may have been meant to end before any of them.
  const isWord = /^"[^\s"\\`]+$/.test(text) && !/\$\{[^}]*$/.test(text);
  return report("unterminated-string", span, {}, { help: isWord ? `write \`${text}"\`` : 'close it with `"`' });
}

/** `MyName` and `my_name` are both `my-name`. */
function kebabHelp(text: string): string | undefined {
  const name = text.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").replaceAll("_", "-").toLowerCase().replace(/^-+/, "");
  return isName(name) ? `did you mean \`${name}\`?` : undefined;
}
