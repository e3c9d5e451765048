// For each program of a backend there is a technique that notices when it is missing, and the page says which.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");

it("each program has a technique, each technique is one, and docs/kernel-hooks.md is as they are", () => {
  const fresh = execFileSync(process.execPath, [join(ROOT, "scripts", "mutation-table.mjs"), "--stdout"], { encoding: "utf8" });
  expect(fresh).toBe(readFileSync(join(ROOT, "docs", "kernel-hooks.md"), "utf8"));
});
