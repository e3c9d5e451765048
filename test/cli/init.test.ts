/** `policyc init`: what it finds, and that what it writes holds. */
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { firstPolicy } from "../../src/cli/first-policy.js";
import { inspectProject, type Project } from "../../src/cli/project.js";
import { folderWith, readIn } from "../support/cli.js";
import { policycIn } from "../support/in-process.js";

function repository(files: Readonly<Record<string, string>>, url: string): string {
  const folder = folderWith(files);
  mkdirSync(join(folder, ".git"));
  writeFileSync(join(folder, ".git", "config"), `[core]\n\tbare = false\n[remote "origin"]\n\turl = ${url}\n\tfetch = +refs\n`);
  return folder;
}

function inspected(folder: string): Project {
  const project = inspectProject(folder);
  if (!project.ok) throw new Error(project.failure.message);
  return project.value;
}

async function initialized(): Promise<string> {
  const folder = folderWith();
  await policycIn(folder, "init");
  return folder;
}

describe("policyc init", () => {
  it.each<[string, () => string, readonly string[]]>([
    ["an empty folder", () => folderWith(), []],
    ["Node", () => folderWith({ "package.json": "{}", "pnpm-lock.yaml": "" }), ["std:node"]],
    ["Python, in a container", () => folderWith({ "pyproject.toml": "", "requirements-dev.txt": "", Dockerfile: "" }), ["std:python", "std:docker-build"]],
    ["Rust", () => folderWith({ "Cargo.toml": "" }), ["std:rust"]],
    ["Go and Java", () => folderWith({ "go.mod": "", "build.gradle.kts": "" }), ["std:go", "std:java"]],
    ["a repository with secrets", () => repository({ ".env": "", ".env.local": "", ".env.example": "", "package.json": "" }, "git@example.org:a/b.git"),
      ["std:git", "std:node"]],
  ])("%s: a policy with tests that pass, and nothing to say about it", async (_, make, tools) => {
    const folder = make();
    const { status, stdout } = await policycIn(folder, "init");
    expect([status, stdout]).toEqual([0, "agent.pol\n.pre-commit-config.yaml\n"]);
    const policy = readIn(folder, "agent.pol");
    expect([...policy.matchAll(/^include "(.*)"$/gm)].map(([, name]) => name)).toEqual(["std:base", "std:credentials", ...tools]);
    expect(await policycIn(folder, "lint", "agent.pol")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(await policycIn(folder, "fmt", "--check", "agent.pol")).toEqual({ status: 0, stdout: "", stderr: "" });
    const tested = await policycIn(folder, "test", "agent.pol");
    expect([tested.status, tested.stdout]).toEqual([0, expect.stringMatching(/^[1-9].* passed, 0 failed\n$/m)]);
    expect(await policycIn(folder, "compile", "agent.pol", "--set", "workspace=/w")).toMatchObject({ status: 0, stderr: "" });
  });

  it("looks into the folders of a project's parts, not into what tools made", async () => {
    const folder = folderWith({ "package.json": "{}" });
    const parts = ["web/package.json", "web/.env", "services/b/go.mod", "services/a/pyproject.toml", "services/a/.env.local", "services/a/.env.example",
      "packages/x/package.json", "packages/y/package.json", "packages/y/deep/Cargo.toml", "node_modules/m/pom.xml", "target/Cargo.toml", ".cache/Dockerfile"];
    for (const part of parts) {
      mkdirSync(join(folder, dirname(part)), { recursive: true });
      writeFileSync(join(folder, part), "");
    }
    expect(inspected(folder)).toMatchObject({
      environments: ["web/.env", "services/a/.env.local"],
      fitting: [
        { policy: "node", why: ["package.json", "web/package.json", "packages/x/package.json", "packages/y/package.json"] },
        { policy: "python", why: ["services/a/pyproject.toml"] }, { policy: "go", why: ["services/b/go.mod"] },
      ],
    });
    await policycIn(folder, "init");
    const policy = readIn(folder, "agent.pol");
    expect(policy).toContain("for package.json, web/package.json, packages/x/package.json and 1 more.\n");
    expect(policy).toContain('  deny read "/w/services/a/.env.local"\n');
    expect(await policycIn(folder, "test", "agent.pol")).toMatchObject({ status: 0, stderr: "" });
  });

  it("never overwrites, and says what to do", async () => {
    const folder = folderWith({ "agent.pol": "mine", ".pre-commit-config.yaml": "mine" });
    const { status, stderr } = await policycIn(folder, "init", folder);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/agent\.pol` is there already\nhelp: move it away/)]);
    expect([readIn(folder, "agent.pol"), readdirSync(folder).length]).toEqual(["mine", 2]);

    const other = folderWith({ ".pre-commit-config.yaml": "mine" });
    const result = await policycIn(other, "init");
    expect([result.status, result.stdout]).toEqual([0, "agent.pol\n"]);
    // One item of the list, as `init` writes it where there is none.
    const [head = "", item = ""] = readIn(await initialized(), ".pre-commit-config.yaml").split(/(?<=^repos:\n)/m);
    expect([head, item]).toEqual([expect.stringMatching(/^repos:$/m), expect.stringMatching(/^ {2}- repo: local\n[^]*- id: policyc-lint/)]);
    expect(result.stderr).toContain(`add this to its list under \`repos:\`, indented as the others are:\n\n${item}\n`);
    expect(result.stderr).not.toMatch(/^repos:/m);
    expect(readIn(other, ".pre-commit-config.yaml")).toBe("mine");
  });

  it.each([["gone"], ["agent.pol"]])("%s is no folder", async (name) => {
    const { status, stderr } = await policycIn(folderWith({ "agent.pol": "" }), "init", name);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^error: /)]);
  });

  it.each<[string, Project["origin"]]>([
    ["git@example.org:a/b.git", { host: "example.org", bySsh: true }],
    ["ssh://git@example.org:2222/a/b.git", { host: "example.org", bySsh: true }],
    ["https://user:secret@example.org/a/b.git", { host: "example.org", bySsh: false }],
    ["https://example.org/a/b", { host: "example.org", bySsh: false }],
    ["/srv/git/b.git", null],
  ])("the remote %s", (url, origin) => {
    expect(inspected(repository({}, url)).origin).toEqual(origin);
  });

  it("names of files and folders are text, whatever they hold", async () => {
    const project: Project = {
      name: "a\" b\n${c}*", fitting: [{ policy: "node", why: ["x\ny"] }], environments: [".env.*{a,b}\"\n${c}"], isRepository: false,
      origin: { host: "h\ni", bySsh: true },
    };
    const folder = folderWith({ "a.pol": firstPolicy(project) });
    expect(await policycIn(folder, "test", "a.pol")).toMatchObject({ status: 0, stderr: "" });
    expect(await policycIn(folder, "fmt", "--check", "a.pol")).toMatchObject({ status: 0 });
  });

  it("the checks run before a commit are those of policyc", async () => {
    const folder = await initialized();
    const own = readFileSync(new URL("../../.pre-commit-hooks.yaml", import.meta.url), "utf8");
    const ids = (text: string): readonly (string | undefined)[] => [...text.matchAll(/- id: (\S+)/g)].map(([, id]) => id);
    expect(ids(readIn(folder, ".pre-commit-config.yaml"))).toEqual(ids(own));
  });

  it("says how to run under the policy of another folder", async () => {
    const folder = folderWith();
    const { stderr } = await policycIn(folder, "init", ".");
    expect(stderr).toContain("sudo policyc run agent.pol --set workspace=$PWD -- my-agent");
    mkdirSync(join(folder, "it's"));
    expect((await policycIn(folder, "init", "it's")).stderr).toContain(
      `sudo policyc run 'it'\\''s/agent.pol' --set workspace='${realpathSync(folder)}/it'\\''s' -- my-agent`);
  });
});
