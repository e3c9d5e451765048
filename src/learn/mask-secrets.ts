/** The words of a command as a draft may keep them: what looks like a secret is taken out, since drafts are shown around. */

const MASK = "***";

/** Names of options, variables, headers and parameters whose values nobody is to see. */
const NAME = String.raw`[\w.-]*(?:token|secret|passw(?:or)?d|passphrase|api[-_]?key|access[-_]?key|private[-_]?key|credential|auth(?!or\b)|bearer|session[-_]?id)[\w.-]*`;

/** By how they begin: what services hand out is made to be recognized. */
const ISSUED = String.raw`(?:gh[opusr]_|github_pat_|glpat-|gloas-|sk-|sk_live_|rk_live_|xox[abeprs]-|xapp-|npm_|pypi-|hf_|dop_v1_|shp(?:at|ss|ca)_|AIza|SG\.|dckr_pat_|dapi|eyJ)[\w.=-]{8,}|(?:AKIA|ASIA)[0-9A-Z]{16}`;

const SHAPES: readonly (readonly [RegExp, string])[] = [
  // A word of its own, whatever follows
  [new RegExp(String.raw`^(-{0,2}${NAME}=)[^]*$`, "i"), `$1${MASK}`],
  // https://ada:secret@example.org
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${MASK}@`],
  // Authorization: Bearer …, to the end of the header
  [new RegExp(String.raw`\b(${NAME}\s*:\s*)[^"'\n]+`, "gi"), `$1${MASK}`],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${MASK}`],
  // --token=…, TOKEN=…, ?token=…
  [new RegExp(String.raw`(${NAME}=)("[^"]*"|'[^']*'|[^\s&;"']+)`, "gi"), `$1${MASK}`],
  // --token …, where it stands within a word: sh -c "…"
  [new RegExp(String.raw`(--${NAME}\s+)(?!-)("[^"]*"|'[^']*'|[^\s;&|"']+)`, "gi"), `$1${MASK}`],
  [new RegExp(String.raw`\b(?:${ISSUED})`, "g"), MASK],
];

const ASKS = new RegExp(String.raw`^--?${NAME}$`, "i");

export function withoutSecrets(words: readonly string[]): readonly string[] {
  return words.map((word, i) => {
    const before = words[i - 1];
    if (before !== undefined && ASKS.test(before) && !word.startsWith("-")) return MASK;
    return SHAPES.reduce((text, [shape, masked]) => text.replace(shape, masked), word);
  });
}
