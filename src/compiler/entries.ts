/** `--emit entries`: every map entry of an image in words, one a line. */
import { memoryLines } from "./entries-of-memory.js";
import { each, marksText, numbersOf, privilegesText, recordText, wordText } from "./entry-words.js";
import {
  POLICY_OPS, POLICY_PROTOS, POLICY_ROOT_SENDS_AGAIN, POLICY_ROOT_WATCHES_ADDRESSES, POLICY_ROOT_WRITES_AGAIN, POLICY_STATE_FACTS,
  POLICY_STATE_TIGHTENS, STRUCTS,
} from "./image/abi.gen.js";
import type { Image } from "./image/decode.js";
import type { Section } from "./image/layout.js";

const PROTOCOLS = ["other", "tcp", "udp"] as const;
const TIGHTNESS = ["deny", "none", "allow"] as const;

/** Bytes as a JSON string; those that are not ASCII as `\u00xx`. */
function quoted(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("latin1");
  return JSON.stringify(text).replace(/[\x7f-\xff]/g, (byte) => `\\u00${byte.charCodeAt(0).toString(16)}`);
}

function unpadded(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

function rootLines(image: Image): readonly string[] {
  const { meta, sections: { root } } = image;
  const { fields } = STRUCTS.policy_root;
  const marks = (field: { readonly offset: number }): string => marksText(image, root.u64(0, field.offset)) || "none";
  const conditions = numbersOf(root.u64(0, fields.by_marks.offset));
  return [
    `root  lanes ${root.u32(0, fields.lanes.offset)}${flagsText(root.u32(0, fields.flags.offset))}`,
    `root  defaults ${recordText(image, root, 0, fields.defaults.offset)}`,
    `root  default privileges ${privilegesText(image, fields.privilege_defaults.offset)}`,
    `root  privileges ${privilegesText(image, fields.privilege.offset)}`,
    `root  anonymous ${recordText(image, root, 0, fields.anonymous.offset)}`,
    `root  unnamed ${recordText(image, root, 0, fields.unnamed.offset)}`,
    `root  path ${placeText(image, fields.path.offset)}`,
    `root  abstract ${placeText(image, fields.abstract.offset)}`,
    `root  marks per process ${marks(fields.process_marks)}, of files ${marks(fields.file_marks)}`,
    `root  conditions that depend on marks ${conditions.length === 0 ? "none" : conditions.join(", ")}`,
    ...(meta.arguments ?? []).map((asked, i) => `root  arguments ${i}: ${asked}, read at bit ${root.u8(0, endsAt(i))}`),
  ];
}

const endsAt = (asked: number): number => STRUCTS.policy_root.fields.arguments.offset + STRUCTS.policy_arguments.fields.ends.offset + asked;

const ROOT_FLAGS = [
  [POLICY_ROOT_WATCHES_ADDRESSES, "watches addresses"], [POLICY_ROOT_WRITES_AGAIN, "decides writes again"],
  [POLICY_ROOT_SENDS_AGAIN, "decides sends again"],
] as const;

const flagsText = (flags: number): string => ROOT_FLAGS.map(([flag, text]) => ((flags & flag) === 0 ? "" : `, ${text}`)).join("");

function placeText(image: Image, offset: number): string {
  const { root } = image.sections;
  const { state, sticky, held_count, held } = STRUCTS.policy_place.fields;
  const numbers = (at: number, count: number): string => Array.from({ length: count }, (_, i) => root.u32(0, offset + at + 4 * i)).join(", ");
  const heads = numbers(held.offset, root.u32(0, offset + held_count.offset));
  const lanes = root.u32(0, STRUCTS.policy_root.fields.lanes.offset);
  return `starts in ${numbers(state.offset, lanes)}, sticky ${recordText(image, root, 0, offset + sticky.offset)}`
    + (heads === "" ? "" : `, holds cases ${heads}`);
}

function summaryText(summary: number): string {
  const classes = Array.from({ length: POLICY_OPS }, (_, op) => TIGHTNESS[(summary >> (2 * op)) & 3] ?? "?");
  return new Set(classes).size === 1 ? (classes[0] ?? "?") : classes.join(" ");
}

function stateText({ sections: { states } }: Image, index: number): string {
  const { fields } = STRUCTS.policy_state;
  const part = (name: string, offset: number): readonly string[] =>
    (states.u32(index, offset) === 0 ? [] : [`${name} ${states.u32(index, offset)}`]);
  return [
    `states  ${index}: other -> ${states.u32(index, fields.other.offset)}`,
    ...part("fallback", fields.fallback.offset),
    ...part("accept record", fields.accept.offset),
    ...part("sticky record", fields.sticky.offset),
    ...part("glob row", fields.glob.offset),
    `tightest ${summaryText(states.u32(index, fields.tightest.offset))}`,
    `loosest ${summaryText(states.u32(index, fields.loosest.offset))}`,
    ...((states.u32(index, fields.flags.offset) & POLICY_STATE_TIGHTENS) === 0 ? [] : ["tightens its fallback"]),
    ...((states.u32(index, fields.flags.offset) & POLICY_STATE_FACTS) === 0 ? [] : ["has facts"]),
  ].join(", ");
}

function edgeLines(name: string, section: Section, keySize: number): readonly string[] {
  return each(section, (i) => {
    const word = quoted(unpadded(section.slice(i, 4, keySize - 4)));
    return `${name}  state ${section.u32(i, 0)}, ${word} -> state ${section.u32(i, keySize)}`;
  });
}

function affixLines(name: string, section: Section, word: (bytes: Buffer) => string): readonly string[] {
  const { fields: key } = STRUCTS.policy_affix_key;
  const classAt = STRUCTS.policy_affix.fields.class_id.offset;
  return each(section, (i) => {
    const length = (section.u32(i, key.prefixlen.offset) - 32) / 8;
    const bytes = section.slice(i, key.bytes.offset, length);
    return `${name}  state ${section.u32(i, key.state.offset)}, ${word(bytes)} -> class ${section.u32(i, classAt)}`;
  });
}

function classLines({ sections: { classes } }: Image): readonly string[] {
  const { fields: key, size } = STRUCTS.policy_class_key;
  return each(classes, (i) => {
    const parts = (["prefix", "suffix", "glob"] as const).map((part) => `${part} ${classes.u32(i, key[part].offset)}`);
    return `classes  state ${classes.u32(i, 0)}, ${parts.join(", ")} -> state ${classes.u32(i, size)}`;
  });
}

/** `0x61-0x7a -> 3` for runs of bytes that lead to one row; bytes that lead to none are left out. */
function rowText(rows: Section, index: number): string {
  const { next, accept } = STRUCTS.policy_glob_row.fields;
  const runs: { first: number; last: number; to: number }[] = [];
  for (let byte = 0; byte < 256; byte++) {
    const to = rows.u16(index, next.offset + 2 * byte);
    const run = runs.at(-1);
    if (run?.to === to) run.last = byte;
    else runs.push({ first: byte, last: byte, to });
  }
  const hex = (byte: number): string => byte.toString(16).padStart(2, "0");
  const moves = runs.filter((run) => run.to !== 0).map(({ first, last, to }) =>
    `${first === last ? hex(first) : `${hex(first)}-${hex(last)}`} -> ${to}`);
  const accepted = rows.u32(index, accept.offset);
  const said = [`glob_rows  ${index}:`, ...(accepted === 0 ? [] : [`class ${accepted}`]), moves.join(", ")];
  return said.join(" ").trimEnd();
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Buffer.from(bytes).toString("hex").match(/.{4}/g) ?? [];
  return groups.map((group) => parseInt(group, 16).toString(16)).join(":");
}

function addressLines(image: Image, name: "addresses4" | "addresses6"): readonly string[] {
  const section = image.sections[name];
  const [entry, size] = name === "addresses4" ? [STRUCTS.policy_address4, 4] : [STRUCTS.policy_address6, 16];
  const { ports, word } = STRUCTS.policy_address.fields;
  const value = entry.fields.value.offset;
  return each(section, (i) => {
    const words = ["connect", "bind"].flatMap((operation, op) => PROTOCOLS.map((protocol, number) => {
      const at = value + word.offset + 4 * (op * POLICY_PROTOS + number);
      return `${operation} ${protocol} ${wordText(image, section.u32(i, at))}`;
    }));
    const portClass = section.u32(i, value + ports.offset);
    const answers = [...(portClass === 0 ? [] : [`ports ${portClass}`]), ...words];
    return `${name}  ${addressText(section.slice(i, 4, size))}/${section.u32(i, 0)} -> ${answers.join(", ")}`;
  });
}

function portLines(image: Image): readonly string[] {
  const { ports } = image.sections;
  const { fields: key } = STRUCTS.policy_port_key;
  return each(ports, (i) => {
    const bits = ports.u32(i, key.prefixlen.offset) - 48;
    const first = ports.slice(i, key.port.offset, 2).readUInt16BE();
    const last = first + 2 ** (16 - bits) - 1;
    const operation = ports.u8(i, key.op.offset) === 0 ? "connect" : "bind";
    const protocol = PROTOCOLS[ports.u8(i, key.protocol.offset)] ?? "?";
    const word = wordText(image, ports.u32(i, STRUCTS.policy_port.fields.word.offset));
    const range = first === last ? first : `${first}-${last}`;
    return `ports  ${ports.u32(i, key.ports.offset)}, ${operation} ${protocol} ${range} -> ${word}`;
  });
}

/** All entries, section by section, in the order of the image. */
export function describeEntries(image: Image): string {
  const { sections } = image;
  const lines = [
    ...rootLines(image),
    ...memoryLines(image),
    ...each(sections.records, (i) => `records  ${i}: ${recordText(image, sections.records, i, 0)}`),
    ...each(sections.states, (i) => stateText(image, i)),
    ...edgeLines("short_edges", sections.short_edges, STRUCTS.policy_short_key.size),
    ...edgeLines("long_edges", sections.long_edges, STRUCTS.policy_long_key.size),
    ...affixLines("prefixes", sections.prefixes, (bytes) => `${quoted(bytes)}*`),
    ...affixLines("suffixes", sections.suffixes, (bytes) => `*${quoted(Uint8Array.from(bytes).reverse())}`),
    ...classLines(image),
    ...each(sections.glob_rows, (i) => rowText(sections.glob_rows, i)),
    ...addressLines(image, "addresses4"),
    ...addressLines(image, "addresses6"),
    ...portLines(image),
  ];
  return `${lines.join("\n")}\n`;
}
