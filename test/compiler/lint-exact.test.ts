/** Warnings that take exact reasoning: found where they should be, and true for every access and every binding. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyFixes } from "../../src/cli/apply-fixes.js";
import { choosePlaceholders } from "../../src/compiler/checks/choose-placeholders.js";
import type { Diagnostic } from "../../src/compiler/diagnostic.js";
import { loadPolicy } from "../../src/compiler/include.js";
import { findExactly } from "../../src/compiler/lint-exact.js";
import { parsePathPattern } from "../../src/compiler/pattern/parse-pattern.js";
import { findDifferences, relationOf } from "../../src/compiler/reason/find-differences.js";
import { findShadowed } from "../../src/compiler/reason/find-shadowed.js";
import { tieRules } from "../../src/compiler/reason/tied-rules.js";
import type { TiedRule } from "../../src/compiler/reason/tied-rules.js";
import { resolve } from "../../src/compiler/resolve.js";
import type { PatternText } from "../../src/compiler/resolved.js";
import { interpreter } from "../../src/interpreter/interpret.js";
import { runs } from "../support/runs.js";
import { access } from "./accesses.js";
import { accepted, found, HOME, readFrom } from "./front-end.js";
import { policyText } from "./generators.js";
import { linted } from "./linted.js";

const DEFAULTS = "default deny read, write, create, exec, connect, bind\n";
type Found = readonly (readonly [string, string])[];

const isNeedless = ({ code }: Diagnostic): boolean =>
  ["shadowed-rule", "duplicate-rule", "redundant-target", "pattern-never-matches", "useless-except", "redundant-allow"].includes(code);
const labelled = (diagnostics: readonly Diagnostic[]): readonly string[] =>
  diagnostics.flatMap(({ labels }) => labels.map(({ span }) => span.source.text.slice(span.start, span.end)));

describe("rules that never decide", () => {
  it.each<[string, string, Found, readonly string[]]>([
    ["beneath one of the same effect", 'allow read "/a/**"\nallow read "/a/b"', [["shadowed-rule", 'allow read "/a/b"']], ['allow read "/a/**"']],
    ["not before it", 'allow read "/a/b"\nallow read "/a/**"', [], []],
    ["beneath a stronger one, wherever that stands", 'allow read "/a/b"\ndeny access "/a/**"', [["shadowed-rule", 'allow read "/a/b"']], ['deny access "/a/**"']],
    ["beneath several together", 'deny read "/a/*"\ndeny read "/a/*/**"\naudit read "/a/**" except "/a"',
      [["shadowed-rule", 'audit read "/a/**" except "/a"']], ['deny read "/a/*"', 'deny read "/a/*/**"']],
    ["not where one operation is left", 'deny read "/a/**"\nallow read, write "/a/b"', [], []],
    ["each operation beneath another", 'deny read "/a/**"\nkill write "/a/b"\nallow read, write "/a/b"',
      [["shadowed-rule", 'allow read, write "/a/b"']], ['deny read "/a/**"', 'kill write "/a/b"']],
    ["not where what would decide is excepted", 'deny read "/a/**" except "/a/b"\nallow read "/a/b"', [], []],
    ["by a glob", 'deny read "/a/*.key"\nallow read "/a/x[0-9].key"', [["shadowed-rule", 'allow read "/a/x[0-9].key"']], ['deny read "/a/*.key"']],
    ["not by globs that leave a name", 'deny read "/a/[!x]*"\nallow read "/a/?"', [], []],
    ["by a name at any depth", 'deny read ".env"\naudit read "/srv/*/.env"', [["shadowed-rule", 'audit read "/srv/*/.env"']], ['deny read ".env"']],
    ["programs that are denied are not loaded", 'deny exec "/tmp/**"\naudit load "/tmp/x"', [["shadowed-rule", 'audit load "/tmp/x"']], ['deny exec "/tmp/**"']],
    ["addresses", 'kill connect private\ndeny connect "10.1.0.0/16" port 1-5', [["shadowed-rule", 'deny connect "10.1.0.0/16" port 1-5']], ["kill connect private"]],
    ["not with a port more", 'kill connect private port 1-9\ndeny connect "10.1.0.0/16" port 8-10', [], []],
    ["not with a protocol more", 'kill connect private port 1-9 tcp\ndeny connect "10.1.0.0/16" port 8-9', [], []],
    ["for one operation of two", 'deny connect "127.0.0.0/8", "::1", "0.0.0.0", "::"\nallow connect, bind loopback', [], []],
    ["for both", 'deny connect, bind "127.0.0.0/8", "::1", "0.0.0.0", "::"\nallow connect, bind loopback',
      [["shadowed-rule", "allow connect, bind loopback"]], ['deny connect, bind "127.0.0.0/8", "::1", "0.0.0.0", "::"']],
    ["sockets", 'kill connect unix "/run/**", unix "@a*"\ndeny connect unix "/run/x", unix "@ab"',
      [["shadowed-rule", 'deny connect unix "/run/x", unix "@ab"']], ['kill connect unix "/run/**", unix "@a*"']],
    ["files without a place", "deny exec anonymous\naudit load anonymous", [["shadowed-rule", "audit load anonymous"]], ["deny exec anonymous"]],
    ["an allow of what is partly the default and partly denied", 'default allow setattr\ndeny write "/a/**"\nallow write, setattr "/a/b"',
      [["redundant-allow", 'allow write, setattr "/a/b"']], ['deny write "/a/**"']],
    ["the same in other words", 'deny read "/{a,b}", "/c"\nx: deny read "/c", "/b", "/a"', [["duplicate-rule", 'x: deny read "/c", "/b", "/a"']],
      ['deny read "/{a,b}", "/c"']],
    ["the same list twice is one mistake", 'deny read "/a"\ndeny read "/a"', [["duplicate-rule", 'deny read "/a"']], ['deny read "/a"']],
  ])("%s", (_, text, expected, labels) => {
    const diagnostics = linted(DEFAULTS + text);
    expect(found(diagnostics)).toEqual(expected);
    expect(labelled(diagnostics)).toEqual(labels);
  });

  it("what an included file decides is said with its place, and its own rules are not spoken of", () => {
    const files = { "a.pol": `${DEFAULTS}include "b.pol"\nallow read "/x/y"`, "b.pol": 'allow read "/x/**"\nallow read "/x/z"' };
    const diagnostics = linted(files, ["a.pol"]);
    expect(found(diagnostics)).toEqual([["shadowed-rule", 'allow read "/x/y"']]);
    expect(diagnostics[0]?.labels.map(({ span }) => span.source.path)).toEqual(["b.pol"]);
  });
});

describe("targets that change nothing", () => {
  it.each<[string, string, Found]>([
    ["a target within another", 'allow read "/a/**", "/a/b"', [["redundant-target", '"/a/b"']]],
    ["before it", 'allow read "/a/b", "/a/**"', [["redundant-target", '"/a/b"']]],
    ["within several", 'allow read "/a/x*", "/a/[!x]*", "/a/*"', [["redundant-target", '"/a/*"']]],
    ["of two that are equal the later", 'allow read "/{a,b}", "/[ab]"', [["redundant-target", '"/[ab]"']]],
    ["a let within a target", 'let k = ["/a/b", "/a/c"]\nallow read "/a/*", k', [["redundant-target", "k"]]],
    ["a let of which a part is needed", 'let k = ["/a/b", "/c"]\nallow read "/a/*", k', []],
    ["addresses", 'allow connect private, "10.0.0.1" port 5', [["redundant-target", '"10.0.0.1" port 5']]],
    ["not with another protocol", 'allow connect private udp, "10.0.0.1" port 5', []],
    ["a target that is excepted", 'allow read "/a/**", "/b/c" except "/b/*", "/a/x"', [["pattern-never-matches", '"/b/c"']]],
    ["partly excepted, partly within another", 'allow read "/a/b/**", "/a/*" except "/a/[!b]*", "/a/b?*"', [["redundant-target", '"/a/*"']]],
    ["a rule that excepts all it has", 'allow read "/a/*", "/b" except "/*", "/a/**"', [["pattern-never-matches", 'allow read "/a/*", "/b" except "/*", "/a/**"']]],
    ["an except of nothing", 'allow read "/a/**" except "/b"', [["useless-except", '"/b"']]],
    ["one of two", 'allow read "/a/**" except "/b", "/a/x"', [["useless-except", '"/b"']]],
    ["all of several", 'allow read "/a/**" except "/b", "/c/*"', [["useless-except", '"/b", "/c/*"']]],
    ["globs that have no name in common", 'allow read "/a/x*" except "/a/*.b[!a]", "/a/[!x]*"', [["useless-except", '"/a/[!x]*"']]],
    ["an except of addresses", 'allow connect private port 5 except "10.0.0.1" port 6', [["useless-except", '"10.0.0.1" port 6']]],
    ["an except within another", 'allow read "/a/**" except "/a/b/**", "/a/b/c"', [["redundant-target", '"/a/b/c"']]],
  ])("%s", (_, text, expected) => { expect(found(linted(DEFAULTS + text))).toEqual(expected); });
});

describe("what depends on a binding", () => {
  it.each<[string, string, Found]>([
    ["an except may lie in the folder that is bound", 'param w\nallow read "/home/**" except "${w}/**"', []],
    ["and in the home directory", 'allow read "/srv/**" except "~/**"', []],
    ["but not beside it", 'param w\nallow read "${w}/a/**" except "${w}/b"', [["useless-except", '"${w}/b"']]],
    ["what is bound may lie in a folder that is denied, or not", 'param w\ndeny read "/srv/**"\nallow read "${w}/a"', []],
    ["and the other way round", 'param w\ndeny read "${w}/**"\nallow read "/srv/a"', []],
    ["beneath itself it is denied", 'param w\ndeny read "${w}/**"\nallow read "${w}/a"', [["shadowed-rule", 'allow read "${w}/a"']]],
    ["unless an exception may lie there", 'param w\ndeny read "${w}/**" except "/srv/*/x"\nallow read "${w}/a", "${w}/x"', []],
    ["a name at any depth is denied there", 'param w\ndeny read ".env"\nallow read "${w}/.env"', [["shadowed-rule", 'allow read "${w}/.env"']]],
    ["a name at some depth may not be", 'param w\ndeny read "/*/.env"\nallow read "${w}/.env"', []],
    ["a default can be changed", 'param w = "/srv"\ndeny read "/srv/**"\nallow read "${w}/a"', []],
    ["within a pattern", 'param n\ndeny read "/srv/**"\nallow read "/srv/${n}/a"', []],
    ["two addresses may differ", 'param a\nparam b\nallow connect "${a}"\nallow connect "${b}"', []],
    ["two folders may differ", 'param a\nparam b\nallow read "${a}/**", "${b}/x"', []],
    ["through lets", 'param w\nlet src = "${w}/src"\nallow read "${src}/**", "${w}/src/a", "${w}/b"', [["redundant-target", '"${w}/src/a"']]],
  ])("%s", (_, text, expected) => { expect(found(linted(DEFAULTS + text))).toEqual(expected); });

  it("--set is a binding on purpose", () => {
    const text = `${DEFAULTS}param w\ndeny read "/srv/**"\nallow read "\${w}/a"`;
    expect(found(linted(text, undefined, { params: { w: "/srv/x" } }))).toEqual([["shadowed-rule", 'allow read "${w}/a"']]);
  });
});

describe("programs that a copy gets round", () => {
  const way = (text: string): readonly (string | undefined)[] =>
    linted(text).filter(({ code }) => code === "deny-escaped").map(({ message }) => /(?<=rule: ).*/.exec(message)?.[0]);
  it.each<[string, string, readonly string[]]>([
    ["where everything is allowed", 'default allow write, connect\ndeny exec "curl"', ["`/tmp/a` may be created, written and executed"]],
    ["once for a policy", 'default allow write, connect\ndeny exec "curl"\nkill exec "/usr/bin/wget"', ["`/tmp/a` may be created, written and executed"]],
    ["in the folder that is bound", 'param w\ndefault deny write, create, exec, connect\nallow exec "/usr/**", "${w}/**"\nallow modify "${w}/**"\ndeny exec "curl"',
      ["`${w}/a` may be created, written and executed"]],
    ["where places of several kinds meet", 'default deny write, create, exec, connect\nallow modify "/a/*/**"\nallow exec "/a/**/x*"\ndeny exec "curl"',
      ["`/a/a/xa` may be created, written and executed"]],
    ["that a copy cannot be written", 'default deny write, create, exec, connect\nallow exec "/usr/**"\nallow modify "/tmp/**"\ndeny exec "curl"', []],
    ["in memory", 'default deny write, create, connect\ndeny exec "curl"', ["files in memory may be executed"]],
    ["not in memory either", 'default deny write, create, connect\ndeny exec "curl"\ndeny exec anonymous', []],
    ["a folder is no program", 'default allow write, connect\ndeny exec "/opt/**", "/srv/bin/*"', []],
    ["a copy of sudo is no sudo", 'default allow write, connect\ndeny exec "sudo", "/usr/bin/su"', []],
    ["what is closed is closed", 'default deny write, create, connect\nallow modify "/tmp/**"\ndeny exec "/tmp/**", "curl"\ndeny exec anonymous', []],
    ["nothing is made below /proc", 'default deny write, create, connect\nallow write, create "/proc/*/fd/*"\ndeny exec "curl"\ndeny exec anonymous', []],
    ["libraries too", 'default allow write, connect\ndeny load "libcrypt.so*"', ["`/tmp/a` may be created, written and mapped as a library"]],
  ])("%s", (_, text, expected) => { expect(way(text)).toEqual(expected); });

  it("names the other rules that it holds for", () => {
    const diagnostics = linted('default allow write, connect\ndeny exec "curl"\nkill exec "/usr/bin/wget"');
    expect(found(diagnostics)).toEqual([["deny-escaped", 'deny exec "curl"']]);
    expect(labelled(diagnostics)).toEqual(['kill exec "/usr/bin/wget"']);
  });
});

it.each<[string, Found]>([
  ['mark m on delete "/x"\nmark n on delete "/y"\ndeny read "/z" when not (n or exe "/p")', [["unused-mark", "m"]]],
  ['mark m on delete "/x"\ntest "t" { deny read "/x" when m }', []],
  ['mark m on delete "/x"\nassert deny read "/x" when m', []],
  ['for exe "/p" { deny read "/x" unless m }\nmark m on delete "/x"', []],
  ['mark secret on read "/x"\ndeny read "/y" when secrt', [["unknown-name", "secrt"]]],
])("unused marks of %j", (text, expected) => {
  expect(found(linted(DEFAULTS + text))).toEqual(expected);
});

describe("fixes", () => {
  const fixed = (text: string): string => [...applyFixes(linted(text)).values()][0] ?? text;
  it.each([
    ["a rule that never decides", 'allow read "/a/**"\n# why\nallow read "/a/b"\n', 'allow read "/a/**"\n'],
    ["a target that is not the first", 'allow read "/a/**", "/a/b", "/c"', 'allow read "/a/**", "/c"'],
    ["the first target", 'allow read "/a/b", "/a/**"', 'allow read "/a/**"'],
    ["several", 'allow read "/a/**", "/a/b",\n  "/a/c" except "/a/d"', 'allow read "/a/**" except "/a/d"'],
    ["a clause at the end", 'allow read "/a" except "/b" # end\n', 'allow read "/a" # end\n'],
    ["a clause in the middle", 'allow read "/a" except "/b" because "x"\n', 'allow read "/a" because "x"\n'],
    ["a clause on a line of its own", 'allow read "/a" # a\n  except "/b"\n  because "x"\n', 'allow read "/a" # a\n  because "x"\n'],
    ["a clause that begins a line", 'allow read "/a" # a\n  except "/b" because "x"\n', 'allow read "/a" # a\n because "x"\n'],
    ["one of two exceptions", 'allow read "/a/*" except "/b", "/a/c"\n', 'allow read "/a/*" except "/a/c"\n'],
    ["not where a comment would go, too", 'allow read "/a/**", # all\n  "/a/b"\n', 'allow read "/a/**", # all\n  "/a/b"\n'],
  ])("%s", (_, text, expected) => { expect(fixed(DEFAULTS + text)).toBe(DEFAULTS + expected); });

  it("an unused mark", () => {
    const text = `${DEFAULTS}mark m on read "/x"\ndeny read "/y"\n`;
    expect(fixed(text)).toBe(`${DEFAULTS}deny read "/y"\n`);
  });
});

it("what would take too many steps is not warned of", () => {
  const { resolved } = accepted('deny read "/a/*"\ndeny read "/a/*/**"\naudit read "/a/**" except "/a"');
  const rules = tieRules(resolved, () => ({ kind: "free" }));
  const question = { rules, asked: (rule: TiedRule) => rule.operations, needsOf: () => new Set<string>() };
  expect(findShadowed(question, { left: 100_000 }).map(({ rule }) => rule)).toEqual([2]);
  expect(findShadowed(question, { left: 1 })).toEqual([]);
});

describe("laws", () => {
  /** Now and then a generated policy has globs enough to take long; these have none. */
  const SEED = 20_261_122;
  const isValid = (pattern: PatternText): boolean =>
    parsePathPattern(pattern, { source: { path: "", text: "" }, start: 0, end: 0 }).ok;
  /** With rules enough that some are in vain. */
  const policy = (): fc.Arbitrary<string> => fc.tuple(policyText(isValid), policyText(isValid)).map(([text, more]) =>
    [...text.split("\n"), ...more.split("\n").filter((line) => !line.startsWith("default"))].join("\n"));
  const accesses = fc.array(access(), { minLength: 60, maxLength: 60 });
  const BOUND = ["/a", "/a/b", "/b/c", "/c/c/c/c", "/"];
  /** The same, with some folders that only a parameter tells. */
  const bound = (text: string): string => `param w\n${text.replaceAll('"/a/', '"${w}/')}`;

  /** Without making an image, which takes most of the time. */
  const exactly = (text: string): readonly Diagnostic[] => {
    const loaded = loadPolicy("a.pol", readFrom({ "a.pol": text }));
    const params = loaded.ok ? choosePlaceholders(loaded.value.statements, {}) : {};
    const resolved = loaded.ok ? resolve(loaded.value, { home: HOME, params, programs: [] }) : loaded;
    if (!loaded.ok || !resolved.ok) throw new Error(resolved.diagnostics.map(({ message }) => message).join("\n"));
    return findExactly({ loaded: loaded.value, resolved: resolved.value, set: {}, isPart: false, settled: new Set() });
  };
  const shadowedIn = (text: string): ReadonlySet<number> =>
    new Set(exactly(text).filter(({ code }) => code === "shadowed-rule").map(({ span }) => span.start));

  it("a rule reported as shadowed never decides any random access", () => {
    const seen = { shadowed: 0 };
    fc.assert(fc.property(policy(), accesses, (text, drawn) => {
      const starts = shadowedIn(text);
      seen.shadowed += starts.size;
      const { resolved } = accepted(text);
      const decide = interpreter(resolved);
      for (const each of drawn) {
        const { rule } = decide(each);
        if (rule !== null) expect(starts).not.toContain(resolved.rules[rule]?.span.start);
      }
    }), { ...runs(40), seed: SEED });
    expect(seen.shadowed).toBeGreaterThan(0);
  });

  it("nor does it with any value of a parameter", () => {
    fc.assert(fc.property(policy(), accesses, (text, drawn) => {
      const withParameter = bound(text);
      const starts = shadowedIn(withParameter);
      for (const w of BOUND) {
        const { resolved } = accepted(withParameter, { params: { w } });
        const decide = interpreter(resolved);
        for (const each of drawn) {
          const { rule } = decide(each);
          if (rule !== null) expect(starts).not.toContain(resolved.rules[rule]?.span.start);
        }
      }
    }), { ...runs(40), seed: SEED });
  });

  const withoutNeedless = (text: string): string => [...applyFixes(exactly(text).filter(isNeedless)).values()][0] ?? text;

  it("removing what --fix removes changes no decision", () => {
    fc.assert(fc.property(policy(), accesses, (text, drawn) => {
      const after = withoutNeedless(text);
      const [before, now] = [accepted(text), accepted(after)];
      const [decide, decideNow] = [interpreter(before.resolved), interpreter(now.resolved)];
      for (const each of drawn) expect(decideNow(each).effect).toBe(decide(each).effect);
      const changes = findDifferences(before.ir, now.ir);
      if (after !== text && changes !== null) expect(relationOf(changes)).toBe("equivalent");
    }), { ...runs(40), seed: SEED });
  });

  it("nor does it with any value of a parameter", () => {
    fc.assert(fc.property(policy(), accesses, (text, drawn) => {
      const withParameter = bound(text);
      const after = withoutNeedless(withParameter);
      for (const w of BOUND) {
        const [decide, decideNow] = [withParameter, after].map((each) => interpreter(accepted(each, { params: { w } }).resolved));
        for (const each of drawn) expect(decideNow?.(each).effect).toBe(decide?.(each).effect);
      }
    }), { ...runs(40), seed: SEED });
  });

  it("the rest of a policy has nothing in vain", () => {
    fc.assert(fc.property(policy(), (text) => {
      let rest = text;
      for (let round = 0; round < 12; round++) rest = withoutNeedless(rest);
      expect(exactly(rest).filter(isNeedless).flatMap(({ fixes }) => fixes ?? [])).toEqual([]);
    }), { ...runs(20), seed: SEED });
  });
});
