/** Rules that allow more than anybody can have thought of. */
import { refuses } from "../ast.js";
import type { Diagnostic, Span } from "../diagnostic.js";
import type { Component } from "../ir.gen.js";
import { report } from "../messages.js";
import { patternToText } from "../pattern/context.js";
import { matchesPath, pathNames } from "../pattern/match.js";
import { parsePathPattern } from "../pattern/parse-pattern.js";
import type { Operation, ResolvedPolicy, ResolvedRule, ResolvedTarget } from "../resolved.js";

const FILE_OPERATIONS: readonly Operation[] = ["write", "create", "delete", "exec"];

/** `allow connect any`, `allow write "/**"`, in whatever words. */
export function findWorldWideAllows({ rules }: ResolvedPolicy): readonly Diagnostic[] {
  return rules.filter(({ effect }) => effect === "allow").flatMap((rule) => rule.targets.flatMap((target) => {
    const isFile = target.kind === "path";
    const wide = rule.operations.filter((operation) => isFile ? FILE_OPERATIONS.includes(operation) : operation === "connect");
    if (wide.length === 0 || !isEverything(target)) return [];
    return [report("world-wide-allow", placeOf(rule, target.span), {
      operations: wide.map((operation) => `\`${operation}\``).join(", "),
      everything: isFile ? "every file" : "every address",
    }, { help: isFile ? "name the folders that are meant" : "name the addresses or ports that are meant" })];
  }));
}

function isEverything(target: ResolvedTarget): boolean {
  switch (target.kind) {
    case "list":
      return target.list === "any" && target.ports === null && target.protocol === null;
    case "network":
      return target.prefixLength === 0 && target.ports === null && target.protocol === null;
    case "path":
      // A look at the text spares most patterns the reading.
      return /^[*/]*[*{]/.test(patternToText(target.pattern)) && alternativesOf(target).some((components) => components.some(({ kind }) => kind === "globstar")
        && components.every(({ kind }) => kind === "globstar" || kind === "any"));
    default:
      return false;
  }
}

/** Where the dynamic loaders of glibc and musl lie, on Debian, Fedora, Arch and Alpine. */
const LOADERS = [
  "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "/usr/lib64/ld-linux-x86-64.so.2", "/usr/lib/ld-linux-x86-64.so.2",
  "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-x86-64.so.2",
  "/usr/lib/ld-linux.so.2", "/lib/ld-linux.so.2", "/usr/lib/i386-linux-gnu/ld-linux.so.2",
  "/usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1", "/usr/lib/ld-linux-aarch64.so.1", "/lib/ld-linux-aarch64.so.1",
  "/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1", "/usr/bin/ld.so",
].map((path) => ({ path, names: pathNames(path) }));

/** An `allow exec` over a loader that no rule denies, where programs are not allowed anyway. */
export function findAllowedLoaders({ rules, defaults }: ResolvedPolicy): readonly Diagnostic[] {
  if (defaults.exec === "allow") return [];
  const ofExec = rules.filter(({ operations }) => operations.includes("exec"));
  const covers = memo();
  const denied = (names: readonly Uint8Array[]): boolean => ofExec.some((rule) =>
    refuses(rule.effect) && covers(rule.targets, names) && !covers(rule.except, names));
  return ofExec.filter(({ effect }) => effect === "allow").flatMap((rule) => rule.targets.flatMap((target) => {
    if (isEverything(target)) return [];
    const loader = LOADERS.find(({ names }) =>
      covers([target], names) && !covers(rule.except, names) && !denied(names));
    return loader === undefined ? [] : [report("loader-allowed", placeOf(rule, target.span), { loader: loader.path },
      { help: "`except \"**/ld-*.so*\", \"**/ld.so\"`; programs find their loader by `load`" })];
  }));
}

type Covers = (targets: readonly ResolvedTarget[], names: readonly Uint8Array[]) => boolean;

/** Each pattern is parsed once. */
function memo(): Covers {
  const parsed = new Map<ResolvedTarget, readonly (readonly Component[])[]>();
  return (targets, names) => targets.some((target) => {
    const alternatives = parsed.get(target) ?? alternativesOf(target);
    parsed.set(target, alternatives);
    return alternatives.some((components) => matchesPath(components, names));
  });
}

function alternativesOf(target: ResolvedTarget): readonly (readonly Component[])[] {
  if (target.kind !== "path") return [];
  const parsed = parsePathPattern(target.pattern, target.span);
  return parsed.ok ? parsed.value : [];
}

/** The target, unless it was written elsewhere, in a `let`. */
function placeOf(rule: ResolvedRule, span: Span): Span {
  const inside = span.source === rule.span.source && span.start >= rule.span.start && span.end <= rule.span.end;
  return inside ? span : rule.span;
}
