/** What fields of an image say, in words: rules, records, bits. */
import {
  POLICY_BY_CASE, POLICY_RULE_NONE, STRUCTS,
} from "./image/abi.gen.js";
import type { Image } from "./image/decode.js";
import type { Section } from "./image/layout.js";
import { PRIVILEGES } from "./ast.js";
import { OPERATION_ORDER } from "./verdict.js";

const EFFECTS = ["none", "allow", "audit", "deny", "kill"] as const;

export function each(section: Section, line: (index: number) => string): readonly string[] {
  return Array.from({ length: section.count }, (_, index) => line(index));
}

/** `deny by no-keys`; `cases 3`, from that one on; `-` for no rule. */
export function wordText({ meta }: Image, word: number): string {
  if (word === 0) return "-";
  const low = word & POLICY_RULE_NONE;
  if (word >>> 29 === POLICY_BY_CASE) return `cases ${low}`;
  const rule = POLICY_RULE_NONE - low;
  const effect = EFFECTS[word >>> 29] ?? "?";
  return rule === POLICY_RULE_NONE ? effect : `${effect} by ${meta.rules[rule]?.id ?? "?"}`;
}

/** Operations with one word together: `read, write: deny by no-keys; cases 3`. */
export function recordText(image: Image, section: Section, index: number, offset: number): string {
  const { word, cases } = STRUCTS.policy_record.fields;
  const words = wordsText(image, OPERATION_ORDER, (op) => section.u32(index, offset + word.offset + 4 * op));
  const head = section.u32(index, offset + cases.offset);
  const said = [...words, ...(head === 0 ? [] : [`cases ${head}`])];
  return said.length === 0 ? "nothing" : said.join("; ");
}

export function privilegesText(image: Image, offset: number): string {
  const said = wordsText(image, PRIVILEGES, (privilege) => image.sections.root.u32(0, offset + 4 * privilege));
  return said.length === 0 ? "nothing" : said.join("; ");
}

function wordsText(image: Image, names: readonly string[], wordOf: (index: number) => number): readonly string[] {
  const byText = new Map<string, string[]>();
  for (const [index, name] of names.entries()) {
    const word = wordOf(index);
    if (word !== 0) byText.set(wordText(image, word), [...(byText.get(wordText(image, word)) ?? []), name]);
  }
  return [...byText].map(([text, named]) => `${named.join(", ")}: ${text}`);
}

export const operationsText = (bits: number): string => OPERATION_ORDER.filter((_, op) => (bits & (1 << op)) !== 0).join(", ");

/** Numbers of the bits that are set. */
export function numbersOf(bits: bigint): readonly number[] {
  const digits = bits.toString(2);
  return Array.from(digits, (_, i) => i).filter((i) => digits[digits.length - 1 - i] === "1");
}

export const marksText = ({ meta }: Image, bits: bigint): string =>
  numbersOf(bits).map((mark) => meta.marks?.[mark] ?? `mark ${mark}`).join(", ");
