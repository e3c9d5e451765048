/**
 * The text of a pattern → tokens: escapes undone, `[…]` read, everything else one token per character or run of text. What a binding
 * brought in is text whatever it looks like.
 */
import type { Outcome } from "../diagnostic.js";
import type { GlobItem } from "../ir.gen.js";
import type { PatternText } from "../resolved.js";
import { failure, slashInside, unterminated } from "./context.js";
import type { PatternContext, PatternPlace, Unit } from "./context.js";
import { readSet } from "./set.js";

export type Token =
  | { readonly kind: "item"; readonly item: GlobItem }
  | { readonly kind: "slash" }
  | { readonly kind: "globstar" }
  | { readonly kind: "open" }
  | { readonly kind: "comma" }
  | { readonly kind: "close" };

const SLASH: Token = { kind: "slash" };
const ANY_BYTE: Token = { kind: "item", item: { kind: "byte", negated: true, ranges: [] } };
const ORDINARY = /^[^\0\ud800-\udfff]*$/;
const RUN: Token = { kind: "item", item: { kind: "run" } };

export function scanPattern(pattern: PatternText, context: PatternContext): Outcome<readonly Token[]> {
  const units = toUnits(pattern);
  const bad = pattern.every(({ text }) => ORDINARY.test(text)) ? undefined
    : units.find((unit) => !canBeInName(unit.char, context.place));
  if (bad !== undefined) {
    return failure("pattern-bad-character", context, { character: describe(bad.char) });
  }
  const tokens: Token[] = [];
  let depth = 0;
  for (let i = 0; i < units.length; i++) {
    const unit = units[i];
    if (unit === undefined) break;
    if (unit.char === "/" && context.place === "path") {
      if (depth > 0) return slashInside(units, i, "{", context);
      tokens.push(SLASH);
    } else if (unit.literal || !SYNTAX.includes(unit.char)) {
      const end = endOfText(units, i);
      pushText(tokens, units.slice(i, end).map(({ char }) => char).join(""));
      i = end - 1;
    } else if (unit.char === "\\") {
      const escaped = units[++i];
      if (escaped === undefined) return failure("pattern-trailing-backslash", context, { pattern: context.text });
      if (escaped.char === "/" && context.place === "path") i--;
      else pushText(tokens, escaped.char);
    } else if (unit.char === "[") {
      const set = readSet(units, i, context);
      if (!set.ok) return set;
      tokens.push({ kind: "item", item: set.value.item });
      i = set.value.end;
    } else if (unit.char === "*") {
      const run = runLength(units, i);
      if (run > 1 && !isWholeComponent(units, i, run, context.place)) {
        return failure("pattern-globstar-part", context, { pattern: context.text }, { help: globstarHelp(context) });
      }
      tokens.push(run > 1 ? { kind: "globstar" } : RUN);
      i += run - 1;
    } else if (unit.char === "?") {
      tokens.push(ANY_BYTE);
    } else if (unit.char === "{") {
      depth++;
      tokens.push({ kind: "open" });
    } else if (unit.char === "," && depth > 0) {
      tokens.push({ kind: "comma" });
    } else if (unit.char === "}" && depth > 0) {
      depth--;
      tokens.push({ kind: "close" });
    } else {
      pushText(tokens, unit.char);
    }
  }
  if (depth > 0) return unterminated("{", context);
  return { ok: true, value: tokens, diagnostics: [] };
}

/** What may mean something else than itself. */
const SYNTAX = "/\\[*?{,}";

/** Of the text that goes on from there. */
function endOfText(units: readonly Unit[], start: number): number {
  let end = start + 1;
  for (let unit = units[end]; unit !== undefined && unit.char !== "/"; unit = units[++end]) {
    if (!unit.literal && SYNTAX.includes(unit.char)) break;
  }
  return end;
}

/** Text joins text: most patterns are little else. */
function pushText(tokens: Token[], text: string): void {
  const last = tokens.at(-1);
  const joins = last?.kind === "item" && last.item.kind === "text";
  const item: GlobItem = { kind: "text", text: joins ? last.item.text + text : text };
  if (joins) tokens[tokens.length - 1] = { kind: "item", item };
  else tokens.push({ kind: "item", item });
}

function toUnits(pattern: PatternText): Unit[] {
  return pattern.flatMap((part) => Array.from(part.text, (char) => ({ char, literal: part.literal })));
}

/** A lone surrogate has no UTF-8 form. An abstract socket's name may hold a NUL byte, a file's may not. */
function canBeInName(char: string, place: PatternPlace): boolean {
  const code = char.codePointAt(0) ?? 0;
  return !(code >= 0xd800 && code <= 0xdfff) && !(code === 0 && place === "path");
}

function describe(char: string): string {
  return char === "\0" ? "a NUL byte" : "half of a surrogate pair";
}

function runLength(units: readonly Unit[], start: number): number {
  let length = 0;
  while (isStar(units[start + length])) length++;
  return length;
}

function isStar(unit: Unit | undefined): boolean {
  return unit !== undefined && !unit.literal && unit.char === "*";
}

function isWholeComponent(units: readonly Unit[], start: number, run: number, place: PatternPlace): boolean {
  const atEdge = (unit: Unit | undefined) => unit === undefined || unit.char === "/";
  return run === 2 && place === "path" && atEdge(units[start - 1]) && atEdge(units[start + run]);
}

function globstarHelp(context: PatternContext): string {
  return context.place === "abstract"
    ? "write `*`: in the name of an abstract socket it crosses `/` as well"
    : "write `*` for any run of bytes within a name, `/**/` for any number of directories";
}
