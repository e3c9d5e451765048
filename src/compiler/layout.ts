/** How a statement's text is broken into lines. */

export const WIDTH = 120;
const INDENT = "  ";

/** Words that stay together with single spaces between them, one clause; a line can be broken between any two. */
export type Segment = readonly string[];

/** Stands in a word for a space at which a line is broken only where the word is too long for one; in no text. */
const GLUE = "\0";

/** Words that belong together: `"10.0.0.0/8" port 443 tcp`. */
export const glue = (words: Segment): string => words.join(GLUE);

/**
 * The segments on one line if they fit, else each on a line of its own, those after the first indented by one step.
 * What is still too long is filled, its further lines indented by two steps more.
 */
export function layOut(segments: readonly Segment[], depth: number): readonly string[] {
  const line = INDENT.repeat(depth) + unglued(segments.flat().join(" "));
  if (fits(line)) return [line];
  return segments.flatMap((segment, i) => fill(segment, depth + (i === 0 ? 0 : 1)));
}

/** However long it is. */
export const onOneLine = (segment: Segment): string => unglued(segment.join(" "));

export const fits = (line: string): boolean => widthOf(line) <= WIDTH;

export const indent = (text: string, depth: number): string => INDENT.repeat(depth) + text;

function fill(segment: Segment, depth: number): readonly string[] {
  const words = segment.flatMap((word) => fits(indent(unglued(word), depth + 2)) ? [unglued(word)] : word.split(GLUE));
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > WIDTH) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? indent(word, lines.length === 0 ? depth : depth + 2) : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

const unglued = (text: string): string => text.replaceAll(GLUE, " ");

/** In characters. */
export function widthOf(text: string): number {
  return Array.from(text).length;
}

/** `a`, `b` → `a,`, `b`: words of a list. Each item is a list of words itself. */
export function commaList(items: readonly Segment[]): Segment {
  return items.flatMap((item, i) => {
    const last = item.at(-1);
    return i === items.length - 1 || last === undefined ? item : [...item.slice(0, -1), `${last},`];
  });
}
