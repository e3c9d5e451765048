import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, interpreter } from "../../src/interpreter/interpret.js";
import type { Access } from "../../src/compiler/access.js";
import { access } from "../compiler/accesses.js";
import { accepted } from "../compiler/front-end.js";
import { policyText } from "../compiler/generators.js";
import { parsePathPattern } from "../../src/compiler/pattern/parse-pattern.js";

const SPAN = { source: { path: "a.pol", text: "" }, start: 0, end: 0 };

function path(op: Extract<Access, { kind: "path" }>["op"], text: string): Access {
  return { kind: "path", op, path: Buffer.from(text).toString("latin1") };
}

function address(
  op: "connect" | "bind", bytes: readonly number[], port = 443, protocol: "tcp" | "udp" | "other" = "tcp",
): Access {
  return { kind: "network", op, family: bytes.length === 4 ? 4 : 6, address: bytes, port, protocol };
}

const v6 = (...tail: readonly number[]): readonly number[] => [...Array<number>(16 - tail.length).fill(0), ...tail];
const mapped = (...bytes: readonly number[]) => v6(0xff, 0xff, ...bytes);

function decided(text: string, one: Access): readonly [string, string | null] {
  const { resolved } = accepted(text);
  const { effect, rule } = decide(resolved, one);
  return [effect, rule === null ? null : resolved.rules[rule]?.id ?? null];
}

describe("which rule decides", () => {
  const POLICY = [
    "default deny read",
    "all: allow read \"/w/**\"",
    "log: audit read \"/w/log/**\"",
    "no: deny read \"/w/log/secret*\" except \"/w/log/secret-not\"",
    "no2: deny read \"/w/log/secret-2\"",
    "end: kill read \"/w/log/secret-k\"",
  ];
  it.each<[string, string, string | null]>([
    ["/x", "deny", null],
    ["/w", "allow", "all"],
    ["/w/a", "allow", "all"],
    ["/w/log", "audit", "log"],
    ["/w/log/secret", "deny", "no"],
    ["/w/log/secret-2", "deny", "no"],
    ["/w/log/secret-not", "audit", "log"],
    ["/w/log/secret-k", "kill", "end"],
  ])("%s: %s by %s", (file, effect, rule) => {
    expect(decided(POLICY.join("\n"), path("read", file))).toEqual([effect, rule]);
  });

  it("every rule that matched is listed in source order", () => {
    const { resolved } = accepted(POLICY.join("\n"));
    expect(decide(resolved, path("read", "/w/log/secret-2"))).toEqual({ effect: "deny", rule: 2, limit: null, privilege: null, matched: [0, 1, 2, 3] });
  });

  it("the order of the rules changes no effect", () => {
    const isValid = (pattern: Parameters<typeof parsePathPattern>[0]) => parsePathPattern(pattern, SPAN).ok;
    fc.assert(fc.property(policyText(isValid), fc.array(access(), { minLength: 10, maxLength: 10 }), (text, accesses) => {
      const forth = interpreter(accepted(text).resolved);
      const back = interpreter(accepted(text.split("\n").reverse().join("\n")).resolved);
      for (const one of accesses) expect(back(one).effect).toBe(forth(one).effect);
    }), { numRuns: 100 });
  });

  it("one more deny or kill permits nothing more", () => {
    const isValid = (pattern: Parameters<typeof parsePathPattern>[0]) => parsePathPattern(pattern, SPAN).ok;
    const permits = (effect: string) => effect === "allow" || effect === "audit";
    fc.assert(fc.property(policyText(isValid), policyText(isValid), fc.array(access(), { minLength: 10, maxLength: 10 }),
      (text, more, accesses) => {
        const refusals = more.split("\n").filter((line) => /^(deny|kill)/.test(line));
        const before = interpreter(accepted(text).resolved);
        const after = interpreter(accepted([text, ...refusals].join("\n")).resolved);
        for (const one of accesses) {
          if (!permits(before(one).effect)) expect(after(one).effect).not.toSatisfy(permits);
        }
      }), { numRuns: 100 });
  });
});

describe("a path", () => {
  it.each<[string, string, boolean]>([
    ["/", "/", true],
    ["/", "/a", false],
    ["/*", "/", false],
    ["/**", "/", true],
    ["/a/**", "/a", true],
    ["/a/**", "/a/b/c", true],
    ["/a/**", "/ab", false],
    ["/a/**/c", "/a/c", true],
    ["/a/**/c", "/a/b/b/c", true],
    ["/a/**/c", "/a/b/cc", false],
    [".env", "/.env", true],
    [".env", "/x/y/.env", true],
    [".env", "/x/y/a.env", false],
    [".env", "/.env/x", false],
    ["**/b/c", "/b/c", true],
    ["~/.ssh/**", "/home/ada/.ssh/id", true],
    ["/*", "/.x", true],
    ["/*", "/a/b", false],
    ["/?", "/ä", false],
    ["/??", "/ä", true],
    ["/[a-c]x", "/bx", true],
    ["/[!a-c]x", "/bx", false],
    ["/[!a]", "/é", false],
    ["/[\\\\]]", "/]", true],
    ["/{a,b{c,}}x", "/bx", true],
    ["/{a,b{c,}}x", "/bcx", true],
    ["/{a,b{c,}}x", "/cx", false],
    ["/a\\\\*", "/a*", true],
    ["/a\\\\*", "/ab", false],
    ["/a.b", "/axb", false],
    ["/A", "/a", false],
    ["/a\\n", "/a", false],
    ["/*", "/a\nb", true],
  ])("%s against %s: %s", (pattern, file, expected) => {
    expect(decided(`r: deny read "${pattern}"`, path("read", file))).toEqual(expected ? ["deny", "r"] : ["allow", null]);
  });

  it("may hold bytes that are not UTF-8", () => {
    expect(decided("r: deny read \"/a?\"", { kind: "path", op: "read", path: "/a\xff" })).toEqual(["deny", "r"]);
  });
});

describe("an operation", () => {
  it.each<[string, Access, string]>([
    ["deny exec \"/x\"", path("load", "/x"), "deny"],
    ["kill exec \"/x\"", path("load", "/x"), "kill"],
    ["audit exec \"/x\"", path("load", "/x"), "allow"],
    ["deny load \"/x\"", path("exec", "/x"), "allow"],
    ["default deny exec", path("load", "/x"), "allow"],
    ["deny exec anonymous", { kind: "anonymous", op: "load" }, "deny"],
    ["deny exec \"/**\"", { kind: "anonymous", op: "exec" }, "allow"],
    ["deny exec anonymous", path("exec", "/x"), "allow"],
    ["deny modify \"/x\"", path("read", "/x"), "allow"],
    ["deny modify \"/x\"", path("setattr", "/x"), "deny"],
    ["deny access \"/x\"", path("read", "/x"), "deny"],
    ["deny access \"/x\"", path("exec", "/x"), "allow"],
  ])("%s", (text, one, effect) => {
    expect(decided(text, one)[0]).toBe(effect);
  });
});

describe("an endpoint", () => {
  it.each<[string, string, Access, boolean]>([
    ["any", "an address", address("connect", [1, 2, 3, 4]), true],
    ["any", "another protocol", address("connect", [1, 2, 3, 4], 0, "other"), true],
    ["any", "a unix socket", { kind: "unix-path", op: "connect", path: "/x" }, true],
    ["any", "an abstract one", { kind: "unix-abstract", op: "connect", name: "" }, true],
    ["any", "an unnamed one", { kind: "unix-unnamed", op: "connect" }, true],
    ["any port 443", "a unix socket", { kind: "unix-path", op: "connect", path: "/x" }, false],
    ["any tcp", "an unnamed one", { kind: "unix-unnamed", op: "connect" }, false],
    ["any port 443", "udp", address("connect", [1, 2, 3, 4], 443, "udp"), true],
    ["any port 443", "another port", address("connect", [1, 2, 3, 4], 444), false],
    ["any port 443", "another protocol", address("connect", [1, 2, 3, 4], 443, "other"), false],
    ["any udp", "another protocol", address("connect", [1, 2, 3, 4], 443, "other"), false],
    ["any udp", "tcp", address("connect", [1, 2, 3, 4]), false],
    ["any port 1-2, 65535", "an edge", address("connect", [1, 2, 3, 4], 65_535), true],
    ["\"10.0.0.0/8\"", "inside", address("connect", [10, 255, 255, 255]), true],
    ["\"10.0.0.0/8\"", "outside", address("connect", [11, 0, 0, 0]), false],
    ["\"10.0.0.0/8\"", "v4-mapped", address("connect", mapped(10, 0, 0, 1)), true],
    ["\"::/0\"", "v4", address("connect", [10, 0, 0, 1]), false],
    ["\"::/0\"", "v4-mapped", address("connect", mapped(10, 0, 0, 1)), false],
    ["\"::/0\"", "v6", address("connect", v6(1)), true],
    ["\"::/95\"", "v4-mapped", address("connect", mapped(10, 0, 0, 1)), false],
    ["\"::ffff:0:0/96\"", "v4", address("connect", [10, 0, 0, 1]), true],
    ["\"::1.2.3.4\"", "v4", address("connect", [1, 2, 3, 4]), false],
    ["loopback", "127/8", address("connect", [127, 255, 0, 1]), true],
    ["loopback", "v4-mapped", address("connect", mapped(127, 0, 0, 1)), true],
    ["loopback", "0.0.0.0", address("connect", [0, 0, 0, 0]), true],
    ["loopback", "::", address("connect", v6()), true],
    ["loopback", "v4-mapped 0.0.0.0", address("connect", mapped(0, 0, 0, 0)), true],
    ["loopback", "0.0.0.1", address("connect", [0, 0, 0, 1]), false],
    ["loopback port 443", "0.0.0.0, another port", address("connect", [0, 0, 0, 0], 80), false],
    ["\"127.0.0.1\"", "0.0.0.0", address("connect", [0, 0, 0, 0]), false],
    ["\"0.0.0.0\"", "0.0.0.0", address("connect", [0, 0, 0, 0]), true],
    ["loopback", "binding 127.0.0.1", address("bind", [127, 0, 0, 1]), true],
    ["loopback", "binding 0.0.0.0", address("bind", [0, 0, 0, 0]), false],
    ["loopback", "binding ::", address("bind", v6()), false],
    ["private", "169.254.1.1", address("connect", [169, 254, 1, 1]), true],
    ["private", "metadata", address("connect", [169, 254, 169, 254]), false],
    ["metadata", "metadata", address("connect", [168, 63, 129, 16]), true],
    ["private", "100.100.100.200", address("connect", [100, 100, 100, 200]), false],
    ["private", "loopback", address("connect", [127, 0, 0, 1]), false],
    ["unix \"/run/*\"", "a unix socket", { kind: "unix-path", op: "connect", path: "/run/x" }, true],
    ["unix \"/run/*\"", "an abstract one", { kind: "unix-abstract", op: "connect", name: "/run/x" }, false],
    ["unix \"/**\"", "an unnamed one", { kind: "unix-unnamed", op: "connect" }, false],
    ["unix \"@/tmp/*\"", "an abstract one", { kind: "unix-abstract", op: "connect", name: "/tmp/a/b" }, true],
    ["unix \"@a\"", "a longer one", { kind: "unix-abstract", op: "connect", name: "a\0" }, false],
  ])("%s against %s: %s", (target, _, one, expected) => {
    expect(decided(`r: deny connect, bind ${target}`, one)[0]).toBe(expected ? "deny" : "allow");
  });
});
