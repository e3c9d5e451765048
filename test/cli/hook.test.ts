/** What agents are given, against the form that each one's documentation asks for. */
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readNew } from "../../src/runtime/feedback-reader.js";
import { hookOutput, messageOf } from "../../src/cli/hook-formats.js";
import { folderWith, policyc, readIn, startRun } from "../support/cli.js";
import { CHECKOUT, policycIn } from "../support/in-process.js";

// Claude Code docs, "Hooks reference", and Codex's schemas of hooks: neither takes fields that it does not know.
const COMMAND = z.strictObject({ type: z.literal("command"), command: z.string(), timeout: z.number().int().positive() });
const GROUPS = z.array(z.strictObject({ matcher: z.string(), hooks: z.array(COMMAND).nonempty() })).nonempty();
const SETTINGS = {
  "claude-code": z.strictObject({ hooks: z.strictObject({ PostToolUse: GROUPS, PostToolUseFailure: GROUPS }) }),
  codex: z.strictObject({ hooks: z.strictObject({ PostToolUse: GROUPS }) }),
};
const OUTPUT = z.strictObject({
  hookSpecificOutput: z.strictObject({ hookEventName: z.enum(["PostToolUse", "PostToolUseFailure"]), additionalContext: z.string().min(1).max(10_000) }),
});

const parsers = {
  "claude-code": (text: string): unknown => JSON.parse(text),
  codex: (text: string): unknown => JSON.parse(execFileSync("python3",
    ["-c", "import json, sys, tomllib; print(json.dumps(tomllib.load(sys.stdin.buffer)))"], { input: text, encoding: "utf8" })),
};

describe.each(["claude-code", "codex"] as const)("policyc hook %s", (agent) => {
  it.each<[readonly string[], string]>([
    [[], `policyc feedback --format ${agent}`],
    [["--feedback", "/tmp/a b'c\".txt"], `policyc feedback '/tmp/a b'\\''c".txt' --format ${agent}`],
    [["--feedback", "told"], `policyc feedback ${CHECKOUT}/told --format ${agent}`],
  ])("prints settings as the agent takes them: %j", async (flags, command) => {
    const { status, stdout, stderr } = await policycIn(CHECKOUT, "hook", agent, ...flags);
    expect([status, stderr]).toEqual([0, ""]);
    const { hooks } = SETTINGS[agent].parse(parsers[agent](stdout));
    for (const groups of Object.values(hooks)) expect(groups).toEqual([{ matcher: "*", hooks: [{ type: "command", command, timeout: 10 }] }]);
  });

  it("the command that they call prints what the agent takes", async () => {
    const folder = folderWith({ told: "denied: cat may not read /a: \"b\"\ndenied: x\n" });
    const call = (event: string) => policyc(["feedback", "told", "--format", agent, "--state", "mark"],
      { cwd: folder, input: JSON.stringify({ hook_event_name: event, tool_name: "Bash" }) });
    const first = await call("PostToolUse");
    expect(first).toMatchObject({ status: 0, stderr: "" });
    const { hookSpecificOutput } = OUTPUT.parse(JSON.parse(first.stdout));
    expect(hookSpecificOutput.hookEventName).toBe("PostToolUse");
    expect(hookSpecificOutput.additionalContext).toMatch(/\n- denied: cat may not read \/a: "b"\n- denied: x$/);
    expect(await call("PostToolUse")).toMatchObject({ status: 0, stdout: "", stderr: "" });
    appendFileSync(join(folder, "told"), "denied: y\n");
    const later = OUTPUT.parse(JSON.parse((await call("PostToolUseFailure")).stdout)).hookSpecificOutput;
    expect(later.hookEventName).toBe("PostToolUseFailure");
    expect(later.additionalContext).toMatch(/\n- denied: y$/);
  });
});

it("only an agent that there is has settings", async () => {
  expect(await policycIn(CHECKOUT, "hook", "other")).toMatchObject({ status: 2, stdout: "" });
});

describe("a message", () => {
  it("of nothing is empty", () => { expect(messageOf([])).toBe(""); });

  it("of very many has the last of them", () => {
    const text = messageOf(Array.from({ length: 50 }, (_, i) => `denied: ${i}`));
    expect(text).toContain("(30 earlier ones are left out)");
    expect(text).toMatch(/- denied: 30\n[^]*- denied: 49$/);
  });

  it.each([1, 3, 30])("of %i long ones fits what an agent takes", (count) => {
    const message = messageOf(Array.from({ length: count }, (_, i) => `${i} ${"x".repeat(9000)}`));
    expect(message).toContain(`- ${count - 1} x`);
    OUTPUT.parse(JSON.parse(hookOutput(message, "no JSON")));
  });
});

describe("policyc feedback", () => {
  const folderOf = (told: string) => {
    const folder = folderWith({ told });
    mkdirSync(join(folder, "places"));
    const places = [join(folder, "missing"), join(folder, "places")];
    const read = (name = "told") => readNew(join(folder, name), null, places);
    return { folder, read, told: join(folder, "told") };
  };
  const lines = (...text: readonly string[]) => ({ kind: "read", lines: text });

  it("tells each line once, and a line only when it is whole", () => {
    const { read, told } = folderOf("a\nb\nc");
    expect(read()).toEqual(lines("a", "b"));
    expect(read()).toEqual(lines());
    appendFileSync(told, "d\ne\n");
    expect(read()).toEqual(lines("cd", "e"));
  });

  it("knows the file by all of its names", () => {
    const { folder, read } = folderOf("a\n");
    symlinkSync("told", join(folder, "link"));
    expect(read()).toEqual(lines("a"));
    expect(read("link")).toEqual(lines());
  });

  it("begins anew with another file, and with one that was emptied", () => {
    const { read, told } = folderOf("a\nb\n");
    read();
    writeFileSync(told, "c\n");
    expect(read()).toEqual(lines("c"));
  });

  it("says nothing where there is no file, and where nobody names one", async () => {
    const { folder } = folderOf("");
    expect(readNew(join(folder, "none"), null, [])).toEqual({ kind: "absent" });
    expect(await policyc(["feedback"], { cwd: folder, env: { POLICYC_FEEDBACK: undefined } })).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });

  it("does not follow what another left in a shared folder", () => {
    const { folder, read } = folderOf("a\n");
    read();
    const [name = ""] = readdirSync(join(folder, "places"));
    execFileSync("rm", [join(folder, "places", name)]);
    writeFileSync(join(folder, "precious"), "kept");
    symlinkSync("../precious", join(folder, "places", name));
    expect(read()).toMatchObject({ kind: "forgetful" });
    expect(readFileSync(join(folder, "precious"), "utf8")).toBe("kept");
  });

  it("fails with another status than that which stops an agent", async () => {
    const { folder } = folderOf("a\n");
    expect(await policyc(["feedback", "told", "--state", "none/mark"], { cwd: folder })).toMatchObject({
      status: 3, stdout: "", stderr: "error: nowhere to remember what was read: no such file or directory\n"
        + "help: --state FILE, where the policy permits create and write\n",
    });
    expect(await policyc(["feedback", "places", "--state", "mark"], { cwd: folder })).toMatchObject({
      status: 3, stdout: "", stderr: "error: cannot read `places`: it is not a regular file\n",
    });
    expect(existsSync(join(folder, "mark"))).toBe(false);
  });

  it("finds the file of the session that it is in", async () => {
    const run = startRun(["sh", "-c", "echo $POLICYC_FEEDBACK"], { options: { feedback: "told", quiet: true } });
    expect((await run.result).stdout).toBe(`${join(run.folder, "told")}\n`);
    expect(readIn(run.folder, "told")).toBe("");
    appendFileSync(join(run.folder, "told"), "denied: x\n");
    expect(await policyc(["feedback", "--state", "mark"], { cwd: run.folder, env: { POLICYC_FEEDBACK: join(run.folder, "told") } }))
      .toMatchObject({ status: 0, stdout: "denied: x\n" });
  });
});
