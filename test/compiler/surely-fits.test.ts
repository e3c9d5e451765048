/** The estimate that saves building tables: it may doubt a policy that fits, and never the other way round. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_BOUNDS } from "../../src/compiler/automaton/bounds.js";
import { buildImage } from "../../src/compiler/image/build.js";
import { surelyFits } from "../../src/compiler/image/surely-fits.js";
import { accepted } from "./front-end.js";

const component = fc.constantFrom("a", "b", "c", "**", "*", "a*", "*b", "a*a", "b*c");
const path = fc.array(component, { minLength: 1, maxLength: 4 }).map((components) => `"/${components.join("/")}"`);
const endpoint = fc.constantFrom(
  "any", "loopback port 443", "private port 1-5, 9", "\"10.0.0.0/9\" udp", "\"10.1.0.0/16\" port 80-8080", "unix \"/a/*\"",
  "unix \"@a*\"",
);
const rule = fc.oneof(
  fc.tuple(fc.constantFrom("deny read", "allow read, exec", "kill modify"), path, path),
  fc.tuple(fc.constantFrom("deny connect", "allow connect, bind"), endpoint, endpoint),
).map(([head, target, except]) => `${head} ${target} except ${except}`);
const policy = fc.array(fc.tuple(rule, fc.boolean()), { minLength: 1, maxLength: 6 })
  .map((rules) => rules.map(([text, bare]) => (bare ? text.replace(/ except.*/, "") : text)).join("\n"));

/** One that is small; were several, the least would decide for all. */
const bounds = fc.tuple(
  fc.constantFrom("rules", "meta", "states", "edges", "addresses", "records", "work"), fc.integer({ min: 0, max: 24 }),
).map(([bound, exponent]) => ({ ...DEFAULT_BOUNDS, [bound]: 2 ** exponent }));

describe("surelyFits", () => {
  it("what surely fits some bounds is built within them", () => {
    fc.assert(fc.property(policy, bounds, (text, within) => {
      const { ir } = accepted(text);
      if (surelyFits(ir, within)) expect(buildImage(ir, within).ok).toBe(true);
    }), { numRuns: 1000 });
  });

  it.each<keyof typeof DEFAULT_BOUNDS>(["rules", "meta", "states", "edges", "addresses", "records", "work"])(
    "what may exceed the bound on %s is left to be built", (bound) => {
      const { ir } = accepted("deny read \"/a/*b\", \"/a/**\"\nallow connect \"10.0.0.0/8\" port 443");
      expect(surelyFits(ir, DEFAULT_BOUNDS)).toBe(true);
      expect(surelyFits(ir, { ...DEFAULT_BOUNDS, [bound]: 1 })).toBe(false);
    });

  const many = (count: number, pattern: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => `deny read "${pattern(i)}"`).join("\n");

  it.each<[string, string, boolean]>([
    ["general globs", "deny read \"a?\"", false],
    ["a few names anywhere", many(8, (i) => `**/a${i}`), true],
    ["many folders", many(300, (i) => `/a/${i}/**`), true],
    ["names anywhere in each of many folders", `${many(8, (i) => `**/a${i}`)}\n${many(300, (i) => `/a/${i}/**`)}`, false],
    ["patterns that may combine into many states", many(24, (i) => `**/a${i}/*/b`), false],
    ["patterns that may combine into much work alone", many(13, (i) => `**/a${i}`), false],
  ])("%s", (_, text, fits) => {
    expect(surelyFits(accepted(text).ir, DEFAULT_BOUNDS)).toBe(fits);
  });
});
