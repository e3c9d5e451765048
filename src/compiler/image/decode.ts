/**
 * Bytes to typed views, refused unless every byte is what `bpf/policy_abi.h` allows: what is read from a decoded image
 * needs no further check. `policyd` makes the same checks in C.
 */
import { crc32 } from "node:zlib";
import {
  POLICY_AFFIX_MAX, POLICY_ARGUMENT_WORDS, POLICY_ARGUMENTS, POLICY_BY_CASE, POLICY_CASE_ALWAYS, POLICY_CASE_FACT_SHIFT,
  POLICY_CASE_FLAGS, POLICY_CASE_LAST, POLICY_CONDITIONS, POLICY_FACT_COUNTS, POLICY_FACT_NONE, POLICY_FACT_PROGRAMS,
  POLICY_FACT_SUCCESS_CLEARS, POLICY_FACT_SUCCESS_SETS, POLICY_FACTS, POLICY_HELD,
  POLICY_KILL, POLICY_LANES, POLICY_NONE, POLICY_PROTO_OTHER, POLICY_PROTOS, POLICY_RULE_NONE,
  POLICY_CALLS_SETS, POLICY_MAX_MOMENTS, POLICY_OP_EXEC, POLICY_ROOT_SENDS_AGAIN, POLICY_ROOT_WATCHES_ADDRESSES,
  POLICY_ROOT_WRITES_AGAIN, POLICY_SHORT_NAME, POLICY_STATE_FACTS, POLICY_STATE_LONG, POLICY_STATE_PREFIX, POLICY_STATE_SHORT,
  POLICY_STATE_SUFFIX,
  POLICY_STATE_TIGHTENS, POLICY_NAME_MAX, POLICY_OPS, POLICY_PRIVILEGES, STRUCTS,
} from "./abi.gen.js";
import { cut, refuse } from "./layout.js";
import type { Read, Section, SectionName, Sections } from "./layout.js";
import { readMeta } from "./meta.js";
import type { Meta } from "./meta.js";

export interface Image {
  readonly meta: Meta;
  readonly sections: Sections;
}

/** Why a section is refused; null if it is not. */
type Check = (sections: Sections, meta: Meta) => string | null;

function firstReason(count: number, check: (index: number) => string | null): string | null {
  for (let i = 0; i < count; i++) {
    const reason = check(i);
    if (reason !== null) return reason;
  }
  return null;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function effectOf(word: number): number {
  return word >>> 29;
}

/** A word of one of the policy's rules, or 0. */
function isRuleWord(word: number, rules: number): boolean {
  const effect = effectOf(word);
  if (effect === POLICY_NONE) return word === 0;
  return effect <= POLICY_KILL && POLICY_RULE_NONE - (word & POLICY_RULE_NONE) < rules;
}

function isDefaultWord(word: number): boolean {
  const effect = effectOf(word);
  return effect > POLICY_NONE && effect <= POLICY_KILL && (word & POLICY_RULE_NONE) === 0;
}

/** A word of a rule, or the number of a first case; or 0. */
function isWordOrCase(word: number, rules: number, cases: Section): boolean {
  if (effectOf(word) !== POLICY_BY_CASE) return isRuleWord(word, rules);
  return isHead(cases, word & POLICY_RULE_NONE);
}

/** Whether cases begin there: a record's come after another's last one. */
function isHead(cases: Section, number: number): boolean {
  if (number === 0 || number >= cases.count) return false;
  return (cases.u8(number - 1, STRUCTS.policy_case.fields.flags.offset) & POLICY_CASE_LAST) !== 0;
}

function everyWord(
  section: Section, index: number, offset: number, count: number, holds: (word: number) => boolean,
): boolean {
  for (let i = 0; i < count; i++) if (!holds(section.u32(index, offset + 4 * i))) return false;
  return true;
}

const ROOT_FLAGS = POLICY_ROOT_WATCHES_ADDRESSES | POLICY_ROOT_WRITES_AGAIN | POLICY_ROOT_SENDS_AGAIN;

const longAt = (section: Section, offset: number): bigint => section.u64(0, offset);

/** Whether `bits` are of the first `count` only. */
const isWithin = (bits: bigint, count: number): boolean => bits >> BigInt(count) === 0n;

/** In which an argument may end, of rows that were found to lead to others. */
function argumentRows(rows: Section, start: number): readonly number[] {
  const reached = new Set([start]);
  for (const row of reached) {
    for (let byte = 0; byte < 256; byte++) reached.add(rows.u16(row, STRUCTS.policy_glob_row.fields.next.offset + 2 * byte));
  }
  return [...reached];
}

/** What the root says of marks, programs, limits and arguments. */
const checkContext: Check = ({ root, terms, limits, argument_classes, mark_identities, program_identities, glob_rows }) => {
  const { fields } = STRUCTS.policy_root;
  const conditions = terms.count === 0 ? 0 : 1 + terms.u32(terms.count - 1, STRUCTS.policy_term.fields.condition.offset);
  if (root.u32(0, fields.limits.offset) !== limits.count) return "root: another number of limits";
  if (longAt(root, fields.programs.offset) !== (1n << BigInt(program_identities.count)) - 1n) return "root: other lists of programs";
  if (!isWithin(longAt(root, fields.by_marks.offset), conditions)) return "root: no such condition";
  const ofMarks = [fields.process_marks, fields.file_marks].every(({ offset }) => isWithin(longAt(root, offset), mark_identities.count));
  if (!ofMarks) return "root: no such mark";
  const { start, only, ends, count, row } = STRUCTS.policy_arguments.fields;
  const at = fields.arguments.offset;
  const asked = root.u32(0, at + count.offset);
  if (asked > POLICY_ARGUMENTS || root.u32(0, at + row.offset) >= glob_rows.count) return "root: no such arguments";
  const endsOfAll = Array.from(root.slice(0, at + ends.offset, POLICY_ARGUMENTS));
  if (endsOfAll.some((end, i) => (i < asked ? end >= 64 * POLICY_ARGUMENT_WORDS : end !== 0))) return "root: no such arguments";
  const isIdle = [start, only].every(({ offset, size }) => isZero(root.slice(0, at + offset, size)));
  if (asked === 0 && (!isIdle || root.u32(0, at + row.offset) !== 0)) return "root: no such arguments";
  const known = argumentRows(glob_rows, root.u32(0, at + row.offset)).every((reached) =>
    glob_rows.u32(reached, STRUCTS.policy_glob_row.fields.accept.offset) < argument_classes.count);
  if (asked > 0 && !known) return "root: arguments of no class";
  const { size, fields: { excludes } } = STRUCTS.policy_argument_class;
  if (!isZero(argument_classes.slice(0, 0, size))) return "argument class 0 is not empty";
  return firstReason(argument_classes.count, (i) =>
    (isWithin(argument_classes.u64(i, excludes.offset), asked) ? null : `argument class ${i}: excludes nothing that is asked`));
};

/** Windows lie one behind the other. */
const checkLimits: Check = ({ limits }, meta) => {
  const { nanoseconds, count, word, window, reserved } = STRUCTS.policy_limit.fields;
  let next = 0;
  return firstReason(limits.count, (i) => {
    const said = limits.u32(i, word.offset);
    if (said === 0 || !isRuleWord(said, meta.rules.length)) return `limit ${i}: its word names no rule`;
    if (limits.u64(i, nanoseconds.offset) === 0n || limits.u64(i, nanoseconds.offset) >> 62n !== 0n) return `limit ${i}: no such time`;
    if (limits.u32(i, window.offset) !== next || limits.u32(i, reserved.offset) !== 0) return `limit ${i}: its window is not in its place`;
    next += 1 + limits.u32(i, count.offset);
    return limits.u32(i, count.offset) === 0 || next > POLICY_MAX_MOMENTS ? `limit ${i}: counts too many, or none` : null;
  });
};

const checkRoot: Check = ({ root, states, terms, cases }, meta) => {
  const { fields } = STRUCTS.policy_root;
  const place = STRUCTS.policy_place.fields;
  const ruleWord = (word: number): boolean => isRuleWord(word, meta.rules.length);
  const lanes = root.u32(0, fields.lanes.offset);
  if (lanes < 1 || lanes > POLICY_LANES) return `root: ${lanes} lanes`;
  const flags = root.u32(0, fields.flags.offset);
  if ((flags & ~ROOT_FLAGS) !== 0) return `root: flags ${flags}`;
  if (!isZero(root.slice(0, fields.policy.offset, fields.policy.size))) return "root: names a policy, which is policyd's to do";
  const calls = root.slice(0, fields.calls.offset, fields.calls.size).readBigUInt64LE();
  if (calls >> BigInt(POLICY_CALLS_SETS) !== 0n) return `root: unknown sets of calls 0x${calls.toString(16)}`;
  if (root.u32(0, fields.terms.offset) !== terms.count) return "root: another number of terms";
  const { word: words, cases: headAt } = STRUCTS.policy_record.fields;
  if (!everyWord(root, 0, fields.defaults.offset + words.offset, POLICY_OPS, isDefaultWord)) return "root: a default is no effect";
  if (root.u32(0, fields.defaults.offset + headAt.offset) !== 0) return "root: a default has cases";
  if (!everyWord(root, 0, fields.privilege_defaults.offset, POLICY_PRIVILEGES, isDefaultWord)) return "root: a default is no effect";
  const wordOrCase = (word: number): boolean => isWordOrCase(word, meta.rules.length, cases);
  if (!everyWord(root, 0, fields.privilege.offset, POLICY_PRIVILEGES, wordOrCase)) return "root: a privilege names no rule";
  for (const [start, inUse] of [[fields.path.offset, lanes], [fields.abstract.offset, 1]] as const) {
    for (let lane = 0; lane < POLICY_LANES; lane++) {
      const state = root.u32(0, start + place.state.offset + 4 * lane);
      if (state >= (lane < inUse ? states.count : 1)) return `root: start state ${state} of lane ${lane}`;
    }
    const sticky = start + place.sticky.offset;
    if (!everyWord(root, 0, sticky + words.offset, POLICY_OPS, ruleWord)) return "root: a word names no rule";
    if (root.u32(0, sticky + headAt.offset) !== 0 || !isHolding(root, start, cases)) return "root: holds no cases";
  }
  return [fields.anonymous.offset, fields.unnamed.offset].every((at) => isRecord(root, 0, at, meta, cases))
    ? null : "root: a word names no rule";
};

function isRecord(section: Section, index: number, at: number, { rules }: Meta, cases: Section): boolean {
  const { word, cases: headAt } = STRUCTS.policy_record.fields;
  const head = section.u32(index, at + headAt.offset);
  return everyWord(section, index, at + word.offset, POLICY_OPS, (said) => isRuleWord(said, rules.length))
    && (head === 0 || isHead(cases, head));
}

/** Heads that differ, then zeros. */
function isHolding(root: Section, place: number, cases: Section): boolean {
  const { held_count: countAt, held } = STRUCTS.policy_place.fields;
  const count = root.u32(0, place + countAt.offset);
  if (count > POLICY_HELD) return false;
  const heads = Array.from({ length: POLICY_HELD }, (_, i) => root.u32(0, place + held.offset + 4 * i));
  const [used, rest] = [heads.slice(0, count), heads.slice(count)];
  return used.every((head) => isHead(cases, head)) && new Set(used).size === count && rest.every((head) => head === 0);
}

/** Bits that are set and clear at once would never hold; conditions come in the order of their numbers. */
const checkTerms: Check = ({ terms, root, mark_identities, program_identities }) => {
  const { fields } = STRUCTS.policy_term;
  const { arguments: asked } = STRUCTS.policy_root.fields;
  const argumentCount = root.u32(0, asked.offset + STRUCTS.policy_arguments.fields.count.offset);
  const counts = [mark_identities.count, program_identities.count, program_identities.count, argumentCount];
  const isKnown = (i: number, at: number): boolean => offsets.every((offset, kind) => isWithin(terms.u64(i, at + offset), counts[kind] ?? 0));
  const offsets = [0, 8, 16, 24];
  return firstReason(terms.count, (i) => {
    const condition = terms.u32(i, fields.condition.offset);
    const before = i === 0 ? 0 : terms.u32(i - 1, fields.condition.offset);
    if (condition >= POLICY_CONDITIONS || condition < before || condition > before + Number(i > 0)) return `term ${i}: no such condition`;
    if (terms.u32(i, fields.reserved.offset) !== 0) return `term ${i}: bytes that mean nothing`;
    if (![fields.with, fields.without].every(({ offset }) => isKnown(i, offset))) return `term ${i}: asks for what there is not`;
    const holds = offsets.every((at) => (terms.u64(i, fields.with.offset + at) & terms.u64(i, fields.without.offset + at)) === 0n);
    return holds ? null : `term ${i}: contradicts itself`;
  });
};

/** Whether those are bits of what the fact is about, and it of operations that have it. */
function isFact(kind: number, bits: bigint, ops: number, { program_identities, mark_identities, limits }: Sections): boolean {
  const count = kind === POLICY_FACT_PROGRAMS ? program_identities.count : kind === POLICY_FACT_COUNTS ? limits.count : mark_identities.count;
  const isOfSuccess = kind === POLICY_FACT_SUCCESS_SETS || kind === POLICY_FACT_SUCCESS_CLEARS;
  const isOfItsOps = kind === POLICY_FACT_PROGRAMS ? ops === 0 : isOfSuccess ? ops === 1 << POLICY_OP_EXEC : ops !== 0;
  return bits !== 0n && isWithin(bits, count) && isOfItsOps;
}

const checkCases: Check = (sections, meta) => {
  const { cases, terms } = sections;
  const { fields, size } = STRUCTS.policy_case;
  const conditions = terms.count === 0 ? 0 : 1 + terms.u32(terms.count - 1, STRUCTS.policy_term.fields.condition.offset);
  if (!isZero(cases.slice(0, 0, size - 1)) || cases.u8(0, fields.flags.offset) !== POLICY_CASE_LAST) return "case 0 is not empty";
  if ((cases.u8(cases.count - 1, fields.flags.offset) & POLICY_CASE_LAST) === 0) return "the last case goes on";
  return firstReason(cases.count - 1, (previous) => {
    const i = previous + 1;
    const flags = cases.u8(i, fields.flags.offset);
    const [condition, word] = [cases.u8(i, fields.condition.offset), cases.u32(i, fields.word.offset)];
    const [ops, facts] = [cases.u16(i, fields.ops.offset), cases.u64(i, fields.facts.offset)];
    const kind = flags >> POLICY_CASE_FACT_SHIFT & 7;
    if ((flags & ~POLICY_CASE_FLAGS) !== 0 || kind >= POLICY_FACTS) return `case ${i}: unknown flags`;
    if (ops >= 1 << POLICY_OPS) return `case ${i}: of no operation`;
    if (kind !== POLICY_FACT_NONE) {
      if (word !== 0 || !isFact(kind, facts, ops, sections)) return `case ${i}: no such fact`;
      if (kind === POLICY_FACT_PROGRAMS && (flags & POLICY_CASE_ALWAYS) === 0) return `case ${i}: no such fact`;
    } else {
      if (facts !== 0n || ops === 0) return `case ${i}: of no operation`;
      if (word === 0 || !isRuleWord(word, meta.rules.length)) return `case ${i}: its word names no rule`;
    }
    return ((flags & POLICY_CASE_ALWAYS) === 0 ? condition < conditions : condition === 0) ? null : `case ${i}: no such condition`;
  });
};

const checkRecords: Check = ({ records, cases }, meta) => {
  if (!isZero(records.slice(0, 0, records.entrySize))) return "records: the first is not empty";
  return firstReason(records.count, (i) => (isRecord(records, i, 0, meta, cases) ? null : `record ${i}: a word names no rule`));
};

/** POLICY_TIGHT_* in two bits an operation, nothing above. */
function isSummary(summary: number): boolean {
  return (summary & (summary >>> 1) & 0x15555) === 0 && summary < 2 ** (2 * POLICY_OPS);
}

const KNOWN_FLAGS = POLICY_STATE_SHORT | POLICY_STATE_LONG | POLICY_STATE_PREFIX | POLICY_STATE_SUFFIX
  | POLICY_STATE_TIGHTENS | POLICY_STATE_FACTS;

const checkStates: Check = ({ states, records, glob_rows }) => {
  const { fields } = STRUCTS.policy_state;
  if (!isZero(states.slice(0, 0, fields.tightest.offset))) return "state 0 is not dead";
  return firstReason(states.count, (i) => {
    const fallback = states.u32(i, fields.fallback.offset);
    const flags = states.u32(i, fields.flags.offset);
    const glob = states.u32(i, fields.glob.offset);
    const other = states.u32(i, fields.other.offset);
    if (fallback >= states.count || other >= states.count) return `state ${i}: leads to no state`;
    if (states.u32(i, fields.accept.offset) >= records.count) return `state ${i}: no such record`;
    if (states.u32(i, fields.sticky.offset) >= records.count) return `state ${i}: no such record`;
    if (glob >= glob_rows.count) return `state ${i}: no such glob row`;
    if ((flags & ~KNOWN_FLAGS) !== 0) return `state ${i}: unknown flags`;
    const summaries = [fields.tightest, fields.loosest].map(({ offset }) => states.u32(i, offset));
    if (!summaries.every(isSummary)) return `state ${i}: no such summary`;
    if (fallback === 0) return (flags & POLICY_STATE_TIGHTENS) === 0 ? null : `state ${i}: tightens nothing`;
    if (states.u32(fallback, fields.fallback.offset) !== 0) return `state ${i}: its fallback has a fallback`;
    const own = glob !== 0 || other !== 0 || (flags & (POLICY_STATE_PREFIX | POLICY_STATE_SUFFIX)) !== 0;
    return own ? `state ${i}: has a fallback and classes` : null;
  });
};

/** Keys strictly ascending. */
function isSorted(section: Section, keySize: number): boolean {
  const { bytes, entrySize, count } = section;
  for (let i = 1; i < count; i++) {
    const at = i * entrySize;
    if (bytes.compare(bytes, at - entrySize, at - entrySize + keySize, at, at + keySize) <= 0) return false;
  }
  return true;
}

/** Bytes of a zero-padded name; -1 where zeros are followed by something else. */
function nameLength(padded: Buffer): number {
  const end = padded.indexOf(0);
  if (end === -1) return padded.length;
  return isZero(padded.subarray(end)) ? end : -1;
}

/** Names of `least` to `most` bytes, leading to states. */
function checkEdges(name: "short_edges" | "long_edges", least: number, most: number): Check {
  return (sections) => {
    const section = sections[name];
    const { key, state } = name === "short_edges" ? STRUCTS.policy_short_edge.fields : STRUCTS.policy_long_edge.fields;
    if (!isSorted(section, key.size)) return `${name}: not sorted`;
    return firstReason(section.count, (i) => {
      const length = nameLength(section.slice(i, 4, key.size - 4));
      if (length < least || length > most) return `${name} ${i}: a name of another length`;
      return section.u32(i, state.offset) < sections.states.count ? null : `${name} ${i}: leads to no state`;
    });
  };
}

function checkAffixes(name: "prefixes" | "suffixes"): Check {
  return (sections) => {
    const section = sections[name];
    const { fields: key } = STRUCTS.policy_affix_key;
    if (!isSorted(section, STRUCTS.policy_affix_key.size)) return `${name}: not sorted`;
    return firstReason(section.count, (i) => {
      const length = nameLength(section.slice(i, key.bytes.offset, POLICY_AFFIX_MAX));
      const prefixLength = section.u32(i, key.prefixlen.offset);
      if (length < 1 || prefixLength !== 32 + 8 * length) return `${name} ${i}: of another length`;
      return section.u32(i, STRUCTS.policy_affix.fields.class_id.offset) > 0 ? null : `${name} ${i}: no class`;
    });
  };
}

const checkClasses: Check = ({ classes, states }) => {
  const { fields } = STRUCTS.policy_class_edge;
  if (!isSorted(classes, fields.key.size)) return "classes: not sorted";
  return firstReason(classes.count, (i) => {
    if (isZero(classes.slice(i, 4, fields.key.size - 4))) return `class ${i}: is of no class`;
    const ends = [classes.u32(i, 0), classes.u32(i, fields.state.offset)];
    return Math.max(...ends) < states.count ? null : `class ${i}: of or to no state`;
  });
};

const checkGlobRows: Check = ({ glob_rows }) => {
  if (!isZero(glob_rows.slice(0, 0, glob_rows.entrySize))) return "glob row 0 is not dead";
  return firstReason(glob_rows.count, (i) => {
    for (let byte = 0; byte < 256; byte++) {
      const next = glob_rows.u16(i, STRUCTS.policy_glob_row.fields.next.offset + 2 * byte);
      if (next >= glob_rows.count) return `glob row ${i}: leads to no row`;
    }
    return null;
  });
};

/** Whether every state that has entries says so, and no other. */
function checkFlag(name: SectionName, stateAt: number, flag: number): Check {
  return (sections) => {
    const section = sections[name];
    const having = new Set<number>();
    for (let i = 0; i < section.count; i++) having.add(section.u32(i, stateAt));
    return firstReason(sections.states.count, (i) => {
      const says = (sections.states.u32(i, STRUCTS.policy_state.fields.flags.offset) & flag) !== 0;
      return says === having.has(i) ? null : `state ${i}: flags and ${name} differ`;
    }) ?? ([...having].some((state) => state === 0 || state >= sections.states.count) ? `${name}: of no state` : null);
  };
}

/** Whether bits beyond the first `length` are zero. */
function isNetwork(address: Uint8Array, length: number): boolean {
  return address.every((byte, i) => (byte & (0xff >> Math.min(8, Math.max(0, length - 8 * i)))) === 0);
}

function checkAddresses(name: "addresses4" | "addresses6"): Check {
  return (sections, meta) => {
    const section = sections[name];
    const [entry, size] = name === "addresses4" ? [STRUCTS.policy_address4, 4] : [STRUCTS.policy_address6, 16];
    const value = STRUCTS.policy_address.fields;
    const classes = portClasses(sections.ports);
    if (!isSorted(section, entry.fields.key.size)) return `${name}: not sorted`;
    if (section.u32(0, 0) !== 0) return `${name}: nothing for all addresses`;
    return firstReason(section.count, (i) => {
      const length = section.u32(i, 0);
      if (length > 8 * size || !isNetwork(section.slice(i, 4, size), length)) return `${name} ${i}: no network`;
      const ports = section.u32(i, entry.fields.value.offset + value.ports.offset);
      if (ports !== 0 && !classes.has(ports)) return `${name} ${i}: no such port class`;
      const words = entry.fields.value.offset + value.word.offset;
      const wordOrCase = (word: number): boolean => isWordOrCase(word, meta.rules.length, sections.cases);
      return everyWord(section, i, words, value.word.length, wordOrCase) ? null : `${name} ${i}: a word names no rule`;
    });
  };
}

function portClasses(ports: Section): ReadonlySet<number> {
  const classes = new Set<number>();
  for (let i = 0; i < ports.count; i++) classes.add(ports.u32(i, STRUCTS.policy_port_key.fields.ports.offset));
  return classes;
}

const checkPorts: Check = ({ ports, cases }, meta) => {
  const { fields: key, size } = STRUCTS.policy_port_key;
  if (!isSorted(ports, size)) return "ports: not sorted";
  return firstReason(ports.count, (i) => {
    const bits = ports.u32(i, key.prefixlen.offset) - 48;
    if (bits < 0 || bits > 16 || !isNetwork(ports.slice(i, key.port.offset, 2), bits)) return `port ${i}: no range`;
    if (ports.u32(i, key.ports.offset) === 0 || ports.u8(i, key.op.offset) > 1) return `port ${i}: no such class`;
    const protocol = ports.u8(i, key.protocol.offset);
    if (protocol === POLICY_PROTO_OTHER || protocol >= POLICY_PROTOS) return `port ${i}: no such protocol`;
    const word = ports.u32(i, STRUCTS.policy_port.fields.word.offset);
    return isWordOrCase(word, meta.rules.length, cases) ? null : `port ${i}: its word names no rule`;
  });
};

const CHECKS: readonly Check[] = [
  checkGlobRows, checkRoot, checkContext, checkTerms, checkLimits, checkCases, checkRecords, checkStates,
  checkEdges("short_edges", 1, POLICY_SHORT_NAME), checkEdges("long_edges", POLICY_SHORT_NAME + 1, POLICY_NAME_MAX),
  checkAffixes("prefixes"), checkAffixes("suffixes"), checkClasses,
  checkFlag("short_edges", 0, POLICY_STATE_SHORT), checkFlag("long_edges", 0, POLICY_STATE_LONG),
  checkFlag("prefixes", STRUCTS.policy_affix_key.fields.state.offset, POLICY_STATE_PREFIX),
  checkFlag("suffixes", STRUCTS.policy_affix_key.fields.state.offset, POLICY_STATE_SUFFIX),
  checkAddresses("addresses4"), checkAddresses("addresses6"), checkPorts,
];

/** CRC-32 of the image with its checksum taken as zero. */
export function checksumOf(image: Uint8Array): number {
  const { offset, size } = STRUCTS.policy_image_header.fields.checksum;
  const before = crc32(image.subarray(0, offset));
  return crc32(image.subarray(offset + size), crc32(new Uint8Array(size), before));
}

/** The image in `bytes`, or why it is refused. */
export function decodeImage(bytes: Uint8Array): Read<Image> {
  const image = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const sections = cut(image, checksumOf);
  if (!sections.ok) return sections;
  const meta = readMeta(sections.value.meta.bytes);
  if (meta === null) return refuse("section meta is not what it should be");
  for (const check of CHECKS) {
    const reason = check(sections.value, meta);
    if (reason !== null) return refuse(reason);
  }
  return { ok: true, value: { meta, sections: sections.value } };
}
