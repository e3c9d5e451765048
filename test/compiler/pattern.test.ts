import fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import type { Outcome, Span } from "../../src/compiler/diagnostic.js";
import type { Component } from "../../src/compiler/ir.gen.js";
import { matchesName, matchesPath, pathNames } from "../../src/compiler/pattern/match.js";
import { parseAbstractName, parseAnyPattern, parsePathPattern } from "../../src/compiler/pattern/parse-pattern.js";
import { plainComponents } from "../../src/compiler/pattern/plain.js";
import type { PatternText } from "../../src/compiler/resolved.js";
import { pathMatcher } from "../../src/interpreter/pattern-regexp.js";
import { runs } from "../support/runs.js";
import { canonicalPath, globComponent, pathPattern } from "./generators.js";

const SPAN: Span = { source: { path: "a.pol", text: "" }, start: 0, end: 0 };
const glob = (text: string): PatternText => [{ literal: false, text }];
const literal = (text: string): PatternText => [{ literal: true, text }];

/** `**`, `name`, `*`, `pre*suf`, and globs as their items. */
function show(component: Component): string {
  switch (component.kind) {
    case "globstar": return "**";
    case "any": return "*";
    case "literal": return component.name;
    case "affix": return `${component.prefix}*${component.suffix}`;
    case "glob": return `<${component.items.map((item) => item.kind === "text" ? item.text
      : item.kind === "run" ? "*"
        : `[${item.negated ? "!" : ""}${item.ranges.map((r) => `${r.first}-${r.last}`).join(",")}]`).join(" ")}>`;
  }
}

function shown(outcome: Outcome<readonly (readonly Component[])[]>): readonly string[] {
  return outcome.ok ? outcome.value.map((components) => components.map(show).join("/")) : codes(outcome);
}

function codes(outcome: Outcome<unknown>): readonly string[] {
  return outcome.ok ? [] : outcome.diagnostics.map((diagnostic) => diagnostic.code);
}

describe("a path pattern stands for", () => {
  it.each<[string, readonly string[]]>([
    ["/", [""]],
    ["/etc/passwd", ["etc/passwd"]],
    [".env", ["**/.env"]],
    ["*", ["**/*"]],
    ["**", ["**"]],
    ["**/x", ["**/x"]],
    ["/**/**/x/**/**", ["**/x/**"]],
    ["/a/**", ["a/**"]],
    ["/a*", ["a*"]],
    ["/*a", ["*a"]],
    ["/a*b", ["a*b"]],
    ["/a*b*", ["<a * b *>"]],
    ["/?", ["<[!]>"]],
    ["/a?", ["<a [!]>"]],
    ["/[a-z]", ["<[97-122]>"]],
    ["/[!a-cb-d]", ["<[!97-100]>"]],
    ["/[a-c-]", ["<[45-45,97-99]>"]],
    ["/[\\]x]", ["<[93-93,120-120]>"]],
    ["/[ace-f]", ["<[97-97,99-99,101-102]>"]],
    ["/[a]", ["a"]],
    ["/[\\!a]", ["<[33-33,97-97]>"]],
    ["/{a,b}/{c,d}", ["a/c", "a/d", "b/c", "b/d"]],
    ["/{a,b}{c,d}", ["ac", "ad", "bc", "bd"]],
    ["/x{,.bak}", ["x", "x.bak"]],
    ["/{a,b{c,d}}e", ["ae", "bce", "bde"]],
    ["/{a,a}", ["a"]],
    ["/{a}", ["a"]],
    ["/{*,a}*", ["*", "a*"]],
    ["/a{*}*b", ["a*b"]],
    ["/a,b}", ["a,b}"]],
    ["/]", ["]"]],
    ["/{a\\,b}", ["a,b"]],
    ["/\\*", ["*"]],
    ["/\\\\", ["\\"]],
    ["/a\\/b", ["a/b"]],
    ["\\~", ["**/~"]],
    ["~x", ["**/~x"]],
    ["/ä*", ["ä*"]],
    ["/...", ["..."]],
    ["/.*", [".*"]],
  ])("%s", (text, expected) => {
    expect(shown(parsePathPattern(glob(text), SPAN))).toEqual(expected);
  });

  it("what a binding brought in, every byte of it", () => {
    expect(shown(parsePathPattern([...literal("/a*/{b}"), ...glob("/*")], SPAN))).toEqual(["a*/{b}/*"]);
    expect(parsePathPattern(literal("/a*"), SPAN)).toMatchObject({ value: [[{ kind: "literal", name: "a*" }]] });
  });
});

describe("no path pattern is", () => {
  it.each<[string, string]>([
    ["", "pattern-empty"],
    ["~", "pattern-bare-home"],
    ["a/b", "pattern-relative"],
    ["./a", "pattern-relative"],
    ["../a", "pattern-relative"],
    ["*/a", "pattern-relative"],
    ["a/", "pattern-relative"],
    ["{**}/a", "pattern-globstar-part"],
    ["/a/", "pattern-trailing-slash"],
    ["**/", "pattern-trailing-slash"],
    ["//", "pattern-doubled-slash"],
    ["/a//b", "pattern-doubled-slash"],
    ["//a/", "pattern-doubled-slash"],
    ["/a/../b", "pattern-dot-component"],
    ["/a/./b", "pattern-dot-component"],
    ["..", "pattern-dot-component"],
    ["/{.,a}", "pattern-dot-component"],
    ["/[.]", "pattern-dot-component"],
    ["/a/{,b}", "pattern-empty-component"],
    ["{}", "pattern-empty-component"],
    ["/a**", "pattern-globstar-part"],
    ["/a**b", "pattern-globstar-part"],
    ["/***", "pattern-globstar-part"],
    ["/{**,a}", "pattern-globstar-part"],
    ["/a\\", "pattern-trailing-backslash"],
    ["/[a", "pattern-unterminated"],
    ["/[a\\]", "pattern-unterminated"],
    ["/[", "pattern-unterminated"],
    ["/{a", "pattern-unterminated"],
    ["/{a,{b}", "pattern-unterminated"],
    ["/{a/b,c}", "pattern-slash-inside"],
    ["{/a,/b}", "pattern-slash-inside"],
    ["/[a/b]", "pattern-slash-inside"],
    ["/[]", "pattern-empty-set"],
    ["/[!]", "pattern-empty-set"],
    ["/[]a]", "pattern-empty-set"],
    ["/[z-a]", "pattern-range-reversed"],
    ["/[ä]", "pattern-set-not-ascii"],
    ["/[a-ä]", "pattern-set-not-ascii"],
    ["/\0", "pattern-bad-character"],
    ["/\ud800", "pattern-bad-character"],
    [`/${"a".repeat(256)}`, "pattern-name-too-long"],
    [`/${"ä".repeat(128)}`, "pattern-name-too-long"],
    [`/${"a".repeat(200)}*${"b".repeat(56)}`, "pattern-name-too-long"],
    [`/${"?".repeat(256)}`, "pattern-name-too-long"],
    [`/${"{a,b}".repeat(13)}`, "pattern-too-many-alternatives"],
    [`/${"{a,b}/".repeat(13)}x`, "pattern-too-many-alternatives"],
    [`/${"{a,b}".repeat(200)}`, "pattern-too-many-alternatives"],
  ])("%s", (text, code) => {
    expect(codes(parsePathPattern(glob(text), SPAN))).toEqual([code]);
  });

  it("bound to one that leaves the tree", () => {
    expect(codes(parsePathPattern([...literal("/a/.."), ...glob("/b")], SPAN))).toEqual(["pattern-dot-component"]);
    expect(codes(parsePathPattern([...glob("/{"), ...literal("a/b"), ...glob("}")], SPAN))).toEqual(["pattern-slash-inside"]);
  });
});

describe("a plain path pattern", () => {
  const at: Span = { source: { path: "a.pol", text: "" }, start: 0, end: 0 };
  const piece = fc.constantFrom("a", "b.c", "-", "_", ".", "..", "*", "**", "", "*.x", "y*", "y*z", "*a*", "~", "?", "x".repeat(199), "x".repeat(300));
  const text = fc.tuple(fc.constantFrom("", "/", "**/", "~/"), fc.array(piece, { minLength: 1, maxLength: 4 }))
    .map(([start, pieces]) => start + pieces.join("/"));
  const pattern = fc.oneof(
    pathPattern(), text.map((written) => [{ literal: false, text: written }]),
    fc.tuple(text, text).map(([value, written]) => [{ literal: true, text: value }, { literal: false, text: written }]),
  );

  it("is read as any other is", () => {
    let plain = 0;
    fc.assert(fc.property(pattern, (parts) => {
      const found = plainComponents(parts);
      if (found !== null) {
        plain++;
        expect(parseAnyPattern(parts, at)).toEqual({ ok: true, value: [found], diagnostics: [] });
      }
    }), runs(3000));
    expect(plain).toBeGreaterThan(0);
  });

  it.each(["/a", "/a/**", "**/b.c", ".env", "/**/*", "/a/*.x", "**"])("such as %s is", (written) => {
    expect(plainComponents([{ literal: false, text: written }])).not.toBeNull();
  });
});

describe("at its bounds a path pattern", () => {
  it("has names of up to 255 bytes", () => {
    expect(shown(parsePathPattern(glob(`/${"a".repeat(255)}`), SPAN))).toEqual(["a".repeat(255)]);
  });
  it("has prefixes of up to 248 bytes, and is a glob beyond", () => {
    const kind = (text: string) => {
      const parsed = parsePathPattern(glob(text), SPAN);
      return parsed.ok ? parsed.value[0]?.[0]?.kind : codes(parsed);
    };
    expect(kind(`/${"a".repeat(248)}*`)).toBe("affix");
    expect(kind(`/${"a".repeat(249)}*`)).toBe("glob");
    expect(kind(`/*${"a".repeat(249)}`)).toBe("glob");
  });
  it("stands for up to 4,096 patterns", () => {
    expect(shown(parsePathPattern(glob(`/${"{a,b}".repeat(12)}`), SPAN))).toHaveLength(4096);
  });
  it("may nest braces as deep as it is long", () => {
    const text = `/${"{".repeat(20_000)}a${"}".repeat(20_000)}`;
    expect(shown(parsePathPattern(glob(text), SPAN))).toEqual(["a"]);
  });
});

describe("the name of an abstract socket", () => {
  it.each<[string, readonly string[]]>([
    ["/tmp/.X11-unix/X*", ["/tmp/.X11-unix/X*"]],
    ["*", ["*"]],
    ["{a/b,c}", ["a/b", "c"]],
    ["a//b/", ["a//b/"]],
    ["[/x]", ["<[47-47,120-120]>"]],
    ["..", [".."]],
    ["a".repeat(107), ["a".repeat(107)]],
  ])("%s", (text, expected) => {
    const parsed = parseAbstractName(glob(text), SPAN);
    expect(parsed.ok ? parsed.value.map(show) : codes(parsed)).toEqual(expected);
  });
  it.each<[string, string]>([
    ["", "unix-name-empty"],
    ["{,a}", "unix-name-empty"],
    ["/tmp/**", "pattern-globstar-part"],
    ["a".repeat(108), "pattern-name-too-long"],
    ["[a", "pattern-unterminated"],
  ])("is not %s", (text, code) => {
    expect(codes(parseAbstractName(glob(text), SPAN))).toEqual([code]);
  });
});

const matches = (pattern: PatternText, path: string): boolean | null => {
  const parsed = parsePathPattern(pattern, SPAN);
  return parsed.ok ? parsed.value.some((components) => matchesPath(components, pathNames(path))) : null;
};

describe("matching", () => {
  it.each<[string, string, boolean]>([
    ["/a/**", "/a", true],
    ["/a/**", "/ab", false],
    ["/**", "/", true],
    ["/a/**/b", "/a/b", true],
    ["/a/**/b", "/a/b/c", false],
    ["/a/*", "/a", false],
    [".env", "/x/.env", true],
    [".env", "/.env", true],
    [".env", "/.envrc", false],
    ["/*", "/.hidden", true],
    ["/?", "/ä", false],
    ["/??", "/ä", true],
    ["/a*a", "/a", false],
    ["/a*a", "/aa", true],
    ["/*ab*b", "/xabb", true],
    ["/[!a]", "/a", false],
    ["/[!a]", "/b", true],
    ["/A", "/a", false],
  ])("%s against %s: %s", (pattern, path, expected) => {
    expect(matches(glob(pattern), path)).toBe(expected);
  });

  it("a run takes the empty name of an abstract socket", () => {
    expect(matchesName({ kind: "any" }, new Uint8Array())).toBe(true);
  });

  it("agrees with picomatch where the two languages coincide", () => {
    fc.assert(fc.property(globComponent(), fc.array(globComponent(), { maxLength: 2 }), canonicalPath(), (first, rest, path) => {
      // Below a directory: picomatch takes a leading `/**/` for something that needs a name before it.
      const pattern = `/r/${[first, ...rest].join("/")}`;
      // It also wants a slash after `*` before a `**` that ends the pattern, where this language wants none.
      fc.pre(path !== "/" && !/\*\/\*\*$/.test(pattern) && parsePathPattern(glob(pattern), SPAN).ok);
      const bytes = Buffer.from(`/r${path}`).toString("latin1");
      expect(matches(glob(pattern), `/r${path}`)).toBe(picomatch(pattern, { dot: true, posix: true })(bytes));
    }), { numRuns: 1000 });
  });

  it("agrees with the interpreter on every pattern", () => {
    fc.assert(fc.property(pathPattern(), canonicalPath(), (pattern, path) => {
      const expected = matches(pattern, path);
      fc.pre(expected !== null);
      expect(pathMatcher(pattern)(Buffer.from(path).toString("latin1"))).toBe(expected);
    }), { numRuns: 2000 });
  });

  it("a literal part matches itself and nothing else", () => {
    fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 8, unit: "binary-ascii" }), canonicalPath(), (name, path) => {
      fc.pre(!/[/\0]/.test(name) && !/^\.\.?$/.test(name));
      expect(matches(literal(`/${name}`), `/${name}`)).toBe(true);
      expect(matches(literal(`/${name}`), path)).toBe(path === `/${name}`);
    }));
  });
});
