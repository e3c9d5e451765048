/** `[a-z]` and `[!a-z]`: one byte of a pattern. */
import type { Outcome } from "../diagnostic.js";
import type { GlobByte, GlobItem } from "../ir.gen.js";
import { failure, slashInside, unterminated } from "./context.js";
import type { PatternContext, Unit } from "./context.js";

type Ranges = GlobByte["ranges"];

/** Reads the set that opens at `units[start]`; `end` is the place of its `]`. */
export function readSet(
  units: readonly Unit[], start: number, context: PatternContext,
): Outcome<{ readonly item: GlobItem; readonly end: number }> {
  const pattern = context.text;
  const negated = isSyntax(units[start + 1], "!");
  const ranges: Ranges = [];
  let i = start + (negated ? 2 : 1);
  while (!isSyntax(units[i], "]")) {
    const first = readMember(units, i, context);
    if (!first.ok) return first;
    i = first.value.next;
    let last = first.value.char;
    if (isSyntax(units[i], "-") && !isSyntax(units[i + 1], "]")) {
      const end = readMember(units, i + 1, context);
      if (!end.ok) return end;
      i = end.value.next;
      last = end.value.char;
      if (last < first.value.char) {
        return failure("pattern-range-reversed", context, { pattern, range: `${first.value.char}-${last}` },
          { help: `\`${last}-${first.value.char}\`` });
      }
    }
    ranges.push({ first: first.value.char.charCodeAt(0), last: last.charCodeAt(0) });
  }
  if (ranges.length === 0) return failure("pattern-empty-set", context, { pattern }, { help: "`\\\\[` is the bracket" });
  return { ok: true, value: { item: setItem(negated, mergeRanges(ranges)), end: i }, diagnostics: [] };
}

function readMember(
  units: readonly Unit[], start: number, context: PatternContext,
): Outcome<{ readonly char: string; readonly next: number }> {
  const escapes = isSyntax(units[start], "\\");
  const unit = units[escapes ? start + 1 : start];
  if (unit === undefined) {
    return unterminated("[", context);
  }
  if (unit.char === "/" && context.place === "path") {
    return slashInside(units, start, "[", context);
  }
  if (unit.char > "\x7f") {
    return failure("pattern-set-not-ascii", context, { pattern: context.text, character: unit.char },
      { help: "write the characters as alternatives: `{ä,ö}`" });
  }
  return { ok: true, value: { char: unit.char, next: start + (escapes ? 2 : 1) }, diagnostics: [] };
}

function isSyntax(unit: Unit | undefined, char: string): boolean {
  return unit !== undefined && !unit.literal && unit.char === char;
}

/** A set of one byte is that byte, so that the pattern keeps its simplest form. */
function setItem(negated: boolean, ranges: Ranges): GlobItem {
  const [only] = ranges;
  return !negated && ranges.length === 1 && only !== undefined && only.first === only.last
    ? { kind: "text", text: String.fromCharCode(only.first) }
    : { kind: "byte", negated, ranges };
}

function mergeRanges(ranges: Ranges): Ranges {
  const merged: Ranges = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const previous = merged.at(-1);
    if (previous !== undefined && range.first <= previous.last + 1) {
      previous.last = Math.max(previous.last, range.last);
    } else {
      merged.push({ ...range });
    }
  }
  return merged;
}
