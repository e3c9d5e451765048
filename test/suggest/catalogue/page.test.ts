import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("docs/catalogue.md is what `node scripts/catalogue-page.mjs` writes", () => {
  expect(readFileSync("docs/catalogue.md", "utf8")).toBe(execFileSync(process.execPath, ["scripts/catalogue-page.mjs", "--print"], { encoding: "utf8" }));
});
