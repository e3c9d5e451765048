/** What an assertion says is proved, or refuted by an access that shows it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Attempt, attemptOf } from "../../src/compiler/access.js";
import { lowerAsserts } from "../../src/compiler/lower.js";
import { parsePathPattern } from "../../src/compiler/pattern/parse-pattern.js";
import { proveAsserts } from "../../src/compiler/prove-asserts.js";
import { prove } from "../../src/compiler/reason/find-counterexample.js";
import { interpreter } from "../../src/interpreter/interpret.js";
import { access } from "./accesses.js";
import { accepted } from "./front-end.js";
import { satisfies } from "./satisfies.js";
import { policyText } from "./generators.js";

const SPAN = { source: { path: "a.pol", text: "" }, start: 0, end: 0 };
const policy = () => policyText((pattern) => parsePathPattern(pattern, SPAN).ok);

/** One of the rules of another policy as an assertion: without its `except`. */
const assertion = () => policy().map((text) =>
  text.split("\n").filter((line) => !line.startsWith("default")).slice(0, 1)
    .map((line) => `assert ${line.replace(/ except .*$/, "")}`).join(""));

/** The accesses that an assertion is about: those that a rule of its targets matches. */
function covers(text: string): (attempt: Attempt) => boolean {
  const { resolved } = accepted(text.replace(/^assert \w+/, "audit"));
  const decide = interpreter(resolved);
  return (one) => decide(one).matched.length > 0;
}

describe("assertions", () => {
  it("one that holds survives every random access, one that fails has a witness that it covers", () => {
    let [held, failed] = [0, 0];
    fc.assert(fc.property(policy(), assertion(), fc.array(access(), { minLength: 100, maxLength: 100 }), (text, asserted, accesses) => {
      const { resolved, ir } = accepted(`${text}\n${asserted}`);
      const decide = interpreter(resolved);
      const isCovered = covers(asserted);
      const [claimed] = resolved.asserts;
      if (claimed === undefined) throw new Error("no assertion");
      const proofs = lowerAsserts(resolved).map(({ assertion, ...group }) => prove(ir, { effect: assertion.effect, ...group }));
      const failures = proofs.flatMap((proof) => (proof.kind === "fails" ? [proof] : []));
      for (const { operation, witness, verdict } of failures) {
        const one = attemptOf(operation, witness);
        if (one === null) throw new Error(`${operation} of ${witness.kind}`);
        expect(isCovered(one)).toBe(true);
        expect(decide(one).effect).toBe(verdict.effect);
        expect(satisfies(claimed.effect, verdict.effect)).toBe(false);
      }
      expect(proofs.filter(({ kind }) => kind === "too-complex")).toEqual([]);
      if (failures.length > 0) failed++;
      else {
        held++;
        for (const one of accesses.filter(isCovered)) expect(satisfies(claimed.effect, decide(one).effect)).toBe(true);
      }
    }), { numRuns: 300 });
    expect(held).toBeGreaterThan(10);
    expect(failed).toBeGreaterThan(10);
  });

  it.each<[string, string, string]>([
    ["", 'deny read "~/.ssh/*"', 'no rule decides it, and the built-in default of `read` is `allow`; write `default deny read`, or the rule `deny read "~/.ssh/*"`'],
    ["", 'kill modify "/a",\n  "/b"', 'no rule decides it, and the built-in default of `write` is `allow`; write `default kill write`, or the rule `kill modify "/a", "/b"`'],
    ["", "allow privilege mount", "no rule decides it, and the built-in default of `privilege mount` is `deny`; write the rule `allow privilege mount`"],
    ["", "deny privilege io-uring", "no rule decides it, and the built-in default of `privilege io-uring` is `allow`; write the rule `deny privilege io-uring`"],
    ["default allow read", 'deny read "/x"', 'as a rule it holds: `deny read "/x"`'],
    ['allow read "/x"', 'deny read "/x"', 'as a rule it holds: `deny read "/x"`'],
  ])("%s: assert %s: what would mend it", (rest, asserted, help) => {
    const text = `assert ${asserted}\n${rest}\n`;
    const proved = proveAsserts(accepted(text));
    expect(proved.diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.help])).toEqual([["false-assertion", help]]);
    const rule = /`([^`]*)`$/.exec(help)?.[1] ?? "";
    expect(proveAsserts(accepted(`${text}${rule}\n`)).diagnostics).toEqual([]);
  });

  it.each<[string, string, string | null]>([
    ["deny read \"/a/**\"", "deny read \"/a/b\"", null],
    ["deny read \"/a/**\"", "deny read \"/**\"", "read / comes to allow"],
    ["deny read \"/a/**\" except \"/a/*.txt\"", "deny read \"/a/**\"", "read /a/.txt comes to allow"],
    ["deny read \"/a/*.b\", \"/a/*.c\"", "deny read \"/a/*.{b,c}\"", null],
    ["kill read \"/a\"", "deny read \"/a\"", null],
    ["deny read \"/a\"", "kill read \"/a\"", "read /a comes to deny"],
    ["audit read \"/a\"", "allow read \"/a\"", "read /a comes to audit"],
    ["deny read \"/a\"", "audit read \"/a\"", null],
    ["default deny connect", "deny connect any", null],
    ["default deny connect\nallow connect loopback port 80", "deny connect any", "connect 0.0.0.0 port 80 tcp comes to allow"],
    ["deny connect \"10.0.0.0/9\", \"10.128.0.0/9\"", "deny connect \"10.0.0.0/8\"", null],
    ["deny exec \"/a\"", "deny load \"/a\"", null],
    ["deny load \"/a\"", "deny exec \"/a\"", "exec /a comes to allow"],
    ["deny exec anonymous", "deny exec, load anonymous", null],
    ["deny read, write \"/a\"", "deny access \"/a\"", "create /a comes to allow"],
  ])("%s: %s", (text, asserted, refutation) => {
    const { resolved, ir } = accepted(`${text}\nassert ${asserted}`);
    const found = proveAsserts({ resolved, ir }).diagnostics.map(({ message }) => message.replaceAll("`", ""));
    expect(found).toEqual(refutation === null ? [] : [expect.stringMatching(new RegExp(`^${refutation.replaceAll(".", "\\.")}, not`))]);
  });
});
