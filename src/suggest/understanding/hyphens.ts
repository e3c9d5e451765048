/** `ssh-keys` where nobody knows that word but everybody its parts. */
import { KNOWN_PROGRAMS } from "../catalogue/known-programs.js";
import { FUNCTION_WORDS } from "./lexicon.js";
import { isKnownStem } from "./phrases.js";
import { isFunctionWord } from "./spelling.js";
import { stem } from "./stem.js";
import type { Word } from "./words.js";

const isKnown = (word: string): boolean => isFunctionWord(word) || isKnownStem(stem(word)) || KNOWN_PROGRAMS.has(word);

export const splitHyphens = (words: readonly Word[]): readonly Word[] => words.flatMap((word) => {
  if (word.kind !== "word" || !word.text.includes("-") || word.text === "gh-pages" || FUNCTION_WORDS.has(word.text) || isKnown(word.text)) return [word];
  const parts = word.text.split("-");
  if (!parts.every(isKnown)) return [word];
  let at = word.start;
  return parts.map((text): Word => {
    const start = at;
    at += text.length + 1;
    return { ...word, text, start, end: start + text.length };
  });
});
