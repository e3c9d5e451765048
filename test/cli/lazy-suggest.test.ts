/** What drafts policies is read by no command that enforces them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { start } from "../support/cli.js";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
const OF_MODELS = /chat\.completions|api\.openai\.com/;
const OF_THE_CATALOGUE = /MiniSearch/;

/** The chunks that a command reads, by the files that it opens. */
async function chunksOf(args: readonly string[]): Promise<readonly string[]> {
  const { stderr } = await start(process.execPath, ["--import", `data:text/javascript,${encodeURIComponent(
    'import { register } from "node:module"; register("data:text/javascript," + encodeURIComponent("import { writeSync } from \\"node:fs\\"; export async function load(url, context, next) { writeSync(2, `LOADS ${url}\\\\n`); return next(url, context); }"));',
  )}`, join(DIST, "../bin/policyc"), ...args]).result;
  return Array.from(stderr.matchAll(/^LOADS file:\/\/(\S+)$/gm), ([, path]) => path ?? "").filter((path) => path.startsWith(DIST));
}

const holding = (paths: readonly string[], what: RegExp): readonly string[] => paths.filter((path) => what.test(readFileSync(path, "utf8")));

describe("code that drafts policies", () => {
  it("is there", () => {
    const chunks = readdirSync(join(DIST, "chunks")).filter((name) => name.endsWith(".js")).map((name) => join(DIST, "chunks", name));
    expect(holding(chunks, OF_MODELS).length).toBeGreaterThan(0);
  });

  it.each([["run", "a.pol", "--", "true"], ["compile", "a.pol"], ["lint", "a.pol"], ["status"]])("is not read by %s", async (...args) => {
    const chunks = await chunksOf(args);
    expect(chunks.length).toBeGreaterThan(1);
    expect([holding(chunks, OF_MODELS), holding(chunks, OF_THE_CATALOGUE)]).toEqual([[], []]);
  });

  it("is read by suggest", async () => {
    const chunks = await chunksOf(["suggest", "block ssh keys", "--offline"]);
    expect([holding(chunks, OF_MODELS).length, holding(chunks, OF_THE_CATALOGUE).length > 0]).toEqual([0, true]);
  });
});
