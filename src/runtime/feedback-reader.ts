/** Messages of a feedback file that were not read before. How far they were read is kept where a session may write. */
import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, realpathSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path/posix";

/** Shared memory first: `std:base` permits it, whatever else a policy does. */
export const usualPlaces = (): readonly string[] => ["/dev/shm", tmpdir(), "/var/tmp"];

/** More is of no use to who reads it at once. */
const MOST_BYTES = 1 << 20;
const MARK = /^(\d+) (\d+)\n$/;

export type Reading =
  | { readonly kind: "read"; readonly lines: readonly string[] }
  /** There is no such file: nobody runs with `--feedback`. */
  | { readonly kind: "absent" }
  /** Nowhere could be kept what was read. */
  | { readonly kind: "forgetful"; readonly thrown: unknown };

/** `state`: where to keep how far it was read; null: in one of `places`. Throws what `fs` throws where the file cannot be read. */
export function readNew(path: string, state: string | null, places: readonly string[]): Reading {
  const file = openThere(path);
  if (file === null) return { kind: "absent" };
  try {
    if (!fstatSync(file).isFile()) throw new Error("it is not a regular file");
    const mark = openMark(state === null ? places.map((place) => join(place, nameFor(path))) : [state]);
    if (typeof mark !== "number") return { kind: "forgetful", thrown: mark.thrown };
    try {
      return { kind: "read", lines: readFrom(file, mark) };
    } finally {
      closeSync(mark);
    }
  } finally {
    closeSync(file);
  }
}

function openThere(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return null;
    throw thrown;
  }
}

/** The same for all names of the file. */
function nameFor(path: string): string {
  const name = createHash("sha256").update(realpathSync(path)).digest("hex").slice(0, 16);
  return `policyc-feedback-${process.geteuid?.() ?? 0}-${name}`;
}

/** The first that can be written and is nobody else's. */
function openMark(paths: readonly string[]): number | { readonly thrown: unknown } {
  let last: unknown = new Error("there is no place for it");
  for (const path of paths) {
    try {
      const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
      const stats = fstatSync(fd);
      if (stats.isFile() && stats.uid === process.geteuid?.()) return fd;
      closeSync(fd);
      last = new Error("it is another user's");
    } catch (thrown) {
      last = thrown;
    }
  }
  return { thrown: last };
}

function readFrom(file: number, mark: number): readonly string[] {
  const { ino, size } = fstatSync(file);
  const [, inode, offset] = MARK.exec(textAt(mark, 0, 64)) ?? [];
  // Another file of that name is read from its beginning, and so is one that was emptied.
  const start = inode === String(ino) && Number(offset) <= size ? Number(offset) : 0;
  const from = Math.max(start, size - MOST_BYTES);
  const text = textAt(file, from, MOST_BYTES);
  // What is being written has no end yet.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole === "") return [];
  ftruncateSync(mark);
  writeSync(mark, `${ino} ${from + Buffer.byteLength(whole)}\n`, 0);
  const lines = whole.split("\n").slice(0, -1);
  return from > start ? lines.slice(1) : lines;
}

function textAt(fd: number, from: number, most: number): string {
  const bytes = Buffer.alloc(most);
  return bytes.subarray(0, readSync(fd, bytes, 0, most, from)).toString("utf8");
}
