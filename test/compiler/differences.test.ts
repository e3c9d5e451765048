/** What two policies differ in is found whole, and nothing else. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FrontEnd } from "../../src/compiler/compile.js";
import type { Ir, Rule } from "../../src/compiler/ir.gen.js";
import { parsePathPattern } from "../../src/compiler/pattern/parse-pattern.js";
import { findDifferences, relationOf } from "../../src/compiler/reason/find-differences.js";
import type { Change } from "../../src/compiler/reason/find-differences.js";
import { type Access, attemptOf } from "../../src/compiler/access.js";
import { type Decision, interpreter } from "../../src/interpreter/interpret.js";
import { access } from "./accesses.js";
import { accepted } from "./front-end.js";
import { policyText } from "./generators.js";

const SPAN = { source: { path: "a.pol", text: "" }, start: 0, end: 0 };
const policy = () => policyText((pattern) => parsePathPattern(pattern, SPAN).ok);

function differences(old: Ir, new_: Ir): readonly Change[] {
  const changes = findDifferences(old, new_);
  if (changes === null) throw new Error("too many globs");
  return changes;
}

/** Reading a pipe is decided by nobody. */
const isDecided = ({ kind, op }: Access): boolean => kind !== "anonymous" || op === "exec" || op === "load";

/** Whether rules have the same numbers in the IR: none was split. */
const isPlain = ({ ir, resolved }: FrontEnd): boolean => ir.rules.length === resolved.rules.length;

type KeyOf = (operation: string, from: Decision, to: Decision) => string;

const effectsOf: KeyOf = (operation, from, to) => [operation, from.effect, to.effect].join(" ");

/** What tells changes apart: effects, and who says so: the first rule that its policy alone has, one of both, or the default. */
function keysOf(old: Ir, new_: Ir): KeyOf {
  const said = ({ effect, operations, match, except }: Rule): string => JSON.stringify([effect, operations, match, except]);
  const decider = ({ effect, rule, matched }: Decision, { rules }: Ir, otherPolicy: Ir): string => {
    if (rule === null) return "default";
    const others = new Set(otherPolicy.rules.map(said));
    const own = matched.find((number) => {
      const one = rules[number];
      return one?.effect === effect && !others.has(said(one));
    });
    return own === undefined ? "of both" : String(own);
  };
  return (operation, from, to) => [effectsOf(operation, from, to), decider(from, old, new_), decider(to, new_, old)].join(" ");
}

/** One policy and a change of it: lines dropped, added or put elsewhere. */
function twoPolicies(): fc.Arbitrary<readonly [string, string]> {
  return fc.tuple(policy(), policy(), fc.array(fc.boolean(), { minLength: 40, maxLength: 40 })).map(([base, more, keep]) => {
    const kept = base.split("\n").filter((_, i) => keep[i % keep.length]);
    const added = more.split("\n").filter((line) => !line.startsWith("default")).slice(0, 3);
    return [base, [...kept, ...added].join("\n")];
  });
}

describe("differences", () => {
  it("every access that random search finds decided otherwise is among them, and each of them is decided as it says", () => {
    fc.assert(fc.property(twoPolicies(), fc.array(access(), { minLength: 60, maxLength: 60 }), ([a, b], accesses) => {
      const [old, new_] = [accepted(a), accepted(b)];
      const changes = differences(old.ir, new_.ir);
      const [before, after] = [interpreter(old.resolved), interpreter(new_.resolved)];
      for (const { operation, witness, from, to } of changes) {
        const one = attemptOf(operation, witness);
        if (one === null) throw new Error(`${operation} of ${witness.kind}`);
        expect([before(one).effect, after(one).effect]).toEqual([from.effect, to.effect]);
        if (isPlain(old) && isPlain(new_)) expect([before(one).rule, after(one).rule]).toEqual([from.rule, to.rule]);
      }
      const keyOf = isPlain(old) && isPlain(new_) ? keysOf(old.ir, new_.ir) : effectsOf;
      const keys = new Set(changes.map(({ operation, witness }) => {
        const one = attemptOf(operation, witness);
        return one === null ? "" : keyOf(operation, before(one), after(one));
      }));
      for (const one of accesses.filter(isDecided)) {
        const [from, to] = [before(one), after(one)];
        if (from.effect !== to.effect) expect(keys).toContain(keyOf(one.op, from, to));
      }
    }), { numRuns: 300 });
  });

  it("a policy is equivalent to itself with its rules in another order", () => {
    fc.assert(fc.property(policy(), (text) => {
      const reversed = text.split("\n").reverse().join("\n");
      expect(relationOf(differences(accepted(text).ir, accepted(reversed).ir))).toBe("equivalent");
    }), { numRuns: 100 });
  });

  it.each<[string, string, string, string | null]>([
    ["allow read \"/a\"", "allow read \"/a\"", "equivalent", null],
    ["", "deny read \"/a/**\"", "narrower", "/a"],
    ["deny read \"/a/**\"", "deny read \"/a/b/**\"", "wider", "/a"],
    ["deny read \"/a/**\"", "deny read \"/a/*\", \"/a\"", "wider", "/a/a/a"],
    ["deny read \"/a\"", "deny read \"/b\"", "incomparable", "/a"],
    ["deny read \"*.pem\"", "deny read \"*.pem\" except \"/x/**\"", "wider", "/x/.pem"],
    ["deny read \"/**\"", "default deny read", "equivalent", null],
    ["deny read \"/**\"", "default deny read\nallow read \"/a/*x\"", "wider", "/a/x"],
    ["kill read \"/?\"", "deny read \"/?\"", "wider", "/a"],
    ["deny read \"/a\" except \"/?\"", "", "equivalent", null],
    ["deny read \"/{a,b}*c\"", "deny read \"/a*c\", \"/b*c\"", "equivalent", null],
    ["deny read \"/[!a]\"", "deny read \"/?\"", "narrower", "/a"],
    ["allow read \"/x/**\"", "default deny read\nallow read \"/x/**\"\nkill read \"/d/y\" except \"/*/y\"", "narrower", "/"],
    // Of the two names that lead on, one could be taken for what is said of the other.
    ["default audit read\nallow read \"/d/x/0 4 long\", \"/d/yy/abcd\"",
      "default audit read\nallow read \"/d/x/0 4 long\", \"/d/yy/abcd\"\naudit read \"/**\" except \"**/0 4 long\"", "narrower", "/d/yy/abcd"],
  ])("%j → %j: %s", (old, new_, relation, path) => {
    const changes = differences(accepted(old).ir, accepted(new_).ir);
    expect(relationOf(changes)).toBe(relation);
    const witnesses = changes.map(({ witness }) => (witness.kind === "path" ? witness.path : witness.kind));
    if (path !== null) expect(witnesses).toContain(path);
  });

  it.each<[string, string, string, readonly string[]]>([
    ["rules of both, by their effects", "deny read \"x\"", "allow read \"/a/**\"\naudit read \"/b/**\"",
      ["deny → allow /x", "deny → allow /a/x", "deny → audit /b/x"]],
    ["a rule of both where its except no longer matters", "deny read \"x\"", "audit read \"/b/**\" except \"/b/c/*\"",
      ["deny → allow /x", "deny → audit /b/x"]],
    ["globs of both that share names with one that changed", "deny read \"/d/*.key\"", "audit read \"/d/id*\"",
      ["deny → allow /d/.key", "deny → audit /d/id.key"]],
    ["one of the rules of both that say the same", "deny read \"x\"", "audit read \"/a/**\"\naudit read \"/b/**\"",
      ["deny → allow /x", "deny → audit /a/x"]],
  ])("tells apart %s", (_, changed, both, expected) => {
    const changes = differences(accepted(`${changed}\n${both}`).ir, accepted(both).ir);
    const shown = changes.map(({ from, to, witness }) =>
      `${from.effect} → ${to.effect} ${witness.kind === "path" ? witness.path : witness.kind}`);
    expect(shown).toEqual(expected);
  });
});
