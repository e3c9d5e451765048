/**
 * Tables to bytes, as `bpf/policy_abi.h` lays them out. An image is always little-endian: the same policy gives the
 * same bytes on every machine, and `policyd` refuses them where they do not fit.
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { Budget, DEFAULT_BOUNDS, heaviest, weightsOf } from "../automaton/bounds.js";
import type { AffixRow, ClassRow, EdgeRow, GlobRow, PathTables, StartPlace, StateRow } from "../automaton/tables.js";
import { PRIVILEGES, type Privilege } from "../ast.js";
import { ConditionTable, keyOfPrograms } from "../conditions.js";
import type { Circumstances, Term } from "../conditions.js";
import { invariant } from "../diagnostic.js";
import type { Ir, Mark, Operation, Rule, Selector } from "../ir.gen.js";
import { limitWord, recordFrom, sayingsOf } from "../sayings.js";
import type { Saying } from "../sayings.js";
import type { AddressRow, AddressTables, PortRow } from "../tries/tables.js";
import { recordNumber } from "../tries/words.js";
import { EMPTY_RECORD, isPlain, joinRecords, OPERATION_ORDER, recordOf, verdictWord } from "../verdict.js";
import type { VerdictRecord } from "../verdict.js";
import {
  POLICY_ABI_VERSION, POLICY_BYTE_ORDER, POLICY_OP_BIND, POLICY_OP_CONNECT, POLICY_OP_EXEC, POLICY_OP_LOAD,
  POLICY_ROOT_SENDS_AGAIN, POLICY_ROOT_WATCHES_ADDRESSES, POLICY_ROOT_WRITES_AGAIN, POLICY_RULE_NONE, POLICY_SECTIONS,
  POLICY_SHORT_NAME, POLICY_STATE_FACTS, POLICY_STATE_LONG,
  POLICY_STATE_PREFIX, POLICY_STATE_SHORT, POLICY_STATE_SUFFIX, POLICY_STATE_TIGHTENS, STRUCTS,
} from "./abi.gen.js";
import { callsOf, watchesAddresses } from "./calls.js";
import type { ArgumentClass, ArgumentTables } from "../automaton/arguments.js";
import { CaseList } from "./cases.js";
import type { CaseRow } from "./cases.js";
import { writeMeta } from "./meta.js";
import { spendMoments } from "./spend-numbered.js";

const ALIGNMENT = 8;

/** One section: `count` entries of `size` bytes. */
interface Section {
  readonly size: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Writes little-endian fields at increasing or given offsets of a zeroed buffer. */
function section<Row>(
  size: number, rows: readonly Row[], write: (view: DataView, offset: number, row: Row, bytes: Uint8Array, number: number) => void,
): Section {
  const bytes = new Uint8Array(size * rows.length);
  const view = new DataView(bytes.buffer);
  rows.forEach((row, i) => { write(view, i * size, row, bytes, i); });
  return { size, count: rows.length, bytes };
}

function putName(bytes: Uint8Array, offset: number, name: string): void {
  for (let i = 0; i < name.length; i++) bytes[offset + i] = name.charCodeAt(i);
}

function putWords(view: DataView, offset: number, words: readonly number[]): void {
  for (let i = 0; i < words.length; i++) view.setUint32(offset + 4 * i, words[i] ?? 0, true);
}

/** What a little-endian number counts for when its bytes are compared. */
function swapped(value: number): number {
  return ((value & 0xff) << 24 | (value & 0xff00) << 8 | (value >>> 8) & 0xff00 | value >>> 24) >>> 0;
}

/** Sorted by the bytes of the key: as many numbers of each as they are stored, then the name. Tables are large: no row is wrapped. */
function sorted<Row>(
  rows: readonly Row[], numbers: (row: Row) => readonly number[], name: (row: Row) => string = () => "",
): readonly Row[] {
  const width = rows[0] === undefined ? 0 : numbers(rows[0]).length;
  const keys = new Uint32Array(rows.length * width);
  rows.forEach((row, at) => { numbers(row).forEach((number, i) => { keys[at * width + i] = swapped(number); }); });
  const names = rows.map(name);
  const order = rows.map((_, at) => at).sort((a, b) => {
    for (let i = 0; i < width; i++) {
      const difference = (keys[a * width + i] ?? 0) - (keys[b * width + i] ?? 0);
      if (difference !== 0) return difference;
    }
    const [one, other] = [names[a] ?? "", names[b] ?? ""];
    return one < other ? -1 : Number(one > other);
  });
  return order.flatMap((at) => rows[at] ?? []);
}

type EdgeLayout = typeof STRUCTS.policy_short_edge | typeof STRUCTS.policy_long_edge;

function edgeSection(edges: readonly EdgeRow[], layout: EdgeLayout): Section {
  const { key, state } = layout.fields;
  const rows = sorted(edges, (edge) => [edge.state], (edge) => edge.name);
  const nameAt = key.offset + STRUCTS.policy_short_key.fields.name.offset;
  return section(layout.size, rows, (view, at, edge, bytes) => {
    view.setUint32(at + key.offset, edge.state, true);
    putName(bytes, at + nameAt, edge.name);
    view.setUint32(at + state.offset, edge.target, true);
  });
}

function affixSection(affixes: readonly AffixRow[]): Section {
  const { fields: key } = STRUCTS.policy_affix_key;
  const lengthOf = (affix: AffixRow): number => 32 + 8 * affix.bytes.length;
  const rows = sorted(affixes, (affix) => [lengthOf(affix), affix.state], (affix) => affix.bytes);
  return section(STRUCTS.policy_affix.size, rows, (view, at, affix, bytes) => {
    view.setUint32(at + key.prefixlen.offset, lengthOf(affix), true);
    view.setUint32(at + key.state.offset, affix.state, true);
    putName(bytes, at + key.bytes.offset, affix.bytes);
    view.setUint32(at + STRUCTS.policy_affix.fields.class_id.offset, affix.classId, true);
  });
}

function classSection(classes: readonly ClassRow[]): Section {
  const { fields: key } = STRUCTS.policy_class_key;
  const rows = sorted(classes, (row) => [row.state, row.prefix, row.suffix, row.glob]);
  return section(STRUCTS.policy_class_edge.size, rows, (view, at, row) => {
    view.setUint32(at + key.state.offset, row.state, true);
    view.setUint32(at + key.prefix.offset, row.prefix, true);
    view.setUint32(at + key.suffix.offset, row.suffix, true);
    view.setUint32(at + key.glob.offset, row.glob, true);
    view.setUint32(at + STRUCTS.policy_class_edge.fields.state.offset, row.target, true);
  });
}

function globSection(globRows: readonly GlobRow[]): Section {
  const { size, fields } = STRUCTS.policy_glob_row;
  return section(size, globRows, (view, at, row) => {
    view.setUint32(at + fields.accept.offset, row.accept, true);
    for (const [byte, next] of row.next.entries()) view.setUint16(at + fields.next.offset + 2 * byte, next, true);
  });
}

/** The POLICY_STATE_* of each state. */
function flagsOf(tables: PathTables): Uint32Array {
  const flags = Uint32Array.from(tables.states, ({ tightens, facts }) =>
    (tightens ? POLICY_STATE_TIGHTENS : 0) | (facts ? POLICY_STATE_FACTS : 0));
  const raise = (state: number, flag: number): void => {
    flags[state] = (flags[state] ?? 0) | flag;
  };
  for (const { state, name } of tables.edges) raise(state, isShort(name) ? POLICY_STATE_SHORT : POLICY_STATE_LONG);
  for (const { state } of tables.prefixes) raise(state, POLICY_STATE_PREFIX);
  for (const { state } of tables.suffixes) raise(state, POLICY_STATE_SUFFIX);
  return flags;
}

function stateSection(tables: PathTables): Section {
  const { size, fields } = STRUCTS.policy_state;
  const flags = flagsOf(tables);
  return section<StateRow>(size, tables.states, (view, at, state, _, number) => {
    view.setUint32(at + fields.fallback.offset, state.fallback, true);
    view.setUint32(at + fields.other.offset, state.other, true);
    view.setUint32(at + fields.accept.offset, state.accept, true);
    view.setUint32(at + fields.sticky.offset, state.sticky, true);
    view.setUint32(at + fields.glob.offset, state.glob, true);
    view.setUint32(at + fields.flags.offset, flags[number] ?? 0, true);
    view.setUint32(at + fields.tightest.offset, state.tightest, true);
    view.setUint32(at + fields.loosest.offset, state.loosest, true);
  });
}

type AddressLayout =
  | { readonly entry: typeof STRUCTS.policy_address4; readonly key: typeof STRUCTS.policy_address4_key }
  | { readonly entry: typeof STRUCTS.policy_address6; readonly key: typeof STRUCTS.policy_address6_key };

/** What stands in the image for a word of the tries. */
type WordOf = (word: number) => number;

function addressSection(addresses: readonly AddressRow[], { entry, key }: AddressLayout, wordOf: WordOf): Section {
  const value = STRUCTS.policy_address.fields;
  const rows = sorted(addresses, (row) => [row.prefixLength], (row) => row.address);
  return section(entry.size, rows, (view, at, row, bytes) => {
    view.setUint32(at + key.fields.prefixlen.offset, row.prefixLength, true);
    bytes.set(Buffer.from(row.address, "hex"), at + key.fields.address.offset);
    const valueAt = at + entry.fields.value.offset;
    view.setUint32(valueAt + value.ports.offset, row.ports, true);
    putWords(view, valueAt + value.word.offset, row.words.flat().map(wordOf));
  });
}

function portSection(ports: readonly PortRow[], wordOf: WordOf): Section {
  const { fields: key } = STRUCTS.policy_port_key;
  // The bytes after the class are compared one by one, so together they count as one big-endian number.
  const last = (row: PortRow): number => swapped((row.op << 24 | row.protocol << 16 | row.port) >>> 0);
  const rows = sorted(ports, (row) => [48 + row.bits, row.ports, last(row)]);
  return section(STRUCTS.policy_port.size, rows, (view, at, row) => {
    view.setUint32(at + key.prefixlen.offset, 48 + row.bits, true);
    view.setUint32(at + key.ports.offset, row.ports, true);
    view.setUint8(at + key.op.offset, row.op);
    view.setUint8(at + key.protocol.offset, row.protocol);
    view.setUint16(at + key.port.offset, row.port, false);
    view.setUint32(at + STRUCTS.policy_port.fields.word.offset, wordOf(row.word), true);
  });
}

function isShort(name: string): boolean {
  return name.length <= POLICY_SHORT_NAME;
}

function putCircumstances(view: DataView, at: number, { marks, exe, under, args }: Circumstances): void {
  const { fields } = STRUCTS.policy_circumstances;
  view.setBigUint64(at + fields.marks.offset, marks, true);
  view.setBigUint64(at + fields.exe.offset, exe, true);
  view.setBigUint64(at + fields.under.offset, under, true);
  view.setBigUint64(at + fields.args.offset, args, true);
}

function termSection({ terms }: ConditionTable): Section {
  const { size, fields } = STRUCTS.policy_term;
  const rows = terms.flatMap((alternatives, condition) => alternatives.map((term) => ({ ...term, condition })));
  return section<Term & { readonly condition: number }>(size, rows, (view, at, row) => {
    putCircumstances(view, at + fields.with.offset, row.with);
    putCircumstances(view, at + fields.without.offset, row.without);
    view.setUint32(at + fields.condition.offset, row.condition, true);
  });
}

function putCase(view: DataView, at: number, row: CaseRow): void {
  const { fields } = STRUCTS.policy_case;
  view.setBigUint64(at + fields.facts.offset, row.facts, true);
  view.setUint32(at + fields.word.offset, row.word, true);
  view.setUint16(at + fields.ops.offset, row.ops, true);
  view.setUint8(at + fields.condition.offset, row.condition);
  view.setUint8(at + fields.flags.offset, row.flags);
}

const NANOSECONDS = 1_000_000n;

/** Their windows lie one behind the other: a number, then as many moments as are counted. */
function limitSection(ir: Ir, budget: Budget): Section {
  const { size, fields } = STRUCTS.policy_limit;
  spendMoments(ir, budget);
  let window = 0;
  const rows = ir.limits.map((limit, number) => {
    const begins = window;
    window += 1 + limit.count;
    return { ...limit, word: limitWord(ir, limit.effect, number), window: begins };
  });
  return section(size, budget.exceeded === null ? rows : [], (view, at, row) => {
    view.setBigUint64(at + fields.nanoseconds.offset, BigInt(row.perMilliseconds) * NANOSECONDS, true);
    view.setUint32(at + fields.count.offset, row.count, true);
    view.setUint32(at + fields.word.offset, row.word, true);
    view.setUint32(at + fields.window.offset, row.window, true);
  });
}

function argumentClassSection({ classes }: ArgumentTables): Section {
  const { size, fields } = STRUCTS.policy_argument_class;
  return section<ArgumentClass>(size, classes, (view, at, { moves, excludes }) => {
    putLongs(view, at + fields.moves.offset, moves);
    view.setBigUint64(at + fields.excludes.offset, excludes, true);
  });
}

function putArguments(view: DataView, at: number, { start, only, ends, row }: ArgumentTables): void {
  const { fields } = STRUCTS.policy_arguments;
  putLongs(view, at + fields.start.offset, start);
  putLongs(view, at + fields.only.offset, only);
  for (const [i, end] of ends.entries()) view.setUint8(at + fields.ends.offset + i, end);
  view.setUint32(at + fields.count.offset, ends.length, true);
  view.setUint32(at + fields.row.offset, row, true);
}

function putLongs(view: DataView, offset: number, longs: readonly bigint[]): void {
  for (const [i, long] of longs.entries()) view.setBigUint64(offset + 8 * i, long, true);
}

/** What each is known by when another policy comes. */
const identitySection = (keys: readonly string[]): Section =>
  section(STRUCTS.policy_identity.size, keys, (_, at, key, bytes) => {
    bytes.set(createHash("sha256").update(key).digest(), at);
  });

/** What is said of what `kind` selects, for the two operations that ask for it. */
function plainRecord(sayings: readonly Saying[], kind: Selector["kind"], ops: readonly number[]): VerdictRecord {
  const selects = (selectors: readonly Selector[]): boolean => selectors.some((selector) => selector.kind === kind);
  return sayings.filter(({ match, except }) => selects(match) && !selects(except))
    .reduce((joined, saying) => joinRecords(joined, recordFrom(saying, (op) => ops.includes(op))), EMPTY_RECORD);
}

/** What the rules that name the privilege say of it, as the first word. */
function privilegeRecord(rules: readonly NumberedRule[], conditions: ConditionTable, privilege: Privilege): VerdictRecord {
  return rules.reduce((joined, { rule: { effect, privileges }, number }) => (privileges.includes(privilege)
    ? joinRecords(joined, recordOf(verdictWord(effect, number), (op) => op === 0, conditions.applies(number))) : joined),
  EMPTY_RECORD);
}

interface NumberedRule {
  readonly rule: Rule;
  readonly number: number;
}

const ofPrivileges = ({ rules }: Ir): readonly NumberedRule[] =>
  rules.flatMap((rule, number) => (rule.privileges.length === 0 ? [] : [{ rule, number }]));

function putRecord(view: DataView, at: number, record: VerdictRecord, cases: number): void {
  const { fields } = STRUCTS.policy_record;
  putWords(view, at + fields.word.offset, record.words);
  view.setUint32(at + fields.cases.offset, cases, true);
}

function putPlace(view: DataView, at: number, { states, sticky }: StartPlace, cases: CaseList): void {
  const { fields } = STRUCTS.policy_place;
  const held = [...new Set(sticky.map((record) => cases.headOf(record)).filter((head) => head !== 0))];
  putWords(view, at + fields.state.offset, states);
  putRecord(view, at + fields.sticky.offset, sticky.reduce(joinRecords, EMPTY_RECORD), 0);
  view.setUint32(at + fields.held_count.offset, held.length, true);
  putWords(view, at + fields.held.offset, held);
}

/** Whether a mark decides about `operation`, so that it decides again. */
function dependsOnMarks({ rules }: Ir, conditions: ConditionTable, operation: Operation): boolean {
  const byMarks = conditions.byMarks();
  return rules.some(({ operations }, rule) => {
    const applies = conditions.applies(rule);
    return operations.includes(operation) && typeof applies === "number" && (byMarks >> BigInt(applies) & 1n) === 1n;
  });
}

const rootFlags = (ir: Ir, conditions: ConditionTable): number =>
  (watchesAddresses(ir) ? POLICY_ROOT_WATCHES_ADDRESSES : 0)
  | (dependsOnMarks(ir, conditions, "write") ? POLICY_ROOT_WRITES_AGAIN : 0)
  | (dependsOnMarks(ir, conditions, "connect") ? POLICY_ROOT_SENDS_AGAIN : 0);

const marksThat = ({ marks }: Ir, holds: (mark: Mark) => boolean): bigint =>
  marks.reduce((bits, mark, number) => (holds(mark) ? bits | (1n << BigInt(number)) : bits), 0n);

function rootSection(
  ir: Ir, tables: PathTables, { conditions, sayings, cases }: { readonly conditions: ConditionTable; readonly sayings: readonly Saying[]; readonly cases: CaseList },
): Section {
  const { size, fields } = STRUCTS.policy_root;
  const defaults = OPERATION_ORDER.map((operation) => verdictWord(ir.defaults[operation], POLICY_RULE_NONE));
  const rules = ofPrivileges(ir);
  const privileges = PRIVILEGES.map((privilege) => privilegeRecord(rules, conditions, privilege));
  const privilegeDefaults = PRIVILEGES.map((privilege) => verdictWord(ir.privilegeDefaults[privilege], POLICY_RULE_NONE));
  return section(size, [tables], (view, at) => {
    view.setUint32(at + fields.lanes.offset, tables.lanes, true);
    view.setUint32(at + fields.terms.offset, conditions.terms.flat().length, true);
    view.setUint32(at + fields.limits.offset, ir.limits.length, true);
    view.setUint32(at + fields.flags.offset, rootFlags(ir, conditions), true);
    view.setBigUint64(at + fields.programs.offset, (1n << BigInt(conditions.programs.length)) - 1n, true);
    view.setBigUint64(at + fields.by_marks.offset, conditions.byMarks(), true);
    view.setBigUint64(at + fields.process_marks.offset, marksThat(ir, ({ perProcess }) => perProcess), true);
    view.setBigUint64(at + fields.file_marks.offset, marksThat(ir, ({ tracksFiles }) => tracksFiles), true);
    putArguments(view, at + fields.arguments.offset, tables.arguments);
    putWords(view, at + fields.defaults.offset, defaults);
    putWords(view, at + fields.privilege_defaults.offset, privilegeDefaults);
    putWords(view, at + fields.privilege.offset, privileges.map((record) => cases.wordOf(record)));
    for (const { offset, record } of [
      { offset: fields.anonymous.offset, record: plainRecord(sayings, "anonymous", [POLICY_OP_EXEC, POLICY_OP_LOAD]) },
      { offset: fields.unnamed.offset, record: plainRecord(sayings, "unix-unnamed", [POLICY_OP_CONNECT, POLICY_OP_BIND]) },
    ]) putRecord(view, at + offset, record, cases.headOf(record));
    putPlace(view, at + fields.path.offset, tables.path, cases);
    putPlace(view, at + fields.abstract.offset, tables.abstract, cases);
    // What is denied in some circumstances only cannot be taken away beforehand.
    const denied = privileges.map((record, i) => (isPlain(record) ? (record.words[0] || privilegeDefaults[i]) ?? 0 : 0));
    view.setBigUint64(at + fields.calls.offset, callsOf(ir, denied), true);
  });
}

/** In the order of `enum policy_section_kind`. */
function sectionsOf(
  ir: Ir, { paths, addresses, meta }: { readonly paths: PathTables; readonly addresses: AddressTables; readonly meta: Uint8Array }, budget: Budget,
): readonly Section[] {
  const conditions = new ConditionTable(ir, budget);
  const sayings = sayingsOf(ir, conditions);
  const cases = new CaseList();
  const wordOf: WordOf = (word) => {
    const number = recordNumber(word);
    return number === null ? word : cases.wordOf(addresses.records[number] ?? EMPTY_RECORD);
  };
  const root = rootSection(ir, paths, { conditions, sayings, cases });
  const records = section(STRUCTS.policy_record.size, paths.records, (view, at, record) => {
    putRecord(view, at, record, cases.headOf(record));
  });
  const ofAddresses = [
    addressSection(addresses.addresses4, { entry: STRUCTS.policy_address4, key: STRUCTS.policy_address4_key }, wordOf),
    addressSection(addresses.addresses6, { entry: STRUCTS.policy_address6, key: STRUCTS.policy_address6_key }, wordOf),
    portSection(addresses.ports, wordOf),
  ];
  budget.spend("cases", cases.rows.length - 1, () => heaviest(weightsOf(sayings, (saying) =>
    (isPlain(recordFrom(saying, () => true)) ? 0 : saying.match.length))));
  return [
    { size: 1, count: meta.length, bytes: meta },
    root,
    termSection(conditions),
    section(STRUCTS.policy_case.size, cases.rows, putCase),
    limitSection(ir, budget),
    argumentClassSection(paths.arguments),
    identitySection(ir.marks.map(({ name }) => name)),
    identitySection(conditions.programs.map(({ programs }) => keyOfPrograms(programs))),
    records,
    stateSection(paths),
    edgeSection(paths.edges.filter((edge) => isShort(edge.name)), STRUCTS.policy_short_edge),
    edgeSection(paths.edges.filter((edge) => !isShort(edge.name)), STRUCTS.policy_long_edge),
    affixSection(paths.prefixes),
    affixSection(paths.suffixes),
    classSection(paths.classes),
    globSection(paths.globRows),
    ...ofAddresses,
  ];
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

function putHeader(view: DataView, bytes: Uint8Array, sections: readonly Section[], offsets: readonly number[]): void {
  const { size, fields } = STRUCTS.policy_image_header;
  const entry = STRUCTS.policy_section;
  putName(bytes, fields.magic.offset, "POLC");
  view.setUint32(fields.abi_version.offset, POLICY_ABI_VERSION, true);
  view.setUint32(fields.byte_order.offset, POLICY_BYTE_ORDER, true);
  view.setBigUint64(fields.image_size.offset, BigInt(bytes.length), true);
  view.setUint32(fields.header_size.offset, size, true);
  view.setUint32(fields.section_count.offset, sections.length, true);
  for (const [kind, { size: entrySize, count }] of sections.entries()) {
    const at = fields.sections.offset + kind * entry.size;
    view.setUint32(at + entry.fields.kind.offset, kind, true);
    view.setUint32(at + entry.fields.entry_size.offset, entrySize, true);
    view.setBigUint64(at + entry.fields.count.offset, BigInt(count), true);
    view.setBigUint64(at + entry.fields.offset.offset, BigInt(offsets[kind] ?? 0), true);
  }
  view.setUint32(fields.checksum.offset, crc32(bytes), true);
}

interface Encoding {
  readonly budget?: Budget;
  /** What `writeMeta` says of the policy. */
  readonly meta?: Uint8Array;
}

/** The image of a policy. Same input, same bytes. */
export function encodeImage(
  ir: Ir, paths: PathTables, addresses: AddressTables, { budget = new Budget(DEFAULT_BOUNDS), meta = writeMeta(ir) }: Encoding = {},
): Uint8Array {
  const sections = sectionsOf(ir, { paths, addresses, meta }, budget);
  invariant(sections.length === POLICY_SECTIONS, "every section is there once");
  const offsets: number[] = [];
  let end: number = STRUCTS.policy_image_header.size;
  for (const { bytes } of sections) {
    offsets.push(aligned(end));
    end = aligned(end) + bytes.length;
  }
  const image = new Uint8Array(end);
  for (const [kind, { bytes }] of sections.entries()) image.set(bytes, offsets[kind]);
  putHeader(new DataView(image.buffer), image, sections, offsets);
  return image;
}
