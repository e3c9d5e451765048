/** The third implementation: the kernel, asked through `bpf/harness` (root, BTF, no LSM). */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PRIVILEGES } from "../../src/compiler/ast.js";
import {
  POLICY_FACT_PROGRAMS, POLICY_FACTS, POLICY_OPS, POLICY_PROTO_OTHER, POLICY_PROTO_TCP, POLICY_PROTO_UDP, POLICY_QUERY_ABSTRACT, POLICY_QUERY_ANONYMOUS,
  POLICY_QUERY_INET, POLICY_QUERY_INET6, POLICY_QUERY_PATH, POLICY_QUERY_PRIVILEGE, POLICY_QUERY_UNNAMED,
} from "../../src/compiler/image/abi.gen.js";
import { NO_CIRCUMSTANCES } from "../../src/compiler/access.js";
import { NOBODY } from "../../src/compiler/conditions.js";
import type { Circumstances } from "../../src/compiler/conditions.js";
import { decodeImage } from "../../src/compiler/image/decode.js";
import { circumstancesOf } from "../../src/simulator/simulate.js";
import type { Asked } from "./answers.js";

/** The built harness, or another, as the one with sanitizers. */
export const HARNESS = process.env["POLICY_HARNESS"] ?? fileURLToPath(new URL("../../build/native/harness", import.meta.url));
const PROTOCOLS = { other: POLICY_PROTO_OTHER, tcp: POLICY_PROTO_TCP, udp: POLICY_PROTO_UDP } as const;

/** Queries about one image. */
export interface Case {
  readonly image: Uint8Array;
  readonly queries: readonly Asked[];
}

function u32(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) buffer.writeUInt32LE(value, 4 * i);
  return buffer;
}

function whoBytes({ marks, exe, under, args }: Circumstances): Buffer {
  const bytes = Buffer.alloc(32);
  for (const [i, bits] of [marks, exe, under, args].entries()) bytes.writeBigUInt64LE(bits, 8 * i);
  return bytes;
}

function frame(query: Asked, who: Circumstances): Buffer {
  const of = (kind: number, bytes: Uint8Array, protocol = 0, port = 0): Buffer =>
    Buffer.concat([u32(kind, protocol, port, bytes.length), whoBytes(who), whoBytes(NOBODY), bytes]);
  switch (query.kind) {
    case "path":
      return of(POLICY_QUERY_PATH, query.path);
    case "abstract":
      return of(POLICY_QUERY_ABSTRACT, query.name);
    case "anonymous":
      return of(POLICY_QUERY_ANONYMOUS, new Uint8Array());
    case "unnamed":
      return of(POLICY_QUERY_UNNAMED, new Uint8Array());
    case "privilege":
      return of(POLICY_QUERY_PRIVILEGE, new Uint8Array(), PRIVILEGES.indexOf(query.privilege));
    case "address": {
      const kind = query.address.length === 4 ? POLICY_QUERY_INET : POLICY_QUERY_INET6;
      return of(kind, query.address, PROTOCOLS[query.protocol], query.port);
    }
  }
}

/** The error, the words, doubtful operations, facts, what arguments answer to. */
const FACTS_AT = 4 + 4 * POLICY_OPS + 4;
const ANSWER = FACTS_AT + 8 * POLICY_FACTS * POLICY_OPS + 8;

function wordsOf(answers: Buffer, index: number): readonly number[] {
  const error = answers.readInt32LE(index * ANSWER);
  if (error !== 0) throw new Error(`the kernel answers query ${index} with error ${error}`);
  return Array.from({ length: POLICY_OPS }, (_, op) => answers.readUInt32LE(index * ANSWER + 4 + 4 * op));
}

/** The simulator says which lists of programs somebody's are in: that the others say the same is a test of its own. */
function framesOf({ image, queries }: Case): readonly Buffer[] {
  const decoded = decodeImage(image);
  if (!decoded.ok) throw new Error(`the image is refused: ${decoded.reason}`);
  return queries.map((query) => frame(query, circumstancesOf(decoded.value, query.who ?? NO_CIRCUMSTANCES)));
}

/** Answers case by case and query by query, by one process: `query` asks the kernel (as root), `host` its matcher. */
export function askHarness(mode: "query" | "host", cases: readonly Case[]): readonly (readonly (readonly number[])[])[] {
  const answers = run(mode, cases);
  let next = 0;
  return cases.map(({ queries }) => queries.map(() => wordsOf(answers, next++)));
}

function run(mode: "query" | "host", cases: readonly Case[]): Buffer {
  const input = Buffer.concat(cases.flatMap((one) =>
    [u32(one.image.length), one.image, u32(one.queries.length), ...framesOf(one)]));
  const { status, stdout, stderr, error } = spawnSync(HARNESS, [mode], { input, maxBuffer: 2 ** 31 - 1 });
  if (error !== undefined) throw new Error(`cannot run ${HARNESS} (make builds it): ${error.message}`);
  if (status !== 0) throw new Error(`harness: status ${String(status)}: ${stderr.toString()}`);
  return stdout;
}

/** The same of the lists of programs that each path is in, as bits. */
export function askPrograms(mode: "query" | "host", cases: readonly Case[]): readonly (readonly bigint[])[] {
  const answers = run(mode, cases);
  let next = 0;
  return cases.map(({ queries }) => queries.map(() => answers.readBigUInt64LE(ANSWER * next++ + FACTS_AT + 8 * POLICY_FACT_PROGRAMS * POLICY_OPS)));
}
