import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { format } from "../../src/compiler/format.js";
import { parse } from "../../src/compiler/parse.js";
import { print } from "../../src/compiler/print.js";
import { parsePathPattern } from "../../src/compiler/pattern/parse-pattern.js";
import { findDifferences } from "../../src/compiler/reason/find-differences.js";
import type { PatternText } from "../../src/compiler/resolved.js";
import { NOWHERE, policyFile, withoutSpans } from "../support/arbitrary-policy.js";
import { runs } from "../support/runs.js";
import { accepted } from "./front-end.js";
import { policyText } from "./generators.js";

function formatted(text: string): string {
  const outcome = format({ path: "a.pol", text });
  if (!outcome.ok) throw new Error(outcome.diagnostics.map(({ message }) => message).join("\n"));
  return outcome.value;
}

function treeOf(text: string): unknown {
  const parsed = parse({ path: "a.pol", text });
  if (!parsed.ok) throw new Error("does not parse");
  return withoutSpans(parsed.value);
}

/** A policy as careless people write it: blank lines, odd indentation, comments between any two tokens' lines. */
const careless = fc.tuple(policyFile, fc.infiniteStream(fc.constantFrom(
  "\n", "\n", "\n\n", "\n\n\n\n", "\r\n", "\n\t\n  ", "\n# odd\n", "  # end\n", "\n\n## doc\n\n# more\n\n",
))).map(([file, breaks]) => {
  const lines = print(file).replaceAll(", ", ",\n").replaceAll("[", "[\n").split("\n");
  return lines.map((line) => `${line}${breaks.next().value}`).join("");
}).filter((text) => parse({ path: "a.pol", text }).ok);

describe("format", () => {
  it("formatting what is formatted changes nothing", () => {
    fc.assert(fc.property(careless, (text) => {
      const once = formatted(text);
      expect(formatted(once)).toBe(once);
    }), runs(200));
  });

  it("the tree stays, comments included", () => {
    fc.assert(fc.property(careless, (text) => { expect(treeOf(formatted(text))).toEqual(treeOf(text)); }), runs(200));
  });

  it("no line ends in a space, no two blank lines follow one another, none is first or last", () => {
    fc.assert(fc.property(careless, (text) => {
      expect(formatted(text)).not.toMatch(/[ \t]\n|\n\n\n|^\n|\n\n$/);
    }), runs(200));
  });

  it.each([
    ["blank lines stay, one at most", "\n\ndeny read \"a\"\n\n\n\ndeny read \"b\"\ndeny read \"c\"\n\n",
      "deny read \"a\"\n\ndeny read \"b\"\ndeny read \"c\"\n"],
    ["between comments as well", "# head\n\n# of a\ndeny read \"a\"\n\n# end\n",
      "# head\n\n# of a\ndeny read \"a\"\n\n# end\n"],
    ["none at the edges of a block", "task \"t\" {\n\n deny read \"a\"\n\n # x\n\n}\n",
      "task \"t\" {\n  deny read \"a\"\n\n  # x\n}\n"],
    ["cases of a test keep theirs", "test \"t\" {\n\n  deny read \"/a\"\n\n  deny read \"/b\"\n}\n",
      "test \"t\" {\n  deny read \"/a\"\n\n  deny read \"/b\"\n}\n"],
    ["comments at the ends of lines in one column", "param a # x\nparam long-name = \"1\" # y\n\nparam c # z\n",
      "param a                # x\nparam long-name = \"1\"  # y\n\nparam c  # z\n"],
    ["not where one would not fit", `param a # x\nparam b = "${"x".repeat(105)}" # y\n`,
      `param a  # x\nparam b = "${"x".repeat(105)}"  # y\n`],
    ["comments between the values of a list stay there",
      "let keys = [ # what nobody reads\n  \"a\", # first\n  \"b\"\n  # last\n]\n",
      "let keys = [\n  # what nobody reads\n  \"a\",  # first\n  \"b\"\n  # last\n]\n"],
    ["a list that fits is on one line", "let keys = [\n  \"a\",\n\n  \"b\"\n]\n", "let keys = [\"a\", \"b\"]\n"],
    ["groups in a long list stay apart", `let keys = [\n\n"${"a".repeat(60)}",\n\n\n"${"b".repeat(60)}"]\n`,
      `let keys = [\n  "${"a".repeat(60)}",\n\n  "${"b".repeat(60)}"\n]\n`],
    ["a target and its port stay together", `allow connect ${Array.from({ length: 7 }, (_, i) => `"10.0.0.${i}" port 443`).join(", ")}\n`,
      `allow connect "10.0.0.0" port 443, "10.0.0.1" port 443, "10.0.0.2" port 443, "10.0.0.3" port 443, "10.0.0.4" port 443,\n    "10.0.0.5" port 443, "10.0.0.6" port 443\n`],
  ])("%s", (_, text, expected) => {
    expect(formatted(text)).toBe(expected);
    expect(formatted(expected)).toBe(expected);
  });

  it("what is formatted decides every access as before", () => {
    const isPattern = (pattern: PatternText): boolean => parsePathPattern(pattern, NOWHERE).ok;
    fc.assert(fc.property(policyText(isPattern), (text) => {
      const careless = text.replaceAll(", ", " ,\n\t").replaceAll(/^(?=\w)/gm, "\n\n   ");
      const [old, now] = [accepted(text).ir, accepted(formatted(careless)).ir];
      expect(findDifferences(old, now)).toEqual([]);
    }), runs(100));
  });

  it("says what is wrong with a file that does not parse", () => {
    expect(format({ path: "a.pol", text: "deny raed \"x\"" })).toMatchObject({ ok: false, diagnostics: [{}] });
  });
});

const inCheckout = (folder: string): readonly string[] =>
  readdirSync(new URL(`../../${folder}/`, import.meta.url)).filter((name) => name.endsWith(".pol"))
    .map((name) => `${folder}/${name}`);

describe("policies that are shipped", () => {
  it.each([...inCheckout("examples"), ...inCheckout("grammar"), ...inCheckout("std")])("%s is formatted", (path) => {
    const text = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
    expect(formatted(text)).toBe(text);
  });
});
