/** docs/memory.md: its policy is one to copy. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { folderWith } from "../support/cli.js";
import { policycIn } from "../support/in-process.js";

const POLICY = /^```\n(policy [^]*?)^```$/m.exec(readFileSync(new URL("../../docs/memory.md", import.meta.url), "utf8"))?.[1] ?? "";

it("is laid out, nothing is to be said of it, and its tests pass", async () => {
  const folder = folderWith({ "remembers.pol": POLICY });
  expect(await policycIn(folder, "fmt", "--check", "remembers.pol")).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(await policycIn(folder, "lint", "remembers.pol")).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(await policycIn(folder, "compile", "remembers.pol")).toMatchObject({ status: 0, stderr: "" });
  const tested = await policycIn(folder, "test", "remembers.pol");
  expect([tested.status, tested.stderr, tested.stdout]).toEqual([0, "", expect.stringMatching(/^7 passed, 0 failed\n$/m)]);
});

it("is explained as it says", async () => {
  const folder = folderWith({ "remembers.pol": POLICY });
  const explained = await policycIn(folder, "explain", "remembers.pol", "connect", "140.82.121.3", "--port", "443", "--mark", "secret", "--json");
  expect(JSON.parse(explained.stdout)).toMatchObject({ decision: "deny", rule: { id: "no-leak" } });
});
