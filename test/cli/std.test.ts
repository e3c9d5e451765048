/** The policies that are shipped: without a warning, fit to be included together, and deciding as the cases say. */
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { readSource, stdNames } from "../../src/cli/read-sources.js";
import type { RuleStatement, StringLiteral, TestCase, TestStatement } from "../../src/compiler/ast.js";
import { type LoadedPolicy, loadPolicy } from "../../src/compiler/include.js";
import { resolve } from "../../src/compiler/resolve.js";
import type { ResolvedPolicy } from "../../src/compiler/resolved.js";
import { type Access, interpreter } from "../../src/interpreter/interpret.js";
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

const textOf = ({ parts }: StringLiteral): string =>
  parts.map((part) => part.kind === "text" ? part.text : `\${${part.name}}`).join("");

const sourceOf = ({ span }: TestCase): string => span.source.text.slice(span.start, span.end);

function accessOf(one: TestCase): Access {
  const { operation: { name: op }, target: { subject, ports, protocol } } = one;
  if (op === "connect" || op === "bind") {
    if (subject.kind === "unix") return { kind: "unix-path", op, path: textOf(subject.address) };
    if (subject.kind === "string") {
      const address = ipaddr.parse(textOf(subject)).toByteArray();
      const port = ports?.[0]?.first ?? 0;
      return { kind: "network", op, family: address.length === 4 ? 4 : 6, address, port, protocol: protocol ?? "tcp" };
    }
  } else if (subject.kind === "string" && op !== "modify" && op !== "access" && op !== "privilege") {
    return { kind: "path", op, path: textOf(subject) };
  }
  throw new Error(`no access: ${sourceOf(one)}`);
}

function bind(policy: LoadedPolicy, test: TestStatement | null): ResolvedPolicy {
  const all = new Map((test?.bindings ?? []).map(({ name, value }) => [name.text, textOf(value)]));
  const home = all.get("home") ?? "/home/ada";
  all.delete("home");
  const statements = policy.statements.filter(({ kind }) => kind !== "test");
  const resolved = resolve({ ...policy, statements }, { home, params: Object.fromEntries(all), programs: [] });
  if (!resolved.ok) throw new Error(showDiagnostics(resolved.diagnostics));
  return resolved.value;
}

interface Answer {
  readonly expected: string;
  readonly actual: string;
  /** The rule that decided, null for the default. */
  readonly rule: string | null;
}

function answers(policy: LoadedPolicy, test: TestStatement): readonly Answer[] {
  const bound = bind(policy, test);
  const decide = interpreter(bound);
  return test.cases.map((one) => {
    const { effect, rule } = decide(accessOf(one));
    const text = sourceOf(one);
    return {
      expected: text, actual: `${effect}${text.slice(text.search(/\s/))}`,
      rule: rule === null ? null : bound.rules[rule]?.id ?? null,
    };
  });
}

const testsOf = (policy: LoadedPolicy): readonly TestStatement[] =>
  policy.statements.filter((statement) => statement.kind === "test");

describe.each(["left-out", ...NAMES.filter((name) => name !== "base")])("the cases of test/std/%s.pol", (name) => {
  const policy = load(`test/std/${name}.pol`);
  const all = testsOf(policy).flatMap((test) => answers(policy, test));

  it("are decided as they say", () => {
    expect(all.length).toBeGreaterThan(0);
    expect(all.map(({ actual }) => actual)).toEqual(all.map(({ expected }) => expected));
  });

  it("show each rule at work, and an access that it leaves alone", () => {
    if (name === "left-out") {
      expect(all.filter(({ rule, actual }) => rule === null && actual.startsWith("deny")).length).toBeGreaterThan(0);
      return;
    }
    const decided = new Set(all.map(({ rule }) => rule));
    const rules = bind(policy, null).rules.map(({ id }) => id);
    expect(rules.filter((id) => !decided.has(id))).toEqual([]);
    const leftOut = readFileSync("test/std/left-out.pol", "utf8");
    expect(decided.has(null) || leftOut.includes(`test "${name}: `)).toBe(true);
  });
});
