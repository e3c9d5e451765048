/** The third implementation: the kernel, asked through `bpf/harness` (root, BTF, no LSM). */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PRIVILEGES } from "../../src/compiler/ast.js";
import {
  POLICY_OPS, POLICY_PROTO_OTHER, POLICY_PROTO_TCP, POLICY_PROTO_UDP, POLICY_QUERY_ABSTRACT, POLICY_QUERY_ANONYMOUS,
  POLICY_QUERY_INET, POLICY_QUERY_INET6, POLICY_QUERY_PATH, POLICY_QUERY_PRIVILEGE, POLICY_QUERY_UNNAMED,
} from "../../src/compiler/image/abi.gen.js";
import type { Query } from "../../src/simulator/query.js";

/** The built harness, or another, as the one with sanitizers. */
export const HARNESS = process.env["POLICY_HARNESS"] ?? fileURLToPath(new URL("../../build/native/harness", import.meta.url));
const PROTOCOLS = { other: POLICY_PROTO_OTHER, tcp: POLICY_PROTO_TCP, udp: POLICY_PROTO_UDP } as const;

/** Queries about one image. */
export interface Case {
  readonly image: Uint8Array;
  readonly queries: readonly Query[];
}

function u32(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) buffer.writeUInt32LE(value, 4 * i);
  return buffer;
}

function frame(query: Query): Buffer {
  const of = (kind: number, bytes: Uint8Array, protocol = 0, port = 0): Buffer =>
    Buffer.concat([u32(kind, protocol, port, bytes.length), bytes]);
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

const ANSWER = 4 + 4 * POLICY_OPS;

function wordsOf(answers: Buffer, index: number): readonly number[] {
  const error = answers.readInt32LE(index * ANSWER);
  if (error !== 0) throw new Error(`the kernel answers query ${index} with error ${error}`);
  return Array.from({ length: POLICY_OPS }, (_, op) => answers.readUInt32LE(index * ANSWER + 4 + 4 * op));
}

/** Answers case by case and query by query, by one process: `query` asks the kernel (as root), `host` its matcher. */
export function askHarness(mode: "query" | "host", cases: readonly Case[]): readonly (readonly (readonly number[])[])[] {
  const input = Buffer.concat(cases.flatMap(({ image, queries }) =>
    [u32(image.length), image, u32(queries.length), ...queries.map(frame)]));
  const { status, stdout, stderr, error } = spawnSync(HARNESS, [mode], { input, maxBuffer: 2 ** 31 - 1 });
  if (error !== undefined) throw new Error(`cannot run ${HARNESS} (make builds it): ${error.message}`);
  if (status !== 0) throw new Error(`harness: status ${String(status)}: ${stderr.toString()}`);
  let next = 0;
  return cases.map(({ queries }) => queries.map(() => wordsOf(stdout, next++)));
}
