/** Does a pattern of the IR match? For the few look-ups that the compiler itself makes; the image has automata. */
import { assertNever } from "../diagnostic.js";
import type { Component, GlobItem, NameComponent } from "../ir.gen.js";

const encoder = new TextEncoder();

/** The names of an absolute path's components, as bytes. */
export function pathNames(path: string): readonly Uint8Array[] {
  return path.split("/").filter((name) => name !== "").map((name) => encoder.encode(name));
}

export function matchesPath(components: readonly Component[], names: readonly Uint8Array[]): boolean {
  return matchesWithRuns(components, names, (component) => component.kind === "globstar",
    (component, name) => component.kind !== "globstar" && matchesName(component, name));
}

export function matchesName(component: NameComponent, name: Uint8Array): boolean {
  switch (component.kind) {
    case "any":
      return true;
    case "literal":
      return matchesItems([{ kind: "text", text: component.name }], name);
    case "affix": {
      const [prefix, suffix] = [encoder.encode(component.prefix), encoder.encode(component.suffix)];
      return name.length >= prefix.length + suffix.length
        && prefix.every((byte, i) => name[i] === byte)
        && suffix.every((byte, i) => name[name.length - suffix.length + i] === byte);
    }
    case "glob":
      return matchesItems(component.items, name);
    default:
      return assertNever(component);
  }
}

/** An item that takes exactly one byte, or a run. */
type ByteTest = Exclude<GlobItem, { kind: "text" }> | { readonly kind: "exact"; readonly byte: number };

function matchesItems(items: readonly GlobItem[], name: Uint8Array): boolean {
  const tests = items.flatMap((item): readonly ByteTest[] => item.kind === "text"
    ? [...encoder.encode(item.text)].map((byte) => ({ kind: "exact", byte }))
    : [item]);
  return matchesWithRuns(tests, [...name], (test) => test.kind === "run", takesByte);
}

/** Of a byte or a run: whether the item takes this one. */
export function takesByte(test: ByteTest, byte: number): boolean {
  switch (test.kind) {
    case "exact":
      return test.byte === byte;
    case "byte":
      return test.negated !== test.ranges.some((range) => range.first <= byte && byte <= range.last);
    case "run":
      return false;
    default:
      return assertNever(test);
  }
}

/** Going back to the last run alone is enough: an earlier one could only have left less to the rest. */
function matchesWithRuns<P, V>(
  pattern: readonly P[], values: readonly V[], isRun: (part: P) => boolean, takes: (part: P, value: V) => boolean,
): boolean {
  let [p, v, runAt, resumeAt] = [0, 0, -1, 0];
  while (v < values.length) {
    const [part, value] = [pattern[p], values[v]];
    if (part !== undefined && isRun(part)) {
      [runAt, resumeAt] = [p, v];
      p++;
    } else if (part !== undefined && value !== undefined && takes(part, value)) {
      p++;
      v++;
    } else if (runAt !== -1) {
      p = runAt + 1;
      v = ++resumeAt;
    } else {
      return false;
    }
  }
  return pattern.slice(p).every(isRun);
}
