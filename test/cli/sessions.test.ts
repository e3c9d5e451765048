import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod/mini";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { eventsCommand } from "../../src/cli/events.js";
import { loadCommand } from "../../src/cli/load.js";
import { reloadCommand } from "../../src/cli/reload.js";
import { statusCommand } from "../../src/cli/status.js";
import { unloadCommand } from "../../src/cli/unload.js";
import { POLICY_OBJECT_LOST } from "../../src/compiler/image/abi.gen.js";
import { compile } from "../../src/compiler/compile.js";
import { folderWith } from "../support/cli.js";
import { eventFrame } from "../support/event-frame.js";

const printed = vi.hoisted(() => ({ stdout: "", stderr: "" }));
vi.mock("../../src/cli/terminal.js", async (original) => ({
  ...await original<typeof import("../../src/cli/terminal.js")>(),
  writeOut: (text: string | Uint8Array) => { printed.stdout += Buffer.from(text).toString(); },
  writeErr: (text: string) => { printed.stderr += text; },
  hasColour: () => false,
  terminalWidth: () => 80,
}));
beforeEach(() => { Object.assign(printed, { stdout: "", stderr: "" }); });

const FAKE = fileURLToPath(new URL("../support/fake-policyd", import.meta.url));
const RECORD = {
  command: ["my-agent", "--fast"], user: "ada", policy: "/home/ada/agent.pol", name: "agent", home: "/home/ada",
  params: { workspace: "/srv/app", other: "x" }, since: "2026-03-01T10:20:30.000Z", reloaded: null,
};
const LINE = { session: 2, threads: 3, backend: "lsm", policy: "00000000000000ab", policyd: 90, pids: [70, 71] };

function imageOf(text: string): Uint8Array {
  const compiled = compile("a.pol", (path) => ({ path, text }), { home: "/home/ada", params: {}, programs: [] });
  if (!compiled.ok) throw new Error("the policy does not compile");
  return compiled.value;
}

/** A stand-in for policyd and a folder of records, with one session in it. */
function machineWith(files: Readonly<Record<string, string>> = {}, lines: readonly object[] = [LINE]) {
  const folder = folderWith({ sessions: lines.map((line) => `${JSON.stringify(line)}\n`).join(""), ...files });
  const policyd = join(folder, "fake-policyd");
  copyFileSync(FAKE, policyd);
  chmodSync(policyd, 0o755);
  const records = join(folder, "records");
  mkdirSync(join(records, "2"), { recursive: true });
  writeFileSync(join(records, "2", "session"), JSON.stringify(RECORD));
  return { folder, surroundings: { policyd, records, root: true } };
}

const readIn = (folder: string, name: string): string => readFileSync(join(folder, name), "utf8");

describe("status", () => {
  it("shows a table that fits the terminal", async () => {
    const { surroundings } = machineWith();
    expect(await statusCommand({}, surroundings)).toBe(0);
    expect(printed.stdout).toBe(
      "session  pid   threads  backend  user  since        policy     command\n"
      + "2        70+1  3        lsm      ada   03-01 10:20  agent.pol  my-agent --fast\n");
  });

  it.each([
    ["spares it what matters less before it cuts the command", { ...RECORD, policy: "/home/ada/the policy.pol", user: "administrator" },
      "session  pid   user           since        policy          command\n"
      + "2        70+1  administrator  03-01 10:20  the policy.pol  my-agent --fast\n"],
    ["cuts the command last of all", { ...RECORD, command: ["x".repeat(80)] },
      "session  pid   user  since        policy     command\n"
      + `2        70+1  ada   03-01 10:20  agent.pol  ${"x".repeat(34)}…\n`],
  ])("%s", async (_, record, expected) => {
    const { surroundings } = machineWith();
    writeFileSync(join(surroundings.records, "2", "session"), JSON.stringify(record));
    await statusCommand({}, surroundings);
    expect(printed.stdout).toBe(expected);
  });

  it("prints JSON", async () => {
    const { surroundings } = machineWith();
    await statusCommand({ json: true }, surroundings);
    expect(JSON.parse(printed.stdout)).toEqual([{
      session: 2, pids: [70, 71], threads: 3, command: ["my-agent", "--fast"], user: "ada", policy: "/home/ada/agent.pol",
      name: "agent", home: "/home/ada", params: { workspace: "/srv/app", other: "x" }, backend: "lsm",
      since: "2026-03-01T10:20:30.000Z", reloaded: null, policyd: 90,
    }]);
  });

  it("says so where there is none", async () => {
    const { surroundings } = machineWith({}, []);
    expect(await statusCommand({}, surroundings)).toBe(0);
    expect(printed.stdout).toBe("no session runs\n");
  });

  it("starts a policyd for a session that has none", async () => {
    const { folder, surroundings } = machineWith({ "sessions-attended": `${JSON.stringify({ ...LINE, policyd: 91 })}\n` },
      [{ ...LINE, policyd: 0 }]);
    await statusCommand({ json: true }, surroundings);
    expect(readIn(folder, "attend-arguments")).toBe("--session 2\n");
    expect(JSON.parse(printed.stdout)).toMatchObject([{ policyd: 91 }]);
  });

  it.each([["is missing", null], ["is nothing of the sort", "{}"], ["is no JSON", "{"]])("goes without a record that %s", async (_, text) => {
    const { surroundings } = machineWith();
    const record = join(surroundings.records, "2", "session");
    if (text === null) rmSync(record);
    else writeFileSync(record, text);
    await statusCommand({ json: true }, surroundings);
    expect(JSON.parse(printed.stdout)).toMatchObject([{ session: 2, command: null, user: null, policy: null }]);
  });

  it("escapes what others chose", async () => {
    const { surroundings } = machineWith();
    writeFileSync(join(surroundings.records, "2", "session"), JSON.stringify({ ...RECORD, user: "\u001b[31m" }));
    await statusCommand({}, surroundings);
    expect(printed.stdout).not.toContain("\u001b");
  });

  it("needs root", async () => {
    const { surroundings } = machineWith();
    expect(await statusCommand({}, { ...surroundings, root: false })).toBe(3);
    expect(printed.stderr).toBe("error: only root sees the sessions of this machine\nhelp: sudo policyc status\n");
  });

  it("does not guess what another policyd means", async () => {
    const { surroundings } = machineWith({}, [{ session: 2 }]);
    expect(await statusCommand({}, surroundings)).toBe(3);
  });
});

describe("unload", () => {
  it("asks policyd", async () => {
    const { folder, surroundings } = machineWith();
    expect(await unloadCommand("2", surroundings)).toBe(0);
    expect(readIn(folder, "unload-arguments")).toBe("--session 2\n");
    expect(printed.stderr).toBe("policyc: session 2 has ended: 3 threads no longer confined\n");
  });

  it.each(["3", "0", "x", "", "02", "99999"])("knows no session `%s`", async (text) => {
    const { folder, surroundings } = machineWith();
    expect(await unloadCommand(text, surroundings)).toBe(2);
    expect(printed.stderr).toContain("policyc status");
    expect(existsSync(join(folder, "unload-arguments"))).toBe(false);
  });

  it("says what policyd says", async () => {
    const { surroundings } = machineWith({ refuse: "policyd: it cannot be\n", status: "3" });
    expect(await unloadCommand("2", surroundings)).toBe(3);
    expect(printed.stderr).toBe("error: it cannot be\n");
  });
});

describe("reload", () => {
  const POLICY = 'policy "new"\nparam workspace\ndeny read "${workspace}/**", "~/keys"\n';

  it("binds as the session is bound, and hands the policy over", async () => {
    const { folder, surroundings } = machineWith({ "new.pol": POLICY });
    const file = join(folder, "new.pol");
    expect(await reloadCommand("2", file, {}, surroundings)).toBe(0);
    expect(readIn(folder, "reload-arguments")).toBe("--session 2 --image-fd 3 --guards-fd 4 --record-fd 5\n");
    expect(readIn(folder, "image").slice(0, 4)).toBe("POLC");
    expect(readIn(folder, "guards")).toBe(`${file}\0`);
    expect(JSON.parse(readIn(folder, "record"))).toMatchObject({
      command: ["my-agent", "--fast"], policy: file, name: "new", home: "/home/ada", params: { workspace: "/srv/app" }, since: RECORD.since,
    });
    expect(printed.stderr).toContain(`policyc: session 2 is under ${file} now\n`);
  });

  it("lets the command line say otherwise", async () => {
    const { folder, surroundings } = machineWith({ "new.pol": POLICY });
    await reloadCommand("2", join(folder, "new.pol"), { set: ["workspace=/srv/other"], home: "/home/bob" }, surroundings);
    expect(JSON.parse(readIn(folder, "record"))).toMatchObject({ home: "/home/bob", params: { workspace: "/srv/other" } });
  });

  it("does not begin where the policy is wrong", async () => {
    const { folder, surroundings } = machineWith({ "new.pol": "deny nonsense\n" });
    expect(await reloadCommand("2", join(folder, "new.pol"), {}, surroundings)).toBe(1);
    expect(existsSync(join(folder, "reload-arguments"))).toBe(false);
  });

  it("says that the old policy stays", async () => {
    const { folder, surroundings } = machineWith({ "new.pol": POLICY, refuse: "policyd: no room\n", status: "3" });
    expect(await reloadCommand("2", join(folder, "new.pol"), {}, surroundings)).toBe(3);
    expect(printed.stderr).toContain("error: no room\nhelp: session 2 stays under the policy that it has\n");
  });
});

describe("load", () => {
  const machine = () => ({
    kernel: "6.12.0", btf: true, lsms: ["bpf"], securityfs: true, bpffs: true, cgroup2: true, root: true, mayLoadBpf: true,
  });

  it("names the processes, and tells what is open", async () => {
    const own = { ...LINE, session: 7, pids: [process.pid], threads: 1 };
    const { folder, surroundings } = machineWith({ "new.pol": 'keep: deny read "/**/open-here"\n', "open-here": "" }, [own]);
    const { openSync, closeSync } = await import("node:fs");
    const fd = openSync(join(folder, "open-here"), "r");
    expect(await loadCommand(join(folder, "new.pol"), { pid: ["12", "13", "12"], backend: "auto", json: true },
      { ...surroundings, machine })).toBe(0);
    closeSync(fd);
    expect(readIn(folder, "load-arguments")).toBe("--pid 12 --pid 13 --image-fd 3 --guards-fd 4 --record-fd 5 --backend auto\n");
    expect(JSON.parse(printed.stdout)).toMatchObject({
      session: 7, pids: [process.pid], threads: 1,
      refused: [{ pid: process.pid, fd, op: "read", target: join(folder, "open-here"), decision: "deny", rule: "keep", line: 1 }],
    });
  });

  it("tells people", async () => {
    const { folder, surroundings } = machineWith({ "new.pol": 'keep: deny read "/nothing/here"\n' }, [{ ...LINE, session: 7 }]);
    await loadCommand(join(folder, "new.pol"), { pid: ["12"], backend: "auto" }, { ...surroundings, machine });
    expect(printed.stdout).toBe("session 7: 2 processes, 3 threads confined\nnothing is open that the policy would have refused\n");
  });

  it("confines nothing where policyd refuses", async () => {
    const { folder, surroundings } = machineWith({ "new.pol": "deny read \"/x\"\n", refuse: "policyd: process 12 is traced\n", status: "3" });
    expect(await loadCommand(join(folder, "new.pol"), { pid: ["12"], backend: "auto" }, { ...surroundings, machine })).toBe(3);
    expect(printed.stderr).toContain("error: process 12 is traced\nhelp: nothing is confined\n");
  });

  it.each(["x", "0", "-1", "1.5", ""])("takes no `%s` for a process", async (pid) => {
    const { surroundings } = machineWith();
    expect(await loadCommand("new.pol", { pid: [pid], backend: "auto" }, { ...surroundings, machine })).toBe(2);
  });
});

describe("events", () => {
  const OLD = imageOf('first: deny read "/a" because "old"\n');
  const NEW = imageOf('\n\nother: deny read "/a" because "new"\n');
  const header = (frames: bigint): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(frames);
    return bytes;
  };
  const frame = (time: bigint, policy: bigint, path = "/home/ada/a"): Uint8Array =>
    eventFrame({ time, policy, session: 2, path, exe: "/usr/bin/cat", rule: 0, pid: Number(time) });

  function recorded(...events: readonly Uint8Array[]) {
    const machine = machineWith();
    const folder = join(machine.surroundings.records, "2");
    writeFileSync(join(folder, "00000000000000ab.polc"), OLD);
    writeFileSync(join(folder, "00000000000000cd.polc"), NEW);
    writeFileSync(join(folder, "events"), Buffer.concat([header(0n), ...events]));
    return { ...machine, record: folder };
  }

  const LINE_OF_JSON = z.record(z.string(), z.unknown());
  const recordsPrinted = () =>
    printed.stdout.split("\n").filter((line) => line !== "").map((line) => LINE_OF_JSON.parse(JSON.parse(line)));

  it("names the line of the policy by which each was decided", async () => {
    const { surroundings } = recorded(frame(1n, 0xabn), frame(2n, 0xcdn), frame(3n, 0xabn), frame(4n, 0xefn));
    expect(await eventsCommand({ json: true }, surroundings)).toBe(0);
    expect(recordsPrinted().map(({ rule, line, because }) => [rule, line, because])).toEqual([
      ["first", 1, "old"], ["other", 3, "new"], ["first", 1, "old"],
      ["rule 1 of a policy that is not known any more", null, null],
    ]);
  });

  it("fits people's terminals", async () => {
    const { surroundings } = recorded(frame(1n, 0xabn), eventFrame({ object: POLICY_OBJECT_LOST, count: 4n, session: 2 }));
    await eventsCommand({ session: "2" }, surroundings);
    const lines = printed.stdout.split("\n").slice(0, -1);
    expect(lines.map((line) => line.slice("00:00:00".length))).toEqual([
      "  cat         read ~/a                   denied: old       a.pol:1",
      "  4 events of session 2 lost",
    ]);
  });

  it("says why there are none where no session runs", async () => {
    const { surroundings } = machineWith({}, []);
    expect(await eventsCommand({}, surroundings)).toBe(0);
    expect(printed).toMatchObject({ stdout: "", stderr: "policyc: no session runs\n" });
  });

  it("reads on over a change of files, and says what it has missed", async () => {
    const { surroundings, record } = recorded(frame(1n, 0xabn), frame(2n, 0xabn));
    const done = eventsCommand({ json: true, follow: true, session: "2" }, surroundings);
    await vi.waitFor(() => { expect(recordsPrinted()).toHaveLength(2); });
    appendFileSync(join(record, "events"), frame(3n, 0xabn));
    renameSync(join(record, "events"), join(record, "events.1"));
    writeFileSync(join(record, "events"), Buffer.concat([header(3n), frame(4n, 0xabn)]));
    await vi.waitFor(() => { expect(recordsPrinted()).toHaveLength(4); });
    // Two changes between two looks.
    rmSync(join(record, "events.1"));
    writeFileSync(join(record, "fresh"), Buffer.concat([header(9n), frame(10n, 0xabn)]));
    renameSync(join(record, "fresh"), join(record, "events"));
    await vi.waitFor(() => { expect(recordsPrinted()).toHaveLength(6); });
    rmSync(record, { recursive: true });
    expect(await done).toBe(0);
    expect(recordsPrinted().map(({ pid, lost }) => pid ?? `lost ${String(lost)}`)).toEqual([1, 2, 3, 4, "lost 5", 10]);
  });

  it("waits for what is not written whole", async () => {
    const whole = frame(2n, 0xabn);
    const { surroundings, record } = recorded(frame(1n, 0xabn), whole.subarray(0, 50));
    const done = eventsCommand({ json: true, follow: true, session: "2" }, surroundings);
    await vi.waitFor(() => { expect(recordsPrinted()).toHaveLength(1); });
    appendFileSync(join(record, "events"), whole.subarray(50));
    await vi.waitFor(() => { expect(recordsPrinted()).toHaveLength(2); });
    rmSync(record, { recursive: true });
    await done;
  });

  it("ends where another session has taken the number", async () => {
    const { surroundings, record } = recorded(frame(1n, 0xabn));
    const done = eventsCommand({ json: true, follow: true, session: "2" }, surroundings);
    await vi.waitFor(() => { expect(recordsPrinted()).toHaveLength(1); });
    renameSync(record, `${record}.old`);
    mkdirSync(record);
    writeFileSync(join(record, "events"), Buffer.concat([header(0n), frame(5n, 0xabn)]));
    expect(await done).toBe(0);
    expect(recordsPrinted()).toHaveLength(1);
  });

  it("knows no other session", async () => {
    const { surroundings } = machineWith();
    expect(await eventsCommand({ session: "9" }, surroundings)).toBe(2);
  });
});
