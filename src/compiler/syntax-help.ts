/** What to write instead of a token that cannot stand where it does. */
import { tokenMatcher, type IToken, type TokenType } from "chevrotain";
import { wordsOf } from "./expected.js";
import { meantWord } from "./other-words.js";
import * as t from "./tokens.js";

export interface Slip {
  readonly found: IToken;
  /** `found` as it is in the text, with what it is one with there. */
  readonly written: string;
  readonly expected: readonly TokenType[];
  /** What the statement, or the case, begins with. */
  readonly first: IToken | undefined;
  readonly inTest: boolean;
  readonly previous: IToken | undefined;
  readonly beforePrevious: IToken | undefined;
  readonly next: IToken | undefined;
  /** From `found` to the end of the statement, or to a block in it. */
  readonly rest: readonly IToken[];
}

export const isOnly = (expected: readonly TokenType[], type: TokenType): boolean => expected.length === 1 && expected[0] === type;

/** The first that knows something. */
export function helpForSlip(slip: Slip): string | undefined {
  for (const advise of ADVICE) {
    const help = advise(slip);
    if (help !== undefined) return help;
  }
  return undefined;
}

/** What is missing where a statement ends too early. */
export function helpForEnd(
  expected: readonly TokenType[], previous: IToken | undefined, first: IToken | undefined,
): string | undefined {
  if (previous === undefined) return undefined;
  if (first?.tokenType === t.Draft && previous === first) return "say by whom, and when: `draft \"a model, 2 May\"`";
  if (isOnly(expected, t.Then)) return "say what those past the count come to: `then deny`";
  if (expected.includes(t.Open)) return `what belongs to it stands in braces: \`${previous.image} { … }\``;
  if (expected.includes(t.Operation) && tokenMatcher(previous, t.Effect)) return "name the operations, such as `write, create, connect`";
  if (!expected.includes(t.Anonymous) || !tokenMatcher(previous, t.Operation)) return undefined;
  if (previous.tokenType === t.RESERVED_WORDS.get("privilege")) return "name the privileges, such as `mount`";
  return ENDPOINT_OPERATIONS.has(previous.image) ? "`any` is every address" : "`\"/**\"` is every file";
}

/** `version 1`: what begins policies elsewhere, and has nothing to say here. */
export const helpForNoStatement = (word: IToken | undefined): string | undefined =>
  word !== undefined && NO_STATEMENTS.has(word.image) ? `policies have no \`${word.image}\`: leave it out` : undefined;

const NO_STATEMENTS: ReadonlySet<string> = new Set(["version", "schema", "syntax"]);

/** As it may be written, on one line. */
const textOf = (tokens: readonly IToken[]): string => tokens.map(({ image }) => image).join(" ").replaceAll(" ,", ",");

const ENDPOINT_OPERATIONS: ReadonlySet<string> = new Set(["connect", "bind"]);

const ADVICE: readonly ((slip: Slip) => string | undefined)[] = [
  nameBeforeStatement, aboutEffects, ruleBeforeName, listInBrackets, aboutMarks, aboutEvents, aboutLimits, aboutStrings, aboutPorts, aboutNumbers, aboutSigns,
  betweenTargets, aboutCommas, everyOperation, whoActs, unquotedCommand,
  // `deny mount`
  ({ found, expected }) => expected.includes(t.Operation) && tokenMatcher(found, t.PrivilegeName)
    ? `did you mean \`privilege ${found.image}\`?` : undefined,
  // `deny any`
  ({ found, expected }) => expected.includes(t.Operation) && tokenMatcher(found, t.BuiltinList)
    ? `did you mean \`connect ${found.image}\`?` : undefined,
  ({ found, expected }) => isOnly(expected, t.Then) ? `write \`then ${found.image}\`` : undefined,
  ({ expected, previous }) => previous !== undefined && isOnly(expected, t.Colon)
    ? `a rule's name ends in a colon: \`${previous.image}:\`` : undefined,
  aboutWords,
  ({ expected, rest }) => expected.includes(t.Open) ? `what belongs to it stands in braces: \`{ ${textOf(rest)} }\`` : undefined,
  // `deny sudo`
  ({ found, expected, rest }) => expected.includes(t.Operation) && found.tokenType === t.Name && rest.length === 1
    ? `to run a program is \`exec\`: \`exec "${found.image}"\`` : undefined,
  // `deny read "/x" expect deny`
  ({ found, inTest, rest }) => inTest && found.tokenType === t.Name && rest.length === 2 && rest[1] !== undefined && tokenMatcher(rest[1], t.Effect)
    ? `the effect stands first: leave \`${found.image} ${rest[1].image}\` out` : undefined,
  // `expect deny read "/x"`
  ({ found, expected, next }) => found.tokenType === t.Name && expected.includes(t.Effect) && next !== undefined && tokenMatcher(next, t.Effect)
    ? `leave \`${found.image}\` out` : undefined,
];

/** `slow: limit …`, `slow limit …` */
function nameBeforeStatement({ found, expected, previous, beforePrevious }: Slip): string | undefined {
  const isBehindName = isOnly(expected, t.Colon) || (previous?.tokenType === t.Colon && isOnly(expected, t.Effect));
  if (previous === undefined || !isBehindName || !STATEMENT_KEYWORDS.has(found.tokenType)) return undefined;
  const name = previous.tokenType === t.Colon ? beforePrevious : previous;
  if (name === undefined) return undefined;
  const written = previous.tokenType === t.Colon ? `${name.image}:` : name.image;
  const instead = found.tokenType === t.Limit ? ", and say in its `because` what it is for" : "";
  return `only rules have names before them: take \`${written}\` out${instead}`;
}

/** `read "/x" deny`, `assert "keys" deny read "/x"`, `version: 1` */
function aboutEffects({ found, expected, previous, beforePrevious, rest }: Slip): string | undefined {
  if (!expected.includes(t.Effect)) return undefined;
  if (previous?.tokenType === t.Colon) return helpForNoStatement(beforePrevious);
  if (tokenMatcher(found, t.Operation) && rest[1]?.tokenType !== t.Colon) {
    const effect = rest.at(-1);
    return effect === undefined || !tokenMatcher(effect, t.Effect) ? `the effect stands first: \`deny ${found.image} …\``
      : `the effect stands first: \`${textOf([effect, ...rest.slice(0, -1)])}\``;
  }
  return found.tokenType === t.Text && previous?.tokenType === t.Assert
    ? `leave \`${found.image}\` out: assertions have no names` : undefined;
}

/** `rule "keys": deny …`, `rule keys: deny …`, `rule deny …` */
function ruleBeforeName({ found, expected, previous, next, rest }: Slip): string | undefined {
  if (found.image === "rule" && expected.includes(t.End) && next?.tokenType === t.Name) {
    return `write \`${next.image}:\` in place of \`rule ${next.image}:\``;
  }
  if (!isOnly(expected, t.Colon) || previous?.image !== "rule") return undefined;
  if (tokenMatcher(found, t.Effect)) return "leave `rule` out";
  const name = found.tokenType === t.Name ? found.image : NAME.test(found.image) ? found.image.slice(1, -1) : undefined;
  if (name === undefined) return "a rule begins with its name and a colon, such as `no-keys:`, or with its effect";
  return `write \`${name}:\` in place of \`rule ${found.image}${rest[1]?.tokenType === t.Colon ? ":" : ""}\``;
}

/** `when mark secret`, `when marked secret`, `when secret tested` */
function aboutMarks({ found, expected, previous, beforePrevious, next }: Slip): string | undefined {
  if (expected.includes(t.LParen) && found.tokenType === t.Mark) {
    return next?.tokenType === t.Name ? `a mark stands by itself: \`${next.image}\`` : "a mark stands by itself, without quotes";
  }
  if (found.tokenType !== t.Name || previous?.tokenType !== t.Name || !expected.includes(t.And)) return undefined;
  if (beforePrevious === undefined || !BEFORE_CONDITION.has(beforePrevious.tokenType)) return undefined;
  return MARKED.has(previous.image) ? `a mark stands by itself: \`${beforePrevious.image} ${found.image}\``
    : `write \`${previous.image} and ${found.image}\`, or \`or\` between them`;
}

const BEFORE_CONDITION: ReadonlySet<TokenType> = new Set([t.When, t.Unless, t.And, t.Or, t.Not, t.LParen]);
const MARKED: ReadonlySet<string> = new Set(["marked", "tagged", "tainted", "flagged", "has", "is"]);

/** `mark a on read, write "/x"`, `on read "/x" on write "/y"`, `on read "/x" when exe "b"`, `until read "/x"` */
function aboutEvents({ found, expected, first, previous }: Slip): string | undefined {
  if (first?.tokenType !== t.Mark || previous === undefined) return undefined;
  if (found.tokenType === t.Comma && tokenMatcher(previous, t.Operation)) return "each event has one operation, or `modify` or `access`: write `,` and the next event";
  if (found.tokenType === t.On && expected.includes(t.Comma)) return "events stand behind one `on`, with `,` between them";
  if (found.tokenType === t.When) return "an event takes `unless exe \"…\"` and no other condition";
  if (found.tokenType === t.Under && isOnly(expected, t.Exe)) return "an event takes `unless exe` alone";
  return found.tokenType === t.Until && isOnly(expected, t.On) ? "say first what sets it: `on read \"…\" until …`" : undefined;
}

/** `limit … except "/x" to`, `per 1s per process`, `then deny when a` */
function aboutLimits({ found, expected, first }: Slip): string | undefined {
  if (first?.tokenType !== t.Limit) return undefined;
  if (found.tokenType === t.Per && isOnly(expected, t.Then)) return "a limit counts for the whole session: leave `per process` out";
  if (found.tokenType === t.Except || found.tokenType === t.Args) return `a limit has no \`${found.image}\`: name what it counts`;
  return found.tokenType === t.When || found.tokenType === t.Unless
    ? "a limit for some programs alone stands in `for exe \"…\" { … }`" : undefined;
}

/** `deny read ["a", "b"]`, `when exe ["a", "b"]` */
function listInBrackets({ found, expected, first, previous, rest }: Slip): string | undefined {
  if (found.tokenType !== t.LSquare || !expected.includes(t.Text)) return undefined;
  const texts = rest.slice(0, rest.findIndex(({ tokenType }) => tokenType === t.RSquare))
    .filter(({ tokenType }) => tokenType === t.Text).map(({ image }) => image);
  if (previous !== undefined && PROGRAMS.has(previous.tokenType) && first?.tokenType !== t.For && texts.length > 0) {
    return `write \`${texts.map((text) => `${previous.image} ${text}`).join(" or ")}\``;
  }
  return "leave `[` and `]` out: only a list that a `let` names stands in brackets";
}

const PROGRAMS: ReadonlySet<TokenType> = new Set([t.Exe, t.Under]);

/** `exe "a", "b"`, `let x = "a", "b"`, `"a", because "b"`, in a test `deny read "a", "b"` */
function aboutCommas({ found, first, inTest, previous, beforePrevious, next, rest }: Slip): string | undefined {
  if (previous?.tokenType === t.Comma && CLAUSES.has(found.tokenType)) return `leave the \`,\` before \`${found.image}\` out`;
  if (found.tokenType !== t.Comma || previous === undefined) return undefined;
  if (previous.tokenType === t.Text && beforePrevious !== undefined && PROGRAMS.has(beforePrevious.tokenType) && next?.tokenType === t.Text) {
    return `write \`or ${beforePrevious.image} ${next.image}\``;
  }
  if (first?.tokenType === t.Let && beforePrevious?.tokenType === t.Equals) {
    return `a list stands in brackets: \`[${textOf([previous, ...rest])}]\``;
  }
  return inTest ? "a case tries one access: write one for each" : undefined;
}

const CLAUSES: ReadonlySet<TokenType> = new Set([t.Except, t.Args, t.When, t.Unless, t.Because]);

/** `deny all "/x"`, `default deny all`, `default deny any` */
function everyOperation({ found, expected, first, next }: Slip): string | undefined {
  if (!expected.includes(t.Operation) || !EVERYTHING.has(found.image)) return undefined;
  if (first?.tokenType !== t.Default && tokenMatcher(found, t.BuiltinList)) return undefined;
  const words = first?.tokenType === t.Default ? "`access, exec, load, connect, bind`"
    : next?.tokenType === t.Text ? "`access, exec, load`" : "`access, exec, load` for files, `connect, bind` for addresses";
  return `operations are named one by one: ${words}`;
}

const EVERYTHING: ReadonlySet<string> = new Set(["all", "any", "everything"]);

/** `deny read "/x" by "/bin/sh"`, `deny read "/x" exe "/bin/sh"` */
function whoActs({ found, expected, inTest, next }: Slip): string | undefined {
  if (inTest || !expected.includes(t.When)) return undefined;
  if (found.tokenType === t.Name && next?.tokenType === t.Text && BY.has(found.image)) return `write \`when exe ${next.image}\``;
  return PROGRAMS.has(found.tokenType) ? `write \`when ${found.image}\`` : undefined;
}

const BY: ReadonlySet<string> = new Set(["by", "from", "using", "via"]);

/** `exec git push` */
function unquotedCommand({ found, expected, previous, beforePrevious, rest }: Slip): string | undefined {
  if (beforePrevious?.image !== "exec" || previous?.tokenType !== t.Name || found.tokenType !== t.Name || !expected.includes(t.Args)) return undefined;
  const end = rest.findIndex(({ tokenType }) => tokenType !== t.Name);
  const words = end === -1 ? rest : rest.slice(0, end);
  // What is no word, such as `--force`, leaves a gap.
  const isWhole = words.every((word, i) => i === 0 || word.startOffset === (words[i - 1]?.endOffset ?? 0) + 2);
  const args = isWhole ? words.map(({ image }) => `"${image}"`) : [`"${found.image}"`, "…"];
  return `write \`"${previous.image}" args ${args.join(", ")}\``;
}

function aboutStrings({ found, expected, previous }: Slip): string | undefined {
  if (found.tokenType !== t.Text) return undefined;
  const text = found.image;
  if (previous?.tokenType === t.Text && expected.includes(t.Comma)) return "write `,` between the two strings";
  // A word that is neither `exe` nor `under` is a mark.
  const asked = previous?.tokenType === t.Name && expected.includes(t.And) ? meantWord(previous.image, ["exe", "under"]) : undefined;
  if (asked !== undefined) return `did you mean \`${asked} ${text}\`?`;
  if (expected.length > 0 && expected.every((type) => PORTS.has(type))) return `write \`${text.slice(1, -1)}\``;
  if (isOnly(expected, t.Equals)) return `write \`= ${text}\``;
  if (isOnly(expected, t.Name) && NAME.test(text)) return `write \`${text.slice(1, -1)}\``;
  // `for "npm" {`, `when "npm"`
  return isOnly(expected, t.Exe) || expected.includes(t.LParen) ? `write \`exe ${text}\`` : undefined;
}

function aboutPorts({ found, expected, previous, next }: Slip): string | undefined {
  if (found.tokenType === t.Port && previous !== undefined && ENDPOINT_OPERATIONS.has(previous.image)) return "write `any` before `port`";
  if (previous !== undefined && tokenMatcher(previous, t.Protocol) && tokenMatcher(found, t.Protocol)) {
    return `leave \`${previous.image} ${found.image}\` out: both are meant where neither is named`;
  }
  if (found.tokenType === t.Port && previous !== undefined && tokenMatcher(previous, t.Protocol)) {
    return `write \`port\` before \`${previous.image}\``;
  }
  if (found.tokenType === t.Integer && expected.includes(t.To)) return `write \`to ${found.image}\``;
  if (PORTS.has(found.tokenType) && expected.includes(t.Port)) return `write \`port ${found.image}\``;
  if (found.tokenType !== t.Colon || next === undefined || !PORTS.has(next.tokenType)) return undefined;
  // `any:443`, `port 8000:8999`
  if (expected.includes(t.Port)) return `write \`port ${next.image}\``;
  return previous?.tokenType === t.Integer ? `write \`${previous.image}-${next.image}\`` : undefined;
}

/** `10 per 1 m`, `10 per minute` */
function aboutNumbers({ found, expected, next }: Slip): string | undefined {
  if (!isOnly(expected, t.Duration)) return undefined;
  const [number, word] = found.tokenType === t.Integer ? [found.image, next?.image ?? ""] : ["1", found.image];
  const unit = /^(?:ms|s|m|h)$/.exec(word)?.[0] ?? /^(?:sec|min|hour)/.exec(word)?.[0].slice(0, 1);
  return unit === undefined ? undefined : `write \`${number}${unit}\``;
}

/** `default: deny read`, `param x: string`, `let x: "y"`, `exe = "y"` */
function aboutSigns({ found, expected, first, previous, next, rest }: Slip): string | undefined {
  if (found.tokenType === t.Colon && previous === first && !expected.includes(t.Equals)) return "leave `:` out";
  if (found.tokenType === t.Equals && previous !== undefined && isOnly(expected, t.Text)) {
    const text = rest.find(({ tokenType }) => tokenType !== t.Equals);
    const isText = text !== undefined && tokenMatcher(text, t.Text);
    return `leave \`${next?.tokenType === t.Equals ? "==" : "="}\` out: \`${previous.image} ${isText ? text.image : '"…"'}\``;
  }
  if (found.tokenType !== t.Colon || !expected.includes(t.Equals)) return undefined;
  return next?.tokenType === t.Name ? `leave \`: ${next.image}\` out: there are no types` : "write `=`";
}

/** `"a" and "b"`, `read and write`, `read write` */
function betweenTargets({ found, expected, previous }: Slip): string | undefined {
  if (previous !== undefined && [previous, found].every((token) => tokenMatcher(token, t.Operation)) && expected.includes(t.Comma)) {
    return `write \`${previous.image}, ${found.image}\``;
  }
  return (found.tokenType === t.And || found.tokenType === t.Or) && expected.includes(t.Comma)
    ? `write \`,\` in place of \`${found.image}\`` : undefined;
}

function aboutWords({ found, written, expected, next }: Slip): string | undefined {
  const isName = found.tokenType === t.Name;
  const word = isName ? found.image : t.wordOf(found.tokenType);
  if (word === undefined) return undefined;
  if (isName && isOnly(expected, t.Text)) return `write \`"${written}"\``;
  if (!isName && expected.includes(t.Name) && (expected.length === 1 || next?.tokenType === t.Colon)) {
    return `\`${word}\` is ${kindOf(found.tokenType)} and cannot be a name`;
  }
  const meant = meantWord(word, wordsOf(expected));
  return meant === undefined ? undefined : `did you mean \`${meant}\`?`;
}

const STATEMENT_KEYWORDS: ReadonlySet<TokenType> = new Set(t.STATEMENT_KEYWORDS);

const PORTS: ReadonlySet<TokenType> = new Set([t.Integer, t.Range]);

const NAME = /^"[a-z][a-z0-9-]*"$/;

const KINDS: readonly (readonly [TokenType, string])[] = [
  [t.Effect, "an effect"], [t.Operation, "an operation"], [t.PrivilegeName, "a privilege"],
  [t.BuiltinList, "a built-in list"],
];

const kindOf = (type: TokenType): string =>
  KINDS.find(([category]) => type.CATEGORIES?.includes(category))?.[1] ?? "a keyword";
