/** Text → tokens and comments, with what is wrong about single tokens. */
import type { IToken } from "chevrotain";
import type { Diagnostic, Source, Span } from "./diagnostic.js";
import { closeStrings, findUnclosed } from "./close-strings.js";
import { endOf } from "./mark-statements.js";
import { report } from "./messages.js";
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

export function lex(source: Source): Lexed {
  // A byte order mark is white space here and nowhere else; the text keeps its length.
  const text = source.text.startsWith("\uFEFF") ? ` ${source.text.slice(1)}` : source.text;
  const asWritten = t.policyLexer.tokenize(text);
  const unclosed = findUnclosed(text, asWritten.tokens);
  const result = unclosed.length === 0 ? asWritten : t.policyLexer.tokenize(closeStrings(text, unclosed));
  return {
    tokens: result.tokens,
    comments: result.groups["comments"] ?? [],
    stray: result.errors.map(({ offset, length }) => strayText(source, offset, length)),
    diagnostics: [
      ...unclosed.map(({ start, end }) => unterminated({ source, start, end })),
      ...result.tokens.flatMap((token) => checkToken(source, token) ?? []),
    ],
  };
}

function strayText(source: Source, start: number, length: number): Diagnostic {
  const text = source.text.slice(start, start + length);
  const character = String.fromCodePoint(text.codePointAt(0) ?? 0);
  const help = ADVICE.find(([characters]) => characters.includes(character))?.[1];
  return report("stray-character", { source, start, end: start + length }, { character: display(character) }, { help });
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
      return /^\/[/*]/.test(text) ? report("stray-character", span, { character: `\`${text}\`` }, { help: "a comment begins with `#`" })
        : report("unquoted-text", span, { text }, { help: `write \`"${text}"\`` });
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

function unterminated(span: Span): Diagnostic {
  const text = span.source.text.slice(span.start, span.end);
  // Where blanks follow, the string may have been meant to end before any of them.
  const isWord = /^"[^\s"\\`]+$/.test(text) && !/\$\{[^}]*$/.test(text);
  return report("unterminated-string", span, {}, { help: isWord ? `write \`${text}"\`` : 'close it with `"`' });
}

/** `MyName` and `my_name` are both `my-name`; `DENY` is `deny`. */
function kebabHelp(text: string): string | undefined {
  if (t.STATEMENT_WORDS.includes(text.toLowerCase())) return `did you mean \`${text.toLowerCase()}\`?`;
  const name = text.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").replaceAll("_", "-").toLowerCase().replace(/^-+/, "");
  return isName(name) ? `did you mean \`${name}\`?` : undefined;
}
