/**
 * Programs by their other names: along PATH and at literal paths of the policy, names that are symbolic links or lie
 * in a linked directory, and the file that the kernel will see instead.
 */
import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { assertNever } from "../compiler/diagnostic.js";
import type { Component, Condition, Ir, PathSelector } from "../compiler/ir.gen.js";
import { matchesPath, pathNames } from "../compiler/pattern/match.js";
import type { ProgramLink } from "../compiler/resolved.js";

/** On a machine with a merged /usr these are links; scripts name programs by them whatever PATH says. */
const CUSTOMARY_FOLDERS = ["/bin", "/sbin"];
const UNDECODABLE = "\u{fffd}";

type Pattern = readonly Component[];

/**
 * `ir`: the policy bound to no programs. Only links that matter are kept: some pattern for programs covers the name
 * and not already the file. Sorted by name; none, and no file is looked at, if the policy has no such pattern.
 */
export function findProgramLinks(ir: Ir, searchPath: string): readonly ProgramLink[] {
  const patterns = programPatterns(ir);
  if (patterns.length === 0) return [];
  const found = [
    ...foldersOf(searchPath).flatMap(linksInFolder),
    ...patterns.flatMap((pattern) => {
      const path = literalPath(pattern);
      return path === null ? [] : linkAt(path);
    }),
  ];
  const byName = new Map(found.map((link) => [link.name, link]));
  return relevant([...byName.values()], patterns)
    .toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

function programPatterns({ rules, marks, limits }: Ir): readonly Pattern[] {
  const events = marks.flatMap(({ on, until }) => [...on, ...until]);
  const parts = [...rules, ...events, ...limits.flatMap((limit) => limit.parts.map((part) => ({ ...part, except: [] })))];
  const conditions = [...rules, ...limits].flatMap(({ when }) => (when === null ? [] : [when]));
  return [
    ...parts.filter(({ operations }) => operations.includes("exec") || operations.includes("load"))
      .flatMap(({ match, except }) => [...match, ...except]),
    ...events.flatMap(({ unlessExe }) => unlessExe), ...conditions.flatMap(programsOf),
  ].flatMap((selector) => (selector.kind === "path" ? [selector.components] : []));
}

function programsOf(condition: Condition): readonly PathSelector[] {
  switch (condition.kind) {
    case "mark":
      return [];
    case "exe":
    case "under":
      return condition.programs;
    case "not":
      return programsOf(condition.operand);
    case "and":
    case "or":
      return condition.operands.flatMap(programsOf);
    default:
      return assertNever(condition);
  }
}

/** Absolute ones alone: where a relative one leads depends on who looks. */
function foldersOf(searchPath: string): readonly string[] {
  const folders = searchPath.split(":").filter((folder) => folder.startsWith("/"))
    .map((folder) => folder.replace(/\/+$/, "")).filter((folder) => folder !== "");
  return [...new Set([...folders, ...CUSTOMARY_FOLDERS])];
}

function linksInFolder(folder: string): readonly ProgramLink[] {
  const real = realPath(folder);
  if (real === null) return [];
  return entriesOf(folder).flatMap((entry): readonly ProgramLink[] => {
    const name = `${folder}/${entry.name}`;
    if (entry.isSymbolicLink()) return linkAt(name);
    return real !== folder && entry.isFile() ? [{ name, target: `${real}/${entry.name}` }] : [];
  });
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.name.includes(UNDECODABLE));
  } catch {
    return [];
  }
}

/** The link at `name`, if it is one and leads to a file; as an array of at most one. */
function linkAt(name: string): readonly ProgramLink[] {
  const target = realPath(name);
  if (target === null || target === name || target.includes(UNDECODABLE)) return [];
  return statSync(target, { throwIfNoEntry: false })?.isFile() === true ? [{ name, target }] : [];
}

function realPath(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch {
    return null;
  }
}

function literalPath(pattern: Pattern): string | null {
  const names = pattern.map((component) => (component.kind === "literal" ? component.name : null));
  return names.length === 0 || names.includes(null) ? null : `/${names.join("/")}`;
}

function relevant(links: readonly ProgramLink[], patterns: readonly Pattern[]): readonly ProgramLink[] {
  const split = links.map((link) => ({ link, name: pathNames(link.name), target: pathNames(link.target) }));
  // Nearly every pattern for programs ends in a plain name: looking up only the links of that name keeps a policy of
  // many thousand of them quick.
  const byLastName = new Map<string, typeof split>();
  for (const link of split) {
    const last = link.link.name.slice(link.link.name.lastIndexOf("/") + 1);
    byLastName.set(last, [...byLastName.get(last) ?? [], link]);
  }
  const kept = new Set<ProgramLink>();
  for (const pattern of patterns) {
    const last = pattern.at(-1);
    const candidates = last?.kind === "literal" ? byLastName.get(last.name) ?? [] : split;
    for (const { link, name, target } of candidates) {
      if (matchesPath(pattern, name) && !matchesPath(pattern, target)) kept.add(link);
    }
  }
  return [...kept];
}
