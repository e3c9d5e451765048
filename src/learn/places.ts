/** Places that are folded whole, whatever was touched there. The table is in docs/learn.md. */
import type { FileOperation } from "../compiler/access.js";
import { type Located, patternName } from "./paths.js";

export type FileOp = FileOperation;

const CHANGES: readonly FileOp[] = ["write", "create", "delete", "setattr"];
export const isChange = (op: FileOp): boolean => CHANGES.includes(op);

/** What tools make or fetch in a project. */
export const PACKAGE_FOLDERS: readonly string[] = [
  "node_modules", ".git", "target", "dist", "build", "out", "coverage", "vendor", ".cache", ".venv", "venv", "__pycache__", ".tox",
  ".mypy_cache", ".pytest_cache", ".ruff_cache", ".next", ".nuxt", ".turbo", ".parcel-cache", ".nyc_output", ".gradle",
];

const TEMPORARY: readonly (readonly string[])[] = [["tmp"], ["var", "tmp"], ["dev", "shm"]];
/** Programs, libraries and their data, as the system's packages bring them. */
const SYSTEM: readonly string[] = ["usr", "lib", "lib32", "lib64", "bin", "sbin"];
const CGROUPS: readonly string[] = ["sys", "fs", "cgroup"];
/** Folders of a home below which each program has one. */
const SHARED_FOLDERS: readonly (readonly string[])[] = [[".cache"], [".config"], [".local", "share"], [".local", "state"], [".local"]];

/** Names of a pattern, `**` last where it covers a folder; null where no place is known. */
export function placeOf(op: FileOp, { root, names }: Located): readonly string[] | null {
  switch (root) {
    case "workspace": return inWorkspace(op, names);
    case "home": return op === "exec" ? null : inHome(names);
    case "top": return inSystem(op, names);
  }
}

/** Whether a path is of a temporary folder. */
export const isTemporary = ({ root, names }: Located): boolean => root === "top" && TEMPORARY.some((folder) => isBelow(names, folder));

const isBelow = (names: readonly string[], folder: readonly string[]): boolean =>
  names.length > folder.length && folder.every((name, i) => names[i] === name);

const whole = (names: readonly string[]): readonly string[] => [...names.map(patternName), "**"];

function inWorkspace(op: FileOp, names: readonly string[]): readonly string[] | null {
  if (op === "read") return ["**"];
  const at = names.findIndex((name) => PACKAGE_FOLDERS.includes(name));
  return at === -1 || at === names.length - 1 ? null : whole(names.slice(0, at + 1));
}

/** A program's own folder: `~/.npm/**`, `~/.cache/pip/**`. */
function inHome(names: readonly string[]): readonly string[] | null {
  const [first = ""] = names;
  if (!first.startsWith(".")) return null;
  const depth = (SHARED_FOLDERS.find((folder) => isBelow(names, folder))?.length ?? 0) + 1;
  return names.length > depth ? whole(names.slice(0, depth)) : null;
}

function inSystem(op: FileOp, names: readonly string[]): readonly string[] | null {
  const [first = "", second = ""] = names;
  const temporary = op === "exec" ? undefined : TEMPORARY.find((folder) => isBelow(names, folder));
  if (temporary !== undefined) return whole(temporary);
  if (first === "proc" && isNumber(second)) return withoutNumbers(names);
  if (first === "dev" && second === "pts" && names.length === 3) return withoutNumbers(names);
  // Named for the session of the user, or for the container.
  if (op === "read" && isBelow(names, CGROUPS)) return whole(CGROUPS);
  return (op === "read" || op === "load") && SYSTEM.includes(first) && names.length > 1 ? [first, "**"] : null;
}

const isNumber = (name: string): boolean => /^[0-9]+$/.test(name);
/** Of processes, threads, descriptors, terminals: another the next time. */
const withoutNumbers = (names: readonly string[]): readonly string[] => names.map((name) => (isNumber(name) ? "*" : patternName(name)));
