/** Paths that a pattern surely matches, and which of many patterns match a path: spares most questions the exploration. */
import { bytesOf } from "../automaton/tables.js";
import type { ByteString } from "../automaton/tables.js";
import { assertNever } from "../diagnostic.js";
import type { GlobItem, NameComponent } from "../ir.gen.js";
import { matchesName } from "../pattern/match.js";
import type { Pattern } from "./tied-rules.js";

/** The names of a path, as bytes. */
export type PathNames = readonly ByteString[];

const NAME_MAX = 255;
const SLASH = 0x2f;
/** How many names stand for a globstar, in turn. */
const DEPTHS = [1, 0, 2] as const;

/** None where no name could be found without a search; `fresh` stands where any name does. */
export function* samplePaths(pattern: Pattern, fresh: string): Generator<PathNames> {
  const floats = pattern.some(({ kind }) => kind === "globstar");
  for (const depth of floats ? DEPTHS : [0]) {
    const names = pattern.flatMap((component): readonly (ByteString | null)[] =>
      component.kind === "globstar" ? new Array<ByteString>(depth).fill(fresh) : [sampleName(component, fresh)]);
    const found = names.filter((name) => name !== null);
    if (found.length === names.length) yield found;
  }
}

/** Whether one of the samples will do. */
export function someSample(pattern: Pattern, fresh: string, accepts: (names: PathNames) => boolean): boolean {
  for (const names of samplePaths(pattern, fresh)) if (accepts(names)) return true;
  return false;
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

/** Going back to the last globstar alone is enough: an earlier one could only have left less to the rest. */
export function matchesNames(pattern: Pattern, names: PathNames): boolean {
  let [at, name, starAt, resumeAt] = [0, 0, -1, 0];
  while (name < names.length) {
    const [component, own] = [pattern[at], names[name] ?? ""];
    if (component?.kind === "globstar") {
      [starAt, resumeAt] = [at, name];
      at++;
    } else if (component !== undefined && matchesOne(component, own)) {
      at++;
      name++;
    } else if (starAt === -1) {
      return false;
    } else {
      at = starAt + 1;
      name = ++resumeAt;
    }
  }
  return pattern.slice(at).every(({ kind }) => kind === "globstar");
}

export function matchesOne(component: NameComponent, name: ByteString): boolean {
  switch (component.kind) {
    case "any":
      return true;
    case "literal":
      return bytesOf(component.name) === name;
    case "affix": {
      const [prefix, suffix] = [bytesOf(component.prefix), bytesOf(component.suffix)];
      return name.length >= prefix.length + suffix.length && name.startsWith(prefix) && name.endsWith(suffix);
    }
    case "glob":
      return hasEndsOf(component.items, name) && matchesName(component, Buffer.from(name, "latin1"));
    default:
      return assertNever(component);
  }
}

/** Whether the name begins and ends as the glob does, where it does so with text. */
function hasEndsOf(items: readonly GlobItem[], name: ByteString): boolean {
  const [first, last] = [items[0], items.at(-1)];
  return (first?.kind !== "text" || name.startsWith(bytesOf(first.text)))
    && (last?.kind !== "text" || name.endsWith(bytesOf(last.text)));
}

/** Whether the names at some place differ before either pattern is free to go on as it likes, or the last ones do. */
export function partAtOnce(a: Pattern, b: Pattern): boolean {
  for (const [i, one] of a.entries()) {
    const other = b[i];
    if (other === undefined || one.kind === "globstar" || other.kind === "globstar") break;
    if (namesPart(one, other)) return true;
  }
  const [last, otherLast] = [a.at(-1), b.at(-1)];
  return last !== undefined && otherLast !== undefined && last.kind !== "globstar" && otherLast.kind !== "globstar"
    && namesPart(last, otherLast);
}

/** Whether no name matches both; false as well where that is too much to tell. */
export function namesPart(a: NameComponent, b: NameComponent): boolean {
  if (a.kind === "literal") return !matchesOne(b, bytesOf(a.name));
  if (b.kind === "literal") return !matchesOne(a, bytesOf(b.name));
  if (a.kind !== "affix" || b.kind !== "affix") return false;
  return !(a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix))
    || !(a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix));
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
    return candidates.filter(({ pattern }) => matchesNames(pattern, names)).map(({ value }) => value);
  }
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
