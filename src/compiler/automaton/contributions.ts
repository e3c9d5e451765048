/**
 * What each rule contributes to the path automata: patterns that match and patterns that take back. A rule is the
 * union of its patterns, each less all excepts, so it may be split pattern by pattern, and an except that cannot meet
 * a pattern may be left out: `deny read "~/.ssh/**", "~/.aws/**" except "~/.ssh/known_hosts"` leaves `~/.aws/**`
 * without an except, which is cheaper.
 */
import type { ProgramList } from "../conditions.js";
import type { Component, Selector } from "../ir.gen.js";
import { recordFrom } from "../sayings.js";
import type { Saying } from "../sayings.js";
import { EMPTY_RECORD, isFileOperation, programRecord } from "../verdict.js";
import type { VerdictRecord } from "../verdict.js";

export interface Pattern {
  readonly statement: number;
  readonly text: string;
  /** Without two globstars in a row. */
  readonly components: readonly Component[];
}

/** Applies `record` where one of `match` does and none of `except`. */
export interface Contribution {
  readonly record: VerdictRecord;
  readonly match: readonly Pattern[];
  readonly except: readonly Pattern[];
}

type Kind = "path" | "unix-path" | "unix-abstract";

/** Pairs of pattern and except that are compared before a rule is left whole. */
const PAIRS_COMPARED = 1 << 24;

function collapse(components: readonly Component[]): readonly Component[] {
  return components.filter((c, i) => c.kind !== "globstar" || components[i - 1]?.kind !== "globstar");
}

function patternsOf(selectors: readonly Selector[], kind: Kind, statement: number): readonly Pattern[] {
  return selectors.flatMap((selector): Pattern[] => {
    if (selector.kind !== kind) return [];
    const components = selector.kind === "unix-abstract" ? [selector.name] : collapse(selector.components);
    return [{ statement, text: selector.text, components }];
  });
}

function literalMeets(name: string, other: Component): boolean {
  if (other.kind === "literal") return other.name === name;
  if (other.kind !== "affix") return true;
  return name.startsWith(other.prefix) && name.endsWith(other.suffix);
}

function componentsMeet(a: Component, b: Component): boolean {
  if (a.kind === "literal") return literalMeets(a.name, b);
  return b.kind === "literal" ? literalMeets(b.name, a) : true;
}

/** False only if no path matches both. */
export function mayMeet(a: readonly Component[], b: readonly Component[]): boolean {
  for (let i = 0; ; i++) {
    const left = a[i];
    const right = b[i];
    if (left?.kind === "globstar" || right?.kind === "globstar") return true;
    if (left === undefined || right === undefined) return left === right;
    if (!componentsMeet(left, right)) return false;
  }
}

/** Patterns with the same excepts left stay together. */
function split(record: VerdictRecord, match: readonly Pattern[], except: readonly Pattern[]): readonly Contribution[] {
  if (except.length === 0) return [{ record, match, except }];
  if (match.length * except.length > PAIRS_COMPARED) return [{ record, match, except }];
  const groups = new Map<string, { match: Pattern[]; except: readonly Pattern[] }>();
  for (const pattern of match) {
    const meets = except.map((e) => mayMeet(pattern.components, e.components));
    const key = meets.flatMap((meet, index) => (meet ? [index] : [])).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { match: [pattern], except: except.filter((_, index) => meets[index]) });
    else group.match.push(pattern);
  }
  return [...groups.values()].map((group) => ({ record, ...group }));
}

function contributionsOf(saying: Saying, kind: Kind): readonly Contribution[] {
  if (!saying.match.some((selector) => selector.kind === kind)) return [];
  const match = patternsOf(saying.match, kind, saying.statement);
  const record = recordFrom(saying, (op) => isFileOperation(op) === (kind === "path"));
  if (record === EMPTY_RECORD) return [];
  return split(record, match, patternsOf(saying.except, kind, saying.statement));
}

/** Which lists of programs a path is in is told with its verdict. */
function ofPrograms({ programs, statement }: ProgramList, list: number): Contribution {
  return { record: programRecord(list), match: patternsOf(programs, "path", statement), except: [] };
}

export function contributions(sayings: readonly Saying[], programs: readonly ProgramList[], kinds: readonly Kind[]): readonly Contribution[] {
  return [
    ...kinds.flatMap((kind) => sayings.flatMap((saying) => contributionsOf(saying, kind))),
    ...(kinds.includes("path") ? programs.map(ofPrograms) : []),
  ];
}
