/** The estimate that saves building tables: it may doubt a policy that fits, and never the other way round. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_BOUNDS } from "../../src/compiler/automaton/bounds.js";
import { buildImage } from "../../src/compiler/image/build.js";
import { surelyFits } from "../../src/compiler/image/surely-fits.js";
import { policyWith } from "./contextual-policies.js";
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
const within = (names: readonly string[]): fc.Arbitrary<typeof DEFAULT_BOUNDS> =>
  fc.tuple(fc.constantFrom(...names), fc.integer({ min: 0, max: 24 }))
    .map(([bound, exponent]) => ({ ...DEFAULT_BOUNDS, [bound]: 2 ** exponent }));
const PLAIN = ["rules", "meta", "states", "edges", "addresses", "records", "work"] as const;

describe("surelyFits", () => {
  it.each([
    ["", policy, PLAIN], [", with a memory", policyWith(" tracks files"), Object.keys(DEFAULT_BOUNDS)],
  ] as const)("what surely fits some bounds is built within them%s", (_, policies, names) => {
    let fitting = 0;
    fc.assert(fc.property(policies, within(names), (text, bounds) => {
      const { ir } = accepted(text);
      if (!surelyFits(ir, bounds)) return;
      fitting++;
      expect(buildImage(ir, bounds).ok, text).toBe(true);
    }), { numRuns: 1000 });
    expect(fitting).toBeGreaterThan(50);
  });

  it.each<keyof typeof DEFAULT_BOUNDS>(PLAIN)(
    "what may exceed the bound on %s is left to be built", (bound) => {
      const { ir } = accepted("deny read \"/a/*b\", \"/a/**\"\nallow connect \"10.0.0.0/8\" port 443");
      expect(surelyFits(ir, DEFAULT_BOUNDS)).toBe(true);
      expect(surelyFits(ir, { ...DEFAULT_BOUNDS, [bound]: 1 })).toBe(false);
    });

  it.each<keyof typeof DEFAULT_BOUNDS>(["marks", "programs", "limits", "moments", "arguments", "argumentBits", "argumentClasses", "globRows",
    "conditions", "terms", "cases"])("what may exceed the bound on %s is left to be built", (bound) => {
    const { ir } = accepted(`mark one on exec "/a" args "x", "y"\nmark two on success "/a" args only "z"\n`
      + `limit read "/a" to 3 per 1s then deny\nlimit write "/a" to 3 per 1s then deny\n`
      + `deny read "/a" when one and exe "/b" or two\ndeny write "/a" when under "/c"`);
    expect(surelyFits(ir, DEFAULT_BOUNDS)).toBe(true);
    expect(surelyFits(ir, { ...DEFAULT_BOUNDS, [bound]: 1 })).toBe(false);
  });

  const many = (count: number, pattern: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => `deny read "${pattern(i)}"`).join("\n");

  it.each<[string, string, boolean]>([
    ["general globs", "deny read \"a?\"", false],
    ["general globs of what a condition names", "deny read \"/a\" when exe \"a?\"", false],
    ["general globs of what sets a mark", "mark m on read \"a?\"\ndeny read \"/a\" when m", false],
    ["globs of arguments", "deny exec \"/a\" args \"-*\"", false],
    ["patterns of marks that may combine into many states", `mark m on ${many(24, (i) => `**/a${i}/*/b`).replaceAll("\ndeny", ",").replaceAll("deny ", "")}\ndeny read "/a" when m`, false],
    ["a few names anywhere", many(8, (i) => `**/a${i}`), true],
    ["many folders", many(300, (i) => `/a/${i}/**`), true],
    ["names anywhere in each of many folders", `${many(8, (i) => `**/a${i}`)}\n${many(300, (i) => `/a/${i}/**`)}`, false],
    ["patterns that may combine into many states", many(24, (i) => `**/a${i}/*/b`), false],
    ["patterns that may combine into much work alone", many(13, (i) => `**/a${i}`), false],
  ])("%s", (_, text, fits) => {
    expect(surelyFits(accepted(text).ir, DEFAULT_BOUNDS)).toBe(fits);
  });
});
