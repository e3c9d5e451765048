/** Keeps the tree shallow enough for every stage to walk it by recursion. */
import type { IToken } from "chevrotain";
import type { Diagnostic, Source } from "./diagnostic.js";
import { endOf } from "./mark-statements.js";
import { report } from "./messages.js";
import * as t from "./tokens.js";

const LIMIT = 100;

/** Reports the first token that is nested deeper than the limit in braces, parentheses and `not`s. */
export function checkNesting(source: Source, tokens: readonly IToken[]): Diagnostic | undefined {
  /** What each open bracket added: itself and the `not`s before it. */
  const open: number[] = [];
  let depth = 0;
  let nots = 0;
  for (const token of tokens) {
    if (token.tokenType === t.Not) nots++;
    else {
      if (token.tokenType === t.LParen || token.tokenType === t.LCurly) {
        open.push(nots + 1);
        depth += nots + 1;
      } else if (token.tokenType === t.RParen || token.tokenType === t.RCurly) {
        depth -= open.pop() ?? 0;
      }
      nots = 0;
    }
    if (depth + nots > LIMIT) {
      return report("nested-too-deep", { source, start: token.startOffset, end: endOf(token) }, { limit: LIMIT });
    }
  }
  return undefined;
}
