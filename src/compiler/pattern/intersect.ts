/**
 * The patterns that match what two patterns both match, exactly. One of the two, `plain`, has names that are literal, `*` or
 * a beginning and `*`, and `**` in the last place alone: with any two patterns the result need not be patterns.
 */
import { invariant } from "../diagnostic.js";
import type { Component, GlobItem, NameComponent } from "../ir.gen.js";
import { simplest } from "./component.js";
import { matchesName, takesByte } from "./match.js";

const encoder = new TextEncoder();

export function intersectPaths(plain: readonly Component[], other: readonly Component[]): readonly (readonly Component[])[] {
  const [head, ...tail] = plain;
  const [first, ...rest] = other;
  if (head?.kind === "globstar") return [other];
  if (first?.kind === "globstar") {
    const beneath = head === undefined ? [] : intersectPaths(tail, other).map((path) => [head, ...path]);
    return [...intersectPaths(plain, rest), ...beneath];
  }
  if (head === undefined || first === undefined) return head === first ? [[]] : [];
  return intersectNames(head, first).flatMap((name) => intersectPaths(tail, rest).map((path) => [name, ...path]));
}

export function intersectNames(plain: NameComponent, other: NameComponent): readonly NameComponent[] {
  switch (plain.kind) {
    case "literal":
      return matchesName(other, encoder.encode(plain.name)) ? [plain] : [];
    case "any":
      return [other];
    default: {
      invariant(plain.kind === "affix" && plain.suffix === "", "a plain name has its `*` last");
      return beginningWith(plain.prefix, itemsOf(other)).map((items) => simplest(joined([{ kind: "text", text: plain.prefix }, ...items])));
    }
  }
}

/** What follows the prefix, for each way in which the items can take it. */
function beginningWith(prefix: string, items: readonly GlobItem[]): readonly (readonly GlobItem[])[] {
  const [first, ...rest] = items;
  if (prefix === "") return [items];
  switch (first?.kind) {
    case undefined:
      return [];
    case "text":
      if (first.text.startsWith(prefix)) return [[{ kind: "text", text: first.text.slice(prefix.length) }, ...rest]];
      return prefix.startsWith(first.text) ? beginningWith(prefix.slice(first.text.length), rest) : [];
    case "byte":
      return takesByte(first, prefix.charCodeAt(0)) ? beginningWith(prefix.slice(1), rest) : [];
    case "run": {
      const parts = Array.from(prefix, (_, taken) => beginningWith(prefix.slice(taken), rest));
      return [items, ...parts.flat()];
    }
  }
}

function itemsOf(name: NameComponent): readonly GlobItem[] {
  switch (name.kind) {
    case "literal": return [{ kind: "text", text: name.name }];
    case "any": return [{ kind: "run" }];
    case "affix": return [{ kind: "text", text: name.prefix }, { kind: "run" }, { kind: "text", text: name.suffix }];
    case "glob": return name.items;
  }
}

/** Text never beside text, a run never beside a run, and none of nothing. */
function joined(items: readonly GlobItem[]): readonly GlobItem[] {
  const all: GlobItem[] = [];
  for (const item of items) {
    const last = all.at(-1);
    if (item.kind === "text" && item.text === "") continue;
    if (item.kind === "run" && last?.kind === "run") continue;
    if (item.kind === "text" && last?.kind === "text") all.splice(-1, 1, { kind: "text", text: last.text + item.text });
    else all.push(item);
  }
  return all;
}
