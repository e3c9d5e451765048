/** One mistake gives one error: the whole text of what is printed for each policy of `test/cases/mistakes/`. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { policycIn } from "../support/in-process.js";

const FOLDER = fileURLToPath(new URL("../cases/mistakes/", import.meta.url));
const policies = readdirSync(FOLDER).filter((file) => file.endsWith(".pol")).sort();
/** Files that have one mistake more, in a place of its own. */
const ERRORS: Readonly<Record<string, number>> = {
  "comment-block-lines.pol": 2, "condition-of-two-mistakes.pol": 2, "string-end-and-another.pol": 2,
};

describe("what is printed for (UPDATE=1 accepts)", () => {
  it.each(policies)("%s", async (file) => {
    const { status, stdout, stderr } = await policycIn(FOLDER, "compile", "--emit", "ir", file);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr.match(/^error\[/gm)).toHaveLength(ERRORS[file] ?? 1);
    const expected = join(FOLDER, file.replace(/\.pol$/, ".txt"));
    if (process.env["UPDATE"] === "1") writeFileSync(expected, stderr);
    expect(existsSync(expected) ? readFileSync(expected, "utf8") : "").toBe(stderr);
  });

  it("and for nothing else", () => {
    const texts = readdirSync(FOLDER).filter((file) => file.endsWith(".txt")).sort();
    expect(texts).toEqual(policies.map((file) => file.replace(/\.pol$/, ".txt")));
  });
});
