/** Misspelt words of the grammar. */
import { lazily } from "../../compiler/lazily.js";
import { KNOWN_FOLDERS, KNOWN_PROGRAMS, KNOWN_SITES } from "../catalogue/known-programs.js";
import { FUNCTION_WORDS } from "./lexicon.js";
import { entriesNear, isKnownStem } from "./phrases.js";
import { distance, stem } from "./stem.js";

const vocabulary = lazily((): readonly string[] => [...new Set([...FUNCTION_WORDS.keys()].flatMap((words) => words.split(" ")))].toSorted());
const known = lazily((): ReadonlySet<string> => new Set(vocabulary()));

export const isFunctionWord = (word: string): boolean => known().has(word);

/** The first letter, or the first two in turn. */
const isSameStart = (word: string, other: string): boolean =>
  word[0] === other[0] || word[0] === other[1] && word[1] === other[0];

const found = new Map<string, readonly string[]>();

/** The word itself where anybody knows it; else those of the grammar that are one letter away. */
export function correctionsOf(word: string): readonly string[] {
  if (isFunctionWord(word) || isKnownStem(stem(word)) || KNOWN_PROGRAMS.has(word) || KNOWN_SITES.has(word) || KNOWN_FOLDERS.has(word) || word.length < 4 || !/^[a-z'-]+$/.test(word)) return [word];
  const before = found.get(word);
  if (before !== undefined) return before;
  // Hardly anybody mistypes the first letter: `lead` is no `read`.
  const near = vocabulary().filter((other) => other.length >= 4 && isSameStart(word, other) && distance(word, other, 1) === 1);
  // What could as well be a name is left to the catalogue.
  const named = entriesNear([word]);
  const corrections = near.length === 0 || named !== null && named.far <= 1 ? [word] : near;
  found.set(word, corrections);
  return corrections;
}
