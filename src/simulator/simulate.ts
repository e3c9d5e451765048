/**
 * Decides from an image's own bytes, as the BPF program does, sharing nothing with what made them but the layout: the
 * second of three implementations that must agree (the interpreter, this, the kernel).
 */
import type { Circumstances as Somebody } from "../compiler/access.js";
import { PRIVILEGES } from "../compiler/ast.js";
import { NOBODY } from "../compiler/conditions.js";
import type { Circumstances } from "../compiler/conditions.js";
import {
  POLICY_FACT_PROGRAMS, POLICY_FACTS, POLICY_LANES, POLICY_OP_BIND, POLICY_OP_CONNECT, POLICY_OPS, POLICY_PROTO_OTHER, POLICY_PROTO_TCP, POLICY_PROTO_UDP,
  POLICY_PROTOS, STRUCTS,
} from "../compiler/image/abi.gen.js";
import type { Image } from "../compiler/image/decode.js";
import type { Section, Sections } from "../compiler/image/layout.js";
import { nextState } from "./automaton.js";
import { argumentsAnswer } from "./arguments.js";
import { type Facts, factsOf, holding, join, knownToBe, type Said, saidBy, weigh, type Who } from "./circumstances.js";
import type { Query } from "./query.js";

const ROOT = STRUCTS.policy_root.fields;
const STATE = STRUCTS.policy_state.fields;
const PLACE = STRUCTS.policy_place.fields;
const PROTOCOLS = { other: POLICY_PROTO_OTHER, tcp: POLICY_PROTO_TCP, udp: POLICY_PROTO_UDP } as const;
const MAPPED = Buffer.from("00000000000000000000ffff", "hex");

function wordsAt(section: Section, index: number, offset: number): readonly number[] {
  return Array.from({ length: POLICY_OPS }, (_, op) => section.u32(index, offset + 4 * op));
}

/** Where a walk stands: a state a lane, and what the names so far have contributed for good. */
interface Place extends Said {
  readonly states: readonly number[];
}

function recordAt(section: Section, index: number, offset: number): Said {
  const { word, cases } = STRUCTS.policy_record.fields;
  const head = section.u32(index, offset + cases.offset);
  return { words: wordsAt(section, index, offset + word.offset), cases: new Set(head === 0 ? [] : [head]) };
}

function placeAt({ root }: Sections, offset: number): Place {
  const states = Array.from({ length: POLICY_LANES }, (_, lane) => root.u32(0, offset + PLACE.state.offset + 4 * lane));
  const held = Array.from({ length: root.u32(0, offset + PLACE.held_count.offset) }, (_, i) =>
    root.u32(0, offset + PLACE.held.offset + 4 * i));
  return { states, words: recordAt(root, 0, offset + PLACE.sticky.offset).words, cases: new Set(held) };
}

/** `said` and what a state's record says, which is 0 for most. */
function joinRecord({ states, records }: Sections, said: Said, state: number, field: number): Said {
  const record = states.u32(state, field);
  if (record === 0) return said;
  const { words, cases } = recordAt(records, record, 0);
  return { words: join(said.words, words), cases: new Set([...said.cases, ...cases]) };
}

function advance(sections: Sections, place: Place, name: Uint8Array): Place {
  const states = place.states.map((state) => (state === 0 ? 0 : nextState(sections, state, name)));
  const said = states.reduce<Said>((joined, state) => joinRecord(sections, joined, state, STATE.sticky.offset), place);
  return { ...said, states };
}

function verdictAt(sections: Sections, { states, words, cases }: Place): Said {
  return states.reduce<Said>((said, state) => joinRecord(sections, said, state, STATE.accept.offset), { words, cases });
}

/** Lists of programs that a path is in, as bits. */
export function programsOf({ sections }: Image, path: Uint8Array): bigint {
  const said = verdictAt(sections, placeOf(sections, path));
  return factsOf(sections, said, holding(sections, knownToBe(NOBODY))).bits[POLICY_FACT_PROGRAMS]?.[0] ?? 0n;
}

/** As bits, by the numbers of marks, lists of programs and of what is asked of arguments that an image has. */
export function circumstancesOf(image: Image, who: Somebody): Circumstances {
  const numbers = (image.meta.marks ?? []).flatMap((name, number) => (who.marks.has(name) ? [number] : []));
  const lists = (paths: readonly string[]): bigint =>
    paths.reduce((bits, path) => bits | programsOf(image, Buffer.from(path.slice(1), "latin1")), 0n);
  return {
    marks: numbers.reduce((bits, number) => bits | (1n << BigInt(number)), 0n), exe: lists(who.exe), under: lists(who.under),
    args: argumentsAnswer(image.sections, who.args),
  };
}

function placeOf(sections: Sections, path: Uint8Array): Place {
  return namesOf(path).reduce<Place>((place, name) => advance(sections, place, name), placeAt(sections, ROOT.path.offset));
}

function namesOf(path: Uint8Array): readonly Uint8Array[] {
  const names: Uint8Array[] = [];
  for (let start = 0; start < path.length;) {
    const slash = path.indexOf(0x2f, start);
    const end = slash === -1 ? path.length : slash;
    if (end > start) names.push(path.subarray(start, end));
    start = end + 1;
  }
  return names;
}

function isWithin(address: Uint8Array, network: Uint8Array, length: number): boolean {
  return address.every((byte, i) => {
    const mask = 0xff00 >> Math.min(8, Math.max(0, length - 8 * i)) & 0xff;
    return (byte & mask) === ((network[i] ?? 0) & mask);
  });
}

/** The longest prefix that contains `address`: entries are sorted by length, so the last one that does. */
function addressEntry(section: Section, address: Uint8Array): number {
  for (let i = section.count - 1; i > 0; i--) {
    if (isWithin(address, section.slice(i, 4, address.length), section.u32(i, 0))) return i;
  }
  return 0;
}

function portWord(ports: Section, portClass: number, op: number, protocol: number, port: number): number | null {
  const { fields } = STRUCTS.policy_port_key;
  for (let bits = 16; bits >= 0; bits--) {
    const key = Buffer.alloc(STRUCTS.policy_port_key.size);
    key.writeUInt32LE(48 + bits, fields.prefixlen.offset);
    key.writeUInt32LE(portClass, fields.ports.offset);
    key.writeUInt8(op, fields.op.offset);
    key.writeUInt8(protocol, fields.protocol.offset);
    key.writeUInt16BE(port & (0xffff << (16 - bits)) & 0xffff, fields.port.offset);
    const found = ports.find(key);
    if (found !== -1) return ports.u32(found, STRUCTS.policy_port.fields.word.offset);
  }
  return null;
}

function addressWord(sections: Sections, address: Uint8Array, op: number, protocol: number, port: number): number {
  const [section, entry] = address.length === 4
    ? [sections.addresses4, STRUCTS.policy_address4] : [sections.addresses6, STRUCTS.policy_address6];
  const found = addressEntry(section, address);
  const { ports, word } = STRUCTS.policy_address.fields;
  const value = entry.fields.value.offset;
  const portClass = section.u32(found, value + ports.offset);
  const ofPort = portClass === 0 ? null : portWord(sections.ports, portClass, op, protocol, port);
  return ofPort ?? section.u32(found, value + word.offset + 4 * (op * POLICY_PROTOS + protocol));
}

/** Of an address, of the one operation. */
function saidOfAddress(sections: Sections, query: Extract<Query, { kind: "address" }>, op: number): Said {
  const mapped = query.address.length === 16 && MAPPED.equals(query.address.subarray(0, 12));
  const address = mapped ? query.address.subarray(12) : query.address;
  return saidBy(addressWord(sections, address, op - POLICY_OP_CONNECT, PROTOCOLS[query.protocol], query.port));
}

/** What is said of the object: all at once, but of an address, of `op`. */
function saidOf(sections: Sections, query: Query, op: number): Said {
  const { root } = sections;
  switch (query.kind) {
    case "path":
      return verdictAt(sections, placeOf(sections, query.path));
    case "abstract":
      return verdictAt(sections, advance(sections, placeAt(sections, ROOT.abstract.offset), query.name));
    case "anonymous":
      return recordAt(root, 0, ROOT.anonymous.offset);
    case "unnamed":
      return recordAt(root, 0, ROOT.unnamed.offset);
    case "privilege":
      return saidBy(root.u32(0, ROOT.privilege.offset + 4 * PRIVILEGES.indexOf(query.privilege)));
    case "address":
      return op === POLICY_OP_CONNECT || op === POLICY_OP_BIND ? saidOfAddress(sections, query, op) : NOTHING_SAID;
  }
}

const NOTHING_SAID: Said = { words: new Array<number>(POLICY_OPS).fill(0), cases: new Set() };
const OPS = Array.from({ length: POLICY_OPS }, (_, op) => op);

/** By operation; of what is not an address they are one. */
const saidByOp = (sections: Sections, query: Query): readonly Said[] => {
  const all = query.kind === "address" ? null : saidOf(sections, query, 0);
  return OPS.map((op) => all ?? saidOf(sections, query, op));
};

const defaultOf = ({ root }: Sections, query: Query, op: number): number => root.u32(0, query.kind === "privilege"
  ? ROOT.privilege_defaults.offset + 4 * PRIVILEGES.indexOf(query.privilege) : ROOT.defaults.offset + 4 * op);

/** The verdict words of all operations, defaults filled in. `besides`: words that are said of it as well, as by limits. */
export function simulate(
  { sections }: Image, query: Query, who: Who = knownToBe(NOBODY), besides: readonly number[] = [],
): readonly number[] {
  const holds = holding(sections, who);
  return saidByOp(sections, query).map((said, op) => Math.max((weigh(sections, said, holds)[op] ?? 0) || defaultOf(sections, query, op), ...besides));
}

/** What the operations leave behind, where they are permitted. */
export function simulateFacts({ sections }: Image, query: Query, who: Who = knownToBe(NOBODY)): Facts {
  const holds = holding(sections, who);
  const byOp = saidByOp(sections, query).map((said) => factsOf(sections, said, holds));
  return {
    bits: Array.from({ length: POLICY_FACTS }, (_, kind) => OPS.map((op) => byOp[op]?.bits[kind]?.[op] ?? 0n)),
    doubtful: OPS.reduce((ops, op) => ops | ((byOp[op]?.doubtful ?? 0) & (1 << op)), 0),
  };
}
