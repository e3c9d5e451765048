/** Which paths are symbolic links on this machine. */
import { lstatSync, realpathSync } from "node:fs";
import type { LinkOf } from "../compiler/checks/find-symlinks.js";

export function linkReader(): LinkOf {
  const links = new Map<string, string | null>();
  const read = (path: string): string | null => {
    try {
      const real = lstatSync(path).isSymbolicLink() ? realpathSync(path) : null;
      // `/dev/fd` and its like lead each process to a place of its own.
      return real?.startsWith("/proc/") === true ? null : real;
    } catch {
      // What is not there, or not ours to see, is no link that we know of.
      return null;
    }
  };
  return (path) => {
    const known = links.get(path);
    if (known !== undefined) return known;
    const found = read(path);
    links.set(path, found);
    return found;
  };
}
