/** `policyc fmt` over real files, within this process. */
import {
  chmodSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unifiedDiff } from "../../src/cli/line-diff.js";
import * as built from "../support/cli.js";
import { folderWith, readIn } from "../support/cli.js";
import { policycIn } from "../support/in-process.js";

const fmt = (cwd: string, ...args: readonly string[]) => policycIn(cwd, "fmt", ...args);

const UGLY = "deny   read \"a\"#x\n";
const NEAT = "deny read \"a\"  # x\n";

describe("fmt", () => {
  it("replaces what is not formatted, says which, and keeps the mode", async () => {
    const folder = folderWith({ "ugly.pol": UGLY, "neat.pol": NEAT });
    chmodSync(join(folder, "ugly.pol"), 0o640);
    const before = statSync(join(folder, "neat.pol"));
    expect(await fmt(folder, "ugly.pol", "neat.pol")).toEqual({ status: 0, stdout: "ugly.pol\n", stderr: "" });
    expect(readIn(folder, "ugly.pol")).toBe(NEAT);
    expect(statSync(join(folder, "ugly.pol")).mode & 0o7777).toBe(0o640);
    expect(statSync(join(folder, "neat.pol"))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(readdirSync(folder).sort()).toEqual(["neat.pol", "ugly.pol"]);
  });

  it("searches folders for *.pol, without links to folders, .git and node_modules", async () => {
    const folder = folderWith({ "a.pol": UGLY, "b.txt": UGLY });
    for (const name of ["deep", ".git", "node_modules"]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "c.pol"), UGLY);
    }
    symlinkSync(".", join(folder, "deep", "circle"));
    expect(await fmt(folder, ".", "a.pol")).toMatchObject({ status: 0, stdout: "a.pol\ndeep/c.pol\n" });
    expect(readIn(folder, "b.txt")).toBe(UGLY);
    expect(readIn(folder, "node_modules/c.pol")).toBe(UGLY);
  });

  it("follows a link to a file and leaves the link", async () => {
    const folder = folderWith({ "real.txt": UGLY });
    symlinkSync("real.txt", join(folder, "a.pol"));
    expect(await fmt(folder, ".")).toMatchObject({ status: 0, stdout: "a.pol\n" });
    expect(lstatSync(join(folder, "a.pol")).isSymbolicLink()).toBe(true);
    expect(readIn(folder, "real.txt")).toBe(NEAT);
  });

  it("leaves a file with syntax errors and formats the others", async () => {
    const folder = folderWith({ "a.pol": "deny raed \"x\"\n", "b.pol": UGLY });
    const result = await fmt(folder, "a.pol", "b.pol");
    expect(result).toMatchObject({ status: 1, stdout: "b.pol\n" });
    expect(result.stderr).toContain("a.pol:1:6");
    expect(readIn(folder, "a.pol")).toBe("deny raed \"x\"\n");
    expect(readIn(folder, "b.pol")).toBe(NEAT);
  });

  it("--check changes nothing, lists what would change and shows how", async () => {
    const folder = folderWith({ "a.pol": UGLY, "b.pol": NEAT });
    expect(await fmt(folder, "--check", ".")).toEqual({
      status: 1, stdout: "a.pol\n", stderr: `--- a.pol\n+++ a.pol\n@@ -1 +1 @@\n-${UGLY}+${NEAT}`,
    });
    expect(readIn(folder, "a.pol")).toBe(UGLY);
    expect(await fmt(folder, "--check", "b.pol")).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it.each([
    ["a path that is not there", ["nothing.pol"], "cannot read `nothing.pol`"],
    ["a folder without policies", ["."], "there is no `*.pol` below `.`"],
    ["what is not UTF-8", ["bad.txt"], "it is not UTF-8"],
    ["a shipped policy", ["std:base"], null],
  ])("%s", async (_, args, message) => {
    const folder = folderWith({ "bad.txt": new Uint8Array([0xff, 0x0a]) });
    const result = await fmt(folder, ...args);
    if (message === null) expect(result).toEqual({ status: 0, stdout: "", stderr: "" });
    else {
      expect(result.status).toBe(2);
      expect(result.stderr).toContain(message);
    }
  });

  it("of standard input goes to standard output", async () => {
    expect(await built.policyc(["fmt", "-"], { input: UGLY })).toMatchObject({ status: 0, stdout: NEAT, stderr: "" });
    expect(await built.policyc(["fmt", "-"], { input: "deny raed" })).toMatchObject({ status: 1, stdout: "" });
  });
});

describe("the difference", () => {
  it.each([
    ["nothing", "a\nb\n", "a\nb\n"],
    ["a line in the middle", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n"],
    ["two places", Array.from({ length: 30 }, (_, i) => `${i}\n`).join(""),
      Array.from({ length: 30 }, (_, i) => `${i === 2 ? "x\ny" : i === 25 ? "z" : i}\n`).join("")],
    ["from nothing", "", "a\n"],
    ["to nothing", "a\n", ""],
    ["no line break at the end", "a\nb", "a\nb\n"],
  ])("%s is what diff -u says", (_, before, after) => {
    const folder = folderWith({ before, after });
    let expected = "";
    try {
      execFileSync("diff", ["-u", "--label", "f", "--label", "f", "before", "after"], { cwd: folder, encoding: "utf8" });
    } catch (thrown) {
      expected = thrown instanceof Error && "stdout" in thrown ? String(thrown.stdout) : "";
    }
    expect(unifiedDiff("f", before, after)).toBe(expected);
  });
});
