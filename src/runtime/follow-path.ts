/** Where a path leads on this machine, as the kernel follows it; and where a program's name is found. */
import { accessSync, constants, readlinkSync, statSync } from "node:fs";

/** The kernel gives up after as many. */
const MAX_LINKS = 40;
/** Links that lead each process to a place of its own; /dev/fd, /dev/stdin and the like go through them. */
const OF_EACH_PROCESS: ReadonlySet<string> = new Set(["/proc/self", "/proc/thread-self"]);

/**
 * `path` is absolute and without `..`. What does not exist is taken to be made where its parent leads. Null where that
 * is another place for each process. `last`: whether a link at the end is followed, or is itself what is meant.
 */
export function followPath(path: string, last: "follow" | "keep" = "follow"): string | null {
  let at: string[] = [];
  const pending = namesOf(path);
  for (let links = 0; pending.length > 0;) {
    const name = pending.shift() ?? "";
    const here = `/${[...at, name].join("/")}`;
    if (OF_EACH_PROCESS.has(here)) return null;
    const target = name !== ".." && (pending.length > 0 || last === "follow") ? linkAt(here) : null;
    if (target === null) {
      if (name === "..") at.pop();
      else at.push(name);
      continue;
    }
    // A circle: no access gets that far.
    if (++links > MAX_LINKS) return path;
    if (target.startsWith("/")) at = [];
    pending.unshift(...namesOf(target));
  }
  return `/${at.join("/")}`;
}

/** A link to what is not there: opening it makes what it names. */
export function isDangling(path: string): boolean {
  return linkAt(path) !== null && statSync(path, { throwIfNoEntry: false }) === undefined;
}

/** The first file of that name along `searchPath` that may be executed, as a shell finds it; null where there is none. */
export function findProgram(name: string, searchPath: string): string | null {
  const folders = searchPath.split(":").filter((folder) => folder.startsWith("/"));
  return folders.map((folder) => `${folder.replace(/\/+$/, "")}/${name}`).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

const namesOf = (path: string): string[] => path.split("/").filter((name) => name !== "" && name !== ".");
