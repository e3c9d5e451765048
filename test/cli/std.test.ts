/** The policies that are shipped: without a warning, fit to be included together, and deciding as their tests say. */
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readSource, stdNames } from "../../src/cli/read-sources.js";
import type { RuleStatement } from "../../src/compiler/ast.js";
import { type LoadedPolicy, loadPolicy } from "../../src/compiler/include.js";
import { resolve } from "../../src/compiler/resolve.js";
import { CHECKOUT, policycIn } from "../support/in-process.js";
import { showDiagnostics } from "../support/show-diagnostics.js";

const NAMES = stdNames();
const CLEAN = { status: 0, stdout: "", stderr: "" };

function load(path: string): LoadedPolicy {
  const loaded = loadPolicy(path, readSource);
  if (!loaded.ok) throw new Error(showDiagnostics(loaded.diagnostics));
  return loaded.value;
}

const rulesOf = (path: string): readonly RuleStatement[] =>
  load(path).statements.filter((statement) => statement.kind === "rule");

describe.each(NAMES)("std:%s", (name) => {
  it("has nothing that lint warns of", async () => {
    expect(await policycIn(CHECKOUT, "lint", `std/${name}.pol`)).toEqual(CLEAN);
  });

  it("is laid out", async () => {
    expect((await policycIn(CHECKOUT, "fmt", "--check", `std/${name}.pol`)).status).toBe(0);
  });

  it("gives the reason of each rule, also to who is denied", () => {
    const silent = rulesOf(`std/${name}.pol`).filter(({ leading, because, effect }) =>
      because === null && (effect === "deny" || effect === "kill" || leading.length === 0));
    expect(silent.map(({ span }) => span.source.text.slice(span.start, span.end))).toEqual([]);
  });

  it("calls its rules so that they meet no rule of another file", () => {
    const names = rulesOf(`std/${name}.pol`).flatMap((rule) => rule.name === null ? [] : [rule.name.text]);
    expect(names.filter((own) => !own.startsWith(`${name}-`))).toEqual([]);
  });

  it("is described, with its parameters", () => {
    const described = readFileSync("docs/standard-policies.md", "utf8");
    expect(described).toContain(`| \`std:${name}\` |`);
    for (const statement of load(`std/${name}.pol`).statements) {
      if (statement.kind === "param") expect(described).toContain(`| \`${statement.name.text}\` |`);
    }
  });
});

it("all of them can be included in one policy, in any order", () => {
  const includes = NAMES.map((name) => `include "std:${name}"`);
  for (const lines of [includes, includes.toReversed()]) {
    const loaded = loadPolicy("all.pol", (path) => path === "all.pol" ? { path, text: lines.join("\n") } : readSource(path));
    if (!loaded.ok) throw new Error(showDiagnostics(loaded.diagnostics));
    expect(resolve(loaded.value, { home: "/home/ada", params: {}, programs: [] }).ok).toBe(true);
  }
});

it("each is tried with its tool", () => {
  const tried = readdirSync("test/e2e/fixtures/tools").map((file) => basename(file, ".sh"));
  expect(tried.filter((name) => name !== "run").sort()).toEqual(NAMES.filter((name) => name !== "base"));
});

// --- cases -----------------------------------------------------------------------------------------------------------

const REPORT = z.object({
  passed: z.number(), failed: z.number(),
  cases: z.array(z.object({ access: z.string().nullable(), ok: z.boolean(), actual: z.string().nullable(), rule: z.unknown() })),
  coverage: z.object({ uncovered: z.array(z.unknown()) }),
});

/** What `policyc test` says of a file. */
async function tested(path: string) {
  const { status, stdout, stderr } = await policycIn(CHECKOUT, "test", path, "--home", "/home/ada", "--json", "--coverage");
  return { status, stderr, report: REPORT.parse(JSON.parse(stdout)) };
}

const LEFT_OUT = "test/std/left-out.pol";

describe.each(NAMES)("the tests of std:%s", (name) => {
  it("hold, and show each rule and each except at work", async () => {
    const { status, stderr, report } = await tested(`std/${name}.pol`);
    expect(report.cases.filter(({ ok }) => !ok)).toEqual([]);
    expect(report.coverage.uncovered).toEqual([]);
    expect([status, stderr]).toEqual([0, ""]);
  });

  it("and an access that it leaves to the default", async () => {
    const { report } = await tested(`std/${name}.pol`);
    const leftOut = readFileSync(LEFT_OUT, "utf8").includes(`test "${name}: `);
    expect(leftOut || report.cases.some(({ rule }) => rule === null)).toBe(true);
  });
});

it("what the policies of tools leave out is denied by default where they are all included", async () => {
  const { status, stderr, report } = await tested(LEFT_OUT);
  expect(report.cases.filter(({ ok }) => !ok)).toEqual([]);
  expect([status, stderr]).toEqual([0, ""]);
  expect(report.cases.filter(({ actual, rule }) => actual === "deny" && rule === null).length).toBeGreaterThan(50);
});
