/** Recorded paths, which are bytes, and the patterns that a policy writes for them. */
import { escapePattern } from "../compiler/print-parts.js";

/** What a pattern begins with: a parameter, `~`, or nothing. */
export type Root = "workspace" | "home" | "top";

/** Where the command ran, and whose it was; absolute, without a slash at the end. Null where a policy has no name for it. */
export interface Folders {
  readonly workspace: string | null;
  readonly home: string | null;
}

/** Names below a root; latin-1, one character is one byte. */
export interface Located {
  readonly root: Root;
  readonly names: readonly string[];
}

/** Names as a pattern has them. */
export interface PathPattern {
  readonly root: Root;
  readonly names: readonly string[];
  /** Whether it covers one path alone. */
  readonly isExact: boolean;
}

export const namesOf = (path: string): readonly string[] => path.split("/").filter((name) => name !== "");

const bytesOf = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** Below the nearest folder that has a name. */
export function locate(path: string, { workspace, home }: Folders): Located {
  const names = namesOf(path);
  const below = (root: Root, folder: string | null): readonly Located[] => {
    const outer = folder === null ? [] : namesOf(bytesOf(folder));
    return outer.length > 0 && outer.every((name, i) => names[i] === name) ? [{ root, names: names.slice(outer.length) }] : [];
  };
  const [nearest] = [...below("workspace", workspace), ...below("home", home)].toSorted((a, b) => a.names.length - b.names.length);
  // `~` alone would be a pattern that could be misread.
  return nearest === undefined || (nearest.root === "home" && nearest.names.length === 0) ? { root: "top", names } : nearest;
}

/** The folder that a root stands for; empty for the top. */
export const folderOf = (root: Root, { workspace, home }: Folders): string =>
  (root === "workspace" ? workspace : root === "home" ? home : null) ?? "";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Null where it is no text. */
export function textOf(latin1: string): string | null {
  try {
    return utf8.decode(Buffer.from(latin1, "latin1"));
  } catch {
    return null;
  }
}

/** The name itself; of one that is no text, `?` for each byte that is not ASCII. */
export function patternName(name: string): string {
  return escapePattern(textOf(name) ?? name).replace(textOf(name) === null ? /[\u0080-\u00ff]/g : /$^/, "?");
}

export const exactly = ({ root, names }: Located): PathPattern =>
  ({ root, names: names.map(patternName), isExact: names.every((name) => textOf(name) !== null) });

/** Whether one is a part of the other's folder, by the names alone. */
export function isUnder(pattern: PathPattern, folder: PathPattern): boolean {
  const outer = folder.names.slice(0, -1);
  return pattern.root === folder.root && folder.names.at(-1) === "**" && pattern.names.length >= outer.length
    && outer.every((name, i) => pattern.names[i] === name);
}
