import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, parseText } from "../../src/compiler/parse.js";
import { readPlainRules } from "../../src/compiler/plain-rules.js";
import { print } from "../../src/compiler/print.js";
import { policyFile } from "../support/arbitrary-policy.js";
import { runs } from "../support/runs.js";

const source = (text: string) => ({ path: "test.pol", text });
const FIRST = 'policy "p"\n';

/** Of a rule on the second line. */
const taken = (text: string): readonly string[] =>
  readPlainRules(source(FIRST + text)).rules.map(({ span }) => span.source.text.slice(span.start, span.end));

function expectTheSame(text: string): void {
  const whole = source(text);
  expect(parse(whole)).toEqual(parseText(whole, text));
}

const PLAIN = [
  'deny read "/x"', 'keys: allow read, write "/x/**", "*.pem"', 'kill exec keys, "sh" except "/bin/sh", others',
  'audit connect any port 443, 80-90 tcp, loopback', 'deny connect "10.0.0.0/8" udp, "::1" port 1, "fe80::/10"',
  'allow connect unix "/run/x", unix "@y" except unix "@z"', 'deny exec anonymous', 'deny read "${a}/x", ""',
  'deny modify\n  "/x",\r\n  "/y"\n  except "/z"\n  because "it is secret"', 'deny read "\u{1f512} é {a,b}"', 'deny read x', 'apart:\ndeny read "/x"',
];

describe("what is plain", () => {
  it.each(PLAIN)("%j", (text) => {
    for (const around of [text, `  ${text} \r\n`, `deny write "/y"\n\n${text}\nlet a = "x"`, `${text}\nlet: kill read "/z"`]) {
      expect(taken(around)).toContain(text);
      expectTheSame(FIRST + around);
    }
  });
});

describe("what is left to the parser", () => {
  it.each([
    ["clauses that are seldom", 'deny read "/x" when a'],
    ["escapes", 'deny read "\\"/x"'],
    ["a character that no string can hold", 'deny read "\0"'],
    ["a reference that is none", 'deny read "${A}"'],
    ["privileges", "allow privilege userns"],
    ["a reserved word as a name", 'read: deny read "/x"'],
    ["a longer word than meant", 'deny reads "/x"'],
    ["a protocol with something behind it", 'deny connect any tcpx'],
    ["a clause without its string", 'deny read "/x" because\nallow read "/y" when a'],
    ["a port that is none", "deny connect any port 65536"],
    ["a range without its end", "deny connect any port 5-"],
    ["a comma at the end", 'deny read "/x",'],
    ["what the next line goes on with", 'deny read "/x"\nwhen a'],
    ["a comment behind it", 'deny read "/x" # why'],
    ["a comment on the next line", 'deny read "/x"\n# what comes next\nlet a = "x"'],
    ["a comment before it", '# why\ndeny read "/x"'],
    ["more on its line", 'deny read "/x" let a = "x"'],
    ["a block", 'task "t" {\ndeny read "/x"\n}'],
    ["what may be in a block", 'task "\\"" {\n}\ndeny read "/x"'],
    ["what an assertion says", 'assert\ndeny read "/x"'],
    ["what a limit comes to", 'limit read "/x" to 1 per 1s then\ndeny read "/x"'],
  ])("%s", (_, text) => {
    expect(taken(text)).toEqual([]);
    expectTheSame(FIRST + text);
  });

  it("the first statement", () => {
    expect(readPlainRules(source('deny read "/x"\npolicy "p"')).rules).toEqual([]);
    expectTheSame('deny read "/x"\ndeny read "/y"\npolicy "p"');
  });

  it("everything behind a brace that is never closed", () => {
    expect(taken('for exe "x" {\ndeny read "/x"')).toEqual([]);
    expectTheSame(`${FIRST}for exe "x" {\ndeny read "/x"`);
  });
});

describe("reading them apart changes nothing", () => {
  /** Lines that go well, or nearly, with plain rules beside them; half of all are plain. */
  const line = fc.oneof(
    fc.constantFrom(...PLAIN),
    fc.constantFrom(
      'policy "again"', 'include "std:base"', "param a", "default deny write", 'let keys = ["a",', '"b"]', "# comment", "## doc", "",
      'mark m on read "/x"', "until read keys", 'task "t" {', 'for exe "{" {', "}", 'test "t" {', 'deny read "/y"  when m', "default",
      "limit read a to 1 per 1s then", "assert", "name:", "name", "dney", "deny", "DENY READ x", ", keys", 'except "/q"', 'because "}"',
      'deny read "/x" # { "', "/* ", " */", "'", '"', "\ufeff", "§", "deny.x", "allow read 'x'", "port 5", "tcp", "kill read\nkeys",
    ),
  );
  const text = fc.array(fc.tuple(line, fc.constantFrom("\n", "\n", "\n", "\r\n", "\n\n", " ", "", " \n  ")), { maxLength: 9 })
    .map((lines) => lines.flat().join(""));

  it("of any lines, right or wrong", () => {
    fc.assert(fc.property(text, fc.constantFrom("", FIRST), (lines, before) => { expectTheSame(before + lines); }), runs(3000));
  });

  it("of any policy, with plain rules anywhere in it", () => {
    let plain = 0;
    const put = fc.array(fc.tuple(fc.nat(60), fc.constantFrom(...PLAIN)), { maxLength: 3 });
    fc.assert(fc.property(policyFile, fc.constantFrom("by-kind", "as-written"), put, (file, blank, rules) => {
      const lines = print(file, blank).split("\n");
      for (const [at, rule] of rules) lines.splice(at % (lines.length + 1), 0, rule);
      const mixed = lines.join("\n");
      plain += readPlainRules(source(mixed)).rules.length;
      expectTheSame(mixed);
    }), runs(1000));
    expect(plain).toBeGreaterThan(0);
  });
});
