/** What becomes of path and abstract-name patterns: the rows of the image's tables, as yet unsorted. */
import type { ArgumentTables } from "./arguments.js";
import type { VerdictRecord } from "../verdict.js";

/** Bytes, one a character (`latin1`): cheap to compare, slice and use as keys. */
export type ByteString = string;

export function bytesOf(text: string): ByteString {
  // eslint-disable-next-line no-control-regex -- plain ASCII is its own byte string
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** `struct policy_state` but for the flags on edges, which the encoder sees for itself. */
export interface StateRow {
  readonly fallback: number;
  readonly other: number;
  readonly accept: number;
  readonly sticky: number;
  readonly glob: number;
  readonly tightens: boolean;
  /** Whether something is remembered or counted at it or beneath. */
  readonly facts: boolean;
  readonly tightest: number;
  readonly loosest: number;
}
export interface EdgeRow {
  readonly state: number;
  readonly name: ByteString;
  readonly target: number;
}
export interface AffixRow {
  readonly state: number;
  /** Of a suffix: last byte first. */
  readonly bytes: ByteString;
  readonly classId: number;
}
export interface ClassRow {
  readonly state: number;
  readonly prefix: number;
  readonly suffix: number;
  readonly glob: number;
  readonly target: number;
}
export interface GlobRow {
  readonly accept: number;
  readonly next: Uint16Array;
}
export interface StartPlace {
  /** One a lane; POLICY_DEAD for lanes not in use. */
  readonly states: readonly number[];
  /** Those that hold from there on. */
  readonly sticky: readonly VerdictRecord[];
}

export interface PathTables {
  readonly lanes: number;
  readonly path: StartPlace;
  readonly abstract: StartPlace;
  /** Index 0: nothing. */
  readonly records: readonly VerdictRecord[];
  /** Index 0: POLICY_DEAD. */
  readonly states: readonly StateRow[];
  readonly edges: readonly EdgeRow[];
  readonly prefixes: readonly AffixRow[];
  readonly suffixes: readonly AffixRow[];
  readonly classes: readonly ClassRow[];
  /** Index 0: dead. */
  readonly globRows: readonly GlobRow[];
  readonly arguments: ArgumentTables;
}
