/** Characters that a reader does not see, or that change the order of what is seen: nothing is drafted from such words. */

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
/** Line breaks and tabs; what scripts and emoji join with, and the two forms of those. */
const HARMLESS = new Set(["\n", "\r", "\t", "\u200c", "\u200d"]);

/** Of variation selectors, all but the two for text and emoji can carry bytes. */
function isVariation(point: number): boolean {
  return (point >= 0xfe00 && point <= 0xfe0d) || (point >= 0xe0100 && point <= 0xe01ef);
}

const isHidden = (character: string): boolean =>
  (UNSEEN.test(character) && !HARMLESS.has(character)) || isVariation(character.codePointAt(0) ?? 0);

export const hidesSomething = (text: string): boolean => Array.from(text).some(isHidden);

/** As it is seen. */
export const withoutHidden = (text: string): string => Array.from(text).filter((character) => !isHidden(character)).join("");
