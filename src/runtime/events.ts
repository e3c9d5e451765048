/** The binary events that policyd passes on: `struct policy_event`, cut after the bytes in use. */
import { endianness } from "node:os";
import {
  POLICY_EFFECT_SHIFT, POLICY_EVENT_HEADER, POLICY_OBJECT_ATTENDED, POLICY_OBJECT_LOST, POLICY_OBJECT_POLICY,
  POLICY_OBJECT_SESSION_END, POLICY_OP_PRIVILEGE, POLICY_RULE_NONE, STRUCTS,
} from "../compiler/image/abi.gen.js";
import { EFFECTS, PRIVILEGES, type Effect, type Privilege } from "../compiler/ast.js";
import { OPERATIONS, type Operation } from "../compiler/resolved.js";

/** Something that was decided. */
export interface DecisionEvent {
  readonly kind: "decision";
  /** CLOCK_MONOTONIC, in nanoseconds. */
  readonly time: bigint;
  /** How many equal ones this stands for. */
  readonly count: bigint;
  readonly session: number;
  /** The identity of the policy by which it was decided; 0: none. */
  readonly policy: bigint;
  readonly pid: number;
  readonly effect: Effect | null;
  /** The number of the deciding rule; null: the default, or a reason. */
  readonly rule: number | null;
  readonly operation: Operation | null;
  readonly privilege: Privilege | null;
  /** `enum policy_object` */
  readonly object: number;
  /** `enum policy_reason` */
  readonly reason: number;
  /** `enum policy_protocol` */
  readonly protocol: number;
  readonly port: number;
  readonly address: Uint8Array;
  /** A path, or an abstract socket's name. */
  readonly path: Uint8Array;
  readonly exe: Uint8Array;
  /** Whether only the beginning is here. */
  readonly pathCut: boolean;
  readonly exeCut: boolean;
}

/** More of what an event before it said, of the same process, rule and operation, that the kernel only counted. */
export interface RepeatEvent {
  readonly kind: "repeat";
  readonly time: bigint;
  readonly count: bigint;
  readonly session: number;
  /** The identity of the policy by which it was decided; 0: none. */
  readonly policy: bigint;
  readonly pid: number;
  readonly effect: Effect | null;
  readonly rule: number | null;
  readonly operation: Operation | null;
  readonly privilege: Privilege | null;
}

/** Events that did not fit the ring buffer. */
export interface LostEvent {
  readonly kind: "lost";
  readonly time: bigint;
  readonly count: bigint;
  readonly session: number;
}

/** The first process has ended; `count` threads of the session go on. */
export interface EndEvent {
  readonly kind: "end";
  readonly time: bigint;
  readonly count: bigint;
  readonly session: number;
}

/** A piece of the image of a policy, by whose identity events name it. */
export interface PolicyEvent {
  readonly kind: "policy";
  readonly policy: bigint;
  /** Bytes of the image; 0: it is the one that the reader gave. */
  readonly size: bigint;
  /** Where the piece begins. */
  readonly offset: bigint;
  readonly bytes: Uint8Array;
}

/** Another policyd goes on where one was ended. The event after this may be one that was here already. */
export interface AttendedEvent {
  readonly kind: "attended";
}

export type SessionEvent = DecisionEvent | RepeatEvent | LostEvent | EndEvent | PolicyEvent | AttendedEvent;

const FIELDS = STRUCTS.policy_event.fields;
const LITTLE_ENDIAN = endianness() === "LE";
const CUT_PATH = 1;
const CUT_EXE = 2;

/** Cuts a stream of bytes, which comes in pieces of any size, into events. */
export class EventReader {
  #pending: Uint8Array = new Uint8Array(0);

  push(chunk: Uint8Array): readonly SessionEvent[] {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const events: SessionEvent[] = [];
    let start = 0;
    for (let end = frameEnd(bytes, start); end !== null; end = frameEnd(bytes, start)) {
      events.push(decodeEvent(bytes.subarray(start, end)));
      start = end;
    }
    // A copy: the rest of a large chunk would be kept alive by a view.
    this.#pending = bytes.slice(start);
    return events;
  }

  /** True if the stream ended in the middle of an event. */
  get incomplete(): boolean {
    return this.#pending.length > 0;
  }
}

function frameEnd(bytes: Uint8Array, start: number): number | null {
  if (bytes.length - start < POLICY_EVENT_HEADER) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  const end = start + POLICY_EVENT_HEADER + view.getUint16(FIELDS.path_len.offset, LITTLE_ENDIAN)
    + view.getUint16(FIELDS.exe_len.offset, LITTLE_ENDIAN);
  return end <= bytes.length ? end : null;
}

/** One whole frame. */
export function decodeEvent(frame: Uint8Array): SessionEvent {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const u8 = (field: { readonly offset: number }): number => view.getUint8(field.offset);
  const u16 = (field: { readonly offset: number }): number => view.getUint16(field.offset, LITTLE_ENDIAN);
  const u32 = (field: { readonly offset: number }): number => view.getUint32(field.offset, LITTLE_ENDIAN);
  const u64 = (field: { readonly offset: number }): bigint => view.getBigUint64(field.offset, LITTLE_ENDIAN);

  const common = { time: u64(FIELDS.time), count: u64(FIELDS.count), session: u32(FIELDS.session) };
  const object = u8(FIELDS.object);
  if (object === POLICY_OBJECT_LOST) return { kind: "lost", ...common };
  if (object === POLICY_OBJECT_SESSION_END) return { kind: "end", ...common };
  if (object === POLICY_OBJECT_ATTENDED) return { kind: "attended" };
  const policy = u64(FIELDS.policy);
  if (object === POLICY_OBJECT_POLICY) {
    return { kind: "policy", policy, size: common.count, offset: common.time, bytes: frame.slice(POLICY_EVENT_HEADER) };
  }

  const word = u32(FIELDS.word);
  const rule = POLICY_RULE_NONE - (word & POLICY_RULE_NONE);
  const pathEnd = POLICY_EVENT_HEADER + u16(FIELDS.path_len);
  const op = u8(FIELDS.op);
  const verdict = {
    policy,
    pid: u32(FIELDS.pid),
    // POLICY_NONE stands before the first effect.
    effect: EFFECTS[(word >>> POLICY_EFFECT_SHIFT) - 1] ?? null,
    rule: rule === POLICY_RULE_NONE ? null : rule,
    operation: OPERATIONS[op] ?? null,
    privilege: PRIVILEGES[op - POLICY_OP_PRIVILEGE] ?? null,
  };
  // Every process has a name: an event without one was not made by a process.
  if (u8(FIELDS.comm) === 0 && frame.length === POLICY_EVENT_HEADER) return { kind: "repeat", ...common, ...verdict };
  return {
    kind: "decision",
    ...common,
    ...verdict,
    object,
    reason: u8(FIELDS.reason),
    protocol: u8(FIELDS.protocol),
    port: u16(FIELDS.port),
    address: frame.slice(FIELDS.address.offset, FIELDS.address.offset + FIELDS.address.size),
    path: frame.slice(POLICY_EVENT_HEADER, pathEnd),
    exe: frame.slice(pathEnd),
    pathCut: (u16(FIELDS.cut) & CUT_PATH) !== 0,
    exeCut: (u16(FIELDS.cut) & CUT_EXE) !== 0,
  };
}
