/** Path automata: lanes, what keeps them small, what makes them too large. */
import { describe, expect, it } from "vitest";
import { Budget, DEFAULT_BOUNDS } from "../../src/compiler/automaton/bounds.js";
import { buildPathTables } from "../../src/compiler/automaton/build.js";
import { contributions, mayMeet } from "../../src/compiler/automaton/contributions.js";
import { assignLanes } from "../../src/compiler/automaton/lanes.js";
import type { PathTables } from "../../src/compiler/automaton/tables.js";
import { ConditionTable } from "../../src/compiler/conditions.js";
import { sayingsOf } from "../../src/compiler/sayings.js";
import { accepted } from "./front-end.js";

/** Without the sockets that privileges speak of by default. */
function tables(text: string): PathTables {
  const built = buildPathTables(accepted(`${text}\ndefault allow privilege`).ir);
  if (!built.ok) throw new Error(`${built.exceeded.bound} exceeded`);
  return built.value;
}

function laneSizes(text: string): readonly number[] {
  const { ir } = accepted(text);
  const conditions = new ConditionTable(ir, new Budget(DEFAULT_BOUNDS));
  return assignLanes(contributions(sayingsOf(ir, conditions), conditions.programs, ["path"])).map((lane) => lane.reduce((sum, c) => sum + c.match.length, 0));
}

/** One rule a pattern, so that none share a record. */
function rules(patterns: readonly string[]): string {
  return patterns.map((pattern) => `deny read "${pattern}"\n`).join("");
}

function numbered(count: number, pattern: (i: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, i) => pattern(i));
}

describe("lanes", () => {
  it.each([
    ["anchored patterns share one", rules(["/a/b", "/a/**/c", "/*/d*"]), [3]],
    ["floating ones have their own", rules(["/a", ".env", "**/b/c", "**/d/**"]), [1, 3]],
    ["an inner globstar after a floating name is mixed", rules(["/a", "b", "**/a/**/b"]), [1, 1, 1]],
    ["a floating affix below a name is mixed", rules(["b", "**/a/*.pem"]), [1, 1]],
    ["a pattern and the except that meets it stay together", `deny read "/a/**" except "b"`, [1]],
    ["a pattern that no except meets leaves", `deny read "/a/**", "/b/**" except "/a/c"`, [2]],
    ["a floating pattern and its floating except stay floating", rules(["/x"]) + `deny read ".env" except "*.b"`, [1, 1]],
    ["none for a policy without paths", "deny connect any port 1", []],
  ])("%s", (_, text, sizes) => {
    expect(laneSizes(text)).toEqual(sizes);
  });

  it("many prefixes and many suffixes do not multiply", () => {
    const patterns = [...numbered(300, (i) => `p${i}-*`), ...numbered(300, (i) => `*.s${i}`)];
    const { lanes, classes } = tables(rules(patterns));
    expect(lanes).toBe(2);
    expect(classes).toHaveLength(600);
  });
});

describe("mayMeet", () => {
  const components = (text: string): Parameters<typeof mayMeet>[0] => {
    const selector = accepted(`deny read "${text}"`).ir.rules[0]?.match[0];
    return selector?.kind === "path" ? selector.components : [];
  };
  it.each([
    ["/a", "/a", true], ["/a", "/b", false], ["/a", "/a/b", false], ["/a/**", "/a/b/c", true], ["/a/**", "/b/c", false],
    ["/a*", "/ab", true], ["/a*", "/b", false], ["/*b", "/ab", true], ["/*b", "/ba", false], ["/a*", "/*b", true],
    ["/a/**", "**/c", true], ["/?", "/ab", true], ["/*", "/a", true], ["/a/*/c", "/a/b/d", false],
  ])("%s and %s: %s", (a, b, meets) => {
    expect(mayMeet(components(a), components(b))).toBe(meets);
    expect(mayMeet(components(b), components(a))).toBe(meets);
  });
});

describe("size", () => {
  it("a tail costs no state of its own", () => {
    // DEAD, start, a, b; the tail is the sticky record of b.
    expect(tables(rules(["/a/b/**"])).states).toHaveLength(4);
  });

  it("equal ends of one rule are one state", () => {
    const { states } = tables(`deny read ${numbered(50, (i) => `"/a${i}/x/**"`).join(", ")}`);
    expect(states).toHaveLength(4);
  });

  it("grows linearly with floating names, beside anchored ones", () => {
    const grown = (n: number): PathTables =>
      tables(rules([...numbered(n, (i) => `/srv/p${i}/data`), ...numbered(n, (i) => `name${i}`), ...numbered(n, (i) => `**/name${i}/in`)]));
    const [small, large] = [grown(50), grown(500)];
    expect(large.states.length).toBeLessThanOrEqual(10 * small.states.length);
    expect(large.edges.length).toBeLessThanOrEqual(10 * small.edges.length);
  });

  it("siblings of a `*` fall back to it instead of repeating its names", () => {
    const { edges } = tables(rules([...numbered(100, (i) => `/home/u${i}/own`), ...numbered(100, (i) => `/home/*/n${i}`)]));
    expect(edges.length).toBeLessThan(500);
  });
});

describe("bounds", () => {
  it("names the patterns that make too many states", () => {
    const culprits = numbered(12, (i) => `**/a${i}/**/b${i}`);
    const built = buildPathTables(accepted(rules(["/x", ...culprits])).ir, { ...DEFAULT_BOUNDS, states: 1000 });
    if (built.ok) throw new Error("no bound is exceeded");
    expect(built.exceeded).toMatchObject({ bound: "states", limit: 1000 });
    expect(built.exceeded.culprits.length).toBeGreaterThan(0);
    for (const { statement, text } of built.exceeded.culprits) expect(text).toBe(culprits[statement - 1]);
  });

  it("names affixes whose combinations are too many", () => {
    const patterns = [...numbered(40, (i) => `/d/p${i}-*`), ...numbered(40, (i) => `/d/*.s${i}`)];
    const built = buildPathTables(accepted(rules(patterns)).ir, { ...DEFAULT_BOUNDS, edges: 1000 });
    if (built.ok) throw new Error("no bound is exceeded");
    expect(built.exceeded.culprits.length).toBeGreaterThan(0);
    for (const { statement, text } of built.exceeded.culprits) expect(text).toBe(patterns[statement]);
  });

  it("names globs that need too many rows", () => {
    const built = buildPathTables(accepted(rules(["/d/*a??????????"])).ir, { ...DEFAULT_BOUNDS, globRows: 100 });
    expect(built).toMatchObject({ ok: false, exceeded: { bound: "globRows", culprits: [{ statement: 0, text: "/d/*a??????????" }] } });
  });

  it("stops early enough to stay quick", () => {
    const started = performance.now();
    const built = buildPathTables(accepted(rules(numbered(30, (i) => `**/a${i}/**/b${i}`))).ir, { ...DEFAULT_BOUNDS, states: 1 << 14 });
    expect(built.ok).toBe(false);
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});
