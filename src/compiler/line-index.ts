/** `positionOf` for many places of few sources: each text is searched for line breaks once. */
import type { Position, Source, Span } from "./diagnostic.js";

/** A look-up of where a span starts, as `positionOf` would say. */
export function lineIndex(): (span: Span) => Position {
  const startsOf = new Map<Source, readonly number[]>();
  return ({ source, start }) => {
    const starts = startsOf.get(source) ?? lineStarts(source.text);
    startsOf.set(source, starts);
    const line = lastAtMost(starts, start);
    return { line: line + 1, column: Array.from(source.text.slice(starts[line], start)).length + 1 };
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let i = text.indexOf("\n"); i !== -1; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}

/** The index of the last of the ascending `starts` that is not beyond `offset`. */
function lastAtMost(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
