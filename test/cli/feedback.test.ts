import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { POLICY_OBJECT_LOST, POLICY_REASON_PROTECTED } from "../../src/compiler/image/abi.gen.js";
import type { EventRecord } from "../../src/runtime/event-record.js";
import { FeedbackTeller } from "../../src/runtime/feedback.js";
import { eventFrame } from "../support/event-frame.js";
import { readIn, startRun } from "../support/cli.js";

const SECOND = 1000;

const record = (fields: Partial<EventRecord> & { readonly at?: number } = {}): EventRecord => ({
  time: new Date(fields.at ?? 0).toISOString(), session: 1, pid: 2, exe: "/usr/bin/cat", op: "read", target: "/home/ada/.ssh/id_rsa",
  decision: "deny", rule: "no-keys", file: "a.pol", line: 3, because: "use the ssh-agent", ...fields,
});

describe("a refusal", () => {
  it.each<[string, Partial<EventRecord>, string]>([
    ["names program, act, rule and because", {}, "denied: cat may not read ~/.ssh/id_rsa: use the ssh-agent (rule no-keys)"],
    ["that ended the program", { decision: "kill", op: "connect", target: "169.254.169.254:80/tcp", exe: "/usr/bin/curl" },
      "killed: curl may not connect 169.254.169.254:80/tcp: use the ssh-agent (rule no-keys)"],
    ["by a rule that does not say why", { because: null }, "denied: cat may not read ~/.ssh/id_rsa: the policy forbids it (rule no-keys)"],
    ["by default", { because: null, rule: null }, "denied: cat may not read ~/.ssh/id_rsa: no rule of the policy permits it"],
    ["for a reason", { because: null, rule: null, reason: "protected" }, "denied: cat may not read ~/.ssh/id_rsa: it keeps sessions confined"],
    ["that stands for several", { count: 3 }, "denied 3 times: cat may not read ~/.ssh/id_rsa: use the ssh-agent (rule no-keys)"],
    ["of a program without a name", { exe: "" }, "denied: a program may not read ~/.ssh/id_rsa: use the ssh-agent (rule no-keys)"],
    ["is one line", { because: "first\nsecond\u001b[31m" }, "denied: cat may not read ~/.ssh/id_rsa: first\\x0asecond\\x1b[31m (rule no-keys)"],
    ["of a long name", { target: `/${"x".repeat(5000)}` }, `denied: cat may not read /${"x".repeat(299)}…: use the ssh-agent (rule no-keys)`],
  ])("%s", (_, fields, line) => {
    expect(new FeedbackTeller("/home/ada").tell(record(fields))).toEqual([line]);
  });

  it.each(["audit", "allow"] as const)("is not what is told of: %s", (decision) => {
    expect(new FeedbackTeller("/").tell(record({ decision }))).toEqual([]);
  });
});

describe("repeats", () => {
  const READ = "cat may not read /home/ada/.ssh/id_rsa: use the ssh-agent (rule no-keys)";

  it("within a second are counted, and told with the next", () => {
    const teller = new FeedbackTeller("/");
    const lines = [0, 10, 500, 999, 2 * SECOND].flatMap((at) => teller.tell(record({ at, pid: at })));
    expect(lines).toEqual([`denied: ${READ}`, `denied 3 times: ${READ}`, `denied: ${READ}`]);
    expect(teller.rest()).toEqual([]);
  });

  it("that nothing follows are told at the end", () => {
    const teller = new FeedbackTeller("/");
    teller.tell(record());
    teller.tell(record({ target: null, count: 7 }));
    expect(teller.rest()).toEqual([`denied 7 times: ${READ}`]);
  });

  it("of another access are no repeats", () => {
    const teller = new FeedbackTeller("/");
    for (const other of [{}, { target: "/b" }, { op: "write" }, { exe: "/bin/x" }, { rule: "r" }]) {
      expect(teller.tell(record(other))).toHaveLength(1);
    }
  });

  it("are each counted once, however many kinds there are", () => {
    const teller = new FeedbackTeller("/");
    const lines = Array.from({ length: 3000 }, (_, i) => record({ target: `/${i % 2 === 0 ? i : 0}`, at: 0 })).flatMap((each) => teller.tell(each));
    const counted = [...lines, ...teller.rest()].map((line) => Number(/^denied (\d+) times/.exec(line)?.[1] ?? 1));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(3000);
  });
});

it("what was lost is told of", () => {
  expect(new FeedbackTeller("/").tell({ time: "", session: 1, lost: 4 })).toEqual(["4 refusals or more are not listed here: events were lost"]);
});

describe("run --feedback", () => {
  const frames = Buffer.concat([
    eventFrame({ path: "/keys/id", exe: "/bin/cat", pid: 41 }),
    eventFrame({ path: "/etc/b\nc", exe: "/bin/sh", rule: null, reason: POLICY_REASON_PROTECTED, op: 1 }),
    eventFrame({ object: POLICY_OBJECT_LOST, count: 3n }),
  ]);
  const LINES = "denied: cat may not read /keys/id: private (rule no-keys)\n"
    + "denied: sh may not write /etc/b\\x0ac: it keeps sessions confined\n"
    + "3 refusals or more are not listed here: events were lost\n";

  it("writes a file that is its owner's, and guards it", async () => {
    const run = startRun(["true"], { fake: { frames }, options: { feedback: "told", quiet: true } });
    expect(await run.result).toMatchObject({ status: 0, stderr: "" });
    expect(readIn(run.folder, "told")).toBe(LINES);
    expect(statSync(join(run.folder, "told")).mode & 0o777).toBe(0o600);
    expect(readIn(run.folder, "guards").split("\0")).toContain(join(run.folder, "told"));
  });

  it("appends to what is there, beside --events", async () => {
    const run = startRun(["true"], { fake: { frames, told: "before\n" }, options: { feedback: "told", events: "log", quiet: true } });
    expect(await run.result).toMatchObject({ status: 0, stderr: "" });
    expect(readIn(run.folder, "told")).toBe(`before\n${LINES}`);
    expect(readIn(run.folder, "log").trim().split("\n")).toHaveLength(3);
  });

  const place = mkdtempSync(join(tmpdir(), "policyc-feedback-"));
  afterAll(() => { rmSync(place, { recursive: true }); });
  mkdirSync(join(place, "folder"));
  writeFileSync(join(place, "file"), "");
  symlinkSync("file", join(place, "link"));
  execFileSync("mkfifo", [join(place, "pipe")]);
  it.each([
    ["/nonexistent/told", "no such file or directory"],
    [join(place, "folder"), "it is a directory"],
    [join(place, "link"), "it is a symbolic link"],
    [join(place, "pipe"), "no such device or address"],
    ["/dev/null", "it is not a regular file"],
  ])("%s: the command does not start", async (feedback, why) => {
    expect(await startRun(["echo", "ran"], { options: { feedback } }).result).toMatchObject({
      status: 2, stdout: "", stderr: `error: cannot write \`${feedback}\`: ${why}\n`,
    });
  });
});
