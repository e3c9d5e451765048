import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { frontEnd } from "../../src/compiler/compile.js";
import type { Ir } from "../../src/compiler/ir.gen.js";
import { findProgram, followPath, isDangling } from "../../src/runtime/follow-path.js";
import { findProgramLinks } from "../../src/runtime/program-links.js";
import { folderWith } from "../support/cli.js";

let root = "";
const at = (path: string): string => join(root, path);

/** usr/bin with dash, sh → dash, npm → ../lib/npm.js, gone → nowhere; bin → usr/bin */
beforeEach(() => {
  root = realpathSync(folderWith());
  mkdirSync(at("usr/bin"), { recursive: true });
  mkdirSync(at("usr/lib"));
  writeFileSync(at("usr/bin/dash"), "");
  writeFileSync(at("usr/lib/npm.js"), "");
  symlinkSync("dash", at("usr/bin/sh"));
  symlinkSync("../lib/npm.js", at("usr/bin/npm"));
  symlinkSync("nowhere", at("usr/bin/gone"));
  symlinkSync("../lib", at("usr/bin/folder"));
  symlinkSync("usr/bin", at("bin"));
});

function irOf(text: string): Ir {
  const outcome = frontEnd("a.pol", (path) => ({ path, text }), { home: "/home/ada", params: {}, programs: [] });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.diagnostics));
  return outcome.value.ir;
}

const linksFor = (text: string, ...path: readonly string[]): readonly string[] =>
  findProgramLinks(irOf(text), path.map(at).join(":"))
    .filter(({ name }) => name.startsWith(root))
    .map(({ name, target }) => `${name.slice(root.length)} → ${target.slice(root.length)}`);

describe("findProgramLinks", () => {
  it("looks at nothing unless programs are the matter", () => {
    expect(findProgramLinks(irOf('deny read "/bin/**"\ndefault deny exec'), "/usr/bin:/bin")).toEqual([]);
  });

  it("finds a name on PATH that is a link", () => {
    expect(linksFor('deny exec "sh"', "usr/bin")).toEqual(["/usr/bin/sh → /usr/bin/dash"]);
    expect(linksFor('deny exec "npm"', "usr/bin")).toEqual(["/usr/bin/npm → /usr/lib/npm.js"]);
    expect(linksFor('deny load "sh"', "usr/bin")).toEqual(["/usr/bin/sh → /usr/bin/dash"]);
  });

  it("finds it through a linked folder too, sorted by name", () => {
    expect(linksFor('deny exec "sh"', "usr/bin", "bin")).toEqual([
      "/bin/sh → /usr/bin/dash", "/usr/bin/sh → /usr/bin/dash",
    ]);
    expect(linksFor(`deny exec "${at("bin")}/*"`, "bin")).toEqual([
      "/bin/dash → /usr/bin/dash", "/bin/npm → /usr/lib/npm.js", "/bin/sh → /usr/bin/dash",
    ]);
  });

  it("leaves out what the pattern covers anyway, what leads nowhere and what is no file", () => {
    expect(linksFor('deny exec "dash", "gone", "folder"', "usr/bin", "bin")).toEqual([]);
    expect(linksFor(`deny exec "${root}/**"`, "usr/bin", "bin")).toEqual([]);
  });

  it("finds literal paths that are on no PATH", () => {
    expect(linksFor(`deny exec "${at("bin/sh")}"`)).toEqual(["/bin/sh → /usr/bin/dash"]);
    expect(linksFor(`allow exec "**" except "${at("usr/bin/npm")}"`)).toEqual(["/usr/bin/npm → /usr/lib/npm.js"]);
  });

  it("ignores relative entries of PATH", () => {
    expect(findProgramLinks(irOf('deny exec "no-such-program"'), "usr/bin:.::")).toEqual([]);
  });
});

describe("followPath", () => {
  it("follows links, also of folders in which nothing is yet", () => {
    expect(followPath(at("bin/sh"))).toBe(at("usr/bin/dash"));
    expect(followPath(at("bin/new/file"))).toBe(at("usr/bin/new/file"));
    expect(followPath(at("usr/bin/folder/npm.js"))).toBe(at("usr/lib/npm.js"));
    expect(followPath("/nonexistent/x")).toBe("/nonexistent/x");
    expect(followPath("/")).toBe("/");
  });

  it("goes where opening a dangling link would make a file", () => {
    expect([followPath(at("bin/gone")), isDangling(at("bin/gone")), isDangling(at("bin/sh")), isDangling(at("bin/new"))])
      .toEqual([at("usr/bin/nowhere"), true, false, false]);
  });

  it("leaves a link at the end where it is the link that is meant", () => {
    expect(followPath(at("bin/sh"), "keep")).toBe(at("usr/bin/sh"));
  });

  it("ends in a circle", () => {
    symlinkSync("circle", at("circle"));
    expect(followPath(at("circle/x"))).toBe(at("circle/x"));
  });

  it.each(["/proc/self/environ", "/proc/thread-self", "/proc/mounts"])("does not say whose %s", (path) => {
    expect(followPath(path)).toBeNull();
  });

  it("does not either behind a link", () => {
    symlinkSync("/proc/self/fd", at("fd"));
    expect(followPath(at("fd/0"))).toBeNull();
  });
});

describe("findProgram", () => {
  it("is the first that may be executed", () => {
    mkdirSync(at("first/tool"), { recursive: true });
    mkdirSync(at("second"));
    writeFileSync(at("second/tool"), "", { mode: 0o644 });
    writeFileSync(at("usr/lib/tool"), "", { mode: 0o755 });
    const path = ["first", "second", "usr/lib"].map(at).join(":");
    expect([findProgram("tool", path), findProgram("nothing", path)]).toEqual([at("usr/lib/tool"), null]);
  });
});
