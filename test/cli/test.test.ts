/** `policyc test`, as a user meets it. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { testFile } from "../../src/cli/run-tests.js";
import { renderTests } from "../../src/cli/test-report.js";
import { folderWith } from "../support/cli.js";
import { policycIn } from "../support/in-process.js";

const POLICY = `policy "t"
param workspace
default deny write, create, delete, connect
allow modify "\${workspace}/**"
no-keys: deny access "~/.ssh/**" except "~/.ssh/known_hosts", "~/.ssh/config" because "private"

test "keys" with home = "/home/ada", workspace = "/w" {
  deny read "/home/ada/.ssh/id"
  allow read "~/.ssh/known_hosts"
  allow modify "\${workspace}/a"
  deny connect "192.0.2.1" port 443
}
assert deny read "~/.ssh/id_*"
`;
const BROKEN = `${POLICY}test "broken" with workspace = "/w" {
  allow write "/etc/passwd" # as it is not
}
assert deny read "~/.ssh/*"
`;

const test = (policy: string, ...args: readonly string[]) =>
  policycIn(folderWith({ "a.pol": policy }), "test", "a.pol", "--home", "/home/ada", ...args);

describe("policyc test", () => {
  it("knows what takes a privilege, and covers the rule that gives it", async () => {
    const text = 'p: allow privilege escape-socket when m\nmark m on read "/x"\ntest "bus" { allow connect unix "/run/user/1/bus" }\n';
    const failed = await test(text, "--coverage");
    expect(failed.status).toBe(1);
    expect(failed.stdout).toContain("help: who may talk to it can act outside of the session; `allow privilege escape-socket` permits that\n");
    expect(failed.stdout).toContain("coverage: 0 of 1 rules, 0 of 0 excepts\n");
    const denied = await test('p: deny privilege escape-socket\ntest "bus" { deny connect unix "/run/user/1/bus" }\n', "--coverage");
    expect(denied.stdout).toContain("coverage: 1 of 1 rules, 0 of 0 excepts\n");
    const json = await test(text, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ cases: [{ rule: { id: "privilege escape-socket", effect: "deny", file: null, line: null } }] });
  });

  it("counts cases and assertions, and says which failed and by what rule", async () => {
    expect(await test(POLICY)).toEqual({ status: 0, stderr: "", stdout: [
      "a.pol",
      "  ok      keys                                                           4 cases",
      "  ok      assert deny read \"~/.ssh/id_*\"",
      "",
      "5 passed, 0 failed",
      "",
    ].join("\n") });
    const { status, stdout } = await test(BROKEN);
    expect(status).toBe(1);
    expect(stdout).toBe(`a.pol
  ok      keys                                                           4 cases
  FAILED  broken                                                    0 of 1 cases

error[failed-case]: \`write /etc/passwd\` comes to \`deny\`, not to the expected \`allow\`
  --> a.pol:15:3
   |
 3 | default deny write, create, delete, connect
   | -------------------------------------------
   | no rule decides, and this is the default
...
15 |   allow write "/etc/passwd" # as it is not
   |   ^^^^^^^^^^^^^^^^^^^^^^^^^

  ok      assert deny read "~/.ssh/id_*"
  FAILED  assert deny read "~/.ssh/*"

error[false-assertion]: \`read /home/ada/.ssh/config\` comes to \`allow\`, not to the asserted \`deny\`
  --> a.pol:17:1
   |
17 | assert deny read "~/.ssh/*"
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
help: no rule decides it, and the built-in default of \`read\` is \`allow\`; write \`default deny read\`, or the rule \`deny read "~/.ssh/*"\`

5 passed, 2 failed
`);
  });

  it("JSON has what the reference says", async () => {
    const { stdout } = await test(BROKEN, "--format", "json");
    const report: unknown = JSON.parse(stdout);
    expect(report).toMatchObject({ passed: 5, failed: 2 });
    const { cases } = z.object({ cases: z.array(z.unknown()) }).parse(report);
    expect(cases).toHaveLength(7);
    expect(cases[0]).toEqual({
      name: "keys", file: "a.pol", line: 8, ok: true, expected: "deny", actual: "deny", access: "read /home/ada/.ssh/id",
      rule: { id: "no-keys", effect: "deny", file: "a.pol", line: 5, column: 1, because: "private" },
    });
    expect(cases[4]).toMatchObject({ name: "broken", line: 15, ok: false, expected: "allow", actual: "deny", rule: null });
    expect(cases[6]).toMatchObject({
      name: "assert deny read \"~/.ssh/*\"", line: 17, ok: false, expected: "deny", actual: "allow",
      access: "read /home/ada/.ssh/config", rule: null,
    });
  });

  it("TAP has a plan, a line for each, and the details of what failed", async () => {
    const { status, stdout } = await test(BROKEN, "--format", "tap");
    expect(status).toBe(1);
    const lines = stdout.split("\n");
    expect(lines.slice(0, 3)).toEqual(["TAP version 14", "1..7", "ok 1 - a.pol:8 keys: deny read /home/ada/.ssh/id"]);
    expect(lines.filter((line) => /^(not )?ok /.test(line))).toHaveLength(7);
    expect(stdout).toContain("not ok 5 - a.pol:15 broken: allow write /etc/passwd\n  ---\n  expected: \"allow\"\n");
  });

  it("TAP has what no case decides as comments", async () => {
    const { stdout } = await test('deny read "/a"\ndeny read "/b" except "/b/c"\ntest "t" { deny read "/a" }\n', "--format", "tap", "--coverage");
    expect(stdout.split("\n").slice(3)).toEqual([
      "# a.pol:2: no case is decided by this rule", "# a.pol:2: no case is decided by this except", "",
    ]);
  });

  describe("of files that do not compile", () => {
    const FILES = {
      "a.pol": "assert deny read \"/x\"\ndeny read \"/x\"\n",
      "b.pol": "deny raed \"/x\"\n\ndeny read \"y/z\"\n",
      "c.pol": "include \"part.pol\"\ntest \"t\" { deny read \"/x\" }\n",
      "part.pol": "deny read \"/y\" when scret\n",
    };
    const tried = (format: string) => policycIn(folderWith(FILES), "test", "a.pol", "b.pol", "c.pol", "--format", format);

    it("TAP has a failed test for each, with its errors and their places", async () => {
      const { status, stdout, stderr } = await tried("tap");
      expect(status).toBe(1);
      expect(stdout).toBe(`TAP version 14
1..3
ok 1 - a.pol:1 assert deny read "/x"
not ok 2 - b.pol: does not compile
  ---
  message: "expected an operation, found \`raed\`"
  code: "unexpected-token"
  at: {"file":"b.pol","line":1,"column":6}
  ...
not ok 3 - c.pol: does not compile
  ---
  message: "there is no mark \`scret\`"
  code: "unknown-name"
  at: {"file":"part.pol","line":1,"column":21}
  ...
`);
      expect(stderr).toContain("2 errors");
    });

    it("TAP has all errors of a file in its one test", async () => {
      const { stdout } = await test("deny raed \"/x\"\ndeny wirte \"/x\"\n", "--format", "tap");
      expect(stdout).toMatch(/^1\.\.1$/m);
      expect(stdout).toMatch(/^ {2}others: \[\{"message":".*wirte.*","code":"unexpected-token","at":\{"file":"a.pol","line":2,"column":6\}\}\]$/m);
    });

    it("JSON has the errors beside the cases, in the form of lint", async () => {
      const { status, stdout } = await tried("json");
      expect(status).toBe(1);
      const report: unknown = JSON.parse(stdout);
      expect(report).toMatchObject({ passed: 1, failed: 0, cases: [{ ok: true }], errors: [
        { code: "unexpected-token", severity: "error", file: "b.pol", start: { line: 1, column: 6 }, end: { line: 1, column: 10 }, labels: [] },
        { code: "unknown-name", severity: "error", file: "part.pol", start: { line: 1, column: 21 } },
      ] });
      expect(JSON.parse((await test(POLICY, "--json")).stdout)).toMatchObject({ errors: [] });
    });
  });

  it("the coverage names each rule and except that no case decided", async () => {
    const { stdout } = await test(`${POLICY}deny read "*.pem"\n`, "--coverage");
    expect(stdout).toContain(`decided by no case:
  a.pol:5  except "~/.ssh/config"
  a.pol:14  deny read "*.pem"
coverage: 2 of 3 rules, 1 of 2 excepts
`);
    const report: unknown = JSON.parse((await test(POLICY, "--json", "--coverage")).stdout);
    expect(report).toMatchObject({ coverage: {
      rules: { covered: 2, total: 2 }, excepts: { covered: 1, total: 2 },
      uncovered: [{ kind: "except", rule: "no-keys", file: "a.pol", line: 5, column: 63 }],
    } });
  });

  it("the coverage counts limits, and names those that no case reached", async () => {
    const policy = `limit connect any to 1 per 1m then deny
limit create "/a/**" to 2 per 1m then kill
test "one a minute" { deny connect "192.0.2.1" port 1 after connect "192.0.2.1" port 1 }
test "two files" { allow create "/a/c" after create "/a/b" }
`;
    const { stdout } = await test(policy, "--coverage");
    expect(stdout).toContain(`decided by no case:
  a.pol:2  limit create "/a/**" to 2 per 1m then kill
coverage: 0 of 0 rules, 0 of 0 excepts, 1 of 2 limits
`);
    expect(JSON.parse((await test(policy, "--json", "--coverage")).stdout)).toMatchObject({ coverage: {
      limits: { covered: 1, total: 2 }, uncovered: [{ kind: "limit", rule: "a.pol:2", file: "a.pol", line: 2, column: 1 }],
    } });
  });

  it("the coverage cuts lines at the terminal's width alone, and shows where", async () => {
    const rule = `deny read "/srv/${"long/".repeat(20)}*"`;
    expect((await test(`${rule}\n`, "--coverage")).stdout).toContain(`  a.pol:1  ${rule}\n`);
    const outcome = testFile("a.pol", (path) => ({ path, text: `${rule}\ntest "t" { allow read "/x" }\n` }), { home: "/", params: {}, task: null });
    if (!outcome.ok) throw new Error("it does not compile");
    const report = renderTests([outcome.value], { colour: false, coverage: true, columns: 40 });
    expect(report).toContain('\n  a.pol:1  deny read "/srv/long/long/lo…\n');
  });

  it("a parameter that neither the test nor the command line binds is an error", async () => {
    const { status, stdout, stderr } = await test("param w\ntest \"t\" { allow write \"${w}/x\" }");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("the parameter `w` has no value");
    expect((await test("param w\ntest \"t\" { allow write \"${w}/x\" }", "--set", "w=/w")).status).toBe(0);
  });

  it("of several policies each is bound to what it has a parameter for, and what they share is told of once", async () => {
    const files = {
      "base.pol": "param team\nallow read \"/srv/${team}/x\"\nassert allow read \"/srv/${team}/x\"\n",
      "team.pol": "include \"base.pol\"\nparam w\nallow read \"${w}/x\"\ntask \"t\" { deny read \"/k\" }\n",
    };
    const folder = folderWith(files);
    expect(await policycIn(folder, "test", ".", "--set", "team=a", "--set", "w=/w", "--task", "t")).toMatchObject({ status: 0, stderr: "" });
    expect(await policycIn(folder, "test", ".")).toMatchObject({ status: 0, stderr: "" });
    const bad = await policycIn(folder, "test", ".", "--set", "team=a//b");
    expect([bad.status, bad.stderr.match(/^error.*$/gm)]).toEqual([1, ["error[pattern-doubled-slash]: the pattern `a//b` has a doubled `/`"]]);
    const unknown = await policycIn(folder, "test", ".", "--set", "team=a", "--set", "w=/w", "--set", "x=/x");
    expect(await policycIn(folder, "test", ".", "--set", "team=a", "--set", "w=/w", "--task", "u")).toMatchObject({ status: 2 });
    expect(unknown).toMatchObject({ status: 2, stdout: "", stderr: "error: none of the policies has a parameter `x`\n" });
    const misspelt = await policycIn(folder, "test", ".", "--set", "taem=a");
    expect(misspelt.stderr).toBe("error: none of the policies has a parameter `taem`\nhelp: did you mean `--set team=…`?\n");
  });

  it("a policy without tests needs no parameter bound: it says which assertions a value may turn", async () => {
    expect((await test("param w\ndeny read \"${w}/x\"")).status).toBe(0);
    const policy = "param w\ndefault deny write\nallow write \"${w}/**\"\ndeny read \"/k\"\nassert deny read \"/k\"\nassert deny write \"/etc/*\"";
    const { status, stdout, stderr } = await test(policy);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/ok +assert deny read "\/k" +whatever is bound\n +ok +assert deny write "\/etc\/\*"\n/);
    expect(stdout).toContain("  1 of 2 assertions proved only with --set w=/w, which nobody gave: give your own\n");
    expect(JSON.parse((await test(policy, "--json")).stdout)).toMatchObject({ cases: [{ ok: true }, { ok: true, assumed: { w: "/w" } }] });
    expect((await test(policy, "--format", "tap")).stdout).toBe([
      "TAP version 14", "1..2", 'ok 1 - a.pol:5 assert deny read "/k"', 'ok 2 - a.pol:6 assert deny write "/etc/*"',
      "  ---", '  assumed: {"w":"/w"}', "  ...", "",
    ].join("\n"));
    expect((await test(policy.replace("/etc", "/w"), "--format", "tap")).stdout).toMatch(/ {2}rule: .*\n {2}assumed: \{"w":"\/w"\}\n/);
    expect((await test(policy, "--set", "w=/etc")).status).toBe(1);
    expect((await test(policy, "--set", "w=/v")).stdout).not.toContain("proved only");
    expect((await test("param w\nassert deny read \"${w}/x\"")).status).toBe(1);
  });

  it.each<[string, string, string]>([
    ["a refusal that depends on it", "deny read \"/w/**\", \"${w}/**\"\nassert deny read \"/w/x\"", ""],
    ["a refusal of it alone", "deny read \"${w}/**\"\nassert deny read \"/w/x\"", "/v"],
    ["an exception", "deny read \"/k/**\" except \"${w}/**\"\nassert deny read \"/k/x\"", "/k"],
    ["a let", "let all = [\"/a\", \"${w}/**\"]\ndefault deny read\nallow read all\nassert deny read \"/k/x\"", "/k"],
    ["an address", "default deny connect\nallow connect \"${w}\"\nassert deny connect \"10.0.0.1\"", "10.0.0.1"],
    ["a program", "deny read \"/k\" unless exe \"${w}/x\"\nassert deny read \"/k\" when not exe \"/w/x\"", "/v"],
    ["a mark", "mark m on read \"${w}/x\"\ndeny read \"/k\" unless m\ndeny read \"/w/**\"\nassert deny read \"/k\"", "/v"],
    ["what is asserted", "deny read \"/w/**\"\nassert deny read \"${w}/x\"", "/v"],
    ["what is to be allowed", "deny read \"${w}/**\"\nassert allow read \"/k\"", "/k"],
  ])("%s: `whatever is bound` is said where no value refutes", async (_, rules, refuting) => {
    const { status, stdout } = await test(`param w\n${rules}\n`);
    expect([status, stdout.includes("whatever is bound")]).toEqual([0, refuting === ""]);
    if (refuting !== "") expect((await test(`param w\n${rules}\n`, "--set", `w=${refuting}`)).status).toBe(1);
  });

  it("a mistake outside of the tests is told once", async () => {
    const { stderr } = await test("assert deny read \"~\"\ntest \"t\" { allow read \"/x\" }\ntest \"u\" with home = \"/h\" { allow read \"/x\" }");
    expect(stderr.match(/^error/gm)).toHaveLength(1);
  });

  it.each([["/b/../c", "pattern-dot-component"], ["ada", "relative-parameter"]])("a home that cannot be, %s, is told of once", async (home, code) => {
    const { status, stderr } = await test(`deny read "~/x"\ntest "t" with home = "${home}" { deny read "~/x" deny read "~/x/y" }`);
    expect([status, stderr.match(/^error\[.*?\]/gm)]).toEqual([1, [`error[${code}]`]]);
  });

  it("a test binds what defaults of parameters are made of", async () => {
    const policy = "param w = \"/a\"\nparam cache = \"${w}/cache\"\ndeny read \"${cache}/*\"\n";
    expect((await test(`${policy}test "t" with w = "/b" { deny read "/b/cache/x" allow read "/a/cache/x" }`)).status).toBe(0);
  });

  it("assertions are proved for what each test binds where the command line binds nothing", async () => {
    const policy = `param w\ndeny read "\${w}/**"\nassert deny read "/a/b/*"\ntest "t" with w = "/a" { deny read "/a/b" }\n`;
    expect((await test(policy)).status).toBe(0);
    expect((await test(`${policy}test "u" with w = "/c" { deny read "/c" }\n`)).status).toBe(1);
    expect((await test(policy, "--set", "w=/c")).status).toBe(1);
  });

  it("compile refuses a policy of which an assertion is false, and a draft", async () => {
    const compile = (policy: string) => policycIn(folderWith({ "a.pol": policy }), "compile", "a.pol", "-o", "a.polc");
    const refused = await compile("assert deny read \"/x\"");
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("error[false-assertion]")]);
    const draft = await compile("draft \"by a model\"\ndeny read \"/x\"");
    expect([draft.status, draft.stderr]).toEqual([1, expect.stringContaining("error[unreviewed-draft]")]);
    expect((await test("draft \"by a model\"\ndeny read \"/x\"\ntest \"t\" { deny read \"/x\" }")).status).toBe(0);
  });

  it("without any test it says so", async () => {
    const { status, stdout, stderr } = await test("deny read \"/x\"");
    expect([status, stdout]).toEqual([0, "0 passed, 0 failed\n"]);
    expect(stderr).toMatch(/^no tests\n/);
  });

  it.each<[string, string]>([
    ["deny read \"/x/*\"", "`\"/x/*\"` covers more than one path: a test tries one access"],
    ["deny exec \"curl\"", "`\"curl\"` covers more than one path"],
    ["deny read two", "`two` stands for 2 targets"],
    ["deny connect loopback", "`loopback` covers more than one address"],
    ["deny connect \"10.0.0.0/8\" port 1", "covers more than one address"],
    ["deny connect \"10.0.0.1\"", "has no port"],
    ["deny connect \"10.0.0.1\" port 1-2", "covers more than one port"],
    ["deny connect unix \"@a*\"", "covers more than one socket"],
    ["deny connect \"/x\"", "error[invalid-address]"],
  ])("%s is no access", async (one, message) => {
    const { status, stderr } = await test(`let two = ["/x", "/y"]\ntest "t" { ${one} }`);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  it.each<[string, string]>([
    ["with hom = \"/h\"", "there is no parameter `hom`"],
    ["with home = \"h\"", "`h`, the value of `home`, is not an absolute path"],
    ["with w = \"/a\", w = \"/b\"", "the binding `w` is defined twice"],
    ["with w = \"${w}\"", "`${w}` cannot stand in a test's binding"],
  ])("%s", async (bindings, message) => {
    const { status, stderr } = await test(`param w = "/w"\ntest "t" ${bindings} { allow read "/x" }`);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  it("refuses what is wrong with a policy without tests, but for parameters that nobody has bound", async () => {
    const { status, stderr } = await test('deny read "/x" when scret\n');
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error\[unknown-name\]/)]);
    expect(await test('param w\ndeny read "${w}/x"\n')).toMatchObject({ status: 0 });
  });

  it("names who tried it, and after what", async () => {
    const { stdout } = await test(`mark m on read "/m"\nmark n on success "/bin/n"\ntest "t" {
  deny read "/x" when m exe "/a" under "/b" after read "/y", then success "/bin/n" args "t"
  deny exec "/a" args "x", "y z"\n}\n`, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ cases: [
      { access: 'read /x by /a under /b when m after read /y, then success /bin/n with the arguments "t"' },
      { access: 'exec /a with the arguments "x" "y z"' },
    ] });
  });
});
