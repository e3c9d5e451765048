import { describe, expect, it } from "vitest";
import { backEnd } from "../../src/compiler/compile.js";
import type { ResolvedPolicy, ResolvedTarget } from "../../src/compiler/resolved.js";
import { accepted, check, found } from "./front-end.js";

/** A target in short: its kind, and its text with what is literal in `‹›`. */
function show(target: ResolvedTarget): string {
  switch (target.kind) {
    case "path":
    case "unix-path":
    case "unix-abstract": {
      const text = target.pattern.map((part) => (part.literal ? `‹${part.text}›` : part.text)).join("");
      return `${target.kind === "path" ? "" : `${target.kind} `}${text}${target.kind === "path" && target.viaLink === true ? " (link)" : ""}`;
    }
    case "network": return `${target.address}/${target.prefixLength}`;
    case "list": return target.list;
    case "anonymous": return "anonymous";
  }
}

function targetsOf(policy: ResolvedPolicy): readonly string[] {
  return policy.rules.flatMap((rule) => rule.targets.map(show));
}

describe("a mistake in names is reported once, where it is", () => {
  it.each<[string, string, readonly (readonly [string, string])[]]>([
    ["unknown reference", "deny read \"${nope}/x\"", [["unknown-name", "${nope}"]]],
    ["unknown let", "deny read nope", [["unknown-name", "nope"]]],
    ["unknown let in an exception", "deny read \"/x\" except nope", [["unknown-name", "nope"]]],
    ["list in a string", "let l = [\"/x\"]\ndeny read \"${l}/x\"", [["list-in-string", "${l}"]]],
    ["parameter as a target", "param p = \"/x\"\ndeny read p", [["parameter-as-target", "p"]]],
    ["unbound parameter", "param p\ndeny read \"${p}/x\", \"${p}/y\"", [["unbound-parameter", "p"]]],
    ["unbound parameter that nothing uses", "param p", [["unbound-parameter", "p"]]],
    ["empty parameter at the start", "param p = \"\"\ndeny read \"${p}/x\"", [["empty-parameter", "p"]]],
    ["empty parameter behind a let", "param p = \"\"\nlet l = \"${p}/x\"\ndeny read \"${l}/y\"", [["empty-parameter", "p"]]],
    ["let of itself", "let a = \"${a}\"\ndeny read \"${a}\"", [["cyclic-definition", "${a}"]]],
    ["lets of each other", "let a = \"${b}\"\nlet b = \"${a}\"\ndeny read \"${a}\", \"${b}\"", [["cyclic-definition", "${a}"]]],
    ["parameter and let of each other", "param a = \"${b}\"\nlet b = \"${a}\"", [["cyclic-definition", "${a}"]]],
    ["a parameter that leads upwards, in two patterns", "param p = \"/a/../b\"\ndeny read \"${p}/x\", \"/y${p}\"", [["pattern-dot-component", "p"]]],
    ["a parameter whose dots are part of a name", "param p = \"..\"\ndeny read \"/a${p}\", \"/b/${p}\"", [["pattern-dot-component", "p"]]],
    ["relative parameter at the start of two patterns", "param p = \".\"\ndeny read \"${p}/x\", \"${p}\"", [["relative-parameter", "p"]]],
    ["a home that nobody knows", "deny read \"~root/x\"", [["pattern-relative", "\"~root/x\""]]],
    ["two rules of one name", "r: deny read \"/a\"\nr: deny read \"/b\"", [["duplicate-name", "r"]]],
    ["three lets of one name", "let l = \"/a\"\nlet l = \"/b\"\nlet l = \"/c\"", [["duplicate-name", "l"], ["duplicate-name", "l"]]],
    ["parameter and let of one name", "param x = \"/a\"\nlet x = \"/b\"", [["ambiguous-name", "x"]]],
    ["a mistake in a definition, used twice", "let a = \"${nope}\"\ndeny read \"${a}\", \"${a}/x\"", [["unknown-name", "${nope}"]]],
    ["a bad pattern in a let, used twice", "let a = [\"/x/\"]\ndeny read a\ndeny write a", [["pattern-trailing-slash", "\"/x/\""]]],
    ["every mistake of a policy", "deny read \"a/b\", nope\ndeny write \"/x/\"",
      [["pattern-relative", "\"a/b\""], ["unknown-name", "nope"], ["pattern-trailing-slash", "\"/x/\""]]],
  ])("%s", (_, text, expected) => {
    expect(found(check(text).diagnostics)).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ["unknown reference", "param workspace = \"/w\"\ndeny read \"${worksapce}/x\"", "did you mean `${workspace}`?"],
    ["unknown let", "let keys = [\"/x\"]\ndeny read kyes", "did you mean `keys`?"],
    ["unknown list", "deny connect lopback", "did you mean `loopback`?"],
    ["unbound parameter", "param p", "--set p=…"],
    ["parameter as a target", "param p = \"/x\"\ndeny read p", "`\"${p}\"`"],
    ["relative pattern", "deny read \"./a/b\"", "write `**/a/b`, `~/a/b` or `${…}/a/b`"],
    ["the home of another user", "deny read \"~root/x\"", "only `~/` is known, the home directory of whom the policy is bound to; write where `~root` is, from `/`"],
    ["no comma", "deny read \"/a\" \"/b\"", "write `,` between the two strings"],
    ["host bits", "deny connect \"10.1.2.3/8\"", "`\"10.0.0.0/8\"`"],
    ["host bits of a v4-mapped CIDR", "deny connect \"::ffff:10.1.2.3/104\"", "`\"10.0.0.0/8\"`"],
    ["port in the address", "deny connect \"1.2.3.4:443\"", "`\"1.2.3.4\" port 443`"],
    ["path for an endpoint", "deny connect \"/run/x.sock\"", "a unix socket is `unix \"/run/x.sock\"`"],
    ["list in quotes", "deny connect \"loopback\"", "write `loopback`"],
  ])("and says what to do: %s", (_, text, help) => {
    expect(check(text).diagnostics.map((diagnostic) => diagnostic.help)).toEqual([help]);
  });

  it("labels the other place", () => {
    const [duplicate] = check("r: deny read \"/a\"\nr: deny read \"/b\"").diagnostics;
    expect(duplicate?.labels).toMatchObject([{ message: "first defined here", span: { start: 0, end: 1 } }]);
  });

  it("rules, parameters, lets and marks have their own names", () => {
    expect(check("let x = \"/a\"\nx: deny read x").ok).toBe(true);
  });

  it("a billion laughs end as one mistake", () => {
    const lets = Array.from({ length: 60 }, (_, i) => `let l${i + 1} = "\${l${i}}\${l${i}}"`);
    const { diagnostics } = check(["let l0 = \"/x\"", ...lets].join("\n"));
    expect(diagnostics.map(({ code }) => code)).toEqual(["string-too-long"]);
  });

  it("definitions that build on one another for too long are a mistake, not an overflow", () => {
    const lets = Array.from({ length: 20_000 }, (_, i) => `let l${i} = "\${l${i + 1}}"`);
    const codes = found(check([...lets, "let l20000 = \"/x\""].join("\n")).diagnostics).map(([code]) => code);
    expect(new Set(codes)).toEqual(new Set(["definitions-too-deep"]));
  });
});

describe("bindings", () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ["deny read \"${p}/**\"", { p: "/w" }, ["‹/w›/**"]],
    ["deny read \"${p}/**\"", { p: "/w/" }, ["‹/w›/**"]],
    ["deny read \"${p}/**\"", { p: "/" }, ["/**"]],
    ["deny read \"${p}\"", { p: "/" }, ["‹/›"]],
    ["deny read \"${p}/**\"", { p: "/w*{a}" }, ["‹/w*{a}›/**"]],
    ["deny read \"~/${p}\"", { p: ".ssh" }, ["‹/home/ada›/‹.ssh›"]],
    ["deny read \"/x/${p}x\"", { p: "" }, ["/x/x"]],
    ["deny read \"${p}\"", { p: ".env" }, ["‹.env›"]],
    ["let l = \"${p}/*\"\ndeny read \"${l}/y\"", { p: "/w" }, ["‹/w›/*/y"]],
    ["let l = \"~/a\"\ndeny read \"${l}/${p}\"", { p: "y" }, ["‹/home/ada›/a/‹y›"]],
    ["deny read \"${p}/x\", \"\\\\~\", \"~x\"", { p: "/~" }, ["‹/~›/x", "\\~", "~x"]],
    ["deny connect \"${p}\"", { p: "10.0.0.0/8" }, ["10.0.0.0/8"]],
    ["deny connect unix \"@${p}*\"", { p: "a*" }, ["unix-abstract ‹a*›*"]],
    ["deny connect unix \"~/${p}\"", { p: "s" }, ["unix-path ‹/home/ada›/‹s›"]],
  ])("%s with %j", (text, params, expected) => {
    expect(targetsOf(accepted(`param p\n${text}`, { params }).resolved)).toEqual(expected);
  });

  it("a default is literal, but for its own references and `~`", () => {
    const { resolved } = accepted("param a = \"/w*/\"\nparam b = \"~/x\"\nparam c = \"${a}/y\"\ndeny read \"${b}/*\", \"${c}\"");
    expect(resolved.bindings.params).toEqual({ a: "/w*", b: "/home/ada/x", c: "/w*/y" });
    expect(targetsOf(resolved)).toEqual(["‹/home/ada/x›/*", "‹/w*/y›"]);
  });

  it("what is set takes the place of a default", () => {
    expect(accepted("param a = \"/w\"", { params: { a: "/v" } }).resolved.bindings.params).toEqual({ a: "/v" });
  });

  it("`because` and the policy's name may hold references", () => {
    const { resolved } = accepted("policy \"for ${a}\"\nparam a = \"/w\"\ndeny read \"/x\" because \"keep ${a}\"");
    expect([resolved.name, resolved.rules[0]?.because]).toEqual(["for /w", "keep /w"]);
  });

  it("a name without `/` may be the value of a parameter", () => {
    expect(targetsOf(accepted("param p = \"x\"\ndeny read \"${p}\"").resolved)).toEqual(["‹x›"]);
  });

  it("a policy that says nothing permits everything, and a warning says so", () => {
    const codes = (text: string) => check(text).diagnostics.map(({ code, severity }) => [code, severity]);
    expect(codes("policy \"a\"\nlet l = [\"/x\"]")).toEqual([["empty-policy", "warning"]]);
    expect([codes("default allow read"), codes("deny read \"/x\"")]).toEqual([[], []]);
  });

  it("a misspelt `--set` is one mistake", () => {
    const { diagnostics } = check("param workspace\ndeny read \"${workspace}/x\"", { params: { worksapce: "/w" } });
    expect(diagnostics.map(({ code, help }) => [code, help])).toEqual(
      [["unknown-binding", "did you mean `--set workspace=…`?"]]);
  });

  it("names that every object has are not bound by that", () => {
    expect(found(check("param constructor").diagnostics)).toEqual([["unbound-parameter", "constructor"]]);
  });

  it("the home directory is absolute", () => {
    expect(found(check("deny read \"/x\"", { home: "ada" }).diagnostics)).toEqual([["home-not-absolute", ""]]);
    expect(targetsOf(accepted("deny read \"~/x\"", { home: "/" }).resolved)).toEqual(["/x"]);
  });

  it.each([
    ["/a/../b", "pattern-dot-component"], ["/a//b", "pattern-doubled-slash"], [`/${"a".repeat(256)}`, "pattern-name-too-long"],
  ])("the home directory %s is told of once, whether or not a pattern begins with it", (home, code) => {
    expect(found(check("deny read \"/x\"", { home }).diagnostics)).toEqual([[code, ""]]);
    expect(found(check("deny read \"~/x\", \"~/y\"", { home }).diagnostics)).toEqual([[code, ""]]);
  });

  it("a `/` at the end of the home directory is dropped", () => {
    expect(accepted("deny read \"~/x\"", { home: "/h//" })).toEqual(accepted("deny read \"~/x\"", { home: "/h" }));
  });
});

describe("includes", () => {
  it("are taken in where they stand, relative to their file, and count once", () => {
    const { resolved } = accepted({
      "dir/a.pol": "a: deny read \"/a\"\ninclude \"sub/b.pol\"\ninclude \"../c.pol\"\ninclude \"std:base\"\nz: deny read \"/z\"",
      "dir/sub/b.pol": "b: deny read \"/b\"\ninclude \"../../c.pol\"",
      "c.pol": "c: deny read \"/c\"\ndeny read \"/d\"",
      "std:base": "include \"std:more\"\ns: deny read \"/s\"",
      "std:more": "m: deny read \"/m\"",
    });
    expect(resolved.rules.map(({ id }) => id)).toEqual(["a", "b", "c", "c.pol:2", "m", "s", "z"]);
  });

  it("share their names", () => {
    const files = { "a.pol": "include \"b.pol\"\nr: deny read keys", "b.pol": "let keys = [\"/k\"]\nr: deny write \"/x\"" };
    expect(found(check(files).diagnostics)).toEqual([["duplicate-name", "r"]]);
  });

  it("that form a cycle are an error that shows the chain", () => {
    const { diagnostics } = check({
      "a.pol": "include \"b.pol\"", "b.pol": "include \"c.pol\"", "c.pol": "\ninclude \"./b.pol\"",
    });
    expect(found(diagnostics)).toEqual([["include-cycle", "\"./b.pol\""]]);
    expect(diagnostics[0]?.labels.map(({ message, span }) => [message, span.source.path])).toEqual(
      [["`c.pol` is included here", "b.pol"]]);
    expect(found(check({ "a.pol": "include \"a.pol\"" }).diagnostics)).toEqual([["include-cycle", "\"a.pol\""]]);
  });

  it.each<[string, Readonly<Record<string, string>>, readonly (readonly [string, string])[]]>([
    ["is missing", { "a.pol": "include \"b.pol\"\ninclude \"b.pol\"" }, [["cannot-read-file", "\"b.pol\""]]],
    ["is not shipped", { "a.pol": "include \"std:nope\"" }, [["cannot-read-file", "\"std:nope\""]]],
    ["has a reference", { "a.pol": "include \"${x}.pol\"" }, [["reference-not-here", "${x}"]]],
    ["is empty", { "a.pol": "include \"\"" }, [["cannot-read-file", "\"\""]]],
    ["is outside std", { "a.pol": "include \"std:b\"", "std:b": "include \"c.pol\"" }, [["include-outside-std", "\"c.pol\""]]],
  ])("are refused where one %s", (_, files, expected) => {
    expect(found(check(files).diagnostics)).toEqual(expected);
  });

  it("report the mistakes of all files", () => {
    const { diagnostics } = check({ "a.pol": "include \"b.pol\"\ninclude \"c.pol\"", "b.pol": "deny", "c.pol": "deny" });
    expect(diagnostics.map(({ span }) => span.source.path)).toEqual(["b.pol", "c.pol"]);
  });

  it("that never end are stopped", () => {
    const outcome = check(Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}.pol`, `include "f${i + 1}.pol"`])));
    expect(outcome.diagnostics.map(({ code }) => code)).toEqual(["include-too-deep"]);
  });

  it("a root that cannot be read is named", () => {
    expect(check({}).diagnostics).toMatchObject([{ code: "cannot-read-file" }]);
  });
});

describe("defaults", () => {
  const SILENT = { read: "allow", write: "allow", create: "allow", delete: "allow", setattr: "allow",
    exec: "allow", load: "allow", connect: "allow", bind: "allow" };
  it.each<[string, Readonly<Record<string, string>>]>([
    ["", {}],
    ["default deny modify, connect", { write: "deny", create: "deny", delete: "deny", setattr: "deny", connect: "deny" }],
    ["default audit access", { read: "audit", write: "audit", create: "audit", delete: "audit", setattr: "audit" }],
    ["default deny exec", { exec: "deny" }],
    ["default deny read\ndefault deny access\ndefault kill bind",
      { read: "deny", write: "deny", create: "deny", delete: "deny", setattr: "deny", bind: "kill" }],
  ])("%s", (text, expected) => {
    expect(accepted(text).resolved.defaults).toEqual({ ...SILENT, ...expected });
  });

  it("that differ are an error, once for each pair", () => {
    const { diagnostics } = check("default deny modify\ndefault allow write, create\ndefault deny write");
    expect(found(diagnostics)).toEqual([["conflicting-default", "default allow write, create"]]);
    expect(diagnostics[0]?.message).toBe("the default for `write`, `create` is both deny and allow");
    expect(diagnostics[0]?.labels.map(({ message }) => message)).toEqual(["deny here", "allow here"]);
  });
});

describe("operations and targets that do not go together", () => {
  it.each<[string, readonly (readonly [string, string])[]]>([
    ["deny read, connect \"/x\"", [["mixed-operations", "connect"]]],
    ["deny bind, exec, connect any", [["mixed-operations", "exec"]]],
    ["deny read loopback", [["not-a-path", "loopback"]]],
    ["deny read any", [["not-a-path", "any"]]],
    ["deny read unix \"/x\"", [["not-a-path", "unix \"/x\""]]],
    ["deny read \"/x\" port 443", [["port-not-here", "\"/x\" port 443"]]],
    ["deny read \"/x\" tcp", [["port-not-here", "\"/x\" tcp"]]],
    ["let l = [\"/x\", \"/y\"]\ndeny read l port 443", [["port-not-here", "l port 443"]]],
    ["deny connect unix \"/x\" port 443", [["port-not-here", "unix \"/x\" port 443"]]],
    ["deny exec anonymous tcp", [["port-not-here", "anonymous tcp"]]],
    ["deny read anonymous", [["anonymous-not-program", "anonymous"]]],
    ["deny exec, read anonymous", [["anonymous-not-program", "anonymous"]]],
    ["deny connect anonymous", [["not-an-endpoint", "anonymous"]]],
  ])("%s", (text, expected) => {
    expect(found(check(text).diagnostics)).toEqual(expected);
  });
});

describe("an endpoint", () => {
  it.each<[string, string]>([
    ["1.2.3.4", "1.2.3.4/32"],
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["::1", "::1/128"],
    ["FD00:EC2::254", "fd00:ec2::254/128"],
    ["::ffff:1.2.3.4", "1.2.3.4/32"],
    ["::ffff:102:304", "1.2.3.4/32"],
    ["::ffff:0:0/96", "0.0.0.0/0"],
    ["::/0", "::/0"],
    ["::/95", "::/95"],
    ["::1.2.3.4", "::102:304/128"],
    ["64:ff9b::1.2.3.4", "64:ff9b::102:304/128"],
  ])("%s is %s", (text, expected) => {
    expect(targetsOf(accepted(`deny connect "${text}"`).resolved)).toEqual([expected]);
  });

  it.each<[string, string]>([
    ["", "invalid-address"],
    ["1.2.3", "invalid-address"],
    ["1.2.3.4.5", "invalid-address"],
    ["256.1.1.1", "invalid-address"],
    ["01.2.3.4", "invalid-address"],
    ["0x7f.0.0.1", "invalid-address"],
    ["1.2.3.4/33", "invalid-address"],
    ["1.2.3.4/08", "invalid-address"],
    ["1.2.3.4/", "invalid-address"],
    ["1.2.3.4/255.0.0.0", "invalid-address"],
    ["1.2.3.4/8/8", "invalid-address"],
    ["::1/129", "invalid-address"],
    ["1::2::3", "invalid-address"],
    ["::ffff:01.2.3.4", "invalid-address"],
    ["::ffff:1.2.3.256", "invalid-address"],
    ["fe80::1%eth0", "invalid-address"],
    ["[::1]", "invalid-address"],
    ["[::1]:443", "invalid-address"],
    ["@name", "invalid-address"],
    ["any", "invalid-address"],
    ["~/x", "invalid-address"],
    ["a b", "invalid-address"],
    ["*", "invalid-address"],
    ["10.0.0.1/8", "host-bits"],
    ["10.0.0.1/31", "host-bits"],
    ["1.2.3.4/0", "host-bits"],
    ["fd00:ec2::254/64", "host-bits"],
    ["::ffff:0:0/95", "host-bits"],
    ["api.anthropic.com", "not-enforced-yet"],
    ["*.example.org", "not-enforced-yet"],
    ["localhost", "not-enforced-yet"],
  ])("%s is %s", (text, code) => {
    expect(found(check(`deny connect "${text}"`).diagnostics)).toEqual([[code, `"${text}"`]]);
  });

  it("of an abstract socket needs a name", () => {
    expect(found(check("deny connect unix \"@\"").diagnostics)).toEqual([["unix-name-empty", "\"@\""]]);
  });
});

describe("what is not enforced yet is reported once for each place", () => {
  it.each<[string, readonly string[]]>([
    ["allow connect \"example.org\", \"1.2.3.4\", \"example.com\"", ["\"example.org\"", "\"example.com\""]],
  ])("%s", (text, expected) => {
    const checked = check(text);
    const { diagnostics } = checked.ok ? backEnd(checked.value) : checked;
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    expect(found(errors)).toEqual(expected.map((place) => ["not-enforced-yet", place]));
  });
});

describe("programs", () => {
  const programs = [
    { name: "/bin/npm", target: "/usr/share/npm/cli.js" },
    { name: "/bin/sh", target: "/bin/dash" },
    { name: "/usr/bin/sh", target: "/bin/dash" },
  ];
  it.each<[string, readonly string[]]>([
    ["deny exec \"sh\"", ["sh", "‹/bin/dash› (link)"]],
    ["allow load \"/usr/bin/*\"", ["/usr/bin/*", "‹/bin/dash› (link)"]],
    ["deny exec \"{sh,npm}\"", ["{sh,npm}", "‹/bin/dash› (link)", "‹/usr/share/npm/cli.js› (link)"]],
    ["deny exec \"/sbin/sh\"", ["/sbin/sh"]],
    ["deny read \"sh\"", ["sh"]],
  ])("%s", (text, expected) => {
    expect(targetsOf(accepted(text, { programs }).resolved)).toEqual(expected);
  });

  it("behind links of an exception are exceptions", () => {
    const [rule] = accepted("deny exec \"/bin/*\" except \"sh\"", { programs }).resolved.rules;
    expect(rule?.except.map(show)).toEqual(["sh", "‹/bin/dash› (link)"]);
  });
});

it("a rule keeps its place, its reason and its ports", () => {
  const { resolved } = accepted("allow connect \"1.2.3.4\" port 443, 8000-8999 tcp, any because \"api\"");
  expect(resolved.rules[0]).toMatchObject({
    id: "a.pol:1", because: "api",
    targets: [
      { kind: "network", ports: [{ first: 443, last: 443 }, { first: 8000, last: 8999 }], protocol: "tcp" },
      { kind: "list", list: "any", ports: null, protocol: null },
    ],
  });
});
