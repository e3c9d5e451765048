import { describe, expect, it } from "vitest";
import { renderDiagnostics, renderFrame } from "../../src/cli/render-diagnostics.js";
import type { Diagnostic, Source, Span } from "../../src/compiler/diagnostic.js";

/** The span of `part` in `text`; the `nth` one, from 0. */
function spanOf(source: Source, part: string, nth = 0): Span {
  let start = source.text.indexOf(part);
  for (let i = 0; i < nth; i++) start = source.text.indexOf(part, start + 1);
  if (start === -1) throw new Error(`no ${part}`);
  return { source, start, end: start + part.length };
}

function diagnostic(span: Span, more: Partial<Diagnostic> = {}): Diagnostic {
  return { code: "some-code", severity: "error", message: "this is wrong", span, labels: [], ...more };
}

const plain = (diagnostics: readonly Diagnostic[]): string => renderDiagnostics(diagnostics, { colour: false });
const lines = (...text: readonly string[]): string => text.map((line) => `${line}\n`).join("");

describe("renderDiagnostics", () => {
  it("shows nothing for nothing", () => {
    expect(plain([])).toBe("");
  });

  it("shows place, line, carets and help", () => {
    const source = { path: "a.pol", text: 'default deny write\ndeny raed "/x"\n' };
    expect(plain([diagnostic(spanOf(source, "raed"), { help: "did you mean `read`?" })])).toBe(lines(
      "error[some-code]: this is wrong",
      " --> a.pol:2:6",
      "  |",
      '2 | deny raed "/x"',
      "  |      ^^^^",
      "help: did you mean `read`?",
      "",
      "1 error",
    ));
  });

  it("separates several, and counts them", () => {
    const source = { path: "a.pol", text: "one two three" };
    expect(plain([
      diagnostic(spanOf(source, "one")),
      diagnostic(spanOf(source, "two")),
      diagnostic(spanOf(source, "three"), { severity: "warning" }),
    ])).toBe(lines(
      "error[some-code]: this is wrong",
      " --> a.pol:1:1",
      "  |",
      "1 | one two three",
      "  | ^^^",
      "",
      "error[some-code]: this is wrong",
      " --> a.pol:1:5",
      "  |",
      "1 | one two three",
      "  |     ^^^",
      "",
      "warning[some-code]: this is wrong",
      " --> a.pol:1:9",
      "  |",
      "1 | one two three",
      "  |         ^^^^^",
      "",
      "2 errors, 1 warning",
    ));
  });

  it("shows the first of many, and counts all", () => {
    const source = { path: "a.pol", text: "x" };
    const text = renderDiagnostics(Array.from({ length: 25 }, () => diagnostic(spanOf(source, "x"))),
      { colour: false, limit: 20 });
    expect(text.match(/^error/gm)).toHaveLength(20);
    expect(text).toMatch(/\n\n5 more\n\n25 errors\n$/);
  });

  it("labels other places: the same line, lines above and below, another file", () => {
    const text = ["let a = 1", "# between", "# between", "let a = 2 # see b", "last"].join("\n");
    const source = { path: "dir/a.pol", text };
    const other = { path: "b.pol", text: "\n\nlet a = 3" };
    expect(plain([diagnostic(spanOf(source, "a", 1), {
      labels: [
        { message: "first here", span: spanOf(source, "a") },
        { message: "and this", span: spanOf(source, "b", 2) },
        { message: "and there", span: spanOf(other, "a") },
        { message: "the end", span: spanOf(source, "last") },
      ],
    })])).toBe(lines(
      "error[some-code]: this is wrong",
      " --> dir/a.pol:4:5",
      "  |",
      "1 | let a = 1",
      "  |     - first here",
      "...",
      "4 | let a = 2 # see b",
      "  |     ^",
      "  |                 - and this",
      "5 | last",
      "  | ---- the end",
      " ::: b.pol:3:5",
      "  |",
      "3 | let a = 3",
      "  |     - and there",
      "",
      "1 error",
    ));
  });

  it("keeps the gutter straight past line 9", () => {
    const source = { path: "a.pol", text: `${"\n".repeat(9)}x` };
    expect(plain([diagnostic(spanOf(source, "x"), { labels: [{ message: "top", span: { source, start: 0, end: 0 } }] })]))
      .toBe(lines(
        "error[some-code]: this is wrong",
        "  --> a.pol:10:1",
        "   |",
        " 1 |",
        "   | - top",
        "...",
        "10 | x",
        "   | ^",
        "",
        "1 error",
      ));
  });

  it.each([
    ["tabs", "\tdeny\tx", "x", "    deny    x", "            ^"],
    ["wide characters", 'read "日本" x', "x", 'read "日本" x', "            ^"],
    ["wide characters in the span", 'read "日本"', "日本", 'read "日本"', "      ^^^^"],
    ["emoji of several code points", "👩‍👩‍👧 x", "x", "👩‍👩‍👧 x", "   ^"],
    ["combining characters", "e\u0301e\u0301 x", "x", "e\u0301e\u0301 x", "   ^"],
    ["control characters", "a\u001b[31m x", "x", "a\\u{1b}[31m x", "            ^"],
    ["characters that reorder", "a\u202eb x", "x", "a\\u{202e}b x", "           ^"],
    ["a carriage return at the end", "deny x\r\nnext", "x", "deny x", "     ^"],
    ["a span over several lines", "deny x\n  y", "x\n  y", "deny x", "     ^"],
  ])("aligns carets under %s", (_, text, part, shown, ruler) => {
    expect(plain([diagnostic(spanOf({ path: "a.pol", text }, part))]).split("\n").slice(3, 5))
      .toEqual([`1 | ${shown}`, `  | ${ruler}`]);
  });

  it("marks a place of no width, at the end of the text too", () => {
    const source = { path: "a.pol", text: "deny" };
    expect(plain([diagnostic({ source, start: 4, end: 4 })]).split("\n").slice(1, 5)).toEqual([
      " --> a.pol:1:5", "  |", "1 | deny", "  |     ^",
    ]);
  });

  it("shows a window of a long line", () => {
    const source = { path: "a.pol", text: `${"a".repeat(200)} here ${"b".repeat(200)}` };
    const frame = plain([diagnostic(spanOf(source, "here"))]).split("\n").slice(3, 5);
    expect(frame).toEqual([
      `1 | …${"a".repeat(23)} here ${"b".repeat(45)}…`,
      `  | ${" ".repeat(25)}^^^^`,
    ]);
    expect(frame[0]).toHaveLength(80);
  });

  it("has no line to show of a file that could not be read", () => {
    const source = { path: "gone\u0007.pol", text: "" };
    expect(plain([diagnostic({ source, start: 0, end: 0 })])).toBe(lines(
      "error[some-code]: this is wrong",
      " --> gone\\u{7}.pol:1:1",
      "",
      "1 error",
    ));
  });

  it("colours only what it is told to", () => {
    const source = { path: "a.pol", text: "x" };
    const coloured = renderDiagnostics([diagnostic(spanOf(source, "x"))], { colour: true });
    expect(coloured).toContain("\u001b[31merror[some-code]\u001b[0m");
    // eslint-disable-next-line no-control-regex
    expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(plain([diagnostic(spanOf(source, "x"))]));
  });
});

describe("renderFrame", () => {
  it("is a place with a note", () => {
    const source = { path: "a.pol", text: 'deny read "/x"' };
    expect(renderFrame(spanOf(source, 'deny read "/x"'), "decides", { colour: false })).toBe([
      " --> a.pol:1:1",
      "  |",
      '1 | deny read "/x"',
      "  | ^^^^^^^^^^^^^^ decides",
    ].join("\n"));
  });
});
