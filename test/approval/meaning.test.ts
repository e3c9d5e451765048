import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { meaningOf } from "../../src/approval/meaning.js";
import { format } from "../../src/compiler/format.js";
import { loadPolicy } from "../../src/compiler/include.js";
import { readFrom } from "../compiler/front-end.js";
import { memoryPolicy, textOf } from "../differential/policies.js";
import { runs } from "../support/runs.js";

function digestOf(files: string | Readonly<Record<string, string>>): string {
  const all = typeof files === "string" ? { "a.pol": files } : files;
  const loaded = loadPolicy("a.pol", readFrom(all));
  const meaning = loaded.ok ? meaningOf(loaded.value) : loaded;
  if (!meaning.ok) throw new Error(meaning.diagnostics[0]?.message);
  return meaning.digest;
}

const P = 'param workspace\nparam net = "10.0.0.0"\nssh: deny access "~/.ssh/**" because "keys"\nallow connect "${net}/8" port 443\n'
  + 'mark m on read ".env" until write "${workspace}/x"\ndeny connect any when m\nlimit delete "/a/**" to 5 per 10s then deny\n'
  + 'task "t" { deny exec "git" args "push", without "-n" }\n'.replace(', without', " without");

describe("the same meaning", () => {
  it.each<[string, string]>([
    ["in another order", P.split("\n").toReversed().join("\n")],
    ["with comments", P.replaceAll("\n", " # x\n")],
    ["on one line", P.replaceAll("\n", " ")],
    ["with another name of a rule", P.replace("ssh:", "keys:")],
    ["with another name of the policy", `policy "x"\n${P}`],
    ["with tests", `${P}test "x" with workspace = "/w" { deny read "/home/ada/.ssh/x" }\n`],
    ["as a draft", `${P}draft "x"\n`],
    ["written with escapes", P.replace("~/.ssh", "~/.ss\\u{68}")],
  ])("%s", (_, text) => { expect(digestOf(text)).toBe(digestOf(P)); });

  it("in an included file", () => {
    expect(digestOf({ "a.pol": 'include "b.pol"\n', "b.pol": P })).toBe(digestOf(P));
  });

  it("laid out anew, and sorted otherwise", () => {
    fc.assert(fc.property(memoryPolicy, fc.integer(), (model, seed) => {
      const text = textOf(model);
      const formatted = format({ path: "a.pol", text });
      const lines = text.trimEnd().split("\n").map((line, i) => ({ line, key: Math.sin(seed + i * 7) })).sort((a, b) => a.key - b.key).map(({ line }) => line);
      expect([formatted.ok ? digestOf(formatted.value) : "", digestOf(lines.join("\n"))]).toEqual([digestOf(text), digestOf(text)]);
    }), runs(150));
  });
});

describe("another meaning", () => {
  it.each<[string, string]>([
    ["another effect", P.replace("deny access", "kill access")],
    ["another operation", P.replace("deny access", "deny read")],
    ["another place", P.replace(".ssh", ".gnupg")],
    ["a place that looks like the stand-in for the home", P.replace("~/.ssh", "/home-of-one/.ssh")],
    ["a place that looks like the stand-in for a parameter", P.replace("${workspace}/x", "/workspace-of-one/x")],
    ["an address that looks like the stand-in for a parameter", P.replace("${net}/8", "0.0.0.0/8")],
    ["another default of a parameter", P.replace('"10.0.0.0"', '"11.0.0.0"')],
    ["no default of a parameter", P.replace(' = "10.0.0.0"', "")],
    ["another reason", P.replace("keys\"", "Keys\"")],
    ["another port", P.replace("443", "444")],
    ["another count", P.replace("to 5", "to 6")],
    ["another window", P.replace("10s", "11s")],
    ["a mark that is not cleared", P.replace(' until write "${workspace}/x"', "")],
    ["another condition", P.replace("when m", "unless m")],
    ["another task", P.replace('"t"', '"u"')],
    ["without a task", P.replace(/task "t" \{ (.*) \}/, "$1")],
    ["other arguments", P.replace('"push"', '"pull"')],
    ["an exception", P.replace('"~/.ssh/**"', '"~/.ssh/**" except "~/.ssh/config"')],
    ["one default more", `${P}default deny bind\n`],
    ["one rule less", P.replace(/^ssh.*\n/m, "")],
  ])("%s", (_, text) => {
    expect(text).not.toBe(P);
    expect(digestOf(text)).not.toBe(digestOf(P));
  });

  it("of two parameters that changed places", () => {
    const two = (a: string, b: string): string => `param a\nparam b\nallow connect "\${${a}}"\ndeny connect "\${${b}}" port 1\nallow read "\${${a}}x"\n`.replace(/^allow read.*\n/m, "");
    expect(digestOf(two("a", "b"))).not.toBe(digestOf(two("b", "a")));
  });

  it("of a glob's letters", () => {
    expect(digestOf('deny read "/x/a?b*c?"\n')).not.toBe(digestOf('deny read "/x/a?b*d?"\n'));
  });
});
