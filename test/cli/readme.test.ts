/** README.md: its policy is one to copy, and its table of commands says what `--help` says. */
import type { Command } from "commander";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { folderWith } from "../support/cli.js";
import { policycIn } from "../support/in-process.js";
import { createProgram } from "../../src/cli/main.js";

const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

it("the policy is laid out, nothing is to be said of it, and its tests pass", async () => {
  const policy = /^## A policy\n```\n([^]*?)^```$/m.exec(README)?.[1] ?? "";
  const folder = folderWith({ "agent.pol": policy });
  expect(await policycIn(folder, "fmt", "--check", "agent.pol")).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(await policycIn(folder, "lint", "agent.pol")).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(await policycIn(folder, "compile", "agent.pol", "--set", "workspace=/w")).toMatchObject({ status: 0, stderr: "" });
  const tested = await policycIn(folder, "test", "agent.pol");
  expect([tested.status, tested.stderr, tested.stdout]).toEqual([0, "", expect.stringMatching(/^[1-9].* passed, 0 failed\n$/m)]);
});

const program = createProgram(() => undefined);
const commands = program.createHelp().visibleCommands(program);
const rowOf = (name: string): string => new RegExp(`^\\| \`policyc ${name}\\b.*`, "m").exec(README)?.[0] ?? "";

/** Of `` `a`, `b` and `c` take `--x` and `--y` ``, which says it of several commands at once. */
const taken = (name: string): string =>
  [...README.matchAll(/((?:`[a-z]+`(?:,\s| and\s))+`[a-z]+`) take ([^;.]*)/g)]
    .flatMap(([, names = "", flags = ""]) => (names.includes(`\`${name}\``) ? [flags] : [])).join(" ");

/** As `--help` has them, whether the long or the short form is written. */
function flagsIn(text: string, { options }: Command): readonly string[] {
  const flags = [...text.matchAll(/(?<![\w-])--?[a-z][a-z-]*/g)].map(([flag]) => flag).filter((flag) => flag !== "--help");
  return [...new Set(flags.map((flag) => options.find(({ long, short }) => flag === long || flag === short)?.long ?? flag))];
}

it("the table has the commands that there are", () => {
  const rows = [...README.matchAll(/^\| `policyc ([a-z]+)/gm)].map(([, name]) => name);
  expect(rows.sort()).toEqual(commands.map((command) => command.name()).sort());
});

it.each(commands.map((command) => [command.name(), command] as const))("names the flags of %s, and no other", (name, command) => {
  const shown = command.createHelp().visibleOptions(command).map(({ long, flags }) => long ?? flags);
  expect([...flagsIn(rowOf(name) + taken(name), command)].sort()).toEqual(shown.filter((flag) => flag !== "--help").sort());
});
