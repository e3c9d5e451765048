/** That names which are not tried hide nothing: `explore` with and without them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Component } from "../../src/compiler/ir.gen.js";
import { parsePathPattern } from "../../src/compiler/pattern/parse-pattern.js";
import { explore } from "../../src/compiler/reason/explore.js";
import { type Likeness, skipLikeSiblings } from "../../src/compiler/reason/like-siblings.js";
import { Names } from "../../src/compiler/reason/names.js";
import { matchedPatterns, PatternTrie, type TriePattern } from "../../src/compiler/reason/pattern-trie.js";

const SPAN = { source: { path: "a.pol", text: "" }, start: 0, end: 0 };

interface Rule {
  readonly meaning: string;
  readonly match: readonly string[];
  readonly except: readonly string[];
  /** Whether what it matches is what is looked at. */
  readonly guides: boolean;
}

function componentsOf(pattern: string): readonly Component[] {
  const parsed = parsePathPattern([{ literal: false, text: pattern }], SPAN);
  if (!parsed.ok || parsed.value[0] === undefined) throw new Error(pattern);
  return parsed.value[0];
}

/** Owners: twice the number of the rule for what it matches, one more for what it excepts. */
function patternsOf(rules: readonly Rule[]): readonly TriePattern[] {
  return rules.flatMap(({ match, except, guides }, i) => [
    ...match.map((text) => ({ components: componentsOf(text), owner: 2 * i, guides })),
    ...except.map((text) => ({ components: componentsOf(text), owner: 2 * i + 1, guides: false })),
  ]);
}

function likenessIn(rules: readonly Rule[]): (owner: number) => Likeness | null {
  return (owner) => {
    const rule = rules[owner >> 1];
    if (rule === undefined || rule.guides) return null;
    return { meaning: `${rule.meaning}${owner % 2 === 1 ? " except" : ""}`, exceptsOf: rule.except.length === 0 ? null : String(owner >> 1) };
  };
}

interface Found {
  /** What rules say together, with the length of the shortest path where they do. */
  readonly said: ReadonlyMap<string, number>;
  readonly skipped: number;
}

function find(rules: readonly Rule[], skips: boolean): Found {
  const patterns = patternsOf(rules);
  const trie = new PatternTrie(patterns, () => false);
  if (skips) skipLikeSiblings(trie, true, likenessIn(rules));
  const said = new Map<string, number>();
  explore(trie, new Names(true), (subset, path) => {
    const owners = new Set(matchedPatterns(subset).map((pattern) => patterns[pattern]?.owner));
    const saying = rules.flatMap(({ meaning, guides }, i) =>
      (owners.has(2 * i) && !owners.has(2 * i + 1) ? [guides ? `rule ${i}` : meaning] : []));
    const key = [...new Set(saying)].sort().join();
    said.set(key, Math.min(said.get(key) ?? Infinity, path.length));
    return false;
  });
  return { said, skipped: skippedIn(trie) };
}

function skippedIn({ root }: PatternTrie): number {
  const seen = new Set([root]);
  let count = 0;
  for (const { skipped, literals, globs, any, star } of seen) {
    count += skipped.size;
    for (const child of [...literals.values(), ...Array.from(globs.values(), (glob) => glob.child), any, star]) {
      if (child !== null) seen.add(child);
    }
  }
  return count;
}

/** Rules that differ in numbers within names, some of these shared with others, some known to globs. */
const place = fc.constantFrom(
  "/n#", "/n#/c", "/n#/**", "/d/n#", "/d/n#/**", "/d/n#/m#", "/d/n#/c/**", "/*/n#", "/n#/*", "/n#/*/c", "/n#/m#/**", "**/n#",
  "**/n#/**", "**/n#/c", "**/n#/m#", "**/n#/**/c", "/d/**/n#", "/d/**/n#/**", "/n#/**/c", "/n#/**/m#", "**/c/n#/c", "/e#/n#", "/e#/**/n#");
const shared = fc.constantFrom("/**", "/d/**", "**/c", "**/c/**", "/n*", "**/n1?", "/*/c", "/d/*/c", "/n1", "**/m2/**", "/*1", "/**/n*/c");
const number = fc.constantFrom("1", "2", "3", "4", "11", "12", "13");

const ofNumbers = fc.record({
  letter: fc.constantFrom("n", "k", "p", "q"), meaning: fc.constantFrom("allow", "deny"),
  match: fc.uniqueArray(place, { minLength: 1, maxLength: 2 }),
  except: fc.uniqueArray(place, { maxLength: 2 }), hasExcept: fc.boolean(),
  numbers: fc.uniqueArray(number, { minLength: 2, maxLength: 4 }),
}).map(({ letter, meaning, match, except, hasExcept, numbers }) => numbers.map((n): Rule => {
  const numbered = (text: string): string => text.replaceAll("n#", letter + n).replaceAll("#", n + letter);
  return { meaning, match: match.map(numbered), except: hasExcept ? except.map(numbered) : [], guides: false };
}));
const other = fc.record({
  meaning: fc.constantFrom("allow", "deny"), match: fc.tuple(fc.oneof(shared, place)), except: fc.uniqueArray(shared, { maxLength: 1 }),
  guides: fc.boolean(),
}).map((rule): Rule => ({ ...rule, match: rule.match.map((text) => text.replaceAll("#", "2")) }));
const guide = fc.constantFrom("/**", "**/c", "**/c/**", "/d/**", "**/x", "/n2/**", "/*/x", "/*/*/*").map((text): Rule =>
  ({ meaning: "allow", match: [text], except: [], guides: true }));

const policy = fc.tuple(fc.array(ofNumbers, { minLength: 1, maxLength: 3 }), fc.array(other, { maxLength: 3 }), guide)
  .map(([families, others, last]) => [...families.flat(), ...others, last]);

/** That the paths which are tried show all that the others would. */
function shown(rules: readonly Rule[]): number {
  const [all, some] = [find(rules, false), find(rules, true)];
  expect(new Map([...some.said].sort())).toEqual(new Map([...all.said].sort()));
  return some.skipped;
}

const RUNS = Number(process.env["POLICIES"] ?? 500);
const deny = (match: readonly string[], except: readonly string[] = []): Rule => ({ meaning: "deny", match, except, guides: false });
const askedOf = (text: string): Rule => ({ meaning: "allow", match: [text], except: [], guides: true });

describe("names that are not tried", () => {
  it("hide nothing that rules may say together, nor a shorter path to it", () => {
    let skipped = 0;
    fc.assert(fc.property(policy, (rules) => { skipped += shown(rules); }), { numRuns: RUNS });
    expect(skipped).toBeGreaterThan(RUNS / 2);
  }, RUNS * 200);

  it("hide nothing of a rule that matches elsewhere what it excepts here", () => {
    shown([deny(["/d/y/**"], ["/d/y/c"]), deny(["/d/xx/**", "**/c"], ["/d/xx/c"]), askedOf("/**"), askedOf("/d/*/c")]);
  });

  it.each([
    ["rules of one place", Array.from({ length: 5 }, (_, i) => `/srv/project-${i}/**`), 4],
    ["names at any depth", Array.from({ length: 5 }, (_, i) => `**/secret-${i}`), 4],
    ["names beneath names", Array.from({ length: 6 }, (_, i) => `/srv/tenant-${i % 2}/project-${i}`), 5],
    ["nothing of a name that another pattern has", ["/a/one", "/a/two", "/b/two", "/one"], 0],
    ["nothing of names that a glob tells apart", ["/a/one", "/a/two", "**/o*/x"], 0],
  ])("are most of them: %s", (_, patterns, expected) => {
    expect(find([...patterns.map((text) => deny([text])), askedOf("/**")], true).skipped).toBe(expected);
  });
});
