/** Policies that went wrong: bytes, words and whole parts of real ones changed, doubled, nested and mixed. */

/** A whole number below `limit`; 0 for a limit of 0. */
export type Random = (limit: number) => number;

/** mulberry32: the same numbers from the same seed, everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return Math.floor(((value ^ (value >>> 14)) >>> 0) / 2 ** 32 * limit);
  };
}

const MOST_BYTES = 8192;
const MOST_CHANGES = 6;

/** What nests, opened and closed, and what may stand between. */
const NESTS = [
  ["(", ")"], ["[", "]"], ["{", "}"], ["not ", ""], ["not (", ")"], ["for exe \"x\" {\n", "}"], ["task \"t\" {\n", "}"],
  ["a and (", ")"], ["\"${", "}\""], ["{a,", "}"], ["test \"t\" {", "}"],
] as const;

/** Where nests are at home. */
const BEFORE_NESTS = ["\ndeny read \"/x\" when ", "\nlet a = \"", "\nlet a = [", "\n"] as const;

/** Not UTF-8, or not what it looks like: stray and overlong bytes, half a surrogate pair, a mark of byte order. */
const ODD_BYTES = [
  [0xff], [0x80], [0xc0, 0x80], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xef, 0xbb, 0xbf],
  [0xe2, 0x80, 0xae], [0xe2, 0x80, 0xa8], [0xf0, 0x9f, 0x94, 0x92], [0], [0x0d], [0x1b, 0x5b, 0x30, 0x6d],
] as const;

const WORDS = [
  "99999999999999999999", "0x10", "-1", "8000-", "1e9", "10s", "5m", "65536", "::/0", "10.0.0.0/33", "\"", "\\", "${",
  "$${", "#", "##", "**", "/**/", "[!", "{,}", "because", "unless", "except", "args only", "without", "std:", "include \"a.pol\"",
  "include \"std:base\"", "__proto__", "constructor", "\"\\u{110000}\"", "\"\\u{d800}\"", "\"*a*b*c*d*e\"",
] as const;

const TOKEN = /[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|\s+|[^\s]/g;
const tokensOf = (bytes: Buffer): readonly string[] => bytes.toString("latin1").match(TOKEN) ?? [];
const pick = <T>(items: readonly T[], random: Random): T | undefined => items[random(items.length)];

type Change = (bytes: Buffer, random: Random, corpus: readonly Buffer[]) => Buffer;

/** `put` in place of the bytes from `start` to `end`. */
const replaced = (bytes: Buffer, start: number, end: number, put: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(end)]);

function someRange(bytes: Buffer, random: Random): readonly [start: number, end: number] {
  const start = random(bytes.length + 1);
  return [start, Math.min(bytes.length, start + random(random(4) === 0 ? bytes.length : 24))];
}

const changeByte: Change = (bytes, random) => {
  const at = random(bytes.length);
  const byte = random(2) === 0 ? (bytes[at] ?? 0) ^ (1 << random(8)) : random(256);
  return replaced(bytes, at, at + 1, Buffer.from([byte]));
};

const putOddBytes: Change = (bytes, random) => {
  const at = random(bytes.length + 1);
  return replaced(bytes, at, at + random(2), Buffer.from(pick(ODD_BYTES, random) ?? []));
};

const removeRange: Change = (bytes, random) => replaced(bytes, ...someRange(bytes, random), Buffer.alloc(0));

const repeatRange: Change = (bytes, random) => {
  const [start, end] = someRange(bytes, random);
  const times = random(4) === 0 ? random(200) : 1 + random(3);
  return replaced(bytes, end, end, Buffer.from(bytes.toString("latin1", start, end).repeat(times), "latin1"));
};

const splice: Change = (bytes, random, corpus) => {
  const other = pick(corpus, random) ?? bytes;
  return replaced(bytes, ...someRange(bytes, random), other.subarray(...someRange(other, random)));
};

/** Some tokens taken out, doubled, exchanged, or taken from another policy. */
const changeTokens: Change = (bytes, random, corpus) => {
  const tokens = [...tokensOf(bytes)];
  const others = random(2) === 0 ? tokens : tokensOf(pick(corpus, random) ?? bytes);
  const at = random(tokens.length);
  const word = random(3) === 0 ? pick(WORDS, random) : pick(others, random);
  tokens.splice(at, random(3), ...(random(4) === 0 ? [] : [" ", word ?? "", " "]));
  return Buffer.from(tokens.join(""), "latin1");
};

const nest: Change = (bytes, random) => {
  const [start, end] = someRange(bytes, random);
  const [open, close] = pick(NESTS, random) ?? ["(", ")"];
  const depth = 1 << random(14);
  const [before, middle] = random(2) === 0 ? [pick(BEFORE_NESTS, random) ?? "", "a"]
    : ["", bytes.toString("latin1", start, end)];
  const nested = before + open.repeat(depth) + middle + close.repeat(depth + random(2) * random(2));
  return replaced(bytes, start, end, Buffer.from(nested, "latin1"));
};

const CHANGES: readonly Change[] = [
  changeByte, changeByte, putOddBytes, removeRange, removeRange, repeatRange, splice, changeTokens, changeTokens,
  changeTokens, changeTokens, nest,
];

/** A policy of the corpus, or a part of it, changed a few times. */
export function mutated(corpus: readonly Buffer[], random: Random): Buffer {
  const whole = pick(corpus, random) ?? Buffer.alloc(0);
  const begin = random(2) === 0 ? 0 : random(whole.length);
  let bytes = whole.subarray(begin, begin + (random(3) === 0 ? MOST_BYTES : 700));
  for (let changes = 1 + random(MOST_CHANGES); changes > 0; changes--) {
    bytes = (pick(CHANGES, random) ?? changeByte)(bytes, random, corpus).subarray(0, 8 * MOST_BYTES);
  }
  return bytes;
}
