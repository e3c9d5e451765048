/** The words of a command as a draft may keep them: what looks like a secret is taken out, since drafts are shown around. */

const MASK = "***";

/** Names of options, variables, headers and parameters whose values nobody is to see; looked for where a name begins.
 *  As long as names are, so that long words are soon looked through. */
const NAME = String.raw`(?<![\w.-])[\w.-]{0,64}(?:token|secret|passw(?:or)?d|passphrase|(?<![a-z])pass(?![a-z])|(?<=[_-])pwd(?![a-z])|cookie|api[-_]?key|access[-_]?key|private[-_]?key|credential|auth(?!or\b)|bearer|session[-_]?id)[\w.-]{0,64}`;

/** By how they begin: what services hand out is made to be recognized. */
const ISSUED = String.raw`(?:gh[opusr]_|github_pat_|glpat-|gloas-|sk-|sk_live_|rk_live_|xox[abeprs]-|xapp-|npm_|pypi-|hf_|dop_v1_|shp(?:at|ss|ca)_|AIza|SG\.|dckr_pat_|dapi|eyJ)[\w.=-]{8,}|(?:AKIA|ASIA)[0-9A-Z]{16}`;

const SHAPES: readonly (readonly [RegExp, string])[] = [
  // A word of its own, whatever follows
  [new RegExp(String.raw`^(${NAME}=)[^]*$`, "i"), `$1${MASK}`],
  // https://ada:secret@example.org
  [/(\b[a-z][a-z0-9+]{0,20}:\/\/)[^\s/]+@/gi, `$1${MASK}@`],
  // {"password": "…"}
  [new RegExp(String.raw`("${NAME}"\s*:\s*)"(?:[^"\\]|\\.)*"`, "gi"), `$1"${MASK}"`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*/g, MASK],
  // Authorization: Bearer …, to the end of the header
  [new RegExp(String.raw`(${NAME}\s*:\s*)[^"'\n]+`, "gi"), `$1${MASK}`],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${MASK}`],
  // --token=…, TOKEN=…, ?token=…
  [new RegExp(String.raw`(${NAME}=)("[^"]*"|'[^']*'|[^\s&;"']+)`, "gi"), `$1${MASK}`],
  // --token …, where it stands within a word: sh -c "…"
  [new RegExp(String.raw`((?=--)${NAME}\s+)(?!-)("[^"]*"|'[^']*'|[^\s;&|"']+)`, "gi"), `$1${MASK}`],
  [new RegExp(String.raw`\b(?:${ISSUED})`, "g"), MASK],
];

const ASKS = new RegExp(String.raw`^(?=-)(?:${NAME}|--?pwd)$`, "i");

/** `curl -u ada:secret` */
const ASKS_FOR_USER = /^(?:-u|--user|--proxy-user)$/;

export function withoutSecrets(words: readonly string[]): readonly string[] {
  return words.map((word, i) => {
    const before = words[i - 1];
    if (before !== undefined && ASKS.test(before) && !word.startsWith("-")) return MASK;
    if (before !== undefined && ASKS_FOR_USER.test(before)) return word.replace(/:[^]+$/, `:${MASK}`);
    return SHAPES.reduce((text, [shape, masked]) => text.replace(shape, masked), word);
  });
}
