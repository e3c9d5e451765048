/** The third implementation: the kernel, asked through `bpf/harness` (root, BTF, no LSM). */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PRIVILEGES } from "../../src/compiler/ast.js";
import {
  POLICY_FACT_PROGRAMS, POLICY_FACTS, POLICY_OPS, POLICY_PROTO_OTHER, POLICY_PROTO_TCP, POLICY_PROTO_UDP, POLICY_QUERY_ABSTRACT, POLICY_QUERY_ANONYMOUS,
  POLICY_QUERY_ARGUMENTS, POLICY_QUERY_INET, POLICY_QUERY_INET6, POLICY_QUERY_PATH, POLICY_QUERY_PRIVILEGE, POLICY_QUERY_UNNAMED,
} from "../../src/compiler/image/abi.gen.js";
import { type Circumstances, NOBODY } from "../../src/compiler/conditions.js";
import { decodeImage } from "../../src/compiler/image/decode.js";
import { knownToBe, type Who } from "../../src/simulator/circumstances.js";
import type { Query } from "../../src/simulator/query.js";
import { type Asked, whoAsks } from "./answers.js";

/** The built harness, or another, as the one with sanitizers. */
export const HARNESS = process.env["POLICY_HARNESS"] ?? fileURLToPath(new URL("../../build/native/harness", import.meta.url));
const PROTOCOLS = { other: POLICY_PROTO_OTHER, tcp: POLICY_PROTO_TCP, udp: POLICY_PROTO_UDP } as const;

/** Queries about one image. */
export interface Case {
  readonly image: Uint8Array;
  readonly queries: readonly Asked[];
}

export function u32(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) buffer.writeUInt32LE(value, 4 * i);
  return buffer;
}

function whoBytes({ marks, exe, under, args }: Circumstances): Buffer {
  const bytes = Buffer.alloc(32);
  for (const [i, bits] of [marks, exe, under, args].entries()) bytes.writeBigUInt64LE(bits, 8 * i);
  return bytes;
}

/** As `struct policy_query` says it. */
export interface Framed {
  readonly kind: number;
  readonly protocol: number;
  readonly port: number;
  readonly bytes: Uint8Array;
}

const framed = (kind: number, bytes: Uint8Array = new Uint8Array(), protocol = 0, port = 0): Framed => ({ kind, protocol, port, bytes });

export function frameOf(query: Query): Framed {
  switch (query.kind) {
    case "path":
      return framed(POLICY_QUERY_PATH, query.path);
    case "abstract":
      return framed(POLICY_QUERY_ABSTRACT, query.name);
    case "anonymous":
      return framed(POLICY_QUERY_ANONYMOUS);
    case "unnamed":
      return framed(POLICY_QUERY_UNNAMED);
    case "privilege":
      return framed(POLICY_QUERY_PRIVILEGE, new Uint8Array(), PRIVILEGES.indexOf(query.privilege));
    case "address": {
      const kind = query.address.length === 4 ? POLICY_QUERY_INET : POLICY_QUERY_INET6;
      return framed(kind, query.address, PROTOCOLS[query.protocol], query.port);
    }
  }
}

/** Each with a NUL byte behind it. */
export const argumentBytes = (argv: readonly string[]): Buffer => Buffer.from(argv.map((word) => `${word}\0`).join(""), "latin1");

const bytesOf = ({ kind, protocol, port, bytes }: Framed, { known, unknown }: Who): Buffer =>
  Buffer.concat([u32(kind, protocol, port, bytes.length), whoBytes(known), whoBytes(unknown), bytes]);

/** What is said of a query. */
export interface Answer {
  readonly words: readonly number[];
  /** Operations, as bits. */
  readonly doubtful: number;
  /** By kind and operation. */
  readonly facts: readonly (readonly bigint[])[];
  readonly args: bigint;
}

/** The error, the words, doubtful operations, facts, what arguments answer to. */
const FACTS_AT = 4 + 4 * POLICY_OPS + 4;
const ARGUMENTS_AT = FACTS_AT + 8 * POLICY_FACTS * POLICY_OPS;
const ANSWER = ARGUMENTS_AT + 8;

function answerAt(answers: Buffer, index: number): Answer {
  const at = index * ANSWER;
  const error = answers.readInt32LE(at);
  if (error !== 0) throw new Error(`the kernel answers query ${index} with error ${error}`);
  return {
    words: Array.from({ length: POLICY_OPS }, (_, op) => answers.readUInt32LE(at + 4 + 4 * op)),
    doubtful: answers.readUInt32LE(at + FACTS_AT - 4),
    facts: Array.from({ length: POLICY_FACTS }, (_, kind) =>
      Array.from({ length: POLICY_OPS }, (__, op) => answers.readBigUInt64LE(at + FACTS_AT + 8 * (kind * POLICY_OPS + op)))),
    args: answers.readBigUInt64LE(at + ARGUMENTS_AT),
  };
}

/** `query` asks the kernel (as root), `host` its matcher. */
type Mode = "query" | "host";

function ask(mode: Mode, jobs: readonly { readonly image: Uint8Array; readonly frames: readonly Buffer[] }[]): readonly (readonly Answer[])[] {
  const answers = run(mode, Buffer.concat(jobs.flatMap(({ image, frames }) => [u32(image.length), image, u32(frames.length), ...frames])));
  let next = 0;
  return jobs.map(({ frames }) => frames.map(() => answerAt(answers, next++)));
}

/** Runs the harness on that input. */
export function run(mode: string, input: Buffer): Buffer {
  const { status, stdout, stderr, error } = spawnSync(HARNESS, [mode], { input, maxBuffer: 2 ** 31 - 1 });
  if (error !== undefined) throw new Error(`cannot run ${HARNESS} (make builds it): ${error.message}`);
  if (status !== 0) throw new Error(`harness: status ${String(status)}: ${stderr.toString()}`);
  return stdout;
}

/**
 * All that is answered, case by case and query by query, by one process. The simulator says which lists of programs
 * somebody's are in, and what their arguments answer to: that the others say the same are tests of their own.
 */
export function askAll(mode: Mode, cases: readonly Case[]): readonly (readonly Answer[])[] {
  return ask(mode, cases.map(({ image, queries }) => {
    const decoded = decodeImage(image);
    if (!decoded.ok) throw new Error(`the image is refused: ${decoded.reason}`);
    return { image, frames: queries.map((query) => bytesOf(frameOf(query), whoAsks(decoded.value, query))) };
  }));
}

/** The words alone. */
export const askHarness = (mode: Mode, cases: readonly Case[]): readonly (readonly (readonly number[])[])[] =>
  askAll(mode, cases).map((answers) => answers.map(({ words }) => words));

/** The same of the lists of programs that each path is in, as bits. */
export const askPrograms = (mode: Mode, cases: readonly Case[]): readonly (readonly bigint[])[] =>
  askAll(mode, cases).map((answers) => answers.map(({ facts }) => facts[POLICY_FACT_PROGRAMS]?.[0] ?? 0n));

/** What arguments answer to, as bits. */
export const askArguments = (
  mode: Mode, cases: readonly { readonly image: Uint8Array; readonly argvs: readonly (readonly string[])[] }[],
): readonly (readonly bigint[])[] => ask(mode, cases.map(({ image, argvs }) => ({
  image, frames: argvs.map((argv) => bytesOf(framed(POLICY_QUERY_ARGUMENTS, argumentBytes(argv)), knownToBe(NOBODY))),
}))).map((answers) => answers.map(({ args }) => args));
