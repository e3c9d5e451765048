/**
 * The vocabulary of `.pol` files and the lexer over it. Text that is no token but whose intent is plain (`~/.ssh`
 * without quotes, `'single quotes'`, an unfinished string) has token types of its own, so that `lex` can say what is
 * wrong and the parser can go on. Every pattern takes time linear in what it reads.
 */
import { createToken, Lexer, type TokenType } from "chevrotain";
import { BUILTIN_LISTS, EFFECTS, OPERATION_NAMES, PRIVILEGES, PROTOCOLS } from "./ast.js";

/** Any word; `lex` complains about those that are not kebab-case. */
export const Name = createToken({ name: "Name", pattern: /[A-Za-z_][A-Za-z0-9_-]*/ });

const category = (name: string): TokenType => createToken({ name, pattern: Lexer.NA });
export const Effect = category("Effect");
export const Operation = category("Operation");
export const BuiltinList = category("BuiltinList");
/** The operation `privilege` has the token type `Privilege`. */
export const PrivilegeName = category("PrivilegeName");
export const Protocol = category("Protocol");

const keyword = (word: string, categories: TokenType[] = []): TokenType =>
  createToken({ name: word.charAt(0).toUpperCase() + word.slice(1), pattern: word, longer_alt: Name, categories });

export const Policy = keyword("policy");
export const Include = keyword("include");
export const Param = keyword("param");
export const Let = keyword("let");
export const Default = keyword("default");
export const Mark = keyword("mark");
export const Limit = keyword("limit");
export const For = keyword("for");
export const Task = keyword("task");
export const Test = keyword("test");
export const Assert = keyword("assert");
export const Draft = keyword("draft");
export const STATEMENT_KEYWORDS: readonly TokenType[] = [
  Policy, Include, Param, Let, Default, Mark, Limit, For, Task, Test, Assert, Draft,
];

export const Except = keyword("except");
export const Args = keyword("args");
export const Only = keyword("only");
export const Without = keyword("without");
export const When = keyword("when");
export const Unless = keyword("unless");
export const Because = keyword("because");
export const And = keyword("and");
export const Or = keyword("or");
export const Not = keyword("not");
export const Exe = keyword("exe");
export const Under = keyword("under");
export const On = keyword("on");
export const Until = keyword("until");
export const Per = keyword("per");
export const Process = keyword("process");
export const Tracks = keyword("tracks");
export const Files = keyword("files");
export const To = keyword("to");
export const Then = keyword("then");
export const With = keyword("with");
export const After = keyword("after");
export const Port = keyword("port");
export const Anonymous = keyword("anonymous");
export const Unix = keyword("unix");
export const Success = keyword("success");

const EFFECT_TOKENS = EFFECTS.map((word) => keyword(word, [Effect]));
const KEYWORDS: readonly TokenType[] = [
  ...STATEMENT_KEYWORDS,
  Except, Args, Only, Without, When, Unless, Because, And, Or, Not, Exe, Under, On, Until, Per, Process, Tracks, Files,
  To, Then, With, After, Port, Anonymous, Unix, Success,
  ...EFFECT_TOKENS,
  ...OPERATION_NAMES.map((word) => keyword(word, [Operation])),
  ...BUILTIN_LISTS.map((word) => keyword(word, [BuiltinList])),
  ...PRIVILEGES.map((word) => keyword(word, [PrivilegeName])),
  ...PROTOCOLS.map((word) => keyword(word, [Protocol])),
];

/** The word of a keyword's token type; undefined for other token types. */
export const wordOf = (type: TokenType): string | undefined =>
  typeof type.PATTERN === "string" && type.LONGER_ALT !== undefined ? type.PATTERN : undefined;

/** Every word that cannot be a name, with its token type. */
export const RESERVED_WORDS: ReadonlyMap<string, TokenType> = new Map(
  KEYWORDS.map((type) => [wordOf(type) ?? "", type]),
);
/** The words a statement can begin with. */
export const STATEMENT_WORDS: readonly string[] =
  [...STATEMENT_KEYWORDS, ...EFFECT_TOKENS].map((type) => wordOf(type) ?? "");

/** Offset after the string that begins at `offset`, and whether its closing quote was found on the line. */
function endOfString(text: string, offset: number): { end: number; closed: boolean } {
  for (let i = offset + 1; i < text.length; i++) {
    const char = text[i];
    if (char === '"') return { end: i + 1, closed: true };
    if (char === "\n" || char === "\r") return { end: i, closed: false };
    // What an escape names is looked at later; here only that `\"` does not end the string.
    if (char === "\\" && text[i + 1] !== "\n" && text[i + 1] !== "\r") i++;
  }
  return { end: text.length, closed: false };
}

// Functions, because a regular expression for this needs one step of its stack for each character.
const matchString = (closed: boolean) => (text: string, offset: number): [string] | null => {
  if (text[offset] !== '"') return null;
  const found = endOfString(text, offset);
  return found.closed === closed ? [text.slice(offset, found.end)] : null;
};
const quoted = { line_breaks: false, start_chars_hint: ['"'] };
/** Named apart from the global `String`. */
export const Text = createToken({ name: "Text", pattern: matchString(true), ...quoted });
export const Unterminated = createToken({
  name: "Unterminated", pattern: matchString(false), categories: [Text], ...quoted,
});
export const WrongQuotes = createToken({
  name: "WrongQuotes",
  pattern: /['‘’`][^'‘’`\n\r]*['‘’`]|[“”„«»][^“”„«»\n\r]*[“”„«»]/,
  categories: [Text],
});
/** A path, pattern or host without its quotes. */
export const Bare = createToken({
  name: "Bare",
  pattern:
    /(?:[A-Za-z0-9_][A-Za-z0-9_-]*)?(?:\$\{[a-z0-9-]*\}|[~/.*@?$%\\])(?:\$\{[a-z0-9-]*\}|[^\s"',;(){}[\]#=])*/,
  categories: [Text],
});

export const Range = createToken({ name: "Range", pattern: /[0-9]+-[0-9]+(?![A-Za-z0-9_-])/ });
export const Duration = createToken({ name: "Duration", pattern: /[0-9]+(?:ms|s|m|h)(?![A-Za-z0-9_-])/ });
export const Integer = createToken({ name: "Integer", pattern: /[0-9]+(?![A-Za-z0-9_-])/ });
/** `10x`, `1-2-3`: taken as whatever number is expected, so it is in every category of numbers. */
export const BadNumber = createToken({
  name: "BadNumber", pattern: /[0-9][A-Za-z0-9_-]*/, categories: [Range, Duration, Integer],
});

export const LCurly = createToken({ name: "LCurly", pattern: "{" });
export const RCurly = createToken({ name: "RCurly", pattern: "}" });
export const LSquare = createToken({ name: "LSquare", pattern: "[" });
export const RSquare = createToken({ name: "RSquare", pattern: "]" });
export const LParen = createToken({ name: "LParen", pattern: "(" });
export const RParen = createToken({ name: "RParen", pattern: ")" });
export const Comma = createToken({ name: "Comma", pattern: "," });
export const Colon = createToken({ name: "Colon", pattern: ":" });
export const Equals = createToken({ name: "Equals", pattern: "=" });

// Not in the text: `mark-statements` puts them around every statement, and before the `{` of its block.
export const Start = category("Start");
export const End = category("End");
export const Open = category("Open");

const WhiteSpace = createToken({ name: "WhiteSpace", pattern: /[ \t\r\n]+/, group: Lexer.SKIPPED });
const Comment = createToken({ name: "Comment", pattern: /#[^\n\r]*/, group: "comments" });

// Chevrotain takes the first type that matches: longer keywords before their own beginnings (`exec`, `exe`).
const byLength = [...KEYWORDS].sort((a, b) => (wordOf(b) ?? "").length - (wordOf(a) ?? "").length);
const LEXED: readonly TokenType[] = [
  WhiteSpace, Comment, Text, Unterminated, WrongQuotes, Bare, Range, Duration, Integer, BadNumber,
  ...byLength, Name,
  LCurly, RCurly, LSquare, RSquare, LParen, RParen, Comma, Colon, Equals,
];
const CATEGORIES = [Effect, Operation, BuiltinList, PrivilegeName, Protocol];

export const VOCABULARY: TokenType[] = [...LEXED, ...CATEGORIES, Start, End, Open];
export const LEXER_TOKENS: TokenType[] = [...LEXED, ...CATEGORIES];
/** Its tokens are checked by a test, not whenever the command starts. */
export const policyLexer = new Lexer(LEXER_TOKENS, { ensureOptimizations: true, skipValidations: true });
