/** What the stages of reading a pattern share: where it stands, its characters, and how they report a mistake. */
import type { Diagnostic, Span } from "../diagnostic.js";
import { report } from "../messages.js";
import type { ArgsOf, Code, Extras } from "../messages.js";
import type { PatternText } from "../resolved.js";

/** Where the pattern stands: in an abstract socket's name, `/` is an ordinary character. */
export type PatternPlace = "path" | "abstract";

/** One character of a pattern and whether it stands for itself. */
export interface Unit {
  readonly char: string;
  readonly literal: boolean;
}

/** What a message about a pattern needs. */
export interface PatternContext {
  readonly place: PatternPlace;
  /** The pattern with everything substituted. */
  readonly text: string;
  readonly span: Span;
}

export function patternToText(pattern: PatternText): string {
  return pattern.map((part) => part.text).join("");
}

/** A failed outcome of exactly this diagnostic. */
export function failure<C extends Code>(
  code: C, context: PatternContext, args: ArgsOf[C], extras: Extras = {},
): { readonly ok: false; readonly diagnostics: readonly Diagnostic[] } {
  return { ok: false, diagnostics: [report(code, context.span, args, extras)] };
}
