/** `policyc explain --all`: every operation on one target. And how the rule that decided is shown. */
import { chmodSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { folderWith } from "../support/cli.js";
import { policycIn } from "../support/in-process.js";

const POLICY = `default deny write, create, delete, setattr, connect
allow modify "/w/**"
keys: deny access "/k/**", "/keys/**"
audit exec "/k/tool"
kill connect metadata
deny connect unix "@bus"
`;
const explain = (...args: readonly string[]) =>
  policycIn(folderWith({ "a.pol": POLICY }), "explain", "a.pol", ...args, "--home", "/home/ada");
const all = (...args: readonly string[]) => explain("--all", ...args);

afterEach(() => { vi.unstubAllEnvs(); });

describe("explain --all", () => {
  it("is a table of the operations on a path", async () => {
    expect(await all("/k/tool")).toEqual({ status: 0, stderr: "", stdout: `/k/tool
  read     deny   keys at a.pol:3
  write    deny   keys at a.pol:3
  create   deny   keys at a.pol:3
  delete   deny   keys at a.pol:3
  setattr  deny   keys at a.pol:3
  exec     audit  a.pol:4
  load     allow  the built-in default
` });
    expect((await all("/etc/x")).stdout).toContain("\n  write    deny   the default at a.pol:1\n");
  });

  it.each<[readonly string[], string]>([
    [["169.254.169.254", "--port", "80"],
      "169.254.169.254 port 80 tcp\n  connect  kill   a.pol:5\n  bind     allow  the built-in default\n"],
    [["::1", "--port", "53", "--udp"],
      "::1 port 53 udp\n  connect  deny   the default at a.pol:1\n  bind     allow  the built-in default\n"],
    [["[::1]", "--port", "53"],
      "::1 port 53 tcp (written [::1])\n  connect  deny   the default at a.pol:1\n  bind     allow  the built-in default\n"],
    [["unix:@bus"], "unix:@bus\n  connect  deny   a.pol:6\n  bind     allow  the built-in default\n"],
    [["anonymous"], "anonymous\n  exec  allow  the built-in default\n  load  allow  the built-in default\n"],
  ])("%j", async (args, stdout) => {
    expect(await all(...args)).toEqual({ status: 0, stderr: "", stdout });
  });

  it.each<[readonly string[], string]>([
    [["x/y"], "error: `x/y` is not an absolute path\n"],
    [["no-such-program"], "error: there is no program `no-such-program` along PATH\nhelp: write its path, from `/` or from `~/`\n"],
    [["1.2.3.4"], "error: an address needs a port\nhelp: --port 443\n"],
    [["1.2.3.4:443"], "error: `1.2.3.4:443` is not something to connect to\nhelp: connect 1.2.3.4 --port 443\n"],
    [["/x", "--port", "1"], "error: `--port` and `--udp` are for `connect` and `bind`"],
    [["unix:/x", "--udp"], "error: a unix socket has no port and no protocol\n"],
  ])("%j is a mistake", async (args, message) => {
    const { status, stdout, stderr } = await all(...args);
    expect({ status, stdout, stderr: stderr.slice(0, message.length) }).toEqual({ status: 2, stdout: "", stderr: message });
  });

  it("looks a program up along PATH, for every operation", async () => {
    const cwd = folderWith({ "a.pol": 'deny exec "real"\ndeny delete "link"\n', "real": "" });
    chmodSync(join(cwd, "real"), 0o755);
    symlinkSync("real", join(cwd, "link"));
    vi.stubEnv("PATH", cwd);
    expect((await policycIn(cwd, "explain", "a.pol", "--all", "link")).stdout).toBe(`${cwd}/real (written link)
  read     allow  the built-in default
  write    allow  the built-in default
  setattr  allow  the built-in default
  exec     deny   a.pol:1
  load     deny   a.pol:1
${cwd}/link (written link)
  create   allow  the built-in default
  delete   deny   a.pol:2
`);
  });

  it("stands in the place of an operation", async () => {
    expect(await explain("read", "/x", "--all", "/x")).toEqual({
      status: 2, stdout: "", stderr: "error: `--all` asks for every operation: leave out `read`\n",
    });
  });

  it("tells the places apart where a link is followed by some operations alone", async () => {
    const cwd = folderWith({ "a.pol": 'deny delete "**/link"\n', "real": "" });
    symlinkSync("real", join(cwd, "link"));
    const { stdout } = await policycIn(cwd, "explain", "a.pol", "--all", join(cwd, "link"));
    expect(stdout.split("\n").filter((line) => !/ allow /.test(line))).toEqual([
      `${cwd}/real (written ${cwd}/link)`, `${cwd}/link`, "  delete   deny   a.pol:1", "",
    ]);
  });

  it("is the same as asking one by one", async () => {
    const json: unknown = JSON.parse((await all("/k/tool", "--json")).stdout);
    const ops = ["read", "write", "create", "delete", "setattr", "exec", "load"];
    const single: unknown[] = [];
    for (const op of ops) single.push(JSON.parse((await explain(op, "/k/tool", "--json")).stdout));
    expect(json).toEqual(single);
  });

  it("fits into 80 columns where names are long", async () => {
    const cwd = folderWith();
    const [file, rule] = [`${"f".repeat(50)}.pol`, "r".repeat(40)];
    writeFileSync(join(cwd, file), `${rule}: deny read "/x"\n`);
    const { stdout } = await policycIn(cwd, "explain", file, "--all", "/x");
    expect(stdout).toContain(`  read     deny   ${rule}\n                  at ${file}:1\n`);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe("the rule that decided", () => {
  it("is shown with the one of its targets that covers the access", async () => {
    expect((await explain("read", "/keys/x")).stdout).toContain(`
3 | keys: deny access "/k/**", "/keys/**"
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ keys decides
  |                            ---------- covers it
`);
  });

  it("is shown with the member of a list that covers the access", async () => {
    const cwd = folderWith({ "a.pol": 'let keys = ["/k/**", "/keys/**"]\n\n\ndeny read keys\n' });
    expect((await policycIn(cwd, "explain", "a.pol", "read", "/keys/x")).stdout).toContain(` --> a.pol:4:1
  |
1 | let keys = ["/k/**", "/keys/**"]
  |                      ---------- covers it
...
4 | deny read keys
  | ^^^^^^^^^^^^^^ decides
`);
  });

  it("has its note under the signs where that would be beyond 80 columns", async () => {
    const cwd = folderWith({ "a.pol": `deny read "/${"x".repeat(62)}"\n` });
    const { stdout } = await policycIn(cwd, "explain", "a.pol", "read", `/${"x".repeat(62)}`);
    expect(stdout).toContain(`  | ${"^".repeat(75)}\n  | decides\n`);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
