/** `policyc learn` with a stand-in for policyd: what it asks of the kernel side, and what it makes of events. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  POLICY_OBJECT_ABSTRACT, POLICY_OBJECT_ANONYMOUS, POLICY_OBJECT_INET, POLICY_OBJECT_INET6, POLICY_OBJECT_LOST, POLICY_OBJECT_PRIVILEGE,
  POLICY_OBJECT_UNNAMED, POLICY_OBJECT_UNSEEN, POLICY_OP_BIND, POLICY_OP_CONNECT, POLICY_OP_EXEC, POLICY_OP_PRIVILEGE, POLICY_OP_WRITE,
  POLICY_PROTO_TCP, POLICY_REASON_PROTECTED,
} from "../../src/compiler/image/abi.gen.js";
import { compile } from "../../src/compiler/compile.js";
import { decodeImage } from "../../src/compiler/image/decode.js";
import type { LearnOptions } from "../../src/cli/learn.js";
import { AttemptCollector } from "../../src/runtime/attempt-collector.js";
import { Recorder } from "../../src/runtime/recorder.js";
import { eventFrame, type FrameFields } from "../support/event-frame.js";
import { folderWith } from "../support/cli.js";
import { CHECKOUT, policycIn, printedBy } from "../support/in-process.js";

const audited = (fields: FrameFields): Uint8Array => eventFrame({ effect: "audit", rule: null, ...fields });
const MACHINE = {
  kernel: "6.12.0", btf: true, lsms: ["capability", "bpf"], securityfs: true, bpffs: true, cgroup2: true, root: true, mayLoadBpf: true,
};

function imageOf(text: string): Uint8Array {
  const compiled = compile("<stdin>", (path) => ({ path, text }), { home: "/home/ada", params: {}, programs: [] });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  return compiled.value;
}

async function learned(frames: readonly Uint8Array[], options: Partial<LearnOptions> = {}, command: readonly string[] = ["true"]) {
  const folder = folderWith({ frames: Buffer.concat(frames) });
  const policyd = join(folder, "fake-policyd");
  copyFileSync(join(CHECKOUT, "test/support/fake-policyd"), policyd);
  const file = join(folder, "out.pol");
  // Not before what it prints with has been replaced.
  const { learnCommand } = await import("../../src/cli/learn.js");
  const result = await printedBy(() => learnCommand(command, { backend: "auto", set: ["workspace=/w"], home: "/home/ada", output: file, ...options },
    { policyd, machine: () => MACHINE, environment: process.env }));
  const text = (): string => readFileSync(file, "utf8");
  return { ...result, folder, file, text };
}

describe("the session", () => {
  it("denies nothing, and audits everything", async () => {
    const { folder, status, stderr } = await learned([audited({ path: "/w/a" })]);
    expect([status, stderr]).toEqual([0, "policyc: 1 accesses learned; read the draft before anything runs under it\n"]);
    const image = decodeImage(readFileSync(join(folder, "image")));
    if (!image.ok) throw new Error(image.reason);
    expect(image.value.meta.rules.map(({ id }) => id)).toEqual(["privilege escape-socket"]);
    const deciding = imageOf("default audit read, write, create, delete, setattr, exec, load, connect, bind, privilege\n");
    expect(Buffer.from(readFileSync(join(folder, "image")))).toEqual(Buffer.from(deciding));
    expect(readFileSync(join(folder, "record"), "utf8")).toContain("true");
  });

  it("passes on the command's status", async () => {
    expect((await learned([audited({ path: "/w/a" })], {}, ["sh", "-c", "exit 5"])).status).toBe(5);
  });
});

it("every kind of object is learned", async () => {
  const { text, stderr } = await learned([
    audited({ path: "/w/a" }), audited({ path: "/usr/bin/x", op: POLICY_OP_EXEC }), audited({ object: POLICY_OBJECT_ANONYMOUS, op: POLICY_OP_EXEC }),
    audited({ object: POLICY_OBJECT_INET, op: POLICY_OP_CONNECT, address: [10, 0, 0, 7], port: 443, protocol: POLICY_PROTO_TCP }),
    audited({ object: POLICY_OBJECT_INET6, op: POLICY_OP_BIND, address: [...Array<number>(15).fill(0), 1], port: 80, protocol: POLICY_PROTO_TCP }),
    audited({ path: "/run/x.sock", op: POLICY_OP_CONNECT }), audited({ path: "bus", object: POLICY_OBJECT_ABSTRACT, op: POLICY_OP_CONNECT }),
    audited({ object: POLICY_OBJECT_PRIVILEGE, op: POLICY_OP_PRIVILEGE }),
  ]);
  expect(text().match(/^allow .*$/gm)).toEqual([
    'allow exec "/usr/bin/x"', 'allow read "${workspace}/**"', "allow exec anonymous",
    'allow connect "10.0.0.7" port 443 tcp, unix "/run/x.sock", unix "@bus"', 'allow bind "::1" port 80 tcp', "allow privilege ptrace",
  ]);
  expect(stderr).toContain("8 accesses learned");
});

it("what cannot be in the draft is told", async () => {
  const { text, stderr, status } = await learned([
    audited({ path: "/w/a" }), audited({ path: "/w/long", cut: 1 }), audited({ object: POLICY_OBJECT_UNSEEN, op: POLICY_OP_CONNECT }),
    audited({ object: POLICY_OBJECT_UNNAMED, op: POLICY_OP_BIND }),
    eventFrame({ path: "/log", op: POLICY_OP_WRITE, rule: null, reason: POLICY_REASON_PROTECTED }),
  ]);
  expect(status).toBe(0);
  expect(stderr).toBe([
    "not in the draft: bind unix:unnamed: no rule can say it", "not in the draft: connect anything: no policy can name it",
    "not in the draft: read /w/long…: too long to be recorded whole",
    "not in the draft: write /log: refused, whatever a policy says: it keeps sessions confined",
    "2 accesses learned; read the draft before anything runs under it",
  ].map((line) => `policyc: ${line}\n`).join(""));
  expect(text()).not.toContain("long");
});

it("what was lost is told, in the draft as well, and is a failure", async () => {
  const { text, stderr, status } = await learned([audited({ path: "/w/a" }), eventFrame({ object: POLICY_OBJECT_LOST, count: 7n })]);
  expect(status).toBe(3);
  expect(stderr).toContain("the draft is incomplete: 7 events were lost; run it again with --onto");
  expect(text()).toContain("incomplete: 7 events were lost");
});

describe("the draft", () => {
  it("goes to standard output where no file is named", async () => {
    const { stdout } = await learned([audited({ path: "/w/a" })], { output: "-" });
    expect(stdout).toContain("\ndraft \"learned from `true`, 20");
  });

  it.each([
    ["/nonexistent/out.pol", "no such file or directory"],
    [CHECKOUT, "it is a directory"],
  ])("needs a file that can be written: %s", async (output, why) => {
    const { status, stderr, folder } = await learned([audited({ path: "/w/a" })], { output });
    expect([status, stderr]).toEqual([2, `error: cannot write \`${output}\`: ${why}\n`]);
    // An image is sent where the command is to run.
    expect(readFileSync(join(folder, "image"), "utf8")).toBe("");
  });

  it("is not thrown away where the file is full", async () => {
    const { status, stdout, stderr } = await learned([audited({ path: "/w/a" })], { output: "/dev/full" });
    expect([status, stderr.split("\n").at(-2)]).toEqual([2, "error: cannot write `/dev/full`: no space left on the device"]);
    expect(stdout).toContain("\nallow read \"${workspace}/**\"\n");
  });

  it("is guarded while the command runs", async () => {
    const { folder, file } = await learned([audited({ path: "/w/a" })]);
    expect(readFileSync(join(folder, "guards"), "utf8").split("\0")).toContain(file);
  });

  it("is checked and tested as it is, and cannot be compiled", async () => {
    const { folder } = await learned([audited({ path: "/w/a" }), audited({ path: "/home/ada/.npmrc" })]);
    expect(await policycIn(folder, "lint", "out.pol")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(await policycIn(folder, "fmt", "--check", "out.pol")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(await policycIn(folder, "test", "out.pol")).toMatchObject({ status: 0, stderr: "" });
    const compiled = await policycIn(folder, "compile", "out.pol", "--set", "workspace=/w");
    expect(compiled).toMatchObject({ status: 1 });
    expect(compiled.stderr).toContain("unreviewed-draft");
  });
});

describe("--onto", () => {
  const known = (): string => {
    const folder = folderWith({ "agent.pol": 'policy "agent"\nparam workspace\ndefault deny read\nallow read "${workspace}/**"\n' });
    return join(folder, "agent.pol");
  };

  it("adds to what the policy says", async () => {
    const onto = known();
    const { text } = await learned([audited({ path: "/w/a" }), audited({ path: "/etc/hosts" })], { onto });
    expect(text().startsWith(readFileSync(onto, "utf8"))).toBe(true);
    expect(text().match(/^allow .*$/gm)).toEqual(['allow read "${workspace}/**"', 'allow read "/etc/hosts"']);
  });

  it("writes nothing where nothing is missing", async () => {
    const onto = known();
    const { stderr, file } = await learned([audited({ path: "/w/a" })], { onto });
    expect([existsSync(file), stderr]).toEqual([false, "policyc: nothing is missing: all 1 accesses are permitted\n"]);
  });

  it("replaces no policy that is in use, and no draft that it is not added to", async () => {
    const onto = known();
    const before = readFileSync(onto, "utf8");
    const { status, stderr } = await learned([audited({ path: "/etc/hosts" })], { onto, output: onto });
    expect([status, stderr]).toEqual([2, `error: \`${onto}\` is there already, and no draft\nhelp: name another file after -o, then policyc review and approve it\n`]);
    expect(readFileSync(onto, "utf8")).toBe(before);
    const draft = before.replace("\n", '\ndraft "x"\n');
    writeFileSync(onto, draft);
    await learned([audited({ path: "/etc/hosts" })], { onto, output: onto });
    expect(readFileSync(onto, "utf8").startsWith(`${draft}\n# Added by`)).toBe(true);
    const lost = await learned([audited({ path: "/etc/hosts" })], { output: onto });
    expect([lost.status, lost.stderr]).toEqual([2, `error: the draft \`${onto}\` is there already, and would be lost\nhelp: --onto ${onto} adds to it; to begin anew, remove it\n`]);
  });

  it.each([
    ["nonexistent.pol", 2, "cannot read `nonexistent.pol`"],
    [join(CHECKOUT, "package.json"), 1, "error["],
  ])("%s: the command does not run", async (onto, status, words) => {
    const result = await learned([], { onto }, ["touch", "ran"]);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(words);
  });
});

it.each<[Partial<LearnOptions>, string]>([
  [{ set: ["other=x"] }, "a learned policy has no parameter `other`"],
  [{ task: "build" }, "a learned policy has no tasks"],
  [{ backend: "ebpf" }, "`ebpf`"],
])("%j is refused", async (options, words) => {
  const { status, stderr } = await learned([], options);
  expect(status).toBe(2);
  expect(stderr).toContain(words);
});

it("accesses are told apart, and repeats are not", () => {
  const collector = new AttemptCollector();
  const recorder = new Recorder([], [collector], () => undefined);
  const frames = [{ path: "/a" }, { path: "/a", pid: 9 }, { path: "/a\\x5c" }, { path: "/a\\" }, { path: "/a", op: POLICY_OP_WRITE }, { comm: "", count: 5n }];
  recorder.take(Buffer.concat(frames.map(audited)));
  expect(collector.attempts.map(({ op, ...target }) => [op, "path" in target ? target.path : ""]))
    .toEqual([["read", "/a"], ["read", "/a\\x5c"], ["read", "/a\\"], ["write", "/a"]]);
});
