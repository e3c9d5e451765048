/**
 * Patterns for the interpreter: regular expressions over latin-1, in which one character is one byte. A `/` must be
 * followed by a name, which is how a component is never empty.
 */
import type { PatternText } from "../compiler/resolved.js";

/** What the unescaped wildcards stand for: any byte, and in a path any byte but `/`. */
interface Alphabet {
  readonly byte: string;
  /** A slash before anything but `**`. */
  readonly slash: string;
  readonly isPath: boolean;
}
const PATH: Alphabet = { byte: "[^/]", slash: "/(?=[^/])", isPath: true };
const ABSTRACT: Alphabet = { byte: "[^]", slash: "/", isPath: false };
const ANY_DIRECTORIES = "(?:/[^/]+)*";

interface Unit {
  readonly char: string;
  readonly literal: boolean;
}

/** Over a canonical absolute path. */
export function pathMatcher(pattern: PatternText): (path: string) => boolean {
  const text = pattern.map((part) => part.text).join("");
  if (text === "/") return (path) => path === "/";
  const prefix = text.startsWith("/") ? "" : text.includes("/") ? "/" : "/**/";
  const regExp = toRegExp([{ literal: false, text: prefix }, ...pattern], PATH);
  return (path) => regExp.test(path === "/" ? "" : path);
}

/** Over the whole name of an abstract socket, in which `/` is nothing special. */
export function nameMatcher(pattern: PatternText): (name: string) => boolean {
  const regExp = toRegExp(pattern, ABSTRACT);
  return (name) => regExp.test(name);
}

function toRegExp(pattern: PatternText, alphabet: Alphabet): RegExp {
  const units = pattern.flatMap((part) => Array.from(part.text, (char): Unit => ({ char, literal: part.literal })));
  let source = "";
  let depth = 0;
  for (let i = 0; i < units.length; i++) {
    if (isSyntax(units[i], "\\")) source += units[i + 1]?.char === "/" ? "" : charSource(units[++i]);
    else if (alphabet.isPath && units[i]?.char === "/" && isGlobstar(units.slice(i + 1, i + 4))) {
      source += ANY_DIRECTORIES;
      i += 2;
    } else if (units[i]?.char === "/") source += alphabet.slash;
    else if (isSyntax(units[i], "*")) source += `${alphabet.byte}*`;
    else if (isSyntax(units[i], "?")) source += alphabet.byte;
    else if (isSyntax(units[i], "[")) {
      const members = setMembers(units.slice(i + 1));
      source += (alphabet.isPath ? "(?!/)" : "") + members.source;
      i += members.length;
    } else if (isSyntax(units[i], "{")) {
      source += "(?:";
      depth++;
    } else if (isSyntax(units[i], ",") && depth > 0) source += "|";
    else if (isSyntax(units[i], "}") && depth > 0) {
      source += ")";
      depth--;
    } else source += charSource(units[i]);
  }
  return new RegExp(`^${source}$`);
}

function isGlobstar([first, second, after]: readonly Unit[]): boolean {
  return isSyntax(first, "*") && isSyntax(second, "*") && (after === undefined || after.char === "/");
}

/** From after the `[` up to its `]`, and how many characters that is. */
function setMembers(units: readonly Unit[]): { readonly source: string; readonly length: number } {
  const negated = isSyntax(units[0], "!");
  let source = negated ? "[^" : "[";
  for (let i = negated ? 1 : 0; i < units.length; i++) {
    if (isSyntax(units[i], "]")) return { source: `${source}]`, length: i + 1 };
    if (isSyntax(units[i], "\\")) source += charSource(units[++i]);
    else if (isSyntax(units[i], "-") && !/\[\^?$/.test(source) && !isSyntax(units[i + 1], "]")) source += "-";
    else source += charSource(units[i]);
  }
  throw new Error("internal error: a set that is never closed reached the interpreter");
}

function isSyntax(unit: Unit | undefined, char: string): boolean {
  return unit !== undefined && !unit.literal && unit.char === char;
}

/** Its UTF-8 bytes, none of them special. */
function charSource(unit: Unit | undefined): string {
  return [...new TextEncoder().encode(unit?.char ?? "")]
    .map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}
