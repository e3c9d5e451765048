/** Reading what the user names: policies and what they include, and images. */
import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import type { Source } from "../compiler/diagnostic.js";
import { closest } from "../compiler/suggest-name.js";
import { STD_FOLDER } from "../runtime/package-paths.js";
import { type Attempt, errorCode, fail, reasonOf, STATUS, succeed } from "./exit.js";

/** What stands for standard input among files. */
export const STDIN = "-";
const STDIN_FD = 0;
const STD = "std:";
const STD_NAME = /^[a-z][a-z0-9-]*$/;
const EXTENSION = ".pol";

const MEBIBYTE = 1 << 20;
/** Of the 40,000 rules of a very large policy, twenty times over. */
const MAX_POLICY_BYTES = 64 * MEBIBYTE;
const MAX_IMAGE_BYTES = 1024 * MEBIBYTE;
const CHUNK_BYTES = MEBIBYTE;
/** Files of /proc say that they are empty. */
const MINIMUM_BYTES = 4096;

/** The error completes "cannot read `…`: ". */
export interface Unreadable {
  readonly error: string;
  readonly isImage?: true;
}

const IMAGE_MAGIC = Buffer.from("POLC", "latin1");

export const isImage = (bytes: Uint8Array): boolean => IMAGE_MAGIC.equals(bytes.subarray(0, IMAGE_MAGIC.length));

/** For `loadPolicy`: a path, `-`, or `std:NAME`. */
export function readSource(path: string): Source | Unreadable {
  if (path.startsWith(STD)) return readStd(path);
  const bytes = readBytes(path, MAX_POLICY_BYTES);
  if (!bytes.ok) return { error: bytes.failure.message };
  return decodeSource(path, bytes.value);
}

/** The whole of an image or a policy, whichever it is; fails with a message that names the file. */
export function readFileOf(path: string): Attempt<Uint8Array> {
  const bytes = readBytes(path, MAX_IMAGE_BYTES);
  if (bytes.ok) return bytes;
  return fail(STATUS.usage, `cannot read \`${path}\`: ${bytes.failure.message}`);
}

export function decodeSource(path: string, bytes: Uint8Array): Source | Unreadable {
  if (isImage(bytes)) return { error: "it is an image, not a policy", isImage: true };
  if (bytes.length > MAX_POLICY_BYTES) return { error: tooLarge(MAX_POLICY_BYTES) };
  try {
    return { path: path === STDIN ? "<stdin>" : path, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { error: `it is not UTF-8 (line ${lineOfFirstBadByte(bytes)})` };
  }
}

/** The names of the shipped policies, without `std:`. */
export function stdNames(): readonly string[] {
  try {
    return readdirSync(STD_FOLDER).filter((file) => file.endsWith(EXTENSION))
      .map((file) => basename(file, EXTENSION)).sort();
  } catch {
    return [];
  }
}

function readStd(path: string): Source | Unreadable {
  const name = path.slice(STD.length);
  const names = stdNames();
  // The list, not the name, is what becomes a file name.
  if (!STD_NAME.test(name) || !names.includes(name)) {
    const meant = closest(name, names);
    const known = names.length === 0 ? "none are installed"
      : meant === undefined ? `there are ${names.map((n) => STD + n).join(", ")}` : `did you mean ${STD}${meant}?`;
    return { error: `no such policy is shipped with policyc; ${known}` };
  }
  const bytes = readBytes(join(STD_FOLDER, name + EXTENSION), MAX_POLICY_BYTES);
  return bytes.ok ? decodeSource(path, bytes.value) : { error: bytes.failure.message };
}

/** Stops at the limit, so that a device without an end does not fill the memory. */
function readBytes(path: string, limit: number): Attempt<Uint8Array> {
  let fd: number | null = null;
  try {
    fd = path === STDIN ? STDIN_FD : openSync(path, "r");
    const stat = fstatSync(fd);
    if (stat.isDirectory()) return fail(STATUS.usage, "it is a directory");
    if (stat.size > limit) return fail(STATUS.usage, tooLarge(limit));
    return readToEnd(fd, limit, stat.isFile() ? Math.min(stat.size + 1, CHUNK_BYTES) : CHUNK_BYTES);
  } catch (thrown) {
    return fail(STATUS.usage, reasonOf(thrown));
  } finally {
    if (fd !== null && fd !== STDIN_FD) closeSync(fd);
  }
}

/** `chunkBytes`: at a time; a file that is as large as it said is read at once. */
function readToEnd(fd: number, limit: number, chunkBytes: number): Attempt<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.max(chunkBytes, MINIMUM_BYTES));
    const count = readBlocking(fd, chunk);
    if (count === 0) return succeed(Buffer.concat(chunks));
    total += count;
    if (total > limit) return fail(STATUS.usage, tooLarge(limit));
    chunks.push(chunk.subarray(0, count));
  }
}

function readBlocking(fd: number, into: Buffer): number {
  for (;;) {
    try {
      return readSync(fd, into);
    } catch (thrown) {
      // Standard input that another program made non-blocking.
      if (errorCode(thrown) !== "EAGAIN") throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

const tooLarge = (limit: number): string => `it is larger than ${limit / MEBIBYTE} MiB`;

function lineOfFirstBadByte(bytes: Uint8Array): number {
  // The longest valid beginning, by halving: a stream decoder accepts a sequence that is merely cut short.
  const isValid = (length: number): boolean => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let [low, high] = [0, bytes.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isValid(middle)) low = middle;
    else high = middle - 1;
  }
  return bytes.subarray(0, low).filter((byte) => byte === 0x0a).length + 1;
}
