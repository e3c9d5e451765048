/** Makes the bytes of a `struct policy_event`, as policyd writes it. */
import { POLICY_EVENT_HEADER, POLICY_OBJECT_PATH, POLICY_RULE_NONE, STRUCTS } from "../../src/compiler/image/abi.gen.js";
import { verdictWord } from "../../src/compiler/verdict.js";
import type { Effect } from "../../src/compiler/ast.js";

export interface FrameFields {
  readonly time?: bigint;
  readonly count?: bigint;
  readonly session?: number;
  /** The identity of a policy. */
  readonly policy?: bigint;
  readonly pid?: number;
  readonly effect?: Effect;
  /** Null: the default. */
  readonly rule?: number | null;
  readonly op?: number;
  readonly object?: number;
  readonly reason?: number;
  readonly protocol?: number;
  readonly port?: number;
  readonly cut?: number;
  /** The thread's name; empty for what no process made. */
  readonly comm?: string;
  readonly address?: readonly number[];
  readonly path?: string | Uint8Array;
  readonly exe?: string | Uint8Array;
}

/** Unset fields: a denied read of nothing by rule 0. */
export function eventFrame(fields: FrameFields): Uint8Array {
  const path = Buffer.from(fields.path ?? "");
  const exe = Buffer.from(fields.exe ?? "");
  const frame = Buffer.alloc(POLICY_EVENT_HEADER);
  const at = STRUCTS.policy_event.fields;
  frame.writeBigUInt64LE(fields.time ?? 0n, at.time.offset);
  frame.writeBigUInt64LE(fields.count ?? 1n, at.count.offset);
  frame.writeBigUInt64LE(fields.policy ?? 0n, at.policy.offset);
  frame.writeUInt32LE(fields.session ?? 7, at.session.offset);
  frame.writeUInt32LE(fields.pid ?? 100, at.pid.offset);
  frame.writeUInt32LE(verdictWord(fields.effect ?? "deny", fields.rule === null ? POLICY_RULE_NONE : fields.rule ?? 0),
    at.word.offset);
  frame.writeUInt8(fields.op ?? 0, at.op.offset);
  frame.writeUInt8(fields.object ?? POLICY_OBJECT_PATH, at.object.offset);
  frame.writeUInt8(fields.reason ?? 0, at.reason.offset);
  frame.writeUInt8(fields.protocol ?? 0, at.protocol.offset);
  frame.writeUInt16LE(fields.port ?? 0, at.port.offset);
  frame.writeUInt16LE(path.length, at.path_len.offset);
  frame.writeUInt16LE(exe.length, at.exe_len.offset);
  frame.writeUInt16LE(fields.cut ?? 0, at.cut.offset);
  frame.set(fields.address ?? [], at.address.offset);
  frame.write(fields.comm ?? "agent", at.comm.offset);
  return Buffer.concat([frame, path, exe]);
}
