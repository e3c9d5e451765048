import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BUILTIN_LISTS, EFFECTS, OPERATION_NAMES, PRIVILEGES, PROTOCOLS, type RuleStatement, type Statement,
} from "../../src/compiler/ast.js";
import { positionOf } from "../../src/compiler/diagnostic.js";
import { parse } from "../../src/compiler/parse.js";
import { print } from "../../src/compiler/print.js";
import { closest, editDistance } from "../../src/compiler/suggest-name.js";
import { RESERVED_WORDS } from "../../src/compiler/tokens.js";
import { policyFile, withoutSpans } from "../support/arbitrary-policy.js";
import { runs } from "../support/runs.js";

const source = (text: string) => ({ path: "test.pol", text });

function statements(text: string): readonly Statement[] {
  const outcome = parse(source(text));
  expect(outcome.diagnostics).toEqual([]);
  return outcome.ok ? outcome.value.statements : [];
}

function rule(text: string): RuleStatement {
  const [statement] = statements(text);
  if (statement?.kind !== "rule") throw new Error("not a rule");
  return statement;
}

const codes = (text: string): readonly string[] => parse(source(text)).diagnostics.map(({ code, span }) => {
  const { line, column } = positionOf(span.source, span.start);
  return `${line}:${column} ${code}`;
});

describe("the sample", () => {
  const text = readFileSync(new URL("../../grammar/sample.pol", import.meta.url), "utf8");

  it("parses, and printing keeps its meaning and its comments", () => {
    const before = parse(source(text));
    expect(before.diagnostics).toEqual([]);
    if (!before.ok) throw new Error("it does not parse");
    const after = parse(source(print(before.value)));
    expect(after.ok && withoutSpans(after.value)).toEqual(withoutSpans(before.value));
  });

  it("has every kind of statement and every keyword but some privileges", () => {
    const unused = [...RESERVED_WORDS.keys()].filter((word) => !new RegExp(`(?<![a-z-])${word}(?![a-z-])`).test(text));
    const privileges: readonly string[] = PRIVILEGES;
    expect(unused.filter((word) => !privileges.includes(word))).toEqual([]);
  });
});

describe("lists", () => {
  it.each([
    ["integers after a port go on with the ports", 'deny connect "a" port 1, 2-3, "b", "c" port 4', [[1, 2], null, [4]]],
    ["a name ends the ports", "deny connect any port 1, keys, loopback", [[1], null, null]],
    ["a protocol ends the ports", "deny connect any port 1 udp, any tcp", [[1], null]],
  ])("%s", (_, text, ports) => {
    expect(rule(text).targets.map((target) => target.ports?.map(({ first }) => first) ?? null)).toEqual(ports);
  });

  it("an operation after a comma is the next event, a string the next target", () => {
    const [mark] = statements('mark m on read "a", "b" except "c", "d", exec "e" args "f", "g", success "h"');
    expect(mark?.kind === "mark" && mark.on.map(({ targets, except, args }) =>
      [targets.length, except.length, args?.words.length ?? 0])).toEqual([[2, 2, 0], [1, 0, 2], [1, 0, 0]]);
  });

  it("`then` after a comma is the next event of `after`", () => {
    const [test] = statements('test "t" { deny read "x" after read "a", "b", then write "c" }');
    expect(test?.kind === "test" && test.cases[0]?.after.map(({ targets }) => targets.length)).toEqual([2, 1]);
  });
});

describe("where statements begin", () => {
  it.each([
    ["a name on its own line is still the target", "deny read\nkeys deny write x", 2],
    ["even if it looks like a misspelt word", "deny read\nlett when x deny write\nparm", 2],
    ["or a condition", "deny read x when\ndney deny write y unless a or\nallw", 2],
    ["an effect behind `then`, `default`, `assert` or a name's colon begins nothing",
      "limit read a to 1 per 1s then\ndeny default\ndeny read assert\ndeny read a r:\ndeny read a", 4],
    ["everything on one line", "let a = \"x\" default deny read mark m on read a per process tracks files deny read a", 4],
  ])("%s", (_, text, count) => {
    expect(statements(text)).toHaveLength(count);
  });
});

describe("words", () => {
  it.each([...EFFECTS, ...OPERATION_NAMES, ...PRIVILEGES, ...BUILTIN_LISTS, ...PROTOCOLS, "unix", "anonymous", "exe"])(
    "`%s` cannot be a name, a longer word can", (word) => {
      expect(codes(`let ${word} = "x"`)).toEqual(["1:5 unexpected-token"]);
      expect(codes(`let ${word}x = "x" let ${word}-x = "x" let x-${word} = "x"`)).toEqual([]);
    });

  it.each([
    ["a", '"a"'], ["\n", '"\\n"'], ["é", '"\\u{e9}"'], ["\u{10ffff}", '"\\u{10FFFF}"'], ["${", '"$${"'], ["$$", '"$$"'],
    ["$5", '"$5"'], ["$", '"$"'], ['\\"', '"\\\\\\""'], ["{}", '"{}"'],
  ])("%j is written %s", (text, written) => {
    expect(withoutSpans(rule(`deny read ${written}`).targets[0]?.subject))
      .toEqual({ kind: "string", parts: [{ kind: "text", text }] });
  });

  it("references split a string, and the empty string has no parts", () => {
    expect(withoutSpans(rule('deny read "a${b}${c}d"').targets[0]?.subject)).toEqual({
      kind: "string",
      parts: [
        { kind: "text", text: "a" }, { kind: "reference", name: "b" }, { kind: "reference", name: "c" },
        { kind: "text", text: "d" },
      ],
    });
    expect(withoutSpans(rule('deny read ""').targets[0]?.subject)).toEqual({ kind: "string", parts: [] });
  });

  it("durations are counted in milliseconds", () => {
    const limits = ["1ms", "10s", "5m", "1h"].map((text) => `limit read "a" to 1 per ${text} then deny`);
    expect(statements(limits.join(" ")).map((limit) => limit.kind === "limit" && limit.per.milliseconds))
      .toEqual([1, 10_000, 300_000, 3_600_000]);
  });
});

describe("spans", () => {
  it("cover what was written, in UTF-16 units of the text as read", () => {
    const text = '\ufeff# 🔒\r\nkeys: deny read "🔒", unix "x" port 1-2\r\n  when not (a or b)';
    const found = rule(text);
    const shown = [found, found.name, ...found.operations, ...found.targets, found.when, found.leading[0]]
      .map((node) => node && text.slice(node.span.start, node.span.end));
    expect(shown).toEqual([
      text.slice(text.indexOf("keys")), "keys", "read", '"🔒"', 'unix "x" port 1-2', "not (a or b)", "# 🔒",
    ]);
  });
});

describe("one mistake, one error", () => {
  it.each([
    ['deny read "a', ["1:11 unterminated-string"]],
    ['deny read "/a b\rallow write "', ["1:11 unterminated-string", "1:29 unterminated-string"]],
    ['deny read "a" when when b\nallow write "b"', ["1:20 unexpected-token"]],
    ["deny read\nallow raed \"b\"", ["1:10 unexpected-token", "2:7 unexpected-token"]],
    ["for exe {\n deny raed\n}\ndeny write", ["1:9 unexpected-token", "2:7 unexpected-token", "4:11 unexpected-token"]],
    ['for exe "a" deny read "b" }', ["1:13 unexpected-token"]],
    ["}", ["1:1 unexpected-token"]],
    ['for exe "x" { for exe "y" {', ["1:13 unclosed-block", "1:27 unclosed-block"]],
    ["deny read §\ndeny read \"b\"", ["1:11 stray-character"]],
    ['deny read "a" deny write', ["1:25 unexpected-token"]],
    ["deny read x when " + "(".repeat(101) + "a", ["1:118 nested-too-deep"]],
    ["deny read x when " + "not ".repeat(101) + "a", ["1:418 nested-too-deep"]],
  ])("%j", (text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it("nesting up to the limit is fine", () => {
    expect(codes(`deny read x when ${"not (".repeat(50)}a${")".repeat(50)}`)).toEqual([]);
  });

  it("a word replaced by junk spoils its own statement only", () => {
    fc.assert(fc.property(policyFile, fc.nat(), (file, at) => {
      const lines = print({ ...file, trailingComments: [] }).split("\n");
      const whole = ['deny read "first" junk junk', ...lines, `deny read "${at}" junk junk`].join("\n");
      const found = codes(whole).filter((code) => !code.endsWith("policy-not-first"));
      const column = `deny read "${at}" `.length + 1;
      expect(found).toEqual(["1:19 unexpected-token", `${lines.length + 2}:${column} unexpected-token`]);
    }), runs(100));
  });
});

describe("any text", () => {
  const fragment = fc.oneof(
    fc.constantFrom(...RESERVED_WORDS.keys(), "{", "}", "[", "]", "(", ")", ",", ":", "=", "#", "##", '"', '"x"', "x",
      "1", "1-2", "10s", "\n", "\r", "${", "\\", "'", "~/x", "\ufeff", "\ud800", "\0"),
    fc.string({ unit: "binary", maxLength: 4 }),
  );
  const junk = fc.array(fragment, { maxLength: 60 }).map((pieces) => pieces.join(" "));
  const bytes = fc.uint8Array({ maxLength: 200 }).map((drawn) => new TextDecoder("latin1").decode(drawn));

  it("is parsed or refused with places inside it, never thrown at", () => {
    fc.assert(fc.property(fc.oneof(junk, bytes), (text) => {
      const outcome = parse(source(text));
      expect(outcome.ok).toBe(outcome.diagnostics.length === 0);
      for (const { span } of outcome.diagnostics) {
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeGreaterThanOrEqual(span.start);
        expect(span.end).toBeLessThanOrEqual(text.length);
      }
    }), runs(500));
  });

  it.each(["-", '"\n', "{", "(", "}", "a:", "not ", '"', "/", "1-", "'", "deny ", "for ", '"x", ', "${"])(
    "%j many times takes little time", (piece) => {
      const started = performance.now();
      parse(source(piece.repeat(2_000)));
      parse(source(`deny read "${piece.repeat(2_000)}"`));
      expect(performance.now() - started).toBeLessThan(30_000);
    });
});

describe("closest", () => {
  it.each([
    ["dney", ["allow", "deny"], "deny"], ["raed", ["write", "read"], "read"], ["x", ["y", "yz"], undefined],
    ["workspce", ["workspace", "home"], "workspace"], ["same", ["same"], undefined], ["zzzz", ["read"], undefined],
    ["a".repeat(100), ["a".repeat(99)], undefined],
  ])("%s of %j is %s", (word, candidates, expected) => {
    expect(closest(word, candidates)).toBe(expected);
  });

  it("the distance is symmetric and at most the longer length", () => {
    fc.assert(fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(editDistance(a, b) === 0).toBe(a === b);
    }), runs(300));
  });
});
