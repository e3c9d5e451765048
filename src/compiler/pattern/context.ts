/** What the stages of reading a pattern share: where it stands, its characters, and how they report a mistake. */
import type { Diagnostic, Span } from "../diagnostic.js";
import { report } from "../messages.js";
import type { ArgsOf, Code, Extras } from "../messages.js";
import type { PatternText } from "../resolved.js";

/** Where the pattern stands: in an abstract socket's name and in an argument, `/` is an ordinary character. */
export type PatternPlace = "path" | "abstract" | "argument";

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

const CLOSING = { "{": "}", "[": "]" } as const;

/** A `/` at `units[at]`, within a bracket. Where that is never closed, the slash is not the mistake. */
export function slashInside(
  units: readonly Unit[], at: number, opening: keyof typeof CLOSING, context: PatternContext,
): ReturnType<typeof failure> {
  return units.slice(at).some(({ char, literal }) => !literal && char === CLOSING[opening])
    ? failure("pattern-slash-inside", context, { pattern: context.text, opening }, { help: "write several patterns" })
    : unterminated(opening, context);
}

export function unterminated(opening: keyof typeof CLOSING, context: PatternContext): ReturnType<typeof failure> {
  return failure("pattern-unterminated", context, { pattern: context.text, opening },
    { help: `close it with \`${CLOSING[opening]}\`; the character itself is \`\\\\${opening}\`` });
}

/** A failed outcome of exactly this diagnostic. */
export function failure<C extends Code>(
  code: C, context: PatternContext, args: ArgsOf[C], extras: Extras = {},
): { readonly ok: false; readonly diagnostics: readonly Diagnostic[] } {
  return { ok: false, diagnostics: [report(code, context.span, args, extras)] };
}
