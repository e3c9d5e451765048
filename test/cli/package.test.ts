/** The npm package, as `npm pack` makes it of what is built: whole, without anything that it does not hold itself. */
import { execFileSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const COMPILED = join(ROOT, `examples/package-test-${process.pid}.polc`);

let folder = "";
const inPackage = (path: string): string => join(folder, "node_modules/policyc", path);
const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const policyc = (...args: readonly string[]): string => run(join(folder, "node_modules/.bin/policyc"), ...args);

/** Paths in the tarball. */
let files: readonly string[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "policyc-test-"));
  writeFileSync(join(folder, "package.json"), '{ "name": "user", "private": true, "type": "module" }');
  // What a user compiled in the checkout.
  writeFileSync(COMPILED, "");
  try {
    // Without scripts: `prepack` would build anew beneath the other tests.
    execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], { cwd: ROOT });
  } finally {
    rmSync(COMPILED);
  }
  const tarball = `policyc-${version()}.tgz`;
  files = run("tar", "-tzf", tarball).trim().split("\n").map((path) => path.replace(/^package\//, ""));
  run("npm", "install", "--silent", "--offline", "--no-audit", "--no-fund", "--no-save", `./${tarball}`);
}, 120_000);
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

function version(): string {
  const parsed: unknown = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  if (typeof parsed !== "object" || parsed === null || !("version" in parsed)) throw new Error("no version");
  return String(parsed.version);
}

describe("the tarball", () => {
  it("holds what is run, what is read and the licences", () => {
    expect(files).toEqual(expect.arrayContaining([
      "bin/policyc", "dist/cli/main.js", "dist/compiler/compile.js", "dist/compiler/compile.d.ts", "dist/native/policyd",
      "dist/third-party.txt", "std/base.pol", "examples/coding-agent.pol", "docs/diagnostics/host-bits.md", "grammar/ir.schema.json", "CHANGELOG.md",
      "LICENSE", "LICENSES/Apache-2.0.txt", "LICENSES/GPL-2.0-only.txt", "NOTICE", "README.md",
    ]));
  });

  it("holds nothing else", () => {
    const expected = /^(bin|grammar|std|examples|LICENSES|docs\/diagnostics)\/|^dist\/(native\/policyd|third-party\.txt|.+\.(js|d\.ts))$|^[A-Zp][^/]*$/;
    expect(files.filter((path) => !expected.test(path))).toEqual([]);
  });

  it("leaves out compiled policies", () => {
    expect(files.filter((path) => path.endsWith(".polc"))).toEqual([]);
  });

  it("names every package whose code it holds, with its licence", () => {
    const text = readFileSync(inPackage("dist/third-party.txt"), "utf8");
    const bundled = files.filter((path) => path.endsWith(".js"))
      .flatMap((path) => [...readFileSync(inPackage(path), "utf8").matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)])
      .map(([, name]) => name);
    expect(new Set(bundled)).toContain("chevrotain");
    for (const name of new Set(bundled)) expect(text).toMatch(new RegExp(`^${String(name)} \\d+\\.\\d+\\.\\d+ \\(.+\\)$`, "m"));
    expect(text.match(/^Permission is hereby granted|^ *TERMS AND CONDITIONS FOR USE/gm)).toHaveLength(7);
  });
});

describe("the installed package", () => {
  it("says its version", () => {
    expect(policyc("--version")).toBe(`${version()}\n`);
  });

  it("compiles an example, which includes a policy of its own", () => {
    policyc("compile", inPackage("examples/coding-agent.pol"), "--set", "workspace=/srv/app", "-o", "agent.polc");
    expect(readFileSync(join(folder, "agent.polc")).toString("latin1", 0, 4)).toBe("POLC");
    expect(policyc("inspect", "agent.polc")).toContain("workspace = /srv/app");
  });

  it("explains and looks at the machine", () => {
    expect(policyc("explain", "std:base")).toMatch(/^#/);
    expect(policyc("explain", "host-bits")).toMatch(/^host-bits\n/);
    expect(JSON.parse(run("sh", "-c", "node_modules/.bin/policyc doctor --json || test $? -eq 3"))).toHaveProperty("checks");
  });

  it("has the privileged half where it is looked for", () => {
    accessSync(inPackage("dist/native/policyd"), constants.X_OK);
  });

  it("is a library, with types", () => {
    writeFileSync(join(folder, "user.ts"), `import { compile } from "policyc";
const bindings = { home: "/h", params: {}, programs: [] };
const compiled = compile("a.pol", (path) => ({ path, text: "deny read \\"/x\\"\\n" }), bindings);
const bytes: number = compiled.ok ? compiled.value.length : 0;
if (bytes === 0) throw new Error(compiled.diagnostics.map(({ message }) => message).join());
`);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({
      compilerOptions: { strict: true, module: "nodenext", target: "es2023", types: [] }, files: ["user.ts"],
    }));
    run(process.execPath, join(ROOT, "node_modules/typescript/bin/tsc"));
    run(process.execPath, "user.js");
  });
});
