/** `policyc explain`: one decision, by which rule, for whoever acts. */
import { realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderWith } from "../support/cli.js";
import { policycIn } from "../support/in-process.js";

const POLICY = `policy "agent"
param workspace = "/w"
allow modify "\${workspace}/**"
no-keys: deny read "/home/ada/.ssh/**" except "/home/ada/.ssh/known_hosts"
  because "private keys stay"
deny read "~/.ssh/id_*"
deny connect "140.82.121.3" port 443
deny connect unix "@bus"
`;
const inFolder = (files: Readonly<Record<string, string>> = { "agent.pol": POLICY }) => {
  const cwd = folderWith(files);
  return { cwd, run: (...args: readonly string[]) => policycIn(cwd, ...args, "--home", "/home/ada") };
};

describe("explain", () => {
  it("shows the rule that decided, why, and what else matched", async () => {
    expect(await inFolder().run("explain", "agent.pol", "read", "~/.ssh/id_ed25519")).toMatchObject({
      status: 0, stderr: "", stdout: `deny: read /home/ada/.ssh/id_ed25519
 --> agent.pol:4:1
  |
4 | no-keys: deny read "/home/ada/.ssh/**" except "/home/ada/.ssh/known_hosts"
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  | no-keys decides
because: private keys stay
also matched:
  deny by agent.pol:6
to permit it, add all of this:
  at the end of the \`except\` of no-keys at agent.pol:4
    , "~/.ssh/id_ed25519"
  at the end of agent.pol:6
    except "~/.ssh/id_ed25519"
`,
    });
  });

  it("says when nothing matches", async () => {
    expect((await inFolder().run("explain", "agent.pol", "read", "/etc/hostname")).stdout)
      .toBe(`allow: read /etc/hostname
by the built-in default for read: no rule matches
to deny it, add:
    deny read "/etc/hostname"
`);
    const { run } = inFolder({ "agent.pol": 'deny read "/x"\ndefault deny modify\n' });
    expect((await run("explain", "agent.pol", "write", "/nonexistent/x")).stdout)
      .toBe(`deny: write /nonexistent/x
by the default for write at agent.pol:2: no rule matches
to permit it, add:
    allow write "/nonexistent/x"
`);
  });

  it("says what takes a privilege besides, and how it is given", async () => {
    const { run } = inFolder({
      "agent.pol": "", "stated.pol": "default deny connect, privilege\n",
      "rule.pol": 'no: deny privilege ptrace, escape-socket because "not here"\ndeny connect unix "/run/**"\n',
      "given.pol": "allow privilege escape-socket\n",
    });
    const because = "because: who may talk to it can act outside of the session; `allow privilege escape-socket` permits that";
    expect((await run("explain", "agent.pol", "connect", "unix:/run/docker.sock")).stdout).toBe(`deny: connect unix:/run/docker.sock
privilege escape-socket is denied by default
${because}
to permit it, add:
    allow privilege escape-socket
`);
    expect((await run("explain", "stated.pol", "connect", "unix:@/tmp/dbus-1")).stdout).toBe(`deny: connect unix:@/tmp/dbus-1
privilege escape-socket is denied by the default at stated.pol:1
${because}
to permit it, add all of this:
  as a rule, for the default would refuse it as well
    allow connect unix "@/tmp/dbus-1"
  as a rule, for the default would refuse it as well
    allow privilege escape-socket
`);
    expect((await run("explain", "rule.pol", "connect", "unix:/run/docker.sock")).stdout).toBe(`deny: connect unix:/run/docker.sock
 --> rule.pol:1:1
  |
1 | no: deny privilege ptrace, escape-socket because "not here"
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no decides
because: not here
also matched:
  deny by rule.pol:2
to permit it:
  at the end of rule.pol:2
    except unix "/run/docker.sock"
  take \`escape-socket\` out of the privileges of no at rule.pol:1
  as a rule, for the default would refuse it as well
    allow privilege escape-socket
`);
    expect((await run("explain", "given.pol", "connect", "unix:/run/docker.sock")).stdout).toBe(`allow: connect unix:/run/docker.sock
by the built-in default for connect: no rule decides
also matched:
  allow by given.pol:1
to deny it, add:
    deny connect unix "/run/docker.sock"
`);
    expect(JSON.parse((await run("explain", "stated.pol", "connect", "unix:/run/docker.sock", "--json")).stdout)).toMatchObject({
      decision: "deny", matched: [], rule: { id: "privilege escape-socket", effect: "deny", file: "stated.pol", line: 1, column: 1 },
    });
    expect(JSON.parse((await run("explain", "agent.pol", "connect", "unix:/run/docker.sock", "--json")).stdout)).toMatchObject({
      rule: { id: "privilege escape-socket", effect: "deny", file: null, line: null, column: null },
    });
    expect((await run("explain", "stated.pol", "--all", "unix:/run/docker.sock")).stdout).toBe(`unix:/run/docker.sock
  connect  deny   privilege escape-socket by the default at stated.pol:1
  bind     allow  the built-in default
`);
    expect((await run("explain", "agent.pol", "--all", "unix:/run/docker.sock")).stdout).toBe(`unix:/run/docker.sock
  connect  deny   privilege escape-socket by default
  bind     allow  the built-in default
`);
  });

  it("decides on where a path leads on this machine", async () => {
    const { cwd, run } = inFolder({ "real": "", "agent.pol": "" });
    const root = realpathSync(cwd);
    symlinkSync("real", join(root, "link"));
    writeFileSync(join(root, "agent.pol"), 'deny read, write, delete "**/real"\n');
    expect((await run("explain", "agent.pol", "read", `${root}/link`)).stdout).toBe(`deny: read ${root}/real (written ${root}/link)
 --> agent.pol:1:1
  |
1 | deny read, write, delete "**/real"
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ decides
to permit it, add:
  at the end of agent.pol:1
    except "${root}/real"
  (which spares it for write and delete too)
`);
    expect(JSON.parse((await run("explain", "agent.pol", "write", `${root}/link`, "--json")).stdout))
      .toMatchObject({ decision: "deny", operation: "write", target: `${root}/real` });
    // Removing a link does nothing to what it leads to.
    expect((await run("explain", "agent.pol", "delete", `${root}/link`)).stdout).toMatch(/^allow: delete .*\/link\n/);
  });

  it.each(["/proc/self/environ", "/dev/stdin", "/proc/thread-self/mem"])("does not say whose %s", async (path) => {
    const { run } = inFolder({ "agent.pol": "" });
    expect((await run("explain", "agent.pol", "read", path)).stdout).toBe(`allow: read ${path}
by the built-in default for read: no rule matches
note: this path leads each process to a place of its own, and the kernel decides on that
`);
  });

  it("looks a program up along PATH", async () => {
    const { run } = inFolder({ "agent.pol": 'deny exec "sh"\n' });
    const { stdout } = await run("explain", "agent.pol", "exec", "sh");
    expect(stdout).toMatch(/^deny: exec \/\S+ \(written sh\)\n/);
    expect(stdout).toMatch(/ decides\n/);
  });

  it.each<[readonly string[], string, string | null]>([
    [["create", "/w/src/new.ts"], "allow", "agent.pol:3"],
    [["create", "/elsewhere/new.ts", "--set", "workspace=/elsewhere"], "allow", "agent.pol:3"],
    [["read", "/home/ada/.ssh/known_hosts"], "allow", null],
    [["connect", "140.82.121.3", "--port", "443"], "deny", "agent.pol:7"],
    [["connect", "::ffff:140.82.121.3", "--port", "443", "--udp"], "deny", "agent.pol:7"],
    [["connect", "140.82.121.3", "--port", "444"], "allow", null],
    [["connect", "unix:@bus"], "deny", "agent.pol:8"],
    [["connect", "unix:/bus"], "allow", null],
    [["exec", "anonymous"], "allow", null],
  ])("%j --json → %s", async (args, decision, id) => {
    const result = await inFolder().run("explain", "agent.pol", ...args, "--json");
    expect(JSON.parse(result.stdout)).toMatchObject({ decision, rule: id === null ? null : { id, file: "agent.pol" } });
  });

  it("prints rules as JSON in full", async () => {
    const result = await inFolder().run("explain", "agent.pol", "read", "~/.ssh/id_ed25519", "--json");
    const rule = { id: "no-keys", effect: "deny", file: "agent.pol", line: 4, column: 1, because: "private keys stay" };
    expect(JSON.parse(result.stdout)).toEqual({
      decision: "deny", operation: "read", target: "/home/ada/.ssh/id_ed25519", rule,
      matched: [rule, { id: "agent.pol:6", effect: "deny", file: "agent.pol", line: 6, column: 1, because: null }],
    });
  });
});

describe("explain, for whoever acts", () => {
  const MEMORY = `mark secret on read "~/.config/gh/**"
deny connect any when secret except loopback
deny read "/x" unless exe "/a" and under "/b"
deny exec "/bin/git" args "push", "--force*" because "history stays"
allow privilege userns when secret
limit write "/y" to 3 per 1s then kill
`;
  const explain = (...args: readonly string[]) => inFolder({ "a.pol": MEMORY }).run("explain", "a.pol", ...args);
  const decision = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse((await explain(...args, "--json")).stdout);

  it.each<[readonly string[], string, number | null]>([
    [["connect", "192.0.2.1", "--port", "443"], "allow", null],
    [["connect", "192.0.2.1", "--port", "443", "--mark", "secret"], "deny", 2],
    [["connect", "127.0.0.1", "--port", "443", "--mark", "secret"], "allow", null],
    [["read", "/x"], "deny", 3],
    [["read", "/x", "--exe", "/a"], "deny", 3],
    [["read", "/x", "--exe", "/a", "--under", "/b"], "allow", null],
    // A script, and what interprets it.
    [["read", "/x", "--exe", "/script", "--exe", "/a", "--under", "/c", "--under", "/b"], "allow", null],
    [["privilege", "userns"], "deny", null],
    [["privilege", "userns", "--mark", "secret"], "allow", 5],
    [["privilege", "io-uring"], "allow", null],
    [["write", "/y"], "allow", null],
  ])("%j → %s", async (args, effect, line) => {
    expect(await decision(...args)).toMatchObject({ decision: effect, rule: line === null ? null : { line } });
  });

  it("shows the rule that decides about arguments, and says that an exception is wide", async () => {
    expect((await explain("exec", "/bin/git", "--arg", "push", "--arg", "--force-with-lease")).stdout).toMatch(
      /^deny: exec \/(usr\/)?bin\/git.*\n[^]*decides\nbecause: history stays\n[^]*\(an `except` spares it whatever its arguments\)\n$/);
    expect((await explain("exec", "/bin/git", "--arg", "push")).stdout).toMatch(/^allow: /);
  });

  it("has arguments where rules look at them: `load` of the program itself, too", async () => {
    const { run } = inFolder({ "a.pol": 'deny exec "/nowhere/git" args "push"\n' });
    const load = ["explain", "a.pol", "load", "/nowhere/git", "--exe", "/nowhere/git"];
    expect((await run(...load, "--arg", "push")).stdout).toMatch(/^deny: /);
    expect((await run(...load, "--arg", "pull")).stdout).toMatch(/^allow: /);
    expect((await run("explain", "a.pol", "--all", "/nowhere/git", "--arg", "push")).stdout).toMatch(/ exec +deny /);
  });

  it.each<[readonly string[], string]>([
    [["read", "/x"], "`read`"],
    [["privilege", "mount"], "`privilege`"],
    [["--all", "unix:@bus"], "`connect` and `bind`"],
  ])("refuses arguments for %j", async (args, op) => {
    expect(await explain(...args, "--arg", "push")).toEqual({
      status: 2, stdout: "", stderr: `error: \`--arg\` is for \`exec\` and \`load\`, not for ${op}\n`,
    });
  });

  it("is a table of a privilege, too", async () => {
    expect((await explain("--all", "userns", "--mark", "secret")).stdout).toBe("userns\n  privilege  allow  a.pol:5\n");
    expect((await explain("privilege", "mount")).stdout).toBe(`deny: privilege mount
by the built-in default for privilege: no rule matches
to permit it, add:
    allow privilege mount
`);
  });

  it("names the marks that there are", async () => {
    expect(await explain("read", "/x", "--mark", "sceret")).toEqual({
      status: 2, stdout: "", stderr: "error: the policy has no mark `sceret`\nhelp: did you mean `secret`?\n",
    });
  });

  it("says what limits count, and who was asked about", async () => {
    expect((await explain("write", "/y", "--exe", "/a", "--mark", "secret")).stdout).toBe(`allow: write /y by /a when secret
by the built-in default for write: no rule matches
counted by the limit at a.pol:6: past 3 within 1 s it comes to kill
to deny it in any case, add:
    deny write "/y"
to deny it as asked alone, add instead:
    deny write "/y" when exe "/a" and secret
`);
    expect(await decision("write", "/y")).toMatchObject({ limits: [{ id: "a.pol:6", effect: "kill", count: 3, perMilliseconds: 1000 }] });
  });

  it("says how a privilege is permitted that a rule denies", async () => {
    const { run } = inFolder({ "a.pol": "kill privilege mount, ptrace except mount\nallow privilege ptrace\n" });
    expect((await run("explain", "a.pol", "privilege", "ptrace")).stdout).toMatch(
      /\nalso matched:\n {2}allow by a.pol:2\nto permit it:\n {2}take `ptrace` out of the privileges of a.pol:1\n$/);
  });
});
