/** Writing a file so that nobody ever sees a part of it. */
import {
  closeSync, fchmodSync, fchownSync, fsyncSync, openSync, realpathSync, renameSync, type Stats, statSync, unlinkSync,
  writeFileSync, writeSync,
} from "node:fs";
import { type Attempt, errorCode, fail, reasonOf, STATUS, succeed } from "./exit.js";

/** The old content stays until the new one is whole. A device or a pipe has none: it is written to, never replaced. */
export function writeWhole(path: string, bytes: Uint8Array): Attempt<null> {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined || stats.isFile() || stats.isDirectory()) replaceFile(path, bytes);
    else writeFileSync(path, bytes);
    return succeed(null);
  } catch (thrown) {
    return cannotWrite(path, thrown);
  }
}

/** Gives a file another text, and leaves it its mode and owner; of a symbolic link, the file that it leads to. */
export function replaceText(path: string, text: string): Attempt<null> {
  try {
    const real = realpathSync(path);
    replaceFile(real, Buffer.from(text), statSync(real));
    return succeed(null);
  } catch (thrown) {
    return cannotWrite(path, thrown);
  }
}

const cannotWrite = (path: string, thrown: unknown): Attempt<null> =>
  fail(STATUS.usage, `cannot write \`${path}\`: ${reasonOf(thrown)}`);

/** Mode and owner are those of `like`, where it is given. */
function replaceFile(path: string, bytes: Uint8Array, like?: Stats): void {
  const temporary = `${path}.${process.pid}.tmp`;
  let made = false;
  try {
    // Another's file or link of that name is not written through.
    const fd = openSync(temporary, "wx");
    made = true;
    try {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(writeSync(fd, rest));
      if (like !== undefined) beLike(fd, like);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (thrown) {
    if (made) unlinkSync(temporary);
    throw thrown;
  }
}

function beLike(fd: number, { uid, gid, mode }: Stats): void {
  try {
    fchownSync(fd, uid, gid);
  } catch (thrown) {
    // Only root gives a file to another user; who may write to the folder may replace what is in it.
    if (errorCode(thrown) !== "EPERM") throw thrown;
  }
  fchmodSync(fd, mode & 0o7777);
}
