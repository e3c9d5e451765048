/**
 * Puts empty tokens around every statement and test case: `Start` before, `End` twice behind, and `Open` before its
 * block. Statements have no terminator; with these the parser knows after an error where the next statement begins, so
 * that one mistake gives one error and the other statements are still read.
 */
import type { IToken, TokenType } from "chevrotain";
import type { Diagnostic, Source } from "./diagnostic.js";
import { report } from "./messages.js";
import { beginsStatement, correctSpelling, type Context } from "./statement-starts.js";
import * as t from "./tokens.js";

export interface MarkedTokens {
  readonly tokens: readonly IToken[];
  /** First words of statements that were misspelt: reported here, and guesses about the rest would be noise. */
  readonly corrected: ReadonlySet<IToken>;
  readonly diagnostics: readonly Diagnostic[];
}

const BLOCK_KEYWORDS: ReadonlySet<TokenType> = new Set([t.For, t.Task, t.Test]);

/** The file, or a block that is open. */
interface Frame {
  readonly brace: IToken | null;
  /** First token of the open statement. */
  first: IToken | null;
  /** The open statement is a `for`, `task` or `test` whose block has not come yet. */
  awaitsBlock: boolean;
}

export function markStatements(source: Source, tokens: readonly IToken[]): MarkedTokens {
  const marker = new Marker(source);
  const partners = matchBraces(tokens);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token === undefined) break;
    if (marker.takeBrace(token)) continue;
    marker.take(token, tokens[i + 1]);
    // A block where none belongs is part of the mistake: nothing in it begins a statement.
    const partner = partners.get(i) ?? i;
    tokens.slice(i + 1, partner + 1).forEach((inner) => { marker.push(inner); });
    i = partner;
  }
  marker.finish();
  return marker;
}

class Marker implements MarkedTokens {
  readonly tokens: IToken[] = [];
  readonly corrected = new Set<IToken>();
  readonly diagnostics: Diagnostic[] = [];
  private frame: Frame = { brace: null, first: null, awaitsBlock: false };
  private readonly outer: Frame[] = [];
  private previous: IToken | undefined;
  private beforePrevious: IToken | undefined;

  constructor(private readonly source: Source) {}

  /** Takes a brace that opens or closes the block of a statement. */
  takeBrace(token: IToken): boolean {
    if (token.tokenType === t.LCurly && this.frame.awaitsBlock) {
      this.frame.awaitsBlock = false;
      this.tokens.push(virtual(t.Open, token.startOffset));
      this.push(token);
      this.outer.push(this.frame);
      this.frame = { brace: token, first: null, awaitsBlock: false };
      return true;
    }
    if (token.tokenType !== t.RCurly) return false;
    const outer = this.outer.pop();
    if (outer === undefined) return false;
    this.endStatement();
    this.frame = outer;
    this.push(token);
    return true;
  }

  take(token: IToken, next: IToken | undefined): void {
    const { previous, beforePrevious, frame, source } = this;
    const gap = source.text.slice(previous === undefined ? 0 : endOf(previous), token.startOffset);
    const context: Context = {
      token, next, previous, beforePrevious, first: frame.first,
      firstOnLine: previous === undefined || gap.includes("\n"),
    };
    const correction = correctSpelling(context);
    if (correction !== undefined) {
      this.diagnostics.push(report(
        "unexpected-token", { source, start: token.startOffset, end: endOf(token) },
        { found: `\`${token.image}\``, expected: "a statement" },
        { help: `did you mean \`${correction.image}\`?` },
      ));
      this.corrected.add(correction);
      this.beginStatement(correction);
    } else if (beginsStatement(context)) {
      this.beginStatement(token);
    }
    this.push(correction ?? token);
  }

  push(token: IToken): void {
    this.tokens.push(token);
    this.beforePrevious = this.previous;
    this.previous = token;
  }

  /** Closes what is open, so that the parser always finds a whole file. */
  finish(): void {
    this.endStatement();
    for (let outer = this.outer.pop(); outer !== undefined; outer = this.outer.pop()) {
      const { brace } = this.frame;
      if (brace !== null) {
        const span = { source: this.source, start: brace.startOffset, end: endOf(brace) };
        this.diagnostics.push(report("unclosed-block", span, {}));
      }
      this.tokens.push(virtual(t.RCurly, this.end()));
      this.frame = outer;
      this.endStatement();
    }
  }

  private beginStatement(token: IToken): void {
    this.endStatement();
    this.tokens.push(virtual(t.Start, token.startOffset));
    this.frame.first = token;
    this.frame.awaitsBlock = BLOCK_KEYWORDS.has(token.tokenType);
  }

  private endStatement(): void {
    if (this.frame.first !== null) this.tokens.push(virtual(t.End, this.end()), virtual(t.End, this.end()));
    this.frame.first = null;
  }

  private end(): number {
    return this.previous === undefined ? 0 : endOf(this.previous);
  }
}

/** The offset after a token; chevrotain's own `endOffset` is that of its last character. */
export const endOf = (token: IToken): number => (token.endOffset ?? token.startOffset) + 1;

/** True of `Start`, `End`, `Open` and the `}` that closes what the user left open. */
export const isVirtual = (token: IToken): boolean => token.image === "";

function virtual(tokenType: TokenType, offset: number): IToken {
  const tokenTypeIdx = tokenType.tokenTypeIdx ?? 0;
  return { image: "", startOffset: offset, endOffset: offset - 1, tokenType, tokenTypeIdx };
}

/** Index of each `{` to that of its `}`. */
function matchBraces(tokens: readonly IToken[]): ReadonlyMap<number, number> {
  const partners = new Map<number, number>();
  const open: number[] = [];
  tokens.forEach((token, i) => {
    if (token.tokenType === t.LCurly) open.push(i);
    if (token.tokenType !== t.RCurly) return;
    const start = open.pop();
    if (start !== undefined) partners.set(start, i);
  });
  return partners;
}
