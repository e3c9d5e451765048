/**
 * Which contributions share an automaton. Making floating patterns and anchored ones deterministic together would
 * multiply them, so they run side by side; a pattern and its excepts stay in one lane. In the floating lane every
 * subset holds the same self-looping node and whatever else it holds has literal children only, which is what keeps
 * it linear (see `determinize`).
 */
import type { Component } from "../ir.gen.js";
import type { Contribution, Pattern } from "./contributions.js";

type Lane = "anchored" | "floating" | "mixed";
type Shape = Lane | "everything";

/** Prefixes times suffixes that one floating lane may hold before these are given a lane of their own. */
const COMBINATIONS_IN_ONE_LANE = 4096;

function isLiteral(component: Component): boolean {
  return component.kind === "literal";
}

/** A globstar, then a name, an affix or a glob, then names only. */
function isPlainFloating(components: readonly Component[]): boolean {
  const [star, first, ...rest] = components;
  if (star?.kind !== "globstar" || first === undefined) return false;
  return first.kind !== "globstar" && first.kind !== "any" && rest.every(isLiteral);
}

function shapeOf(pattern: Pattern, hasExcept: boolean): Shape {
  const { components } = pattern;
  if (components[0]?.kind !== "globstar") return "anchored";
  if (components.length === 1) return "everything";
  const tail = components.at(-1)?.kind === "globstar";
  // Without an except the tail costs no state; with one it would carry the whole lane along beneath it.
  if (tail && hasExcept) return "mixed";
  return isPlainFloating(tail ? components.slice(0, -1) : components) ? "floating" : "mixed";
}

const laneOfShape = (shape: Shape): Lane => (shape === "everything" ? "anchored" : shape);

function laneOf({ match, except }: Contribution): Lane {
  const [only] = match;
  if (except.length === 0 && match.length === 1 && only !== undefined) return laneOfShape(shapeOf(only, false));
  const shapes = new Set([...match, ...except].map((pattern) => shapeOf(pattern, except.length > 0)));
  shapes.delete("everything");
  if (shapes.size > 1 || shapes.has("mixed")) return "mixed";
  return shapes.has("floating") ? "floating" : "anchored";
}

/** Patterns without excepts one by one, so that each finds its own lane. */
function scatter(contribution: Contribution): readonly Contribution[] {
  if (contribution.except.length > 0 || contribution.match.length === 1) return [contribution];
  return contribution.match.map((pattern) => ({ ...contribution, match: [pattern] }));
}

function endsOpen({ match, except }: Contribution): boolean {
  return [...match, ...except].some(({ components: [, first] }) =>
    first?.kind === "glob" || (first?.kind === "affix" && first.suffix !== ""));
}

function combinations(floating: readonly Contribution[]): number {
  const prefixes = new Set<string>();
  const others = new Set<string>();
  for (const { components: [, first] } of floating.flatMap((c) => [...c.match, ...c.except])) {
    if (first?.kind === "affix" && first.prefix !== "") prefixes.add(first.prefix);
    if (first?.kind === "affix" && first.suffix !== "") others.add(first.suffix);
    if (first?.kind === "glob") others.add(JSON.stringify(first.items));
  }
  return (prefixes.size + 1) * (others.size + 1);
}

/** At most POLICY_LANES lists, none empty unless all are. */
export function assignLanes(all: readonly Contribution[]): readonly (readonly Contribution[])[] {
  const lanes: Record<Lane, Contribution[]> = { anchored: [], floating: [], mixed: [] };
  for (const contribution of all.flatMap(scatter)) lanes[laneOf(contribution)].push(contribution);
  const floating = combinations(lanes.floating) <= COMBINATIONS_IN_ONE_LANE
    ? [lanes.floating]
    : [lanes.floating.filter((c) => !endsOpen(c)), lanes.floating.filter(endsOpen)];
  return [lanes.anchored, ...floating, lanes.mixed].filter((lane) => lane.length > 0);
}
