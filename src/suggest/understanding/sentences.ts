/** Where the sentences of a request are. */

export interface Range {
  readonly start: number;
  readonly end: number;
}

const END = /[;!?]+(?=\s|$)|\.+(?=\s+|$)(?!\s*\/)|\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)/gu;
const ABBREVIATION = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|approx|incl)$/i;

/** `1. no network`: of a list. */
const NUMBERED = /^\s*\d+$/;

/** A line break in a file is white space; on a command line, where people paste lists, it ends a sentence. */
export function sentencesOf(text: string, isFile: boolean): readonly Range[] {
  const ends = isFile ? END : new RegExp(`${END.source}|\\n`, "gu");
  const ranges: Range[] = [];
  let start = 0;
  for (const { index, 0: mark } of text.matchAll(ends)) {
    const before = text.slice(start, index);
    if (mark.startsWith(".") && (ABBREVIATION.test(before) || NUMBERED.test(before)) || isInQuotes(before)) continue;
    ranges.push({ start, end: index });
    start = index + mark.length;
  }
  return [...ranges, { start, end: text.length }].map(trimBullet(text)).filter(({ start: from, end }) => text.slice(from, end).trim() !== "");
}

const isInQuotes = (before: string): boolean => (before.match(/`/g) ?? []).length % 2 === 1 || (before.match(/"/g) ?? []).length % 2 === 1;

const trimBullet = (text: string) => ({ start, end }: Range): Range => {
  const bullet = /^\s*(?:[-*•]|\d+[.)])\s+/u.exec(text.slice(start, end))?.[0] ?? "";
  return { start: start + bullet.length, end };
};
