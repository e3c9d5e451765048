import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Component } from "../../src/compiler/ir.gen.js";
import { meetingSome } from "../../src/compiler/reason/meeting-patterns.js";
import { matchesNames } from "../../src/compiler/reason/samples.js";
import { runs } from "../support/runs.js";

const GLOBSTAR: Component = { kind: "globstar" };
const SIMPLE: readonly Component[] = [
  { kind: "literal", name: "a" }, { kind: "literal", name: "b" }, { kind: "any" }, GLOBSTAR,
];
const ANY: readonly Component[] = [
  ...SIMPLE, { kind: "literal", name: "ab" }, { kind: "affix", prefix: "a", suffix: "" }, { kind: "affix", prefix: "", suffix: "b" },
  { kind: "affix", prefix: "a", suffix: "b" },
  { kind: "glob", items: [{ kind: "text", text: "a" }, { kind: "byte", negated: true, ranges: [] }] },
  { kind: "glob", items: [{ kind: "byte", negated: false, ranges: [{ first: 97, last: 98 }] }, { kind: "run" }, { kind: "text", text: "b" }] },
];

/** `**` never follows itself. */
const patternOf = (components: readonly Component[]): fc.Arbitrary<readonly Component[]> =>
  fc.array(fc.constantFrom(...components), { maxLength: 3 }).map((drawn) =>
    drawn.filter(({ kind }, i) => kind !== "globstar" || drawn[i - 1]?.kind !== "globstar"));

const pathsOf = (names: readonly string[], most: number): readonly (readonly string[])[] =>
  most === 0 ? [[]] : [[], ...pathsOf(names, most - 1).flatMap((path) => names.map((name) => [name, ...path]))];

const meet = (pattern: readonly Component[], others: readonly (readonly Component[])[], paths: readonly (readonly string[])[]): boolean =>
  paths.some((path) => matchesNames(pattern, path) && others.some((other) => matchesNames(other, path)));

describe("patterns that meet some of others", () => {
  /** `matchesNames`, and so these tests, go by this. */
  it.each([
    ["ab", true], ["abb", true], ["bb", true], ["b", false], ["ba", false], ["cb", false],
  ])("`[ab]*b` and the name `%s`: %s", (name, matches) => {
    expect(matchesNames(ANY.slice(-1), [name])).toBe(matches);
  });

  it("are never missed", () => {
    const paths = pathsOf(["a", "b", "ab", "aab", "c"], 4);
    fc.assert(fc.property(patternOf(ANY), fc.array(patternOf(ANY), { maxLength: 4 }), (pattern, others) => {
      fc.pre(meet(pattern, others, paths));
      expect(meetingSome(others)(pattern)).toBe(true);
    }), runs(2000));
  });

  it("are all that are found, where no names are alike", () => {
    // No two patterns of three components need a longer path to meet.
    const paths = pathsOf(["a", "b", "c"], 6);
    fc.assert(fc.property(patternOf(SIMPLE), fc.array(patternOf(SIMPLE), { minLength: 1, maxLength: 3 }), (pattern, others) => {
      expect(meetingSome(others)(pattern)).toBe(meet(pattern, others, paths));
    }), runs(1000));
  });

  it("are found among more than a function takes arguments", () => {
    const others = Array.from({ length: 150_000 }, (_, i): readonly Component[] => [{ kind: "literal", name: `n${i}` }, GLOBSTAR]);
    const meets = meetingSome(others);
    expect(meets([GLOBSTAR, { kind: "literal", name: "x" }])).toBe(true);
    expect(meets([{ kind: "literal", name: "x" }])).toBe(false);
  });
});
