/** Patterns of plain names, `*` and `**`, which is most of them, read without the scanner. */
import type { Component } from "../ir.gen.js";
import type { PatternText } from "../resolved.js";
import { patternToText } from "./context.js";

const WRITTEN = /^[A-Za-z0-9._/*-]*$/;
const BROUGHT_IN = /^[A-Za-z0-9._/-]*$/;
/** No name that is longer than this is decided here; NAME_MAX and the limit of affixes lie above. */
const LONGEST = 200;

/** Null for every other pattern, those with a mistake among them. */
export function plainComponents(pattern: PatternText): readonly Component[] | null {
  if (!pattern.every(({ literal, text }) => (literal ? BROUGHT_IN : WRITTEN).test(text))) return null;
  const names = patternToText(pattern).split("/");
  const [first] = names;
  if (names.length === 1 && first === "") return null;
  // Anchored, floating as written, or a name alone, which floats.
  const named = first === "" ? names.slice(1) : first === "**" ? names : names.length === 1 ? ["**", ...names] : null;
  if (named === null) return null;
  const components: Component[] = [];
  for (const name of named) {
    const component = toComponent(name);
    if (component === null) return null;
    if (component.kind !== "globstar" || components.at(-1)?.kind !== "globstar") components.push(component);
  }
  return components;
}

function toComponent(name: string): Component | null {
  if (name === "**") return { kind: "globstar" };
  if (name === "*") return { kind: "any" };
  const star = name.indexOf("*");
  if (star !== name.lastIndexOf("*") || name.length > LONGEST || name === "" || name === "." || name === "..") return null;
  return star === -1 ? { kind: "literal", name } : { kind: "affix", prefix: name.slice(0, star), suffix: name.slice(star + 1) };
}
