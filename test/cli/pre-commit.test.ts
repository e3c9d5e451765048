/** The hooks as Debian's `pre-commit` runs them, in a scratch repository; and the steps of the GitHub Action in a shell. */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { folderWith, POLICYC, readIn } from "../support/cli.js";

const inCheckout = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const HOOKS = ".pre-commit-hooks.yaml";
const NEAT = "default deny write, connect\n";

/** Neither the user's git configuration nor what pre-commit keeps between runs. */
function environment(): NodeJS.ProcessEnv {
  const home = folderWith();
  symlinkSync(POLICYC, join(home, "policyc"));
  const who = { NAME: "ada", EMAIL: "ada@example.org" };
  return {
    PATH: `${home}:${process.env["PATH"] ?? ""}`, HOME: home, PRE_COMMIT_HOME: join(home, "cache"), LC_ALL: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1", ...Object.fromEntries(Object.entries(who).flatMap(([name, value]) =>
      [[`GIT_AUTHOR_${name}`, value], [`GIT_COMMITTER_${name}`, value]])),
  };
}

function repositoryWithHooks(files: Readonly<Record<string, string>>) {
  const env = environment();
  const git = (cwd: string, ...args: readonly string[]) =>
    execFileSync("git", args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const hooks = folderWith();
  copyFileSync(inCheckout(HOOKS), join(hooks, HOOKS));
  git(hooks, "init", "-q");
  git(hooks, "add", HOOKS);
  git(hooks, "commit", "-q", "-m", "hooks");
  const ids = [...readIn(hooks, HOOKS).matchAll(/^- id: (\S+)$/gm)].map(([, id]) => `      - id: ${id}\n`);
  const config = `repos:\n  - repo: ${hooks}\n    rev: ${git(hooks, "rev-parse", "HEAD").trim()}\n    hooks:\n${ids.join("")}`;
  const cwd = folderWith({ ".pre-commit-config.yaml": config, ...files });
  git(cwd, "init", "-q");
  git(cwd, "add", ".");
  const run = (program: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
    return { status, output: `${stdout}${stderr}` };
  };
  return { cwd, run };
}

describe("the hooks", () => {
  it("format and refuse what has errors, pass what is in order, and leave other files alone", () => {
    const { cwd, run } = repositoryWithHooks({ "a.pol": `${NEAT}deny   read "x/y"\n`, "b.txt": "deny   read" });
    const first = run("pre-commit", "run", "--all-files");
    expect(first.status).toBe(1);
    expect(first.output).toMatch(/policyc fmt\.*Failed\n(?:.*\n)*?- files were modified by this hook\n\na\.pol\n/);
    expect(first.output).toMatch(/policyc lint\.*Failed\n(?:.*\n)*?- exit code: 1\n/);
    expect(first.output).toContain("error[pattern-relative]");
    expect(readIn(cwd, "a.pol")).toBe(`${NEAT}deny read "x/y"\n`);

    writeFileSync(join(cwd, "a.pol"), `${NEAT}deny read "/x/y"\n`);
    const second = run("pre-commit", "run", "--all-files");
    expect(second.output).toMatch(/policyc fmt\.*Passed\npolicyc lint\.*Passed\npolicyc test\.*Passed\n/);
    expect(second.status).toBe(0);

    writeFileSync(join(cwd, "a.pol"), `${NEAT}assert deny read "/x/y"\n`);
    const third = run("pre-commit", "run", "--all-files");
    expect(third.output).toMatch(/policyc test\.*Failed\n(?:.*\n)*?- exit code: 1\n/);
    expect(readIn(cwd, "b.txt")).toBe("deny   read");
  });

  it("stand in the way of a commit", () => {
    const { run } = repositoryWithHooks({ "a.pol": "deny raed\n" });
    expect(run("pre-commit", "install").status).toBe(0);
    expect(run("git", "commit", "-m", "a policy")).toMatchObject({ status: 1 });
    expect(run("git", "log").status).not.toBe(0);
  });
});

/** Its policy, and what was printed, in turn. */
describe("docs/pre-commit.md", () => {
  it("shows what pre-commit prints (UPDATE=1 accepts it)", () => {
    const path = inCheckout("docs/pre-commit.md");
    const page = readFileSync(path, "utf8");
    const policy = /```pol\n([^]*?)```/.exec(page)?.[1] ?? "";
    const { cwd, run } = repositoryWithHooks({ "agent.pol": policy });
    const first = run("pre-commit", "run", "--all-files");
    // What was formatted is part of the commit.
    run("git", "add", "-u");
    writeFileSync(join(cwd, "agent.pol"), `${readIn(cwd, "agent.pol")}kill connect metadata\n`);
    const second = run("pre-commit", "run", "--all-files");
    expect([first.status, second.status]).toEqual([1, 0]);
    const outputs = [first, second].map(({ output }) => output.slice(output.indexOf("policyc fmt")).trimEnd());
    const written = page.replace(/```text\n[^]*?```/g, () => `\`\`\`text\n${outputs.shift() ?? ""}\n\`\`\``);
    if (process.env["UPDATE"] === "1") writeFileSync(path, written);
    else expect(page).toBe(written);
  });
});

describe("the action", () => {
  const text = readFileSync(inCheckout("action.yml"), "utf8");
  const script = (name: string): string => {
    const step = text.slice(text.indexOf(`- name: ${name}\n`));
    return /run: \|\n((?: {8}.*\n)+)/.exec(step)?.[1]?.replace(/^ {8}/gm, "") ?? "";
  };
  const run = (name: string, cwd: string, paths: string) => spawnSync("bash", ["-e", "-o", "pipefail", "-c", script(name)],
    { cwd, env: { ...process.env, POLICYC, PATHS: paths }, encoding: "utf8" });

  it("annotates, and fails for errors alone", () => {
    const cwd = folderWith({ "a.pol": `${NEAT}let k = "/k"\n`, "b.pol": 'deny read "x/y"\n' });
    expect(run("policyc lint", cwd, "a.pol")).toMatchObject({ status: 0 });
    const { status, stdout } = run("policyc lint", cwd, "a.pol b.pol");
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::warning file=a\.pol,(.*\n)+::error file=b\.pol,/);
  });

  it("runs the tests", () => {
    const cwd = folderWith({ "a.pol": `${NEAT}assert deny write "/x"\n`, "b.pol": "assert deny write \"/x\"\n" });
    expect(run("policyc test", cwd, "a.pol")).toMatchObject({ status: 0 });
    expect(run("policyc test", cwd, ".")).toMatchObject({ status: 1 });
  });

  it("fails for what is not formatted, and runs nothing that stands in a path", () => {
    const cwd = folderWith({ "a.pol": "deny   read \"/x\"\n" });
    expect(run("policyc fmt --check", cwd, ".")).toMatchObject({ status: 1, stdout: "a.pol\n" });
    expect(run("policyc fmt --check", cwd, "$(touch made) a.pol").status).toBe(2);
    expect(spawnSync("ls", { cwd, encoding: "utf8" }).stdout).toBe("a.pol\n");
  });
});
