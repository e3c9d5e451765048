/** `policyc lint` over real files, within this process: what it prints in each format, its status, what it changes. */
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import * as built from "../support/cli.js";
import { folderWith, readIn } from "../support/cli.js";
import { CHECKOUT, policycIn } from "../support/in-process.js";

const lint = (cwd: string, ...args: readonly string[]) => policycIn(cwd, "lint", "--home", "/home/ada", ...args);

const DEFAULTS = "default deny write, connect\n";
/** An error whose label is in another file, a warning with a fix, and a file name that needs escapes. */
const FILES = {
  "a,b: 100% é.pol": `${DEFAULTS}deny read "/x"\ndeny read "/x"\n`,
  "c.pol": 'include "d.pol"\nlet k = "/k"\ndeny read k\n',
  "d.pol": 'let k = "/\u{1f511}" deny raed "/x"\nallow read k, "relative/x"\n',
};

describe("lint", () => {
  it("of what is in order says nothing", async () => {
    const folder = folderWith({ "a.pol": `${DEFAULTS}param w\nallow write "\${w}/**"\n` });
    expect(await lint(folder, ".")).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("warnings alone are no failure, errors are", async () => {
    const folder = folderWith({ "a.pol": `${DEFAULTS}let k = "/k"\n`, "b.pol": 'deny read "x/y"\n' });
    const warned = await lint(folder, "a.pol");
    expect(warned).toMatchObject({ status: 0, stdout: "" });
    expect(warned.stderr).toContain("warning[unused-let]");
    expect(warned.stderr).toMatch(/\n1 warning\n$/);
    expect(await lint(folder, "b.pol")).toMatchObject({ status: 1 });
    expect((await lint(folder, ".")).stderr).toMatch(/\n1 error, 2 warnings\n$/);
  });

  it("as JSON has exactly what the reference says", async () => {
    const folder = folderWith({ "a.pol": `${DEFAULTS}# \u{1f511}\ndeny read "/x"\ndeny read "/\u{1f511}" deny read "/x"\n` });
    const { status, stdout, stderr } = await lint(folder, "--format", "json", "a.pol");
    expect([status, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual([{
      code: "duplicate-rule", severity: "warning", message: "this rule says the same as an earlier one", file: "a.pol",
      start: { line: 4, column: 16 }, end: { line: 4, column: 30 },
      labels: [{
        message: "the earlier one", file: "a.pol", start: { line: 3, column: 1 }, end: { line: 3, column: 15 },
      }],
      help: "take one of them out",
    }]);
    expect((await lint(folder, "--json", "a.pol")).stdout).toBe(stdout);
    writeFileSync(join(folder, "ok.pol"), DEFAULTS);
    expect(await lint(folder, "--format", "json", "ok.pol")).toEqual({ status: 0, stdout: "[]\n", stderr: "" });
  });

  it("of many files says what it says of each alone, in their order", async () => {
    const texts = ['deny read "x/y"\n', `include "std:base"\n${DEFAULTS}let k = "/k"\n`, `${DEFAULTS}param w\nallow write "\${w}/**"\n`];
    const names = Array.from({ length: 240 }, (_, i) => `${i + 100}.pol`);
    const folder = folderWith(Object.fromEntries(names.map((name, i) => [name, texts[i % texts.length] ?? ""])));
    const alone: unknown[] = [];
    for (const name of names) {
      const found: unknown = JSON.parse((await lint(folder, "--json", name)).stdout);
      alone.push(found);
    }
    const all = await lint(folder, "--json", ".");
    expect(all).toMatchObject({ status: 1, stderr: "" });
    expect(JSON.parse(all.stdout)).toEqual(alone.flat());
    for (const name of names.filter((_, i) => i % texts.length === 0)) writeFileSync(join(folder, name), DEFAULTS);
    expect(await lint(folder, "--set", "w=/w", ".")).toMatchObject({ status: 0 });
    expect(await lint(folder, "--set", "v=/w", ".")).toMatchObject({ status: 2 });
  });

  it.each([["what is in order", {}], ["errors and warnings", FILES]])("as SARIF of %s is valid", async (_, files) => {
    const folder = folderWith({ "ok.pol": DEFAULTS, ...files });
    const { stdout } = await lint(folder, "--format", "sarif", ".");
    const document: unknown = JSON.parse(stdout);
    expect(sarifErrors(document)).toEqual([]);
    expect(sarifErrors({ ...(isObject(document) ? document : {}), version: "2" })).not.toEqual([]);
    const uris = [...stdout.matchAll(/"uri": "([^"]*)"/g)].map(([, uri]) => uri ?? "");
    for (const uri of uris) expect(uri).toMatch(/^(?:[A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+$/);
    if (files === FILES) {
      expect(uris).toContain("a%2Cb%3A%20100%25%20%C3%A9.pol");
      expect(document).toMatchObject({ runs: [{ columnKind: "unicodeCodePoints", results: [
        { ruleId: "duplicate-rule", level: "warning", ruleIndex: 0, fixes: [{}], relatedLocations: [{}] },
        { ruleId: "unexpected-token", level: "error", ruleIndex: 1 },
      ] }] });
    }
  });

  it("as annotations of GitHub escapes what would end them", async () => {
    const folder = folderWith(FILES);
    const { stdout } = await lint(folder, "--format", "github", "a,b: 100% é.pol");
    expect(stdout).toBe("::warning file=a%2Cb%3A 100%25 é.pol,line=3,endLine=3,col=1,endColumn=15,title=policyc duplicate-rule"
      + "::this rule says the same as an earlier one%0Ahelp: take one of them out\n");
  });

  it("--fix changes the files and says what is left", async () => {
    const folder = folderWith({ "a.pol": `${DEFAULTS}deny read "/x"\ndeny read "/x"\nparam p\n`, "b.pol": DEFAULTS });
    const inode = statSync(join(folder, "b.pol")).ino;
    const result = await lint(folder, "--fix", "--json", ".");
    expect(result).toMatchObject({ status: 0, stderr: "fixed a.pol\n" });
    expect(JSON.parse(result.stdout)).toMatchObject([{ code: "unused-parameter" }]);
    expect(readIn(folder, "a.pol")).toBe(`${DEFAULTS}deny read "/x"\nparam p\n`);
    expect(statSync(join(folder, "b.pol")).ino).toBe(inode);
  });

  it("--fix goes on with what a change lays open, and says once that the file was changed", async () => {
    const folder = folderWith({
      "a.pol": `${DEFAULTS}let a = "/x"\nlet b = "\${a}/y"\nlet c = "\${b}/z"\n# lint-ignore world-wide-allow reason\nallow bind any\ndeny read "/k"\n`,
    });
    expect(await lint(folder, "--fix", "a.pol")).toEqual({ status: 0, stdout: "", stderr: "fixed a.pol\n" });
    expect(readIn(folder, "a.pol")).toBe(`${DEFAULTS}deny read "/k"\n`);
  });

  it("--fix says once of which file it could not change, and changes the others", async () => {
    // No name is left for the new text beside it, whoever asks.
    const long = `${"a".repeat(250)}.pol`;
    const before = `${DEFAULTS}deny read "/x"\ndeny read "/x"\nlet a = "/x"\nlet b = "\${a}/y"\n`;
    const folder = folderWith({ [long]: before, "b.pol": before });
    const { status, stderr } = await lint(folder, "--fix", ".");
    expect([status, stderr.match(/^error: .*/gm)]).toEqual([2, [`error: cannot write \`${long}\`: the name is too long`]]);
    expect([...stderr.matchAll(/^warning\[(.*?)\]/gm)].map(([, code]) => code)).toEqual(["duplicate-rule", "unused-let"]);
    expect(stderr).toContain("fixed b.pol\n");
    expect([readIn(folder, long), readIn(folder, "b.pol")]).toEqual([before, `${DEFAULTS}deny read "/x"\n`]);
    expect(readdirSync(folder).sort()).toEqual([long, "b.pol"]);
  });

  it.each([
    ["with the changes, and says what is left", `${DEFAULTS}deny read "/x"\ndeny read "/x"\nparam p\n`, `${DEFAULTS}deny read "/x"\nparam p\n`, "unused-parameter"],
    ["as it was where nothing can be changed", `${DEFAULTS}deny raed "/x"\n`, `${DEFAULTS}deny raed "/x"\n`, "unexpected-token"],
  ])("--fix prints standard input %s", async (_, input, stdout, code) => {
    const result = await built.policyc(["lint", "--fix", "-"], { input });
    expect([result.stdout, result.status]).toEqual([stdout, code === "unexpected-token" ? 1 : 0]);
    expect([...result.stderr.matchAll(/\[([a-z-]+)\]/g)].map(([, found]) => found)).toEqual([code]);
  });

  it("--fix of standard input leaves standard output to the text", async () => {
    expect(await lint(folderWith(), "--fix", "--format", "sarif", "-")).toEqual({
      status: 2, stdout: "", stderr: "error: standard output cannot hold both the fixed text of `-` and `--format sarif`\nhelp: name a file\n",
    });
  });

  it("--here follows the links of this machine", async () => {
    const folder = folderWith();
    mkdirSync(join(folder, "real"));
    symlinkSync("real", join(folder, "link"));
    writeFileSync(join(folder, "a.pol"), `${DEFAULTS}deny read "${folder}/link/x", "${folder}/real/x"\n`);
    expect(await lint(folder, "a.pol")).toMatchObject({ status: 0, stderr: "" });
    const { stdout } = await lint(folder, "--here", "--json", "a.pol");
    expect(JSON.parse(stdout)).toMatchObject([{ code: "symlink-in-path", help: `\`"${folder}/real/x"\`` }]);
  });

  it("--set binds in the policies that have the parameter, and must be known to one", async () => {
    const folder = folderWith({ "a.pol": `${DEFAULTS}param w\nallow write "\${w}/**"\n`, "b.pol": DEFAULTS });
    expect(await lint(folder, ".", "--set", "w=/srv")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(await lint(folder, ".", "--set", "w=srv")).toMatchObject({ status: 1 });
    const wrong = await lint(folder, ".", "--set", "x=1");
    expect(wrong).toMatchObject({ status: 2 });
    expect(wrong.stderr).toContain("none of the policies has a parameter `x`");
  });

  it("takes standard input and shipped policies", async () => {
    const result = await built.policyc(["lint", "-", "--format", "json"], { input: 'deny read "x/y"' });
    expect(result).toMatchObject({ status: 1, stderr: "" });
    expect(JSON.parse(result.stdout)).toMatchObject([{ file: "<stdin>", code: "unstated-default" }, { code: "pattern-relative" }]);
    expect(await lint(CHECKOUT, "std:base")).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it.each([["nothing.pol", 2], ["bad.pol", 1]])("what cannot be read: %s", async (path, status) => {
    const folder = folderWith({ "bad.pol": new Uint8Array([0xff]) });
    const result = await lint(folder, path);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(`cannot read \`${path}\``);
  });
});

describe("policies that are shipped", () => {
  it.each([["examples"], ["std"]])("%s: nothing to say", async (folder) => {
    expect(await lint(CHECKOUT, folder)).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("grammar: nothing to say but of what is not enforced yet", async () => {
    const { stdout, stderr } = await lint(CHECKOUT, "grammar", "--format", "json");
    const found = z.array(z.object({ code: z.string() })).parse(JSON.parse(stdout));
    expect([found.filter(({ code }) => code !== "not-enforced-yet"), stderr]).toEqual([[], ""]);
  });
});

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** By the published schema, which is of draft 4: ajv knows its words, but not how it names itself. */
function sarifErrors(document: unknown): readonly unknown[] {
  const path = createRequire(import.meta.url).resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
  const text = readFileSync(path, "utf8");
  expect(text).toContain("http://json-schema.org/draft-04/schema#");
  const whole: unknown = JSON.parse(text);
  const schema = Object.fromEntries(Object.entries(isObject(whole) ? whole : {}).filter(([name]) => name !== "$schema" && name !== "id"));
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false, allErrors: true }).compile(schema);
  return validate(document) ? [] : validate.errors ?? [];
}
