/** Each implementation plays a sequence with a memory of its own; what it says of each move, in one form. */
import {
  POLICY_AUDIT, POLICY_DENY, POLICY_EFFECT_SHIFT, POLICY_OP_EXEC,
} from "../../src/compiler/image/abi.gen.js";
import { decodeImage, type Image } from "../../src/compiler/image/decode.js";
import type { ResolvedPolicy } from "../../src/compiler/resolved.js";
import { OPERATION_ORDER } from "../../src/compiler/verdict.js";
import { beginSession, marksOf, sessionOf } from "../../src/interpreter/session.js";
import { Memory } from "../../src/simulator/memory.js";
import { bitsOfMarks, sayDecision, sayWord } from "./answers.js";
import { argumentBytes, frameOf, run, u32 } from "./kernel.js";
import type { Move } from "./sequences.js";

export interface Said {
  /** `deny by a.pol:3`; empty where nothing is told. */
  readonly told: string;
  /** That hold for its process then, by number; those of the session, where that has ended. */
  readonly marks: bigint;
}

export function interpreted(policy: ResolvedPolicy, moves: readonly Move[]): readonly Said[] {
  const after = sessionOf(policy);
  let session = beginSession();
  return moves.map(({ step, now }) => {
    const { decision, session: next } = after(session, step, now);
    session = next;
    const told = decision === null || decision.effect === "allow" ? "" : sayDecision(policy, decision);
    return { told, marks: bitsOfMarks(policy, marksOf(session, step.process)) };
  });
}

const NANOSECONDS = 1_000_000n;
const effectOf = (word: number): number => word >>> POLICY_EFFECT_SHIFT;
const idsOf = ({ meta }: Image): readonly string[] => meta.rules.map(({ id }) => id);
const told = (word: number, ids: readonly string[]): string => (effectOf(word) < POLICY_AUDIT ? "" : sayWord(word, ids));

export function simulated(image: Image, moves: readonly Move[]): readonly Said[] {
  const memory = new Memory(image);
  const ids = idsOf(image);
  return moves.map((move) => ({ told: told(wordOfMove(memory, move), ids), marks: memory.marksOf(move.step.process) }));
}

function wordOfMove(memory: Memory, { step, now, query }: Move): number {
  if (step.kind === "fork") memory.fork(step.process, step.child);
  if (step.kind === "exit") memory.exit(step.process, step.status);
  if (step.kind === "fork" || step.kind === "exit" || query === null) return 0;
  const at = BigInt(now) * NANOSECONDS;
  if (step.kind === "exec") return memory.exec(step.process, { query, op: POLICY_OP_EXEC, path: step.path }, step.args, at);
  const op = OPERATION_ORDER.findIndex((operation) => operation === step.attempt.op);
  return memory.act(step.process, { query, op, path: step.attempt.kind === "path" ? step.attempt.path : "" }, at);
}

// ---- the kernel ----------------------------------------------------------------------------------------------------

/** As in `enum step_kind` of `bpf/play.h`. */
const STEPS = { act: 0, fork: 1, exec: 2, exit: 3 } as const;
const FILL = 4;
const TABLES = ["processes", "files"] as const;
/** A `struct stepped`. */
const STEPPED = 16;

export interface Game {
  readonly image: Uint8Array;
  readonly moves: readonly Move[];
  /** Of which nothing more can be noted. */
  readonly full?: (typeof TABLES)[number];
}

/** Numbers for what is done to files, from 1; 0 for all else. */
function filesOf(): (move: Move) => number {
  const numbers = new Map<string, number>();
  return ({ step }) => {
    const path = step.kind === "exec" ? step.path : step.kind === "act" && step.attempt.kind === "path" ? step.attempt.path : null;
    if (path === null) return 0;
    const number = numbers.get(path) ?? numbers.size + 1;
    numbers.set(path, number);
    return number;
  };
}

function otherOf({ step }: Move): number {
  switch (step.kind) {
    case "act": return 1 << OPERATION_ORDER.findIndex((operation) => operation === step.attempt.op);
    case "fork": return step.child;
    case "exec": return 0;
    case "exit": return step.status;
  }
}

function bytesOf(move: Move, file: number): Buffer {
  const { kind, protocol, port, bytes } = frameOf(move.query ?? { kind: "anonymous" });
  const args = move.step.kind === "exec" ? argumentBytes(move.step.args) : Buffer.alloc(0);
  const now = Buffer.alloc(8);
  now.writeBigUInt64LE(BigInt(move.now) * NANOSECONDS);
  const step = u32(STEPS[move.step.kind], move.step.process, otherOf(move), file);
  return Buffer.concat([step, now, u32(kind, protocol, port, bytes.length, args.length, 0), bytes, args]);
}

/** A step of process 0, of which nothing but its kind counts. */
const fillingBytes = (table: (typeof TABLES)[number]): Buffer => Buffer.concat([u32(FILL, 0, TABLES.indexOf(table), 0), Buffer.alloc(8 + 24)]);

/** All games, one after the other, by one process of the harness. */
export function played(games: readonly Game[]): readonly (readonly Said[])[] {
  const answers = run("play", Buffer.concat(games.flatMap(({ image, moves, full }) => {
    const fileOf = filesOf();
    const steps = [...full === undefined ? [] : [fillingBytes(full)], ...moves.map((move) => bytesOf(move, fileOf(move)))];
    return [u32(image.length), image, u32(steps.length), ...steps];
  })));
  let at = 0;
  return games.map(({ image, moves, full }) => {
    if (full !== undefined) at += STEPPED;
    const decoded = decodeImage(image);
    if (!decoded.ok) throw new Error(`the image is refused: ${decoded.reason}`);
    const ids = idsOf(decoded.value);
    return moves.map(() => {
      at += STEPPED;
      return saidAt(answers, at - STEPPED, ids);
    });
  });
}

function saidAt(answers: Buffer, at: number, ids: readonly string[]): Said {
  const [verdict, word] = [answers.readInt32LE(at), answers.readUInt32LE(at + 4)];
  const isAsTold = (verdict !== 0) === (effectOf(word) >= POLICY_DENY);
  return { told: `${told(word, ids)}${isAsTold ? "" : ` with the error ${verdict}`}`, marks: answers.readBigUInt64LE(at + 8) };
}
