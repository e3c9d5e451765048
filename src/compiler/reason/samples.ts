/** Paths that a pattern surely matches, and which of many patterns match a path: spares most questions the exploration. */
import { bytesOf } from "../automaton/tables.js";
import type { ByteString } from "../automaton/tables.js";
import { assertNever } from "../diagnostic.js";
import type { GlobItem, NameComponent } from "../ir.gen.js";
import { matchesPath } from "../pattern/match.js";
import type { Pattern } from "./tied-rules.js";

/** The names of a path, as bytes. */
export type PathNames = readonly ByteString[];

const NAME_MAX = 255;
const SLASH = 0x2f;
/** How many names stand for a globstar, in turn. */
const DEPTHS = [1, 0, 2] as const;

/** None where no name could be found without a search; `fresh` stands where any name does. */
export function samplePaths(pattern: Pattern, fresh: string): readonly PathNames[] {
  const floats = pattern.some(({ kind }) => kind === "globstar");
  return (floats ? DEPTHS : [0]).flatMap((depth) => {
    const names = pattern.flatMap((component): readonly (ByteString | null)[] =>
      component.kind === "globstar" ? new Array<ByteString>(depth).fill(fresh) : [sampleName(component, fresh)]);
    const found = names.filter((name) => name !== null);
    return found.length === names.length ? [found] : [];
  });
}

function sampleName(component: NameComponent, fresh: string): ByteString | null {
  switch (component.kind) {
    case "any":
      return fresh;
    case "literal":
      return bytesOf(component.name);
    case "affix":
      return checked(`${bytesOf(component.prefix)}${fresh}${bytesOf(component.suffix)}`);
    case "glob":
      return checked(component.items.map((item) => sampleItem(item, fresh)).join(""));
    default:
      return assertNever(component);
  }
}

function sampleItem(item: GlobItem, fresh: string): ByteString {
  switch (item.kind) {
    case "text":
      return bytesOf(item.text);
    case "run":
      return fresh;
    case "byte": {
      const isIn = (byte: number): boolean => item.ranges.some(({ first, last }) => first <= byte && byte <= last);
      for (let byte = 0x7a; byte > 0; byte--) {
        if (byte !== SLASH && isIn(byte) !== item.negated) return String.fromCharCode(byte);
      }
      return String.fromCharCode(0xff);
    }
    default:
      return assertNever(item);
  }
}

function checked(name: ByteString): ByteString | null {
  return name.length > NAME_MAX || name === "." || name === ".." ? null : name;
}

export function matchesNames(pattern: Pattern, names: PathNames): boolean {
  return matchesPath(pattern, names.map((name) => Buffer.from(name, "latin1")));
}

interface Entry<T> {
  readonly pattern: Pattern;
  readonly value: T;
}

/** Patterns by the names that they begin with, or end in. */
export class PatternIndex<T> {
  private readonly byStart = new Map<ByteString, Entry<T>[]>();
  private readonly byEnd = new Map<ByteString, Entry<T>[]>();
  private readonly others: Entry<T>[] = [];

  add(pattern: Pattern, value: T): void {
    const wild = pattern.findIndex(({ kind }) => kind !== "literal");
    const names = pattern.slice(0, wild === -1 ? undefined : wild)
      .map((component) => (component.kind === "literal" ? bytesOf(component.name) : ""));
    const last = pattern.at(-1);
    const entry = { pattern, value };
    if (names.length > 0) append(this.byStart, names.join("/"), entry);
    else if (last?.kind === "literal") append(this.byEnd, bytesOf(last.name), entry);
    else this.others.push(entry);
  }

  /** What was added with each pattern that matches. */
  at(names: PathNames): readonly T[] {
    const starts = names.map((_, i) => names.slice(0, i + 1).join("/"));
    const candidates = [
      ...starts.flatMap((start) => this.byStart.get(start) ?? []), ...this.byEnd.get(names.at(-1) ?? "") ?? [], ...this.others,
    ];
    if (candidates.length === 0) return [];
    const bytes = names.map((name) => Buffer.from(name, "latin1"));
    return candidates.filter(({ pattern }) => matchesPath(pattern, bytes)).map(({ value }) => value);
  }
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
