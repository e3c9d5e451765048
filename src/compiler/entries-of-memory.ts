/** `--emit entries`: conditions, cases, limits, arguments and identities of an image in words, one a line. */
import { each, marksText, numbersOf, operationsText, wordText } from "./entry-words.js";
import {
  POLICY_ARGUMENT_WORDS, POLICY_CASE_ALWAYS, POLICY_CASE_FACT_SHIFT, POLICY_CASE_LAST, POLICY_FACT_COUNTS, POLICY_FACT_NONE,
  POLICY_FACT_PROGRAMS, STRUCTS,
} from "./image/abi.gen.js";
import type { Image } from "./image/decode.js";
import { durationText } from "./numbers.js";

/** By `enum policy_fact`. */
const FACTS = ["says", "is in the programs", "sets", "clears", "sets on success", "clears on success", "counts for the limits"] as const;
const FACT_BITS = 7;

export const memoryLines = (image: Image): readonly string[] => [
  ...termLines(image), ...caseLines(image), ...limitLines(image), ...argumentLines(image), ...identityLines(image),
];

function termLines(image: Image): readonly string[] {
  const { terms } = image.sections;
  const { fields } = STRUCTS.policy_term;
  const parts = (index: number, at: number, start: string): readonly string[] => bitsText(image, index, at).map((text) => start + text);
  return each(terms, (i) => {
    const needed = [...parts(i, fields.with.offset, ""), ...parts(i, fields.without.offset, "not ")];
    return `terms  ${i}: condition ${terms.u32(i, fields.condition.offset)} holds when ${needed.join(" and ")}`;
  });
}

/** Bits of `struct policy_circumstances`, each in words. */
function bitsText(image: Image, index: number, at: number): readonly string[] {
  const { marks, exe, under, args } = STRUCTS.policy_circumstances.fields;
  const { meta, sections: { terms } } = image;
  const numbers = (offset: number): readonly number[] => numbersOf(terms.u64(index, at + offset));
  const programs = (list: number): string => meta.programs?.[list] ?? `programs ${list}`;
  return [
    ...numbers(marks.offset).map((mark) => meta.marks?.[mark] ?? `mark ${mark}`),
    ...numbers(exe.offset).map((list) => `exe ${programs(list)}`),
    ...numbers(under.offset).map((list) => `under ${programs(list)}`),
    ...numbers(args.offset).map((asked) => meta.arguments?.[asked] ?? `arguments ${asked}`),
  ];
}

function caseLines(image: Image): readonly string[] {
  const { cases } = image.sections;
  const { fields } = STRUCTS.policy_case;
  return each(cases, (i) => {
    const flags = cases.u8(i, fields.flags.offset);
    const when = (flags & POLICY_CASE_ALWAYS) === 0 ? ` when condition ${cases.u8(i, fields.condition.offset)}` : "";
    const said = i === 0 ? "nothing" : `${saidText(image, i, flags)}${when}`;
    return `cases  ${i}: ${said}${(flags & POLICY_CASE_LAST) === 0 ? "" : ", the last"}`;
  });
}

function saidText(image: Image, index: number, flags: number): string {
  const { cases } = image.sections;
  const { fields } = STRUCTS.policy_case;
  const kind = (flags >> POLICY_CASE_FACT_SHIFT) & FACT_BITS;
  const operations = operationsText(cases.u16(index, fields.ops.offset));
  if (kind === POLICY_FACT_NONE) return `${operations}: ${wordText(image, cases.u32(index, fields.word.offset))}`;
  const bits = cases.u64(index, fields.facts.offset);
  const named = kind === POLICY_FACT_PROGRAMS || kind === POLICY_FACT_COUNTS ? numbersOf(bits).join(", ") : marksText(image, bits);
  return `${operations === "" ? "" : `${operations}: `}${FACTS[kind] ?? "?"} ${named}`;
}

function limitLines(image: Image): readonly string[] {
  const { limits } = image.sections;
  const { nanoseconds, count, word, window } = STRUCTS.policy_limit.fields;
  return each(limits, (i) => {
    const per = durationText(Number(limits.u64(i, nanoseconds.offset) / 1_000_000n));
    const then = wordText(image, limits.u32(i, word.offset));
    return `limits  ${i}: ${limits.u32(i, count.offset)} per ${per}, then ${then}; window at ${limits.u32(i, window.offset)}`;
  });
}

function argumentLines({ sections: { argument_classes: classes } }: Image): readonly string[] {
  const { moves, excludes } = STRUCTS.policy_argument_class.fields;
  return each(classes, (i) => {
    const words = Array.from({ length: POLICY_ARGUMENT_WORDS }, (_, word) => classes.u64(i, moves.offset + 8 * word));
    const moved = words.flatMap((bits, word) => numbersOf(bits).map((bit) => 64 * word + bit));
    const excluded = numbersOf(classes.u64(i, excludes.offset));
    const said = [
      ...(moved.length === 0 ? [] : [`moves ${moved.join(", ")}`]), ...(excluded.length === 0 ? [] : [`excludes ${excluded.join(", ")}`]),
    ];
    return `argument_classes  ${i}: ${said.length === 0 ? "nothing" : said.join("; ")}`;
  });
}

function identityLines({ meta, sections: { mark_identities, program_identities } }: Image): readonly string[] {
  const known = (name: string, section: typeof mark_identities, texts: readonly string[] = []): readonly string[] =>
    each(section, (i) => `${name}  ${i}: ${texts[i] ?? "?"}, SHA-256 ${section.slice(i, 0, section.entrySize).toString("hex")}`);
  return [
    ...known("mark_identities", mark_identities, meta.marks), ...known("program_identities", program_identities, meta.programs),
  ];
}
