/**
 * Decides from an image's own bytes, as the BPF program does, sharing nothing with what made them but the layout: the
 * second of three implementations that must agree (the interpreter, this, the kernel).
 */
import { PRIVILEGES } from "../compiler/ast.js";
import {
  POLICY_LANES, POLICY_OP_BIND, POLICY_OP_CONNECT, POLICY_OPS, POLICY_PROTO_OTHER, POLICY_PROTO_TCP, POLICY_PROTO_UDP,
  POLICY_PROTOS, STRUCTS,
} from "../compiler/image/abi.gen.js";
import type { Image } from "../compiler/image/decode.js";
import type { Section, Sections } from "../compiler/image/layout.js";
import { nextState } from "./automaton.js";
import type { Query } from "./query.js";

const ROOT = STRUCTS.policy_root.fields;
const STATE = STRUCTS.policy_state.fields;
const PLACE = STRUCTS.policy_place.fields;
const PROTOCOLS = { other: POLICY_PROTO_OTHER, tcp: POLICY_PROTO_TCP, udp: POLICY_PROTO_UDP } as const;
const MAPPED = Buffer.from("00000000000000000000ffff", "hex");

function wordsAt(section: Section, index: number, offset: number): readonly number[] {
  return Array.from({ length: POLICY_OPS }, (_, op) => section.u32(index, offset + 4 * op));
}

function join(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((word, op) => Math.max(word, b[op] ?? 0));
}

/** Where a walk stands: a state a lane, and what the names so far have contributed for good. */
interface Place {
  readonly states: readonly number[];
  readonly sticky: readonly number[];
}

function placeAt({ root }: Sections, offset: number): Place {
  const states = Array.from({ length: POLICY_LANES }, (_, lane) => root.u32(0, offset + PLACE.state.offset + 4 * lane));
  return { states, sticky: wordsAt(root, 0, offset + PLACE.sticky.offset) };
}

/** `words` and those of a state's record, which is 0 for most. */
function joinRecord(
  { states, records }: Sections, words: readonly number[], state: number, field: number,
): readonly number[] {
  const record = states.u32(state, field);
  return record === 0 ? words : join(words, wordsAt(records, record, 0));
}

function advance(sections: Sections, place: Place, name: Uint8Array): Place {
  const states = place.states.map((state) => (state === 0 ? 0 : nextState(sections, state, name)));
  const sticky = states.reduce((words, state) => joinRecord(sections, words, state, STATE.sticky.offset), place.sticky);
  return { states, sticky };
}

function verdictAt(sections: Sections, { states, sticky }: Place): readonly number[] {
  return states.reduce((words, state) => joinRecord(sections, words, state, STATE.accept.offset), sticky);
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

function addressVerdict(sections: Sections, query: Extract<Query, { kind: "address" }>): readonly number[] {
  const mapped = query.address.length === 16 && MAPPED.equals(query.address.subarray(0, 12));
  const address = mapped ? query.address.subarray(12) : query.address;
  return Array.from({ length: POLICY_OPS }, (_, op) =>
    op !== POLICY_OP_CONNECT && op !== POLICY_OP_BIND ? 0
      : addressWord(sections, address, op - POLICY_OP_CONNECT, PROTOCOLS[query.protocol], query.port));
}

function verdictOf(sections: Sections, query: Query): readonly number[] {
  switch (query.kind) {
    case "path":
      return verdictAt(sections, namesOf(query.path).reduce<Place>(
        (place, name) => advance(sections, place, name), placeAt(sections, ROOT.path.offset)));
    case "abstract":
      return verdictAt(sections, advance(sections, placeAt(sections, ROOT.abstract.offset), query.name));
    case "anonymous":
      return wordsAt(sections.root, 0, ROOT.anonymous.offset);
    case "unnamed":
      return wordsAt(sections.root, 0, ROOT.unnamed.offset);
    case "privilege":
      return [sections.root.u32(0, ROOT.privilege.offset + 4 * PRIVILEGES.indexOf(query.privilege))];
    case "address":
      return addressVerdict(sections, query);
  }
}

/** The verdict words of all operations, defaults filled in. */
export function simulate({ sections }: Image, query: Query): readonly number[] {
  const defaults = wordsAt(sections.root, 0, ROOT.defaults.offset);
  return verdictOf(sections, query).map((word, op) => (word === 0 ? (defaults[op] ?? 0) : word));
}
