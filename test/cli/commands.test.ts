/** The commands, run within this process but for the last test: what they print, where, and their exit status. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createProgram, main } from "../../src/cli/main.js";
import { runCommand } from "../../src/cli/run.js";
import * as built from "../support/cli.js";
import { folderWith } from "../support/cli.js";

const printed = vi.hoisted(() => ({ stdout: "", stderr: "" }));
vi.mock("../../src/cli/terminal.js", async (original) => ({
  ...await original<typeof import("../../src/cli/terminal.js")>(),
  isTerminal: () => true,
  terminalWidth: () => 53,
  writeOut: (text: string | Uint8Array) => { printed.stdout += Buffer.from(text).toString(); },
  writeErr: (text: string) => { printed.stderr += text; },
  hasColour: () => false,
}));

const home = process.cwd();
afterEach(() => { process.chdir(home); });

async function policyc(args: readonly string[], { cwd = home }: { readonly cwd?: string } = {}) {
  process.chdir(cwd);
  Object.assign(printed, { stdout: "", stderr: "" });
  const status = await main(args);
  return { status, ...printed };
}

const POLICY = `policy "agent"
param workspace = "/w"
allow modify "\${workspace}/**"
no-keys: deny read "/home/ada/.ssh/**" except "/home/ada/.ssh/known_hosts"
  because "private keys stay"
deny read "~/.ssh/id_*"
deny connect "140.82.121.3" port 443
deny connect unix "@bus"
`;
const TWICE = 'param w\nallow modify "${w}/**"\ndeny read "${w}/x", "${w}"\n';
const inFolder = (files: Readonly<Record<string, string | Uint8Array>> = { "agent.pol": POLICY }) => {
  const cwd = folderWith(files);
  return { cwd, run: (...args: readonly string[]) => policyc([...args, "--home", "/home/ada"], { cwd }) };
};

describe("help", () => {
  it("is printed for nothing at all, as a mistake", async () => {
    expect(await policyc([])).toMatchObject({ status: 2, stdout: "" });
  });

  const program = createProgram(() => undefined);
  const commands = program.createHelp().visibleCommands(program).map((command) => [command.name()]);
  it.each([[], ...commands].map((words) => [...words, "--help"].join(" ")))("%s has an example, and lines for 80 columns", async (line) => {
    const result = await policyc(line.split(" "));
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(result.stdout).toMatch(/\nExamples?:\n {2}\$ (sudo )?policyc /);
    expect(result.stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("can be asked for by name, and so can the version", async () => {
    expect((await policyc(["help"])).stdout).toBe((await policyc(["--help"])).stdout);
    expect((await policyc(["help", "run"])).stdout).toBe((await policyc(["run", "--help"])).stdout);
    expect(await policyc(["version"])).toEqual(await policyc(["--version"]));
  });

  it("has what exists and nothing else", async () => {
    const { stdout } = await policyc(["--help"]);
    expect([...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name))
      .toEqual(["compile", "lint", "fmt", "test", "diff", "explain", "inspect", "suggest", "review", "approve", "run", "learn", "load", "status", "events", "reload", "unload", "hook", "feedback", "doctor", "init", "completions"]);
  });
});

describe("mistakes on the command line", () => {
  it.each<[readonly string[], string]>([
    [["frobnicate"], "error: unknown command 'frobnicate'"],
    [["compile"], "error: missing required argument 'file'"],
    [["compile", "agent.pol", "--emit", "assembler"], "error: option '--emit <what>' argument 'assembler' is invalid."],
    [["compile", "agent.pol", "--set", "workspace"], "error: `--set workspace` has no `=`"],
    [["compile", "agent.pol", "--set", "Work=1"], "error: `Work` in `--set Work=1` is not the name of a parameter"],
    [["compile", "agent.pol", "--set", "workspace=/a", "--set", "workspace=/b"], "error: `--set workspace=…` is given twice"],
    [["compile", "agent.pol", "--set", "wrokspace=/a"], "error[unknown-binding]: the policy has no parameter `wrokspace`"],
    [["compile", "agent.pol", "--set", "wrokspace=/a"],
      "error[unknown-binding]: the policy has no parameter `wrokspace`\nhelp: did you mean `--set workspace=…`?\n"],
    [["compile", "twice.pol", "--set", "w=/a//b"], "error[pattern-doubled-slash]: the pattern `/a//b` has a doubled `/`\n"],
    [["compile", "twice.pol", "--set", "w=/a/../b"], "error[pattern-dot-component]: `..` in `/a/../b` is never part of a file's own place\n"],
    [["compile", "agent.pol", "--home", "ada"], "error: `--home ada` is not an absolute path\n"],
    [["lint", "agent.pol", "--home", "/home/ada/../bob"],
      "error: `..` in `/home/ada/../bob` is never part of a file's own place\nhelp: --home /home/bob\n"],
    [["test", "agent.pol", "--home", "/home//ada"], "error: the pattern `/home//ada` has a doubled `/`\nhelp: --home /home/ada\n"],
    [["compile", "twice.pol", "--set", "w=."], "error[relative-parameter]: `.`, the value of `w`, is not an absolute path\n"],
    [["compile", "twice.pol", "--set", "w="], "error[empty-parameter]: the value of `w` is empty"],
    [["compile", "agent.pol", "--task", "x"], "error[unknown-task]: the policy has no task `x`\n"],
    [["compile", "gone.pol"], "error: cannot read `gone.pol`: no such file or directory"],
    [["compile", "."], "error: cannot read `.`: it is a directory"],
    [["compile", "latin.pol"], "error: cannot read `latin.pol`: it is not UTF-8 (line 2)"],
    [["compile", "/dev/zero"], "error: cannot read `/dev/zero`: it is larger than 64 MiB"],
    [["compile", "agent.pol", "-o", "gone/x.polc"], "error: cannot write `gone/x.polc`: no such file or directory"],
    [["compile", "agent.pol", "-o", "-"],
      "error: an image is not for a terminal\nhelp: -o OUT.polc, or -o - into a pipe\n"],
    [["compile", "image.polc"], "error: `image.polc` is an image, not a policy\nhelp: policyc inspect image.polc\n"],
    [["explain", "image.polc", "read", "/x"], "error: `image.polc` is an image, not a policy\n"],
    [["explain"], "error: missing required argument 'file'\n(policyc explain --help shows what there is)\n"],
    [["run", "agent.pol"],
      "error: missing required argument 'command'\nhelp: policyc run FILE -- CMD…\n(policyc run --help shows what there is)\n"],
    [["run", "agent.pol", "my-agent", "--swiftly"], "error: unknown option '--swiftly'\nhelp: policyc run FILE -- CMD…\n"],
    [["run", "gone.pol", "--", "true"], "error: cannot read `gone.pol`: no such file or directory\n"],
    [["run", "agent.pol", "--user", "no-such-user", "--", "true"], "error: there is no user `no-such-user`\n"],
    [["help", "frobnicate"], "error: unknown command 'frobnicate'"],
    [["compile", "-"], "error: where should the image of `-` go?"],
    [["compile", "std:nope"], "error: where should the image of `std:nope` go?"],
    [["explain", "std:nope"], "error: cannot read `std:nope`: no such policy is shipped with policyc; "],
    [["explain", "agent.pol"], "error: an operation and a target are missing"],
    [["explain", "agent.pol", "read"], "error: a target is missing"],
    [["explain", "agent.pol", "raed", "/x"], "error: there is no operation `raed`"],
    [["explain", "agent.pol", "modify", "/x"], "error: `modify` is not one operation"],
    [["explain", "agent.pol", "read", "x"], "error: `x` is not an absolute path"],
    [["explain", "agent.pol", "read", "unix:/x"],
      "error: `unix:/x` is a socket, which `read` has nothing to do with\nhelp: ask for `connect unix:/x` or `bind unix:/x`\n"],
    [["explain", "agent.pol", "exec", "unix:@x"], "error: `unix:@x` is a socket, which `exec` has nothing to do with\n"],
    [["explain", "agent.pol", "read", "/a/../b"], "error: `/a/../b` goes up by `..`"],
    [["explain", "agent.pol", "read", "anonymous"], "error: `anonymous` files are known to `exec` and `load` alone"],
    [["explain", "agent.pol", "read", "/x", "--port", "1"], "error: `--port` and `--udp` are for `connect` and `bind`"],
    [["explain", "agent.pol", "connect", "1.2.3.4"], "error: an address needs a port"],
    [["explain", "agent.pol", "connect", "1.2.3.4", "--port", "65536"], "error: `65536` is not a port"],
    [["explain", "agent.pol", "connect", "example.com", "--port", "1"], "error: `example.com` is not something to connect to"],
    [["explain", "agent.pol", "exec", "no-such-program"], "error: there is no program `no-such-program` along PATH"],
    [["explain", "agent.pol", "connect", "1.2.3.4:443"],
      "error: `1.2.3.4:443` is not something to connect to\nhelp: connect 1.2.3.4 --port 443\n"],
    [["explain", "agent.pol", "connect", "[::1]:80"],
      "error: `[::1]:80` is not something to connect to\nhelp: connect ::1 --port 80\n"],
    [["explain", "agent.pol", "read", "/x", "--mark", "m"], "error: the policy has no mark `m`\nhelp: it has no marks"],
    [["explain", "agent.pol", "read", "/x", "--exe", "no-such-program"], "error: there is no program `no-such-program` along PATH"],
    [["explain", "agent.pol", "privilege", "ptrase"], "error: there is no privilege `ptrase`\nhelp: did you mean `ptrace`?"],
    [["run", "agent.pol", "--backend", "magic", "--", "true"], "error: there is no backend `magic`"],
  ])("%j", async (args, message) => {
    const { cwd } = inFolder({ "agent.pol": POLICY, "image.polc": "POLC…", "twice.pol": TWICE,
      "latin.pol": Buffer.from("# ok\n# caf\xe9\n", "latin1") });
    const result = await policyc(args, { cwd });
    expect(result).toMatchObject({ status: 2, stdout: "" });
    expect(result.stderr.slice(0, message.length)).toBe(message);
    // One clear error, and no trace of where in our code it was found.
    expect(result.stderr.match(/^error/gm)).toHaveLength(1);
    expect(result.stderr).not.toMatch(/^ +at /m);
  });

  it.each([[".", ""], ["", ""], ["sub dir", "/sub dir"], ["~/x", null]])("--set w=%s has help to paste", async (value, tail) => {
    const { cwd, run } = inFolder({ "twice.pol": TWICE });
    const path = tail === null ? "/home/ada/x" : `${realpathSync(cwd)}${tail}`;
    const { stderr } = await run("compile", "twice.pol", "--set", `w=${value}`);
    expect(stderr).toContain(`\nhelp: --set w=${path.includes(" ") ? `'${path}'` : path}\n`);
  });
});

describe("compile", () => {
  it("writes the image beside the policy, the same every time, and nothing to the terminal", async () => {
    const { cwd, run } = inFolder();
    expect(await run("compile", "agent.pol")).toMatchObject({ status: 0, stdout: "", stderr: "" });
    const image = readFileSync(join(cwd, "agent.polc"));
    expect(image.toString("latin1", 0, 4)).toBe("POLC");
    expect(await run("compile", "agent.pol", "-o", "again.polc")).toMatchObject({ status: 0 });
    expect(readFileSync(join(cwd, "again.polc")).equals(image)).toBe(true);
    expect(readdirSync(cwd).sort()).toEqual(["again.polc", "agent.pol", "agent.polc"]);
  });

  it("writes to a pipe or a device, and leaves it what it is", async () => {
    const { cwd, run } = inFolder();
    expect(spawnSync("mkfifo", [join(cwd, "pipe")]).status).toBe(0);
    const reader = spawn("cat", [join(cwd, "pipe")], { stdio: ["ignore", "pipe", "inherit"] });
    const got = reader.stdout.toArray();
    expect(await run("compile", "agent.pol", "-o", "pipe")).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(Buffer.concat(await got).toString("latin1", 0, 4)).toBe("POLC");
    expect(statSync(join(cwd, "pipe")).isFIFO()).toBe(true);
  });

  it("says where else an image can go", async () => {
    const { cwd, run } = inFolder();
    mkdirSync(join(cwd, "agent.polc"));
    expect(await run("compile", "agent.pol")).toMatchObject({
      status: 2, stderr: "error: cannot write `agent.polc`: it is a directory\nhelp: -o OUT.polc\n",
    });
  });

  it("leaves the old image alone when the policy is broken", async () => {
    const { cwd, run } = inFolder({ "bad.pol": "deny raed \"/x\"\ndeny read", "bad.polc": "old" });
    const result = await run("compile", "bad.pol");
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toMatch(/^error\[[a-z-]+\]: /);
    expect(result.stderr).toMatch(/\n2 errors\n$/);
    expect(readFileSync(join(cwd, "bad.polc"), "utf8")).toBe("old");
    expect(readdirSync(cwd).sort()).toEqual(["bad.pol", "bad.polc"]);
  });

  it("says which pattern makes the tables larger than an image may be", async () => {
    const glob = `/d/*a${"?".repeat(16)}`;
    const { cwd, run } = inFolder({ "large.pol": `deny read "/x"\ndeny read "${glob}"\n` });
    expect(await run("compile", "large.pol")).toMatchObject({
      status: 1, stdout: "", stderr: `error[too-many-glob-rows]: the globs together take more than 65534 states
 --> large.pol:2:11
  |
2 | deny read "${glob}"
  |           ^^^^^^^^^^^^^^^^^^^^^^^
help: write fewer \`?\` and \`[…]\` after a \`*\`, as in \`${glob}\`

1 error
`,
    });
    expect(readdirSync(cwd)).toEqual(["large.pol"]);
  });

  const lines = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => `${line(i)}\n`).join("");
  const words = (i: number): string => Array.from({ length: 60 }, (_, j) => `"w${i}-${j}"`).join(", ");

  describe.each([
    ["marks", lines(65, (i) => `mark m${i} on read "/${i}"\ndeny connect any when m${i}`), "error[too-many-marks]: the policy has more than 64 marks\n", "129 | mark m64 on"],
    ["limits", lines(33, (i) => `limit read "/${i}" to 5 per 1s then deny`), "error[too-many-limits]: the policy has more than 32 limits\n", "33 | limit read"],
    ["moments", lines(20, (i) => `limit read "/${i}" to 60000 per 1h then deny`), "error[too-many-moments]: the limits together count more than 1048576", "1 | limit read"],
    ["words of args", lines(5, (i) => `deny exec "git" args ${words(i)}`), "error[too-many-arguments]: `args` together ask for more than 256", "5 | deny exec"],
    ["lists of words", lines(65, (i) => `deny exec "git" args "${i}"`), "error[too-many-arguments]: ", "65 | deny exec"],
  ])("too many %s", (_what, text, message, place) => {
    it.each([
      ["compile", "many.pol"], ["compile", "many.pol", "--emit", "ir"], ["lint", "many.pol"], ["test", "many.pol"],
      ["explain", "many.pol", "read", "/x"], ["diff", "many.pol", "agent.pol"],
    ])("policyc %s %s refuses them", async (...args) => {
      const { cwd, run } = inFolder();
      writeFileSync(join(cwd, "many.pol"), `${text}test "x" { allow read "/x" }\n`);
      const { status, stdout, stderr } = await run(...args);
      expect(status).toBe(1);
      expect(stdout + stderr).toContain(message);
      expect(stdout + stderr).toContain(place);
      expect((stdout + stderr).match(/error/g)).toHaveLength(2);
    });
  });

  it("prints every map entry in words", async () => {
    const { status, stdout, stderr } = await inFolder().run("compile", "agent.pol", "--emit", "entries");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("known_hosts");
    expect(stdout).toMatch(/\n$/);
  });

  it("takes includes from beside the file, and says where one is missing", async () => {
    const { cwd, run } = inFolder({});
    mkdirSync(join(cwd, "sub"));
    writeFileSync(join(cwd, "sub/a.pol"), 'include "b.pol"\n');
    writeFileSync(join(cwd, "sub/b.pol"), 'deny read "/x"\n');
    const result = await run("compile", "sub/a.pol", "--emit", "ir");
    expect(JSON.parse(result.stdout)).toMatchObject({ rules: [{ source: { file: "sub/b.pol", line: 1 } }, { id: "privilege escape-socket", source: null }] });
    writeFileSync(join(cwd, "sub/b.pol"), 'include "c.pol"\ninclude "std:nope"\n');
    const missing = await run("compile", "sub/a.pol");
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain("cannot read `sub/c.pol`: no such file or directory\n --> sub/b.pol:1:9\n");
    expect(missing.stderr).toContain("cannot read `std:nope`: no such policy is shipped with policyc; ");
    expect(existsSync(join(cwd, "sub/a.polc"))).toBe(false);
  });
});

describe("std:base", () => {
  it("compiles, and can be read", async () => {
    expect((await inFolder().run("compile", "std:base", "--emit", "ir")).status).toBe(0);
    const { stdout } = await policyc(["explain", "std:base"]);
    expect(stdout).toMatch(/^#/);
    expect(JSON.parse((await policyc(["explain", "std:base", "--json"])).stdout)).toEqual({ file: "std:base", text: stdout });
  });
});

describe("inspect", () => {
  it("shows what the image says about itself", async () => {
    const { run, cwd } = inFolder();
    await run("compile", "agent.pol");
    const { stdout, status } = await policyc(["inspect", "agent.polc"], { cwd });
    expect(status).toBe(0);
    expect(stdout).toContain("policy     agent\n");
    expect(stdout).toContain("  ~ = /home/ada\n  workspace = /w\n");
    expect(stdout).toContain(`  no-keys (agent.pol:4): deny read
    /home/ada/.ssh/** except /home/ada/.ssh/known_ho…
    because "private keys stay"
  agent.pol:6: deny read
    /home/ada/.ssh/id_*
  agent.pol:7: deny connect
    140.82.121.3/32 port 443
  agent.pol:8: deny connect
    unix @bus
`);
    const json: unknown = JSON.parse((await policyc(["inspect", "agent.polc", "--json"], { cwd })).stdout);
    expect(json).toMatchObject({ policy: "agent", abiVersion: 5, bindings: { home: "/home/ada" } });
    expect(json).toHaveProperty("rules.1.except", ["/home/ada/.ssh/known_hosts"]);
  });

  it("refuses what is no image, with the reason", async () => {
    const { run, cwd } = inFolder();
    await run("compile", "agent.pol");
    const image = readFileSync(join(cwd, "agent.polc"));
    writeFileSync(join(cwd, "flipped.polc"), image.map((byte, i) => (i === 500 ? byte ^ 1 : byte)));
    writeFileSync(join(cwd, "short.polc"), image.subarray(0, 100));
    const refused = async (file: string) => policyc(["inspect", file], { cwd });
    expect(await refused("flipped.polc")).toMatchObject({
      status: 1, stdout: "", stderr: "error: `flipped.polc` is not a valid image: checksum does not match\n",
    });
    expect(await refused("short.polc")).toMatchObject({
      status: 1, stderr: "error: `short.polc` is not a valid image: shorter than its header\n",
    });
    expect(await refused("agent.pol")).toMatchObject({
      status: 2, stderr: "error: `agent.pol` is not an image\nhelp: policyc compile agent.pol\n",
    });
  });
});

describe("run on a machine that cannot enforce", () => {
  const machine = () => ({
    kernel: "5.10.0", btf: true, lsms: ["yama"], securityfs: true, bpffs: true, cgroup2: true, root: true, mayLoadBpf: true,
  });
  const run = async (policy: string, backend = "auto") => {
    process.chdir(folderWith({ "agent.pol": policy }));
    Object.assign(printed, { stdout: "", stderr: "" });
    const surroundings = { policyd: "/nonexistent", machine, environment: process.env };
    return { status: await runCommand("agent.pol", ["true"], { backend, home: "/h" }, surroundings), ...printed };
  };

  it("names everything that is missing", async () => {
    expect(await run('deny read "/x"\n', "lsm")).toEqual({
      status: 3, stdout: "",
      stderr: `error: this machine cannot enforce: kernel (5.10.0), LSM list (yama); \`policyc doctor\` shows all
help: boot a kernel of version 6.1 or newer
help: add \`lsm=yama,bpf\` to the kernel command line and reboot
`,
    });
  });

  it("names what the backend lacks that lacks least, where none was asked for", async () => {
    expect(await run('deny read "/x"\n')).toEqual({
      status: 3, stdout: "",
      stderr: `error: this machine cannot enforce: kernel (5.10.0); \`policyc doctor\` shows all
help: boot a kernel of version 6.1 or newer
`,
    });
  });

  it("speaks of the policy first", async () => {
    const { status, stderr } = await run("deny raed\n");
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error\[unexpected-token\]/)]);
    expect(stderr).not.toContain("this machine");
  });
});

describe("the built command", () => {
  it("reads standard input and writes standard output", async () => {
    const result = await built.policyc(["compile", "-", "--emit", "ir", "--home", "/h"], { input: 'deny read "~/x"\n' });
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(result.stdout)).toMatchObject({ irVersion: 1, rules: [{ id: "<stdin>:1" }, { id: "privilege escape-socket" }] });
  });

  it("does not complain when nobody reads what it prints", async () => {
    const running = built.start("sh", ["-c", `"$0" "$1" --help | true`, process.execPath, built.POLICYC]);
    expect(await running.result).toMatchObject({ status: 0, stderr: "" });
  });

  it("colours a terminal alone", async () => {
    expect((await built.policyc(["compile", "/gone"], { env: { TERM: "xterm" } })).stderr)
      .toBe("error: cannot read `/gone`: no such file or directory\n");
  });
});
