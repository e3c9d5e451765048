/** The policies of `examples/`: each proves what it says, in every one of its tasks, and is in the list of wishes. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKOUT, policycIn } from "../support/in-process.js";

const FOLDER = join(CHECKOUT, "examples");
const EXAMPLES = readdirSync(FOLDER).filter((name) => name.endsWith(".pol"));
/** What parameters without a default are bound to, if not to a folder. */
const BINDINGS: Readonly<Record<string, string>> = {
  database: "10.20.0.5", docs: "https://docs.example.org", mirror: "10.20.0.9", server: "192.0.2.10",
};

const capturesOf = (name: string, pattern: RegExp): readonly string[] =>
  [...readFileSync(join(FOLDER, name), "utf8").matchAll(pattern)].flatMap(([, word]) => word ?? []);
const tasksOf = (name: string): readonly string[] => capturesOf(name, /^task "([a-z]+)"/gm);
const freeParamsOf = (name: string): readonly string[] => capturesOf(name, /^param ([a-z-]+)(?: *#.*)?$/gm);
const bindingsOf = (name: string): readonly string[] => freeParamsOf(name)
  .flatMap((param) => ["--set", `${param}=${BINDINGS[param] ?? `/srv/${param}`}`]);
const run = (command: string, name: string, ...args: readonly string[]) =>
  policycIn(FOLDER, command, name, "--home", "/home/ada", ...args);

describe.each(EXAMPLES)("%s", (name) => {
  it("passes its own tests, which decide every rule and every `except`", async () => {
    const { status, stdout, stderr } = await run("test", name, "--coverage");
    const [, ...counts] = /^coverage: (\d+) of (\d+) rules, (\d+) of (\d+) excepts/m.exec(stdout) ?? [];
    const [rules, allRules, excepts, allExcepts] = counts;
    expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
    expect([rules, excepts], stdout).toEqual([allRules, allExcepts]);
  });

  it.each([null, ...tasksOf(name)])("compiles, and proves its assertions: task %s", async (task) => {
    const chosen = task === null ? [] : ["--task", task];
    expect(await run("test", name, ...chosen)).toMatchObject({ status: 0 });
    expect(await run("compile", name, ...chosen, ...bindingsOf(name), "-o", "/dev/null")).toMatchObject({ status: 0, stderr: "" });
  });
});

// How the first is run the README says, and `make demo` shows.
it.each(EXAMPLES.filter((name) => name !== "coding-agent.pol"))("%s says at its top how it is run, with every parameter that needs a value", (name) => {
  const [command = ""] = capturesOf(name, /^# {5}(sudo policyc run .*)$/gm);
  expect(command).toContain(`examples/${name} `);
  expect(freeParamsOf(name).filter((param) => !command.includes(`--set ${param}=`))).toEqual([]);
});

it("all are in the list of wishes", () => {
  const listed = [...readFileSync(join(FOLDER, "README.md"), "utf8").matchAll(/\]\(([a-z-]+\.pol)\)/g)].flatMap(([, name]) => name ?? []);
  expect(listed.toSorted()).toEqual(EXAMPLES.toSorted());
});
