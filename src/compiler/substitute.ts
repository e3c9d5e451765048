/** Puts the values of parameters and single-string lets in the place of `${name}`, and the home directory in that of `~`. */
import type { StringLiteral, StringPart } from "./ast.js";
import type { Diagnostic } from "./diagnostic.js";
import { report } from "./messages.js";
import { meantWord } from "./other-words.js";
import { patternToText } from "./pattern/context.js";
import type { Definitions } from "./resolve-names.js";
import type { PatternPart, PatternText } from "./resolved.js";

/** UTF-16 units that a string may have when everything is substituted; lets that double each other end here. */
const LENGTH_LIMIT = 65_536;
/** Definitions that may build on one another. */
const DEPTH_LIMIT = 256;

/** What a string stands for; null when a mistake that has been reported lies below it. */
export type Substitute = (literal: StringLiteral) => Substituted | null;

export interface Substituted {
  readonly parts: PatternText;
  /** The parameter that the string begins with, if its value is not an absolute path. */
  readonly start: { readonly name: string; readonly value: string } | null;
}

/** Values from outside: `--set` and `--home`. */
export interface ScopeInput {
  readonly definitions: Definitions;
  readonly params: Readonly<Record<string, string>>;
  readonly home: string;
}

export interface Scope {
  readonly substitute: Substitute;
  /** Every parameter that has a value, by name; sorted. */
  readonly params: Readonly<Record<string, string>>;
  /** What is wrong with the definitions and with every string substituted so far. */
  readonly diagnostics: readonly Diagnostic[];
}

type Reference = Extract<StringPart, { kind: "reference" }>;

/** Evaluates every definition, used or not. */
export function createScope({ definitions, params, home }: ScopeInput): Scope {
  const diagnostics: Diagnostic[] = [];
  const values = new Map<string, Substituted | null>();
  const pending: string[] = [];

  const fail = (...reports: readonly Diagnostic[]): null => {
    diagnostics.push(...reports);
    return null;
  };

  const valueOf = (name: string): Substituted | null => {
    const known = values.get(name);
    if (known !== undefined) return known;
    pending.push(name);
    const value = evaluate(name);
    pending.pop();
    values.set(name, value);
    return value;
  };

  const evaluate = (name: string): Substituted | null => {
    const param = definitions.params.get(name);
    const single = definitions.lets.get(name)?.values[0];
    if (param === undefined) return single === undefined ? null : substitute(single);
    const bound = Object.hasOwn(params, name) ? params[name] : undefined;
    const preset = param.default === null ? null : substitute(param.default);
    if (bound !== undefined) return literalValue(name, bound);
    if (param.default === null) {
      return fail(report("unbound-parameter", param.name.span, { name }, { help: `--set ${name}=…` }));
    }
    return preset === null ? null : literalValue(name, patternToText(expandHome(preset.parts, home)));
  };

  const resolveReference = (reference: Reference): Substituted | null => {
    const { name, span } = reference;
    const list = definitions.lets.get(name);
    if (!definitions.params.has(name) && list === undefined) {
      return fail(report("unknown-name", span, { kind: "parameter or let", name },
        { help: didYouMean(name, singleNames(definitions), (other) => `\${${other}}`) }));
    }
    if (!definitions.params.has(name) && list?.list === true) {
      return fail(report("list-in-string", span, { name },
        { labels: [{ message: "the list is defined here", span: list.name.span }],
          help: `a list is a target by itself: \`${name}\`, without quotes` }));
    }
    if (!values.has(name) && pending.length >= DEPTH_LIMIT) {
      return fail(report("definitions-too-deep", span, { limit: DEPTH_LIMIT }));
    }
    const cycleStart = pending.indexOf(name);
    if (cycleStart === -1) return valueOf(name);
    const labels = pending.slice(cycleStart).flatMap((member) => {
      const definition = definitions.params.get(member) ?? definitions.lets.get(member);
      return definition === undefined
        ? [] : [{ message: `\`${member}\` is defined here`, span: definition.name.span }];
    });
    return fail(report("cyclic-definition", span, { name }, { labels }));
  };

  const substitute: Substitute = (literal) => {
    const [only] = literal.parts;
    // Most strings are this.
    if (only?.kind === "text" && literal.parts.length === 1 && only.text.length <= LENGTH_LIMIT) {
      return { parts: [{ literal: false, text: only.text }], start: null };
    }
    const pieces = literal.parts.map((part): Substituted | null => part.kind === "text"
      ? { parts: [{ literal: false, text: part.text }], start: null }
      : resolveReference(part));
    const whole = pieces.filter((piece) => piece !== null);
    if (whole.length < pieces.length) return null;
    const length = whole.reduce((sum, piece) => sum + patternToText(piece.parts).length, 0);
    if (length > LENGTH_LIMIT) return fail(report("string-too-long", literal.span, { limit: LENGTH_LIMIT }));
    return { parts: joinParts(dropRoots(whole.map((piece) => piece.parts))), start: whole[0]?.start ?? null };
  };

  for (const name of definitions.params.keys()) valueOf(name);
  for (const [name, definition] of definitions.lets) {
    if (definition.list) definition.values.forEach(substitute);
    else if (!definitions.params.has(name)) valueOf(name);
  }
  const bound = [...definitions.params.keys()].sort().flatMap((name): readonly [string, string][] => {
    const value = values.get(name);
    return value === undefined || value === null ? [] : [[name, patternToText(value.parts)]];
  });
  return { substitute, params: Object.fromEntries(bound), diagnostics };
}

/** `~` and `~/…` as the person wrote them; a bare `~` is left for the pattern's own check. */
export function expandHome(parts: PatternText, home: string): PatternText {
  const [first, ...more] = parts;
  if (first === undefined || first.literal || !first.text.startsWith("~")) return parts;
  if (!patternToText(parts).startsWith("~/")) return parts;
  const rest = [{ ...first, text: first.text.slice(1) }, ...more];
  return joinParts(dropRoots([[{ literal: true, text: dropTrailingSlash(home) }], rest]));
}

/** `did you mean` with what can be pasted, or nothing. */
export function didYouMean(
  name: string, candidates: Iterable<string>, quote: (name: string) => string = (other) => other,
): string | undefined {
  const other = meantWord(name, candidates);
  return other === undefined ? undefined : `did you mean \`${quote(other)}\`?`;
}

function literalValue(name: string, text: string): Substituted {
  const start = text.startsWith("/") ? null : { name, value: text };
  return { parts: [{ literal: true, text: dropTrailingSlash(text) }], start };
}

/** `/` itself stays; `dropRoots` knows what to do with it. */
export function dropTrailingSlash(text: string): string {
  let end = text.length;
  while (end > 1 && text[end - 1] === "/") end--;
  return text.slice(0, end);
}

/** A value that is `/` alone is the trailing slash to be dropped, save where nothing else says that a path begins. */
function dropRoots(groups: readonly PatternText[]): readonly PatternText[] {
  const second = patternToText(groups[1] ?? []);
  return groups.map((group, index) => {
    const [only, ...more] = group;
    const isRoot = only?.literal === true && only.text === "/" && more.length === 0;
    return isRoot && (index > 0 || second.startsWith("/")) ? [] : group;
  });
}

function singleNames({ params, lets }: Definitions): readonly string[] {
  return [...params.keys(), ...[...lets.values()].flatMap((entry) => (entry.list ? [] : [entry.name.text]))];
}

/** Without empty parts, and with neighbours of one sort joined. */
function joinParts(groups: readonly PatternText[]): PatternText {
  const joined: PatternPart[] = [];
  const [first, ...more] = groups;
  if (first?.length === 1 && more.length === 0 && first[0]?.text !== "") return first;
  for (const part of groups.flat()) {
    const last = joined.at(-1);
    if (part.text === "") continue;
    if (last?.literal === part.literal) joined.splice(-1, 1, { literal: part.literal, text: last.text + part.text });
    else joined.push(part);
  }
  return joined;
}
