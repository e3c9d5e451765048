import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyFixes } from "../../src/cli/apply-fixes.js";
import type { Diagnostic } from "../../src/compiler/diagnostic.js";
import { MESSAGES, severityOf } from "../../src/compiler/messages.js";
import { parsePathPattern } from "../../src/compiler/pattern/parse-pattern.js";
import type { PatternText } from "../../src/compiler/resolved.js";
import { interpreter } from "../../src/interpreter/interpret.js";
import { readPage } from "../support/diagnostic-pages.js";
import { runs } from "../support/runs.js";
import { access } from "./accesses.js";
import { accepted, found } from "./front-end.js";
import { policyText } from "./generators.js";
import { linted } from "./linted.js";

const DEFAULTS = "default deny read, write, create, exec, connect\n";
const codes = (diagnostics: readonly Diagnostic[]): readonly string[] => diagnostics.map(({ code }) => code);

describe("warnings: code and place", () => {
  it("are given beside assertions that are false", () => {
    expect(found(linted(`${DEFAULTS}allow connect any\nassert deny connect any`)))
      .toEqual([["world-wide-allow", "any"], ["false-assertion", "assert deny connect any"]]);
  });

  it("are given of tasks, for what is in them", () => {
    const text = `${DEFAULTS}deny read "/k/**"\naudit read "/a"\ntask "t" {\n  allow connect any\n  deny read "/k/x"\n  deny read "/a"\n}`;
    expect(found(linted(text))).toEqual([["world-wide-allow", "any"], ["shadowed-rule", 'deny read "/k/x"']]);
    expect(found(linted(`${DEFAULTS}task "t" { assert allow read "/x" }`))).toEqual([["false-assertion", 'assert allow read "/x"']]);
  });

  it.each<[string, string, readonly (readonly [string, string])[]]>([
    ["nothing to say", `${DEFAULTS}param w\nlet k = ["/k"]\nallow read "\${w}/**"\ndeny read k`, []],
    ["an unused let", `${DEFAULTS}let a = "/x"\nlet b = "\${a}/y"`, [["unused-let", "b"]]],
    ["an unused parameter", `${DEFAULTS}param p`, [["unused-parameter", "p"]]],
    ["no default for connect", 'default deny modify\ndeny read "/x"', [["unstated-default", "default deny modify"]]],
    ["no default at all", 'policy "p"\ndeny read "/x"', [["unstated-default", 'policy "p"']]],
    ["nothing at all", "# later", [["empty-policy", ""]]],
    ["definitions alone need no default", 'let a = "/x"', []],
    ["any address", `${DEFAULTS}allow connect any`, [["world-wide-allow", "any"]]],
    ["any address in other words", `${DEFAULTS}allow connect "::/0", "0.0.0.0/0"`,
      [["world-wide-allow", '"::/0"'], ["world-wide-allow", '"0.0.0.0/0"']]],
    ["any address at one port", `${DEFAULTS}allow connect any port 443`, []],
    ["every file", `${DEFAULTS}allow write, exec "/**"`, [["world-wide-allow", '"/**"']]],
    ["every file in other words", `${DEFAULTS}let all = ["*"]\nallow write all`, [["world-wide-allow", "allow write all"]]],
    ["every file for reading", `${DEFAULTS}allow read "/**"`, []],
    ["a loader", `${DEFAULTS}allow exec "/usr/**"`, [["loader-allowed", '"/usr/**"']]],
    ["a loader by name", `${DEFAULTS}allow exec "ld-linux*"`, [["loader-allowed", '"ld-linux*"']]],
    ["no loader in a folder of programs", `${DEFAULTS}allow exec "/usr/sbin/**"`, []],
    ["a loader that is excepted", `${DEFAULTS}allow exec "/usr/**" except "**/ld-*.so*", "**/ld.so"`, []],
    ["a loader that is denied", `${DEFAULTS}allow exec "/usr/**"\ndeny exec "**/ld-*.so*", "ld.so"`, []],
    ["a loader where every program is allowed", 'default deny write, connect\nlet x = "/usr/**"\ndeny exec "/opt/**"\ndeny read x', []],
    ["an allow of what is allowed", 'default deny write, connect\nallow read "/x"', [["redundant-allow", 'allow read "/x"']]],
    ["an allow of which a part is needed", 'default deny write, connect\nallow read, write "/x"', []],
    ["an audit is no allow", 'default deny write, connect\naudit read "/x"', []],
    ["two rules that say the same", `${DEFAULTS}deny write, read "/x", "/y"\nn: deny read, write "/y", "/x" because "z"`,
      [["duplicate-rule", 'n: deny read, write "/y", "/x" because "z"']]],
    ["rules that differ in an except", `${DEFAULTS}deny read "/x/**"\ndeny read "/x/**" except "/x/y"`,
      [["shadowed-rule", 'deny read "/x/**" except "/x/y"']]],
    ["an address for a file", `${DEFAULTS}let n = ["::1"]\ndeny read "10.0.0.1", "10.0.0.1:80"\ndeny write n`,
      [["address-as-path", '"::1"'], ["address-as-path", '"10.0.0.1"'], ["address-as-path", '"10.0.0.1:80"']]],
    ["names that are no addresses", `${DEFAULTS}deny read "1.2.3", "1.2.3.4.5", "::", "face", "a:1", "**/10.0.0.1"`, []],
    ["a command for a program", `${DEFAULTS}default deny load\ndeny exec "git push"\nallow load "npm ci"`,
      [["command-as-path", '"git push"'], ["command-as-path", '"npm ci"']]],
    ["a name that holds a space", `${DEFAULTS}deny read "my file"\ndeny exec "**/my tool", "/opt/a tool"`, []],
    ["a character that reorders", `${DEFAULTS}deny read "/a\u202eb"`, [["hidden-character", "\u202e"]]],
    ["one that is written as an escape", `${DEFAULTS}deny read "/a\\u{202e}b"`, []],
    ["one in a comment", `${DEFAULTS}# a\u2066b\ndeny read "/x"`, [["hidden-character", "\u2066"]]],
    ["a tab in a string, not in a comment", `${DEFAULTS}deny read "/a\tb" #\tc`, [["hidden-character", "\t"]]],
    ["two scripts in a word", `${DEFAULTS}deny read "/\u0440asswd"`, [["mixed-scripts", "\u0440asswd"]]],
    ["two scripts side by side", `${DEFAULTS}deny read "/\u043f\u0440\u0438\u0432\u0435\u0442/passwd", "/\u65e5\u672cx"`, []],
  ])("%s", (_, text, expected) => { expect(found(linted(text))).toEqual(expected); });

  it("a name that is used in a block, a case, a condition or an event is used", () => {
    const text = `${DEFAULTS}param a\nparam b\nparam c = "/c"\nparam d = "/d"\nfor exe "\${a}" { allow read "/x" }
      test "t" { deny read "\${b}/x" }\ndeny exec "x" when exe "\${c}" or m\nmark m on delete "\${d}/y"`;
    expect(codes(linted(text))).toEqual([]);
  });

  it("a command for a program, wherever programs are named, with what to write", () => {
    const diagnostics = linted(`${DEFAULTS}mark m on success "npm test" unless exe "make it" until exec "npm ci"
      allow read "/x" when m and not under "sh -c"\nlimit exec "curl -s" to 1 per 1m then deny`);
    expect(diagnostics.filter(({ code }) => code === "command-as-path").map(({ help }) => help)).toEqual([
      '`"npm" args "test"`', 'name the program alone: `"make"`', '`"npm" args "ci"`', 'name the program alone: `"sh"`',
      'name the program alone: `"curl"`',
    ]);
  });

  it("of links, where this machine is asked", () => {
    const linkOf = (path: string): string | null => path === "/bin" ? "/usr/bin" : null;
    const text = `${DEFAULTS}deny write "/bin/*", "/usr/bin/x", "/*/bin/z" except "/bin/y"\nallow exec "/bin/x"`;
    expect(linted(text)).toEqual([]);
    const diagnostics = linted(text, undefined, { linkOf });
    expect(found(diagnostics)).toEqual([["symlink-in-path", '"/bin/*"'], ["symlink-in-path", '"/bin/y"']]);
    expect(diagnostics[0]?.help).toBe('`"/usr/bin/*"`');
  });
});

describe("a parameter without a value", () => {
  it.each([
    ["begins a path", 'param w\nallow read "${w}/**"'],
    ["stands within one", 'param n\nallow read "/srv/${n}/x", "*.${n}"'],
    ["is an address", 'param h\nallow connect "${h}" port 443'],
    ["is the address of a network", 'param h\nlet net = "${h}/8"\nallow connect net'],
    ["is named through lets", 'param w\nlet a = "${w}/src"\nlet b = "${a}/x"\nallow read b'],
    ["ends a let that stands within a path", 'param n\nlet a = "x-${n}"\nallow read "/srv/${a}/y"'],
    ["is the name of a socket", 'param n\nallow connect unix "@${n}", unix "/run/${n}"'],
  ])("%s", (_, text) => { expect(linted(DEFAULTS + text)).toEqual([]); });

  it("takes what --set says instead", () => {
    const diagnostics = linted(`${DEFAULTS}param w\nallow read "\${w}/**"`, undefined, { params: { w: "x", other: "y" } });
    expect(codes(diagnostics)).toEqual(["relative-parameter"]);
  });
});

describe("files that are parts of others", () => {
  const files = {
    "root.pol": 'include "part.pol"\ndefault deny write, connect\ndeny read keys',
    "part.pol": 'let keys = ["/k"]\nlet unused = "/u"\nallow write "/w"\nallow read "/r"\n',
  };
  it("are judged by what includes them", () => {
    expect(found(linted(files))).toEqual([["unused-let", "unused"]]);
  });
  it("what they include is not judged", () => {
    expect(linted(files, ["root.pol"])).toEqual([]);
  });
  it("an error in what two policies include is said once", () => {
    const diagnostics = linted({ "a.pol": 'include "c.pol"', "b.pol": 'include "c.pol"', "c.pol": "deny" }, ["a.pol", "b.pol"]);
    expect(diagnostics).toHaveLength(1);
  });
});

describe("errors", () => {
  it("come from every stage, and a policy with errors has no warnings about its rules", () => {
    expect(codes(linted(`${DEFAULTS}allow read "home/x"\nallow connect any`))).toEqual(["pattern-relative"]);
  });
  it("a path that lacks its first slash is proposed with it", () => {
    expect(linted(`${DEFAULTS}allow read "home/ada/x"`)[0]?.help).toBe("did you mean `/home/ada/x`? At any depth it is `**/home/ada/x`");
  });
});

describe("in a `for` block", () => {
  const inBlock = (body: string): string => `for exe "/bin/x" {\n${body}\n}\n`;
  const about = (text: string) => found(linted(text));

  // Those of names and defaults are about the policy.
  const OF_RULES = [
    "world-wide-allow", "loader-allowed", "redundant-allow", "duplicate-rule", "shadowed-rule", "redundant-target",
    "pattern-never-matches", "useless-except", "deny-escaped", "hidden-character", "mixed-scripts", "ignore-without-reason",
    "ignore-unused",
  ];
  it.each(OF_RULES)("the example of %s is warned of as it is outside", (code) => {
    const text = Object.values(readPage(code).example.files)[0] ?? "";
    const [defaults = "", ...rules] = text.trimEnd().split("\n");
    // What a block permits is not permitted to all: a copy has to be made and run by what every process may do.
    const [outside, inside] = code === "deny-escaped" ? [rules.slice(0, -1), rules.slice(-1)] : [[], rules];
    expect(defaults).toMatch(/^default /);
    const blocked = `${[defaults, ...outside].join("\n")}\n${inBlock(inside.join("\n"))}`;
    expect(about(blocked)).toEqual(about(text));
    expect(about(text).map(([own]) => own)).toEqual([code]);
  });

  it.each<[string, string, readonly string[]]>([
    ["a rule outside decides for one inside", `deny read "/a/**"\n${inBlock('deny read "/a/b"')}`, ["shadowed-rule"]],
    ["one inside decides for none outside: other programs do not have it", `${inBlock('deny read "/a/**"')}deny read "/a/b"`, []],
    ["nor for one of other programs", `${inBlock('deny read "/a/**"')}for exe "/bin/y" { deny read "/a/b" }`, []],
    ["one of a block that is written twice", `${inBlock('deny read "/a/**"')}${inBlock('deny read "/a/b"')}`, ["shadowed-rule"]],
    ["one of the block around it", inBlock(`deny read "/a/**"\n${inBlock('deny read "/a/b"').replace("/bin/x", "/bin/y")}`), ["shadowed-rule"]],
    ["none of a block within", inBlock(`${inBlock('deny read "/a/**"').replace("/bin/x", "/bin/y")}deny read "/a/b"`), []],
    ["the same rule in two blocks of the same programs", `${inBlock('deny read "/a"')}${inBlock('deny read "/a"')}`, ["duplicate-rule"]],
    ["one that says the same for everybody is no duplicate, but decides", `deny read "/a"\n${inBlock('deny read "/a"')}`, ["shadowed-rule"]],
    ["a condition more", 'deny read "/a"\ndeny read "/a" when exe "/bin/x"', ["shadowed-rule"]],
    ["a condition less", 'deny read "/a" when exe "/bin/x"\ndeny read "/a"', []],
    ["the same condition", 'deny read "/a/**" unless exe "/bin/x"\ndeny read "/a/b" unless exe "/bin/x"', ["shadowed-rule"]],
    ["other arguments", 'deny exec "/a/*" args "x"\ndeny exec "/a/b" args "y"', []],
    ["a program that only its arguments make one to be denied can be copied, too, but is not what the rule is about",
      'allow write, create "/tmp/**"\nallow exec "/tmp/**"\ndeny exec "git" args "push"', []],
  ])("%s", (_, text, expected) => { expect(about(DEFAULTS + text).map(([code]) => code)).toEqual(expected); });

  it("an allow is needed where a task denies by default", () => {
    const text = 'default deny write, connect\nallow read "/x"\n';
    expect(about(text)).toEqual([["redundant-allow", 'allow read "/x"']]);
    expect(about(`${text}task "t" { default deny read }`)).toEqual([]);
  });
});

describe("lint-ignore", () => {
  it.each<[string, string, readonly string[]]>([
    ["silences a code for the statement behind it", "# lint-ignore world-wide-allow a mirror of everything\nallow connect any", []],
    ["silences it for the statement before it on the line", "allow connect any # lint-ignore world-wide-allow why\nallow write \"/w\"", []],
    ["silences it for the one that ends on the line", "deny read\n  \"/x\" allow\n connect any # lint-ignore world-wide-allow why", []],
    ["silences it in the block that ends on the line", "for exe \"a\" {\n allow connect any\n} # lint-ignore world-wide-allow why", []],
    ["on the line before is about no later one", "deny read \"/x\" # lint-ignore world-wide-allow why\nallow connect any", ["ignore-unused", "world-wide-allow"]],
    ["at a statement's end needs a reason", "allow connect any # lint-ignore world-wide-allow", ["ignore-without-reason"]],
    ["in a test is about nothing", "test \"t\" {\n  # lint-ignore world-wide-allow why\n  deny read \"/x\" # lint-ignore world-wide-allow why\n}", ["ignore-unused", "ignore-unused"]],
    ["not for the one after that", "# lint-ignore world-wide-allow why\nallow connect any\nallow write \"/**\"", ["world-wide-allow"]],
    ["silences no other code", "# lint-ignore loader-allowed why\nallow connect any", ["ignore-unused", "world-wide-allow"]],
    ["needs a reason", "# lint-ignore world-wide-allow\nallow connect any", ["ignore-without-reason"]],
    ["needs a code", "# lint-ignore world-wide why\nallow connect any", ["ignore-unknown-code", "world-wide-allow"]],
    ["may have a colon", "# lint-ignore: world-wide-allow why\nallow connect any", []],
    ["needs any code", "# lint-ignore\ndeny read \"/x\"", ["ignore-unknown-code"]],
    ["does not silence errors", "# lint-ignore pattern-relative why\nallow read \"a/b\"", ["ignore-unknown-code", "pattern-relative"]],
    ["has to silence something", "# lint-ignore world-wide-allow why\ndeny read \"/x\"", ["ignore-unused"]],
    ["at the end is about nothing", "deny read \"/x\"\n# lint-ignore world-wide-allow why", ["ignore-unused"]],
    ["is not unused where the check was not made", "# lint-ignore symlink-in-path why\ndeny read \"/bin/x\"", []],
    ["other comments are none", "# lint-ignored\n# see lint-ignore\ndeny read \"/x\"", []],
  ])("%s", (_, text, expected) => { expect(codes(linted(DEFAULTS + text)).toSorted()).toEqual(expected); });

  it("proposes the code that was meant", () => {
    expect(linted(`${DEFAULTS}# lint-ignore unused-lte why\nlet a = "/x"`)[0]).toMatchObject({
      code: "ignore-unknown-code", help: "did you mean `unused-let`?",
    });
  });

  it.each<[string, string, string, string]>([
    ["an unknown code", "#  lint-ignore  unused-lte why\nlet a = \"/x\"\ndeny read \"${a}\"", "ignore-unknown-code", "unused-lte"],
    ["a code that is the keyword", "# lint-ignore lint-ignore why\ndeny read \"/x\"", "ignore-unknown-code", "lint-ignore"],
    ["no code", "# lint-ignore\ndeny read \"/x\"", "ignore-unknown-code", "# lint-ignore"],
    ["what does not occur", "deny read \"/y\"\n# lint-ignore world-wide-allow why\ndeny read \"/x\" # end", "ignore-unused", "# lint-ignore world-wide-allow why"],
    ["what does not occur, in a block", "for exe \"a\" {\n  # lint-ignore world-wide-allow why\n  deny read \"/x\"\n}", "ignore-unused", "# lint-ignore world-wide-allow why"],
  ])("points at %s", (_, text, code, pointed) => {
    const about = linted(DEFAULTS + text).filter((one) => one.code !== "not-enforced-yet");
    expect(found(about)).toEqual([[code, pointed]]);
  });
});

describe("fixes", () => {
  const SHADE = `${DEFAULTS}deny read "/x"\n`;
  const fixed = (text: string): string => [...applyFixes(linted(text)).values()][0] ?? text;

  it.each([
    ["an unused let goes with the comment above it", `${DEFAULTS}\n# x\n\n# of a\nlet a = "/x" # end\ndeny read "/y"\n`,
      `${DEFAULTS}\n# x\n\ndeny read "/y"\n`],
    ["what else stands on the line stays", `${DEFAULTS}let a = "/x" deny read "/y"\n`, `${DEFAULTS} deny read "/y"\n`],
    ["a heading stays", `# head\nlet a = "/x"\n${DEFAULTS}`, `# head\n${DEFAULTS}`],
    ["the later of two rules", `${DEFAULTS}deny read "/x"\ndeny read "/x"`, `${DEFAULTS}deny read "/x"\n`],
    ["an allow of what is allowed", 'default deny write, connect\nallow read "/x"\r\ndeny read "/y"', 'default deny write, connect\ndeny read "/y"'],
    ["a hidden character becomes an escape", `${DEFAULTS}deny read "/\u202e"`, `${DEFAULTS}deny read "/\\u{202e}"`],
    ["and goes from a comment", `${DEFAULTS}# a\u202eb\n`, `${DEFAULTS}# ab\n`],
    ["an ignore of nothing at a statement's end", `${DEFAULTS}deny read "/x"  # lint-ignore unused-let why\n`, `${DEFAULTS}deny read "/x"\n`],
    ["an ignore of nothing", `${DEFAULTS}# lint-ignore unused-let why\ndeny read "/x"\n`, `${DEFAULTS}deny read "/x"\n`],
    ["a block goes with the last of its rules", `${SHADE}# npm\nfor exe "/a", "/b" {\n  # twice\n  deny read "/x"\n  deny read "/x"\n} # end\ndeny read "/y"\n`,
      `${SHADE}deny read "/y"\n`],
    ["and with the blocks in it, of a task", `${SHADE}task "t" {\n  for exe "/a" {\n    for exe "/b" { deny read "/x" }\n  }\n}\n`, `${SHADE}task "t" {\n}\n`],
    ["but not with a rule that stays", `${SHADE}for exe "/a" {\n  deny read "/x"\n  deny read "/y"\n}\n`, `${SHADE}for exe "/a" {\n  deny read "/y"\n}\n`],
    ["nor with a comment that stays", `${SHADE}for exe "/a" {\n  # of all\n\n  deny read "/x"\n}\n`, `${SHADE}for exe "/a" {\n  # of all\n\n}\n`],
    ["nor where its rule is ignored", `${SHADE}for exe "/a" {\n  deny read "/x" # lint-ignore shadowed-rule why\n}\n`,
      `${SHADE}for exe "/a" {\n  deny read "/x" # lint-ignore shadowed-rule why\n}\n`],
  ])("%s", (_, text, expected) => { expect(fixed(text)).toBe(expected); });

  it("what is fixed parses, and has nothing left to fix in the end", () => {
    const line = fc.constantFrom(
      'let a = "/x"', 'let b = ["/y", "/z"] # end', "# note", "", 'deny read "/x"', 'deny read a', 'allow setattr "/q"', "# lint-ignore unused-let why",
      'deny read "/\u200eb"', 'deny read "/x" deny write "/y" # both',
    );
    fc.assert(fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom("\n", "\r\n"), (lines, end) => {
      let text = [...DEFAULTS.split("\n"), ...lines].join(end);
      if (lines.filter((each) => each.startsWith("let a")).length !== 1 || lines.filter((each) => each.startsWith("let b")).length > 1) return;
      for (let round = 0; round < 8; round++) text = fixed(text);
      const left = linted(text);
      expect(left.flatMap(({ fixes }) => fixes ?? [])).toEqual([]);
      expect(left.filter(({ severity }) => severity === "error")).toEqual([]);
    }), runs(200));
  });
});

describe("a fix", () => {
  const isValid = (pattern: PatternText): boolean =>
    parsePathPattern(pattern, { source: { path: "", text: "" }, start: 0, end: 0 }).ok;

  it("keeps the meaning", () => {
    const twice = fc.tuple(policyText(isValid), policyText(isValid)).filter(([, more]) => !more.includes("default"));
    fc.assert(fc.property(twice, fc.array(access(), { minLength: 20, maxLength: 20 }), ([first, more], accesses) => {
      const text = `${first.includes("default") ? "" : "default deny write\n"}${first}\n${more}\n${more}\n`;
      const [after] = [...applyFixes(linted(text)).values()];
      expect(after).toBeDefined();
      const [before, now] = [interpreter(accepted(text).resolved), interpreter(accepted(after ?? "").resolved)];
      for (const each of accesses) expect(now(each).effect).toBe(before(each).effect);
    }), runs(100));
  });
});

it("every warning of the catalogue is reported in some test", () => {
  const texts = ["lint.test.ts", "lint-exact.test.ts", "idle-conditions.test.ts", "idle-memory.test.ts"].map((name) => readFileSync(new URL(name, import.meta.url), "utf8")).join("");
  for (const code of Object.keys(MESSAGES)) if (severityOf(code) === "warning") expect(texts).toContain(`"${code}"`);
});
