import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Ir, Selector } from "../../src/compiler/ir.gen.js";
import { parsePathPattern } from "../../src/compiler/pattern/parse-pattern.js";
import type { Bindings, PatternText } from "../../src/compiler/resolved.js";
import { interpreter } from "../../src/interpreter/interpret.js";
import { access } from "./accesses.js";
import { evaluateIr } from "./evaluate-ir.js";
import { accepted } from "./front-end.js";
import { policyText } from "./generators.js";

const SPAN = { source: { path: "a.pol", text: "" }, start: 0, end: 0 };
const isValid = (pattern: PatternText) => parsePathPattern(pattern, SPAN).ok;
const validate = new Ajv().compile(JSON.parse(readFileSync("grammar/ir.schema.json", "utf8")));

/** Without what privileges say by default. */
function lowered(text: string, bindings: Partial<Bindings> = {}): Ir {
  return accepted(`${text}\ndefault allow privilege`, bindings).ir;
}

/** `7f000000/8 443-443,1-2 tcp` */
function show(selector: Selector): string {
  if (selector.kind !== "network") return selector.kind;
  const ports = selector.ports?.map(({ first, last }) => `${first}-${last}`).join(",");
  return [`${selector.address}/${selector.prefixLength}`, ports, selector.protocol].filter((part) => part != null).join(" ");
}

describe("an endpoint becomes", () => {
  const unix = ["unix-path", "unix-abstract", "unix-unnamed"];
  const any6 = `${"0".repeat(32)}/0`;
  it.each<[string, readonly string[]]>([
    ["connect any", ["00000000/0", any6, ...unix]],
    ["connect any tcp", ["00000000/0 tcp", `${any6} tcp`]],
    ["connect any port 443", ["00000000/0 443-443", `${any6} 443-443`]],
    ["connect \"::/0\"", [any6]],
    ["connect \"0.0.0.0/0\"", ["00000000/0"]],
    ["connect \"::ffff:10.0.0.0/104\"", ["0a000000/8"]],
    ["connect \"::ffff:0:0/96\"", ["00000000/0"]],
    ["connect \"::fffe:0:0/95\"", ["00000000000000000000fffe00000000/95"]],
    ["connect \"::1.2.3.4\"", ["00000000000000000000000001020304/128"]],
    ["connect \"10.0.0.0/8\" port 8000-8999, 1, 8500-9000, 9001, 0 udp", ["0a000000/8 0-1,8000-9001 udp"]],
    ["connect \"10.0.0.0/8\" port 3, 1, 5-6, 5", ["0a000000/8 1-1,3-3,5-6"]],
    ["connect loopback", ["7f000000/8", "00000000000000000000000000000001/128", "00000000/32", `${"0".repeat(32)}/128`]],
    ["bind loopback", ["7f000000/8", "00000000000000000000000000000001/128"]],
    ["connect metadata", ["a9fea9fe/32", "a9feaa02/32", "646464c8/32", "a83f8110/32", "fd000ec2000000000000000000000254/128"]],
    ["connect unix \"/run/{a,b}\"", ["unix-path", "unix-path"]],
    ["connect unix \"@x\"", ["unix-abstract"]],
  ])("%s", (rule, expected) => {
    const { rules } = lowered(`allow ${rule}`);
    expect(rules).toHaveLength(1);
    expect(rules[0]?.match.map(show)).toEqual(expected);
  });

  it("`private` without the metadata addresses: as many addresses as the ranges have, less four", () => {
    const match = lowered("deny connect private").rules[0]?.match ?? [];
    const size = (family: number) => match.reduce((sum, selector) => selector.kind === "network" && selector.family === family
      ? sum + 2n ** BigInt((family === 4 ? 32 : 128) - selector.prefixLength) : sum, 0n);
    expect(size(4)).toBe(2n ** 24n + 2n ** 20n + 2n ** 16n + 2n ** 22n + 2n ** 16n - 3n);
    expect(size(6)).toBe(2n ** 121n + 2n ** 118n - 1n);
  });
});

describe("a rule", () => {
  it("over `connect` and `bind` with `loopback` becomes two that share id and source", () => {
    const { rules } = lowered("first: allow bind, connect \"1.2.3.4\" except loopback\nallow connect any");
    expect(rules.map(({ id, operations, except }) => [id, operations, except.length]))
      .toEqual([["first", ["connect"], 4], ["first", ["bind"], 2], ["a.pol:2", ["connect"], 0]]);
    expect(rules[0]?.source).toEqual(rules[1]?.source);
  });

  it("stays one without `loopback`", () => {
    expect(lowered("allow bind, connect private").rules.map(({ operations }) => operations)).toEqual([["connect", "bind"]]);
  });

  it.each<[string, readonly string[]]>([
    ["deny exec", ["exec", "load"]],
    ["kill exec", ["exec", "load"]],
    ["allow exec", ["exec"]],
    ["audit exec", ["exec"]],
    ["deny load", ["load"]],
    ["deny load, exec, read", ["read", "exec", "load"]],
    ["deny access", ["read", "write", "create", "delete", "setattr"]],
    ["deny modify, write", ["write", "create", "delete", "setattr"]],
  ])("%s decides %j", (head, operations) => {
    expect(lowered(`${head} "/x"`).rules.map((rule) => rule.operations)).toEqual([operations]);
  });

  it("covers files behind links for `exec` and `load` alone", () => {
    const programs = [{ name: "/usr/bin/sh", target: "/usr/bin/dash" }];
    const ir = lowered("deny read, exec \"sh\" except \"/usr/bin/sh\"", { programs });
    const texts = (selectors: readonly Selector[]) => selectors.map((selector) => selector.kind === "path" ? selector.text : "");
    expect(ir.rules.map(({ operations, match, except }) => [operations, texts(match), texts(except)])).toEqual([
      [["read"], ["sh"], ["/usr/bin/sh"]],
      [["exec", "load"], ["sh", "/usr/bin/dash"], ["/usr/bin/sh", "/usr/bin/dash"]],
    ]);
  });

  it("names its place", () => {
    expect(lowered("\n  \n  deny read \"/x\"").rules[0]).toMatchObject(
      { id: "a.pol:3", source: { file: "a.pol", line: 3, column: 3 } });
  });
});

describe("the IR", () => {
  it("is valid against its schema, and decides what the interpreter decides", () => {
    fc.assert(fc.property(policyText(isValid), fc.array(access(), { minLength: 20, maxLength: 20 }), (text, accesses) => {
      const { resolved, ir } = accepted(text);
      expect(validate(ir), JSON.stringify(validate.errors)).toBe(true);
      const decide = interpreter(resolved);
      for (const one of accesses) {
        const expected = decide(one);
        const decided = evaluateIr(ir, one);
        const rule = expected.rule === null ? null : resolved.rules[expected.rule]?.id ?? "none";
        expect([decided.effect, decided.rule?.id ?? null], JSON.stringify(one)).toEqual([expected.effect, rule]);
      }
    }), { numRuns: 300 });
  });

  it("does not depend on the order of what is bound", () => {
    const text = "param a\nparam b\ndeny read \"${a}${b}\"";
    const forth = accepted(text, { params: { a: "/x", b: "/y" } });
    const back = accepted(text, { params: { b: "/y", a: "/x" } });
    expect(JSON.stringify(forth.ir)).toBe(JSON.stringify(back.ir));
  });

  it("has types that are generated from the schema as it stands", () => {
    expect(() => execFileSync("node", ["scripts/generate-ir.mjs", "--check"], { stdio: "pipe" })).not.toThrow();
  });
});
