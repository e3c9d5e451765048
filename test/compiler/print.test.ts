import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PolicyFile } from "../../src/compiler/ast.js";
import { parse } from "../../src/compiler/parse.js";
import { print } from "../../src/compiler/print.js";
import { lex } from "../../src/compiler/lex.js";
import { policyFile, withoutSpans } from "../support/arbitrary-policy.js";
import { runs } from "../support/runs.js";

function parsed(text: string): PolicyFile {
  const outcome = parse({ path: "printed.pol", text });
  expect(outcome.diagnostics).toEqual([]);
  if (!outcome.ok) throw new Error("no tree");
  return outcome.value;
}

const tokensOf = (text: string): readonly string[] =>
  lex({ path: "printed.pol", text }).tokens.map(({ image }) => image);

/** The same without comments, which need line breaks. */
const withoutComments = (file: PolicyFile): PolicyFile => parsed(tokensOf(print(file)).join(" "));

describe("print", () => {
  it("parsing what is printed gives the same tree", () => {
    fc.assert(fc.property(policyFile, (file) => {
      expect(withoutSpans(parsed(print(file)))).toEqual(withoutSpans(file));
    }), runs(300));
  });

  it("white space means nothing", () => {
    const space = fc.constantFrom(" ", "\n", "\r\n", "\t", "  ", "\n\n");
    fc.assert(fc.property(policyFile, fc.infiniteStream(space), (file, spaces) => {
      const text = tokensOf(print(file)).map((token) => `${token}${spaces.next().value}`).join("");
      expect(withoutSpans(parsed(text))).toEqual(withoutSpans(withoutComments(file)));
    }), runs(200));
  });

  it("wraps at 120 columns whatever can be wrapped", () => {
    fc.assert(fc.property(policyFile, (file) => {
      for (const line of print(withoutComments(file)).split("\n")) {
        if (Array.from(line).length <= 120) continue;
        // Only a single word, which cannot be broken, is longer.
        expect(tokensOf(line).filter((token) => !/^[,()[\]{}:]$/.test(token))).toHaveLength(1);
      }
    }), runs(100));
  });
});

const one = (text: string): string => print(parsed(text));

describe("layout", () => {
  it.each([
    ["nothing", "", ""],
    ["a comment alone", "#x", "# x\n"],
    ["a doc comment and one at the end", "##  doc\ndeny   read \"a\"#end", "##  doc\ndeny read \"a\"  # end\n"],
    ["a comment inside a statement moves before it", "deny read # why\n  \"a\"", "# why\ndeny read \"a\"\n"],
    ["comments of a block", "for exe \"x\" { # a\n deny read \"y\" # b\n # c\n} # d",
      "for exe \"x\" {\n  # a\n  deny read \"y\"  # b\n  # c\n}  # d\n"],
    ["a byte order mark and CRLF", "\ufeffdeny read \"a\" # x\r\ndeny read \"b\"\r\n", "deny read \"a\"  # x\ndeny read \"b\"\n"],
    ["kinds apart, rules together", "let a = \"x\" deny read a deny read \"b\" test \"t\" {}",
      "let a = \"x\"\n\ndeny read a\ndeny read \"b\"\n\ntest \"t\" {}\n"],
    ["parentheses only where they count", "deny read \"a\" when ((a) and (b or not (not c))) or (d and e)",
      "deny read \"a\" when a and (b or not not c) or d and e\n"],
    ["a reason on a line of its own", "deny read \"a\" because \"b\"", "deny read \"a\"\n  because \"b\"\n"],
    ["clauses of a long rule on lines of their own",
      "no-keys: deny access keys, \"/a/rather/long/path/that/needs/room/and/more/of/it/than/there/is/**\" because \"private keys never leave this machine\" except \"~/.ssh/known_hosts\"",
      "no-keys: deny access keys, \"/a/rather/long/path/that/needs/room/and/more/of/it/than/there/is/**\"\n  except \"~/.ssh/known_hosts\"\n  because \"private keys never leave this machine\"\n"],
    ["a case's events last", "test \"t\" { deny exec \"git\" after write \"a\" args \"x\" args \"y\" }",
      "test \"t\" {\n  deny exec \"git\" args \"y\" after write \"a\" args \"x\"\n}\n"],
    ["`$` before a reference", "let a = \"\\u{24}${b}\" let c = \"$${b}\" let d = \"$$${b}\"",
      "let a = \"\\u{24}${b}\"\nlet c = \"$${b}\"\nlet d = \"$$${b}\"\n"],
  ])("%s", (_, text, expected) => {
    expect(one(text)).toBe(expected);
    expect(one(expected)).toBe(expected);
  });
});
