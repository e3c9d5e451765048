/** Recorded accesses → the targets of rules, each with its operations. Pure; equal sets of accesses give equal answers. */
import type { Attempt } from "../compiler/access.js";
import { invariant } from "../compiler/diagnostic.js";
import { matchesPath, pathNames } from "../compiler/pattern/match.js";
import { parsePathPattern } from "../compiler/pattern/parse-pattern.js";
import { foldNames } from "./fold-names.js";
import { exactly, type Folders, folderOf, isUnder, locate, type Located, patternName, type PathPattern, textOf } from "./paths.js";
import { type FileOp, isChange, isTemporary, placeOf } from "./places.js";
import { type Pattern, reaches, type Secret } from "./secrets.js";

/** A pattern, with the operations on what it covers that were seen. */
export interface FoldedPath {
  readonly pattern: PathPattern;
  readonly ops: readonly FileOp[];
}

export interface FoldRequest {
  readonly folders: Folders;
  readonly secrets: readonly Secret[];
  /** Also where they float: such an access is written as it is. */
  readonly isSecret: (attempt: Attempt) => boolean;
}

export type PathAttempt = Extract<Attempt, { readonly kind: "path" }>;

export function foldPaths(attempts: readonly PathAttempt[], request: FoldRequest): readonly FoldedPath[] {
  const ops = [...new Set(attempts.map(({ op }) => op))];
  const folded = ops.flatMap((op) => foldOp(op, attempts.filter((attempt) => attempt.op === op), request).map((pattern) => ({ op, pattern })));
  const texts = new Map<string, { readonly pattern: PathPattern; readonly ops: FileOp[] }>();
  for (const { op, pattern } of folded) {
    const key = JSON.stringify([pattern.root, pattern.names]);
    const known = texts.get(key) ?? { pattern, ops: [] };
    known.ops.push(op);
    texts.set(key, known);
  }
  return [...texts.values()];
}

function foldOp(op: FileOp, attempts: readonly PathAttempt[], { folders, secrets, isSecret }: FoldRequest): readonly PathPattern[] {
  const anchored = secrets.filter(({ floats }) => !floats);
  const known = new Map<string, boolean>();
  const isFree = (root: Located["root"], names: readonly string[]): boolean => {
    const key = JSON.stringify([root, names]);
    const free = known.get(key) ?? !reaches(componentsOf({ root, names, isExact: false }, folders), op, anchored);
    known.set(key, free);
    return free;
  };
  const exact: PathPattern[] = [];
  const places: PathPattern[] = [];
  const others: Located[] = [];
  for (const attempt of attempts) {
    const located = locate(attempt.path, folders);
    const place = isSecret(attempt) ? null : placeOf(op, located);
    if (isSecret(attempt)) exact.push(exactly(located));
    else if (place !== null && isFree(located.root, place)) places.push({ root: located.root, names: place, isExact: false });
    else others.push(located);
  }
  const generic = (["workspace", "home", "top"] as const).flatMap((root) => foldNames(
    others.filter((located) => located.root === root).map((located) => {
      const exact = located.names.map(patternName);
      const names = isChange(op) && !isTemporary(located) ? exact.map(withoutNumbers) : exact;
      return names.every((name, i) => name === exact[i]) || isFree(root, names) ? names : exact;
    }),
    { mayOpen: (folder) => isDeepEnough(root, folder), mayWrite: (names) => isFree(root, names) },
  ).map((names): PathPattern => ({ root, names, isExact: names.every((name) => !isGlob(name)) })));
  return withoutCovered([...exact, ...places, ...generic], folders);
}

/** Times, processes and hashes, which are others the next time; not versions, nor the year in a name. */
const NUMBERS = /(?<![A-Za-z0-9])(?=[a-f]*[0-9])[0-9a-f]{8,}(?![A-Za-z0-9])|[0-9]{5,}/g;
const withoutNumbers = (name: string): string => name.replace(NUMBERS, "*");

const isGlob = (name: string): boolean => /[*?[{]/.test(name.replace(/\\./gs, ""));

/** Never all of the machine, of a folder at its top, or of anybody's home. */
function isDeepEnough(root: Located["root"], folder: readonly string[]): boolean {
  return root === "workspace" || folder.length >= (root === "home" ? 1 : folder[0] === "home" ? 3 : 2);
}

export function componentsOf({ root, names }: PathPattern, folders: Folders): Pattern {
  const text = `/${names.join("/")}`;
  const parsed = parsePathPattern(names.length === 0 ? [{ literal: true, text: folderOf(root, folders) || "/" }]
    : [{ literal: true, text: folderOf(root, folders) }, { literal: false, text }], NOWHERE);
  invariant(parsed.ok, `a pattern that cannot be parsed: ${text}`);
  const [only] = parsed.value;
  invariant(only !== undefined, "a pattern without a path");
  return only;
}
const NOWHERE = { source: { path: "", text: "" }, start: 0, end: 0 };

function withoutCovered(patterns: readonly PathPattern[], folders: Folders): readonly PathPattern[] {
  const distinct = [...new Map(patterns.map((pattern) => [JSON.stringify([pattern.root, pattern.names]), pattern])).values()];
  const wide = distinct.filter(({ isExact }) => !isExact).map((pattern) => ({ pattern, components: componentsOf(pattern, folders) }));
  return distinct.filter((pattern) => !wide.some(({ pattern: other, components }) =>
    other !== pattern && (pattern.isExact ? matchesExactly(components, pattern, folders) : isUnder(pattern, other))));
}

function matchesExactly(components: Pattern, { root, names }: PathPattern, folders: Folders): boolean {
  const path = `${folderOf(root, folders)}/${names.map((name) => name.replace(/\\(.)/gs, "$1")).join("/")}`;
  return matchesPath(components, pathNames(path));
}

/** For a test's case: null where the path is no text. */
export const plainPath = ({ path }: PathAttempt): string | null => textOf(path);
