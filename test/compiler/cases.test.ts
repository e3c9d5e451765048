import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "../../src/compiler/parse.js";
import { showDiagnostics } from "../support/show-diagnostics.js";

const CASES = new URL("../cases/", import.meta.url);

/** Cases of later stages have other files beside their input. */
const names = readdirSync(CASES).sort().filter((name) => {
  const folder = new URL(`${name}/`, CASES);
  return name.startsWith("syntax-") && existsSync(new URL("input.fail.pol", folder));
});

describe("what is reported for a file that does not parse (UPDATE=1 accepts)", () => {
  it.each(names)("%s", (name) => {
    const folder = new URL(`${name}/`, CASES);
    const text = readFileSync(new URL("input.fail.pol", folder), "utf8");
    const outcome = parse({ path: "input.fail.pol", text });
    expect(outcome.ok).toBe(false);
    const shown = showDiagnostics(outcome.diagnostics);
    const expected = new URL("expected.txt", folder);
    if (process.env["UPDATE"] === "1") writeFileSync(expected, shown);
    expect(shown).toBe(readFileSync(expected, "utf8"));
  });
});
