/** A pattern's text → the patterns without braces that it stands for. */
import type { Outcome, Span } from "../diagnostic.js";
import { isAddressText, partsOfUrl } from "../endpoints.js";
import type { Component, NameComponent } from "../ir.gen.js";
import type { PatternText } from "../resolved.js";
import { isName } from "../strings.js";
import { toComponent } from "./component.js";
import { failure, patternToText } from "./context.js";
import type { PatternContext } from "./context.js";
import { expandBraces } from "./expand.js";
import { plainComponents } from "./plain.js";
import { scanPattern } from "./scan.js";
import type { Token } from "./scan.js";

/** Alternatives that one pattern may stand for. */
export const ALTERNATIVES_LIMIT = 4096;

/** Who begins a pattern with one of these most likely left out the `/` before it. */
const TOP_FOLDERS: ReadonlySet<string> = new Set([
  "bin", "boot", "dev", "etc", "home", "lib", "lib64", "media", "mnt", "opt", "proc", "root", "run", "sbin", "srv",
  "sys", "tmp", "usr", "var",
]);

const GLOBSTAR: Component = { kind: "globstar" };

/** Whether a pattern is sound is asked before anybody asks what it comes to, and then more than once. */
const known = new WeakMap<PatternText, Outcome<readonly (readonly Component[])[]>>();

/** Components from the root, without repeats; `[]` is `/` itself. */
export function parsePathPattern(pattern: PatternText, span: Span): Outcome<readonly (readonly Component[])[]> {
  const before = known.get(pattern);
  if (before !== undefined) return before;
  const plain = plainComponents(pattern);
  const parsed = plain === null ? parseAnyPattern(pattern, span) : { ok: true, value: [plain], diagnostics: [] } as const;
  // What is wrong is said of the place where it stands.
  if (parsed.ok) known.set(pattern, parsed);
  return parsed;
}

/** The same, for plain patterns as well. */
export function parseAnyPattern(pattern: PatternText, span: Span): Outcome<readonly (readonly Component[])[]> {
  const context: PatternContext = { place: "path", text: patternToText(pattern), span };
  const scanned = scanPattern(pattern, context);
  if (!scanned.ok) return scanned;
  const split = splitComponents(scanned.value, pattern, context);
  if (!split.ok) return split;
  let alternatives: readonly (readonly Component[])[] = [[]];
  for (const tokens of split.value) {
    const choices = parseComponent(tokens, context);
    if (!choices.ok) return choices;
    if (alternatives.length * choices.value.length > ALTERNATIVES_LIMIT) return tooMany(context);
    alternatives = alternatives.flatMap((head) => choices.value.map((choice) => appendComponent(head, choice)));
  }
  return { ok: true, value: alternatives, diagnostics: [] };
}

/** The name of an abstract socket, without its `@`, matched as a whole. */
export function parseAbstractName(pattern: PatternText, span: Span): Outcome<readonly NameComponent[]> {
  const context: PatternContext = { place: "abstract", text: patternToText(pattern), span };
  const scanned = scanPattern(pattern, context);
  return scanned.ok ? parseNames(scanned.value, context) : scanned;
}

/** One argument of a command, matched as a whole. */
export function parseArgument(pattern: PatternText, span: Span): Outcome<readonly NameComponent[]> {
  const context: PatternContext = { place: "argument", text: patternToText(pattern), span };
  const scanned = scanPattern(pattern, context);
  return scanned.ok ? parseNames(scanned.value, context) : scanned;
}

/** Without the leading `/`; a pattern that has none is made to float. */
function splitComponents(
  tokens: readonly Token[], pattern: PatternText, context: PatternContext,
): Outcome<readonly (readonly Token[])[]> {
  const { text } = context;
  if (tokens.length === 0) return failure("pattern-empty", context, {}, { help: "`/**` is every file" });
  if (text === "~" && pattern.every((part) => !part.literal)) {
    return failure("pattern-bare-home", context, {},
      { help: "`~/**` is the home directory and all that is in it, `**/~` a file of that name" });
  }
  const components = splitAtSlashes(tokens);
  const [first = [], ...rest] = components;
  const floats = first.some((token) => token.kind === "globstar");
  if (rest.length === 0) return { ok: true, value: floats ? [first] : [[{ kind: "globstar" }], first], diagnostics: [] };
  if (first.length > 0 && !floats) {
    return failure("pattern-relative", context, { pattern: text }, { help: helpForRelative(text, pattern[0]?.literal === false) });
  }
  const named = floats ? components : rest;
  if (named.length === 1 && named[0]?.length === 0) return { ok: true, value: [], diagnostics: [] };
  if (named.slice(0, -1).some((component) => component.length === 0)) {
    return failure("pattern-doubled-slash", context, { pattern: text },
      { help: `\`${text.replace(/\/\/+/g, "/")}\`` });
  }
  if (named.at(-1)?.length === 0) {
    const bare = text.replace(/\/+$/, "");
    const whole = "is the directory and all that is in it";
    return failure("pattern-trailing-slash", context, { pattern: text }, { help: bare.endsWith("/**")
      ? `\`${bare}\` ${whole}` : `\`${bare}/**\` ${whole}, \`${bare}\` the directory alone` });
  }
  return { ok: true, value: named, diagnostics: [] };
}

/** `isWritten`: its beginning stands in the policy, and was not brought in. */
function helpForRelative(text: string, isWritten: boolean): string {
  if (isAddressText(text)) return `addresses stand with \`connect\` and \`bind\`; if a file is meant, write \`**/${text}\``;
  const url = partsOfUrl(text);
  if (url !== null) return `files have no URL; for the address, write \`connect "${url.host}" port ${url.port}\``;
  const first = text.slice(0, text.indexOf("/"));
  if (TOP_FOLDERS.has(first)) return `did you mean \`/${text}\`? At any depth it is \`**/${text}\``;
  if (isWritten && first.startsWith("~")) {
    return "only `~/` is known, the home directory of whom the policy is bound to; "
      + `write where \`${first}\` is, from \`/\``;
  }
  const below = text.slice(first.length);
  if (isWritten && first === "$HOME") return `write \`~${below}\``;
  const name = first.slice(1).toLowerCase().replaceAll("_", "-");
  if (isWritten && first.startsWith("$") && isName(name)) {
    return `variables are not read: write \`param ${name}\` and \`\${${name}}${below}\``;
  }
  if (/(?:^|\/)\.\.(?:\/|$)/.test(text)) return "`..` is never part of a file's own place: write the path from `/`, `~/` or `${…}/`";
  const tail = text.replace(/^(\.\/+)+/, "");
  return `write \`**/${tail}\`, \`~/${tail}\` or \`\${…}/${tail}\``;
}

function splitAtSlashes(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const components: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === "slash") components.push([]);
    else components.at(-1)?.push(token);
  }
  return components;
}

function parseComponent(tokens: readonly Token[], context: PatternContext): Outcome<readonly Component[]> {
  return tokens.some((token) => token.kind === "globstar")
    ? { ok: true, value: [GLOBSTAR], diagnostics: [] }
    : parseNames(tokens, context);
}

function parseNames(tokens: readonly Token[], context: PatternContext): Outcome<readonly NameComponent[]> {
  const expanded = expandBraces(tokens, ALTERNATIVES_LIMIT);
  if (expanded === null) return tooMany(context);
  const [only = [], ...others] = expanded;
  if (others.length === 0) return asList(toComponent(only, context));
  const names = new Map<string, NameComponent>();
  for (const items of expanded) {
    const component = toComponent(items, context);
    if (!component.ok) return component;
    names.set(JSON.stringify(component.value), component.value);
  }
  return { ok: true, value: [...names.values()], diagnostics: [] };
}

function asList<T>(outcome: Outcome<T>): Outcome<readonly T[]> {
  return outcome.ok ? { ...outcome, value: [outcome.value] } : outcome;
}

/** `**` after `**` adds nothing. */
function appendComponent(head: readonly Component[], next: Component): readonly Component[] {
  return next.kind === "globstar" && head.at(-1)?.kind === "globstar" ? head : [...head, next];
}

function tooMany(context: PatternContext): ReturnType<typeof failure> {
  return failure("pattern-too-many-alternatives", context, { pattern: context.text, limit: ALTERNATIVES_LIMIT },
    { help: "write several patterns" });
}
