/** What different forms of a word have in common, and how far two words are apart. */

/** Not plurals, or told apart by their last letter. */
const WHOLE = new Set("https aws dns tls ss ls ps os gas as is his this access process address always pass less news express redis kubernetes gcs sms nfs cifs smtps imaps pop3s ldaps ftps ircs mqtts hosts js ts css vs rss gps ads nss oss does sops cors sudoers status bus dbus d-bus virus canvas alias ring thing nothing anything everything something string during king sing seed need feed speed red bed shed fed led used unix nix etc ed sed".split(" "));

export function stem(word: string): string {
  if (word.length <= 3 || WHOLE.has(word) || !/^[a-z][a-z-]*$/.test(word)) return word;
  const base = withoutEnding(word);
  return base.length < 3 ? word : base.replace(/(?<=..)ie$/, "y").replace(/(?<=..)e$/, "");
}

/** Without the ending of a plural alone: misspelt words keep their other endings. */
export const singular = (word: string): string => (word.length <= 3 || WHOLE.has(word) ? word : word.replace(/ies$/, "y").replace(/(?<=s|x|z|ch|sh)es$/, "").replace(/(?<=[^s])s$/, ""));

function withoutEnding(word: string): string {
  const [, one = word] = /^(.*(?:s|x|z|ch|sh))es$/.exec(word) ?? /^(.*[^s])s$/.exec(word) ?? [];
  const plural = /ies$/.test(word) && word.length > 4 ? `${word.slice(0, -3)}y` : one;
  const [, verb] = /^(.*[aeiouy].*)(?:ing|ed)$/.exec(plural) ?? [];
  if (verb === undefined || verb.length < 3) return plural;
  return /([bdgmnprt])\1$/.test(verb) ? verb.slice(0, -1) : verb;
}

/** Letters to be put in, left out, changed or swapped with their neighbour; `most + 1` where it is more than `most`. */
export function distance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1] ? (before[j - 2] ?? 0) + 1 : most + 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same, swapped));
    }
    [before, row] = [row, next];
  }
  return Math.min(row[other.length] ?? 0, most + 1);
}

/** How many letters of a word of this length may be wrong. */
export const mostWrong = (length: number): number => (length >= 9 ? 2 : length >= 4 ? 1 : 0);
