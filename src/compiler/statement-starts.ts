/** Where a statement or a test case begins, as far as a token and those beside it can tell. */
import type { IToken, TokenType } from "chevrotain";
import { meantWord } from "./other-words.js";
import * as t from "./tokens.js";

/** What is known when `token` is reached. */
export interface Context {
  readonly token: IToken;
  readonly next: IToken | undefined;
  readonly previous: IToken | undefined;
  readonly beforePrevious: IToken | undefined;
  /** First token of the statement that is open at this place; null between statements. */
  readonly first: IToken | null;
  readonly firstOnLine: boolean;
}

const STATEMENT_KEYWORDS: ReadonlySet<TokenType> = new Set(t.STATEMENT_KEYWORDS);
const BEFORE_EFFECT: ReadonlySet<TokenType> = new Set([t.Then, t.Default, t.Assert, t.Colon]);
/** Together with the categories below, what a statement can end in. */
const CAN_END: ReadonlySet<TokenType> = new Set([
  t.Text, t.Unterminated, t.WrongQuotes, t.Bare, t.Name, t.Integer, t.Range, t.BadNumber, t.Anonymous, t.RParen,
  t.RSquare, t.RCurly, t.Process, t.Files,
]);
const CAN_END_CATEGORIES = [t.BuiltinList, t.PrivilegeName, t.Protocol, t.Operation];

const isA = (token: IToken | null | undefined, category: TokenType): boolean =>
  token?.tokenType.CATEGORIES?.includes(category) ?? false;

function previousCanEnd({ previous, beforePrevious }: Context): boolean {
  if (previous === undefined || CAN_END.has(previous.tokenType)) return true;
  if (isA(previous, t.Effect)) return beforePrevious?.tokenType === t.Then;
  return CAN_END_CATEGORIES.some((category) => isA(previous, category));
}

/** A name may be the target of an operation, except in a `default`. */
function noNameCanFollow(context: Context): boolean {
  const { previous, first } = context;
  return previousCanEnd(context) && (!isA(previous, t.Operation) || first?.tokenType === t.Default);
}

/** Whatever stands first in a file or block begins a statement, if a wrong one. */
export function beginsStatement(context: Context): boolean {
  const { token, next, previous, first, firstOnLine } = context;
  if (first === null) return true;
  // A rule's name, maybe one that is no name.
  const isWord = token.tokenType === t.Name || t.wordOf(token.tokenType) !== undefined;
  if (isWord && next?.tokenType === t.Colon) return firstOnLine || noNameCanFollow(context);
  const canBegin = firstOnLine || previousCanEnd(context);
  if (STATEMENT_KEYWORDS.has(token.tokenType)) return canBegin;
  if (token.tokenType === t.Name) {
    // `no-keys deny …`: the colon after the rule's name is missing. `workspace = …`: the `let` before it.
    return firstOnLine && (isA(next, t.Effect) || next?.tokenType === t.Equals) && noNameCanFollow(context);
  }
  if (!isA(token, t.Effect)) return false;
  // `read "/x" deny`: the effect has come too late.
  if (!firstOnLine && isA(first, t.Operation) && !isA(next, t.Operation)) return false;
  // `deny read "/x" expect deny`
  if (!firstOnLine && (next === undefined || next.tokenType === t.RCurly || isA(next, t.Effect))) return false;
  if (previous === undefined || BEFORE_EFFECT.has(previous.tokenType)) return false;
  return canBegin && !(previous === first && previous.tokenType === t.Name);
}

/**
 * `dney read "x"`, `block read "x"`: a name where none can stand and a statement might begin, spelt nearly like a word that begins one, or
 * known elsewhere for it.
 * Returns the same token as that word.
 */
export function correctSpelling(context: Context): IToken | undefined {
  const { token, next, first, firstOnLine } = context;
  if (token.tokenType !== t.Name || next?.tokenType === t.Colon || isA(next, t.Effect)) return undefined;
  if (first !== null && !(firstOnLine && noNameCanFollow(context))) return undefined;
  // Inside a file, a word may also be the misspelt clause of the statement before it.
  const word = meantWord(token.image, first === null ? t.STATEMENT_WORDS : t.RESERVED_WORDS.keys());
  const tokenType = word === undefined ? undefined : t.RESERVED_WORDS.get(word);
  if (word === undefined || tokenType === undefined || !t.STATEMENT_WORDS.includes(word)) return undefined;
  return { ...token, tokenType, tokenTypeIdx: tokenType.tokenTypeIdx ?? 0, image: word };
}
