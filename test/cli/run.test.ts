import { mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { POLICY_OBJECT_LOST, POLICY_OBJECT_SESSION_END } from "../../src/compiler/image/abi.gen.js";
import { eventFrame } from "../support/event-frame.js";
import { folderWith, readIn, startRun } from "../support/cli.js";

describe("the command's status is policyc's", () => {
  it.each([
    [["true"], 0],
    [["sh", "-c", "exit 5"], 5],
    [["sh", "-c", "kill -KILL $$"], 137],
    [["sh", "-c", "kill -TERM $$"], 143],
    [["/nonexistent/program"], 127],
    [["/etc/passwd"], 126],
  ])("%j → %i", async (command, status) => {
    const result = await startRun(command, { options: { quiet: true } }).result;
    expect(result.status).toBe(status);
    expect(result.stdout).toBe("");
  });
});

describe("the protocol", () => {
  it("hands arguments, output and image on, and keeps the environment from policyd", async () => {
    const run = startRun(["printf", "%s|", "a b", "--uid", "--"], { env: { SECRET_WORD: "xyzzy" } });
    const result = await run.result;
    expect(result).toMatchObject({ status: 0, stdout: "a b|--uid|--|", stderr: "policyc: nothing denied\n" });
    expect(readIn(run.folder, "launch-arguments")).toBe("--start-fd 3 -- printf %s| a b --uid --\n");
    expect(readIn(run.folder, "session-arguments")).toMatch(/^--pid \d+ --image-fd 3 --events-fd 4 --guards-fd 5 --record-fd 6 --backend auto\n$/);
    expect(readIn(run.folder, "session-environment")).not.toContain("xyzzy");
    expect(readIn(run.folder, "image").slice(0, 4)).toBe("POLC");
    expect(readIn(run.folder, "guards").split("\0")).toEqual([expect.stringMatching(/^\/.*\.polc$/), ""]);
  });

  it("leaves the standard streams of the command as they are", async () => {
    // O_NONBLOCK (04000) on a pipe would make the writes of an unsuspecting command fail.
    const result = await startRun(["sh", "-c", "grep -h flags /proc/self/fdinfo/1 /proc/self/fdinfo/2"]).result;
    const [, ...flags] = /flags:\s*(\d+)\nflags:\s*(\d+)/.exec(result.stdout) ?? [];
    expect(flags.map((octal) => parseInt(octal, 8) & 0o4000)).toEqual([0, 0]);
  });

  it("gives the command its standard input", async () => {
    expect(await startRun(["cat"], { input: "typed" }).result).toMatchObject({ stdout: "typed", status: 0 });
  });

  it("compiles a policy first, and binds it", async () => {
    const run = startRun(["true"], { policy: 'param w\ndeny read "${w}/x"\n', options: { set: ["w=/work"], home: "/h" } });
    expect(await run.result).toMatchObject({ status: 0, stderr: "policyc: nothing denied\n" });
    expect(readIn(run.folder, "image")).toContain('"bindings":{"home":"/h","params":{"w":"/work"},"programs":[]}');
  });

  it("says which patterns begin with a symbolic link of this machine, where nobody says why", async () => {
    const folder = folderWith();
    mkdirSync(join(folder, "real"));
    symlinkSync("real", join(folder, "link"));
    const policy = `deny read "~/x"\ndeny read "${folder}/link/y" # lint-ignore symlink-in-path it will be a folder again\n`;
    const run = startRun(["true"], { policy, options: { home: join(folder, "link"), quiet: true } });
    const { status, stderr } = await run.result;
    expect([status, stderr.match(/^(warning|error).*$|^ --> .*$|^help: .*$/gm)]).toEqual([0, [
      `warning[symlink-in-path]: \`${folder}/link\` is a symbolic link to \`${folder}/real\` here; a pattern that begins with it matches no file's own place`,
      " --> a.pol:1:11", `help: \`"${folder}/real/x"\``,
    ]]);
  });

  it("checks an image first, and does not bind it again", async () => {
    const [broken, bound] = [startRun(["echo", "ran"], { fake: { "a.polc": "POLC nonsense" } }),
      startRun(["echo", "ran"], { options: { set: ["w=/x"] } })];
    expect(await broken.result).toMatchObject({
      status: 1, stdout: "", stderr: "error: `a.polc` is not a valid image: shorter than its header\n",
    });
    expect(await bound.result).toMatchObject({ status: 2, stdout: "" });
  });

  it.each([
    ["1", 1],
    ["3", 3],
  ])("passes on why policyd refuses, status %s", async (code, status) => {
    const run = startRun(["echo", "ran"], { fake: { refuse: "the map is full\n", status: code } });
    expect(await run.result).toMatchObject({ status, stdout: "", stderr: "error: the map is full\n" });
  });

  it("does not start the command of a broken policy", async () => {
    const run = startRun(["echo", "ran"], { policy: "deny raed\n" });
    const result = await run.result;
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toContain("error[unexpected-token]");
    expect(result.stderr).not.toContain("policyd");
    expect(readIn(run.folder, "image")).toBe("");
  });

  it("says when policyd is missing", async () => {
    const run = startRun(["true"], { policyd: "/nonexistent/policyd" });
    const result = await run.result;
    expect(result).toMatchObject({ status: 3 });
    expect(result.stderr).toMatch(/^error: cannot start policyd: .*ENOENT/);
  });

  it("goes on without policyd, and says that events are missing", async () => {
    const result = await startRun(["sh", "-c", "sleep 0.5; exit 4"], { fake: { die: "" } }).result;
    expect(result.status).toBe(4);
    expect(result.stderr).toBe(
      "policyc: policyd ended (killed by SIGKILL): the command stays confined; `policyc status` as root has its events recorded again\n"
      + "policyc: nothing denied; the end is missing\n");
  });
});

describe("the backend", () => {
  const LSM_ADVICE = "add `lsm=yama,bpf` to the kernel command line and reboot";
  const WITHOUT_LSM = { lsms: ["yama"] };

  it.each([
    ["lsm", {}],
    ["fmod_ret", {}],
    ["fmod_ret", WITHOUT_LSM],
    ["auto", WITHOUT_LSM],
    ["auto", { lsms: null, securityfs: false }],
  ])("%s is policyd's to load, with %j", async (backend, machine) => {
    const run = startRun(["echo", "ran"], { options: { backend, machine } });
    expect(await run.result).toMatchObject({ status: 0, stdout: "ran\n" });
    expect(readIn(run.folder, "session-arguments")).toContain(` --backend ${backend}\n`);
  });

  it.each<[string, object, readonly string[]]>([
    ["lsm", WITHOUT_LSM, ["LSM list (yama)", LSM_ADVICE]],
    ["fmod_ret", { btf: false }, ["BTF"]],
    ["auto", { ...WITHOUT_LSM, btf: false }, ["BTF"]],
  ])("%s is refused with %j", async (backend, machine, words) => {
    const result = await startRun(["echo", "ran"], { options: { backend, machine } }).result;
    expect(result).toMatchObject({ status: 3, stdout: "" });
    for (const word of words) expect(result.stderr).toContain(word);
  });

  it("has to be one that there is", async () => {
    const result = await startRun(["echo", "ran"], { options: { backend: "ebpf" } }).result;
    expect(result).toMatchObject({ status: 2, stdout: "" });
    expect(result.stderr).toContain("`ebpf`");
  });

  it("that policyd finds not to work, where none was asked for, comes with a hint", async () => {
    const fake = { refuse: "policyd: the backend does not work\n", status: "3" };
    const auto = await startRun(["echo", "ran"], { fake, options: { machine: WITHOUT_LSM } }).result;
    expect(auto).toMatchObject({
      status: 3, stdout: "", stderr: "error: the backend does not work\nhelp: `policyc doctor` says which backends this machine has\n",
    });
    const asked = await startRun(["echo", "ran"], { fake, options: { backend: "fmod_ret", machine: WITHOUT_LSM } }).result;
    expect(asked.stderr).toBe("error: the backend does not work\n");
  });
});

describe("signals", () => {
  it.each(["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const)("%s is the command's", async (signal) => {
    const trap = `trap 'echo got; exit 9' ${signal.slice(3)}; echo up; while :; do sleep 0.05; done`;
    const run = startRun(["sh", "-c", trap]);
    await run.says("up");
    run.child.kill(signal);
    expect(await run.result).toMatchObject({ status: 9, stdout: "up\ngot\n" });
  });

  it.each(["SIGINT", "SIGQUIT"] as const)("%s to policyc alone is left to the terminal", async (signal) => {
    const run = startRun(["sh", "-c", "echo up; sleep 0.6; echo done"]);
    await run.says("up");
    run.child.kill(signal);
    expect(await run.result).toMatchObject({ status: 0, stdout: "up\ndone\n" });
  });

  it("wakes a command that has stopped itself", async () => {
    const run = startRun(["sh", "-c", "echo up; kill -STOP $$; echo woken"]);
    await run.says("up");
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    run.child.kill("SIGCONT");
    expect(await run.result).toMatchObject({ status: 0, stdout: "up\nwoken\n" });
  });

  it.each([["SIGTERM", 143], ["SIGINT", 130]] as const)("%s before the command runs calls it off", async (signal, status) => {
    const run = startRun(["echo", "ran"], { fake: { hang: "" } });
    // The image has been sent: policyd is at work.
    for (let size = 0; size === 0;) {
      await new Promise((resolve) => { setTimeout(resolve, 50); });
      size = readdirSync(run.folder).includes("image") ? statSync(join(run.folder, "image")).size : 0;
    }
    run.child.kill(signal);
    expect(await run.result).toMatchObject({ status, stdout: "" });
  });
});

describe("processes that outlive the command", () => {
  it.each([
    [0n, ""],
    [1n, "policyc: 1 thread of the session goes on, confined and no longer recorded\n"],
    [2n, "policyc: 2 threads of the session go on, confined and no longer recorded\n"],
  ])("are not waited for, but spoken of: %s", async (count, note) => {
    const frames = Buffer.concat([
      eventFrame({ path: "/keys/id" }), eventFrame({ object: POLICY_OBJECT_SESSION_END, count }),
    ]);
    const run = startRun(["sh", "-c", "exit 6"], { fake: { "last-frames": frames, linger: "3" } });
    expect(await run.result).toMatchObject({
      status: 6,
      stderr: `${note}policyc: 1 denied (read /keys/id by no-keys at a.pol:1); --events FILE says more\n`,
    });
  });
});

describe("what was denied", () => {
  const frames = Buffer.concat([
    eventFrame({ path: "/keys/id", exe: "/bin/cat", count: 2n, pid: 41 }),
    eventFrame({ object: POLICY_OBJECT_LOST, count: 3n }),
  ]);

  it("is one line at the end", async () => {
    expect(await startRun(["true"], { fake: { frames } }).result).toMatchObject({
      status: 0, stdout: "",
      stderr: "policyc: 2 denied, 3 events lost (read /keys/id ×2 by no-keys at a.pol:1); --events FILE says more\n",
    });
  });

  it("is written to --events", async () => {
    const run = startRun(["true"], { fake: { frames }, options: { events: "log.jsonl", quiet: true } });
    expect(await run.result).toMatchObject({ status: 0, stderr: "" });
    const lines = readIn(run.folder, "log.jsonl").trim().split("\n").map((line): unknown => JSON.parse(line));
    const time: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    expect(lines).toEqual([
      {
        time, session: 7, pid: 41, exe: "/bin/cat", op: "read",
        target: "/keys/id", decision: "deny", rule: "no-keys", file: "a.pol", line: 1, because: "private", count: 2,
      },
      { time, session: 7, lost: 3 },
    ]);
    expect(statSync(join(run.folder, "log.jsonl")).mode & 0o777).toBe(0o600);
  });

  it("needs a file that can be written", async () => {
    const run = startRun(["echo", "ran"], { options: { events: "/nonexistent/log" } });
    expect(await run.result).toMatchObject({
      status: 2, stdout: "", stderr: "error: cannot write `/nonexistent/log`: no such file or directory\n",
    });
  });
});

describe("under sudo", () => {
  beforeEach(() => {
    if (process.geteuid?.() !== 0) throw new Error("these tests become other users: run them as root");
  });

  const env = { SUDO_UID: "65534", SUDO_GID: "65534", SUDO_USER: "nobody", SUDO_COMMAND: "policyc", MAIL: "/root/mail" };

  it("the command runs as the caller", async () => {
    const run = startRun(["sh", "-c", "id -u; id -g; echo $HOME $USER $LOGNAME $SUDO_UID $MAIL"], { env, open: true });
    expect(await run.result).toMatchObject({
      status: 0, stdout: "65534\n65534\n/nonexistent nobody nobody\n", stderr: "policyc: nothing denied\n",
    });
    expect(readIn(run.folder, "launch-arguments")).toContain("--uid 65534 --gid 65534 --groups 65534 --");
  });

  it("the policy is read and events are written with the caller's rights", async () => {
    expect(await startRun(["echo", "ran"], { env }).result).toMatchObject({
      status: 2, stdout: "", stderr: "error: cannot read `a.polc`: permission denied\n",
    });
    expect(await startRun(["echo", "ran"], { env, open: true, options: { events: "log" } }).result).toMatchObject({
      status: 2, stdout: "", stderr: "error: cannot write `log`: permission denied\n",
    });
  });

  it("~ is the caller's home", async () => {
    const run = startRun(["true"], { env, open: true, policy: 'deny read "~/x"\n' });
    expect((await run.result).status).toBe(0);
    expect(readIn(run.folder, "image")).toContain('"home":"/nonexistent"');
  });

  it("--user names another, who then gets the signals", async () => {
    const trap = "trap 'id -un; exit 9' TERM; echo up; while :; do sleep 0.05; done";
    const run = startRun(["sh", "-c", trap], { env, open: true, options: { user: "daemon", quiet: true } });
    await run.says("up");
    run.child.kill("SIGTERM");
    expect(await run.result).toMatchObject({ status: 9, stdout: "up\ndaemon\n", stderr: "" });
  });

  it("--user must be there", async () => {
    expect(await startRun(["true"], { env, options: { user: "no-such-user" } }).result).toMatchObject({
      status: 2, stderr: "error: there is no user `no-such-user`\n",
    });
  });
});
