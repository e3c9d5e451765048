/** In which circumstances `explain` says that an access is decided the other way, and the rule for them alone. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findTurns } from "../../src/cli/turns.js";
import { findWayOut, wayOutLines } from "../../src/cli/ways-out.js";
import type { Attempt } from "../../src/compiler/access.js";
import { refuses } from "../../src/compiler/ast.js";
import { AT_FIRST, decide, type Situation } from "../../src/interpreter/interpret.js";
import { condition, maybe, oneOf } from "../compiler/contextual-policies.js";
import { accepted } from "../compiler/front-end.js";
import { runs } from "../support/runs.js";

const PROGRAMS = ["/p", "/q", "/r", "/long/r"];
const WORDS = ["x", "y", "-n", "zz"];
const MARKS = ["m", "n"];

const access: fc.Arbitrary<Attempt> = fc.constantFrom<Attempt>(
  { kind: "path", op: "read", path: "/a" }, { kind: "path", op: "exec", path: "/a" }, { kind: "path", op: "load", path: "/p" },
  { kind: "privilege", op: "privilege", privilege: "ptrace" },
);
const some = (values: readonly string[], maxLength: number) => fc.array(fc.constantFrom(...values), { maxLength });
const situation: fc.Arbitrary<Situation> = fc.record({
  exe: some(PROGRAMS, 2), under: some(PROGRAMS, 2), args: some(WORDS, 3), marks: fc.subarray(MARKS).map((names) => new Set(names)),
}).map((who) => ({ ...AT_FIRST, ...who }));

/** With one thing of another situation. */
const oneChanged = (who: Situation, other: Situation): readonly Situation[] => [
  { ...who, exe: other.exe }, { ...who, under: other.under }, { ...who, args: other.args },
  ...MARKS.map((name) => ({ ...who, marks: new Set(MARKS.filter((mark) => (mark === name ? other : who).marks.has(mark))) })),
];

const tries = fc.array(fc.record({ asked: access, who: situation, other: situation }), { minLength: 10, maxLength: 10 });

/** Rules about few accesses, most of them with a condition. */
const what = fc.oneof(
  oneOf('read "/a"', 'read "/**"', "privilege ptrace", 'exec, load "/**"'),
  oneOf('"x"', 'only "x", "y"', '"?"', '"-*", "x" without "zz"').map((words) => `exec "/a", "/p" args ${words}`),
);
const rule = fc.tuple(oneOf("allow", "audit", "deny", "kill"), what, maybe(condition.map((one) => ` when ${one}`)))
  .map(([effect, covered, when]) => `${effect} ${covered}${when}`);
const policy = fc.tuple(fc.boolean(), fc.array(rule, { minLength: 1, maxLength: 4 })).map(([closed, rules]) => [
  'mark m on read "/m"', 'mark n on read "/n"', ...(closed ? ["default deny read, exec"] : []), ...new Set(rules),
].join("\n"));

describe("other circumstances", () => {
  it("turn the decision, each of them; and where one change turns it, some are named", () => {
    const seen = { turns: 0, needed: 0 };
    fc.assert(fc.property(policy, tries, (text, list) => {
      const { resolved } = accepted(text);
      for (const { asked, who, other } of list) {
        const turns = (next: Situation): boolean =>
          refuses(decide(resolved, asked, next).effect) !== refuses(decide(resolved, asked, who).effect);
        const found = findTurns(resolved, asked, who);
        for (const turn of found) expect([turn.text, turns(turn.situation)]).toEqual([turn.text, true]);
        seen.turns += found.length;
        // Every process runs something. A library may be mapped as the program that the process was started as: nobody asks for that.
        if (asked.op === "load" || !oneChanged(who, { ...other, exe: [...other.exe, "/r"].slice(0, 2) }).some(turns)) continue;
        seen.needed++;
        expect(found.length, `${text}\n${JSON.stringify(asked)}`).toBeGreaterThan(0);
      }
    }), runs(250));
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  }, 120_000);

  it("can have a rule of their own, which turns the decision there and for nobody else", () => {
    let seen = 0;
    fc.assert(fc.property(policy, access, situation, situation, (text, asked, who, other) => {
      const before = accepted(text).resolved;
      const decision = decide(before, asked, who);
      const rule = findWayOut(before, asked, decision, who)?.asAsked ?? null;
      if (rule === null) return;
      seen++;
      const after = accepted(`${text}\n${rule}`).resolved;
      expect(refuses(decide(after, asked, who).effect), `${text}\n${rule}`).toBe(!refuses(decision.effect));
      const isLike = [who.exe.every((path) => other.exe.includes(path)), who.under.every((path) => other.under.includes(path)),
        [...who.marks].every((mark) => other.marks.has(mark)),
        asked.op !== "exec" || who.args.length === 0 || other.args.join() === who.args.join()].every(Boolean);
      if (!isLike) expect(decide(after, asked, other).effect, `${text}\n${rule}`).toBe(decide(before, asked, other).effect);
    }), runs(300));
    expect(seen).toBeGreaterThan(100);
  }, 120_000);

  const POLICY = `mark secret on read "/secret"
mark tested on success "npm" args "test"
deny connect any when secret
deny read "/x" unless exe "/usr/bin/{git,hub}" and under "npm"
deny exec "/git" args "push", "--force*" unless tested
default deny write
allow write "/y" when tested
`;
  const { resolved } = accepted(POLICY, { home: "/root" });
  const linesFor = (asked: Attempt, who: Partial<Situation> = {}): readonly string[] =>
    wayOutLines(resolved, asked, decide(resolved, asked, { ...AT_FIRST, ...who }), { ...AT_FIRST, ...who });
  const connect: Attempt = { kind: "network", op: "connect", family: 4, address: [192, 0, 2, 1], port: 80, protocol: "tcp" };
  const exec: Attempt = { kind: "path", op: "exec", path: "/git" };

  it.each<[string, Attempt, Partial<Situation>, readonly string[]]>([
    ["a mark to clear", connect, { marks: new Set(["secret"]) }, ["the policy permits it", "  with the mark `secret` clear"]],
    ["a mark to set", connect, {}, ["the policy denies it", "  with the mark `secret` set"]],
    ["programs, as the policy has them", { kind: "path", op: "read", path: "/x" }, {},
      ["the policy permits it", '  run by "/usr/bin/{git,hub}", started under "npm"']],
    ["what is missing of two", { kind: "path", op: "read", path: "/x" }, { under: ["/bin/npm"] },
      ["the policy permits it", '  run by "/usr/bin/{git,hub}"']],
    ["arguments, and marks", exec, { args: ["push", "--force-with-lease"] },
      ["the policy permits it", "  with the mark `tested` set", "  without arguments"]],
    ["arguments that are denied", exec, {}, ["the policy denies it", '  with the arguments "push" "--force"']],
    ["a rule that would permit it", { kind: "path", op: "write", path: "/y" }, { exe: ["/vi"] },
      ["the policy permits it", "  with the mark `tested` set"]],
  ])("names %s", (_, asked, who, lines) => {
    expect(linesFor(asked, who).slice(0, lines.length)).toEqual(lines);
    expect(linesFor(asked, who)[lines.length]).toMatch(/^to (permit|deny) it/);
  });

  it("names some where there are very many", () => {
    const rules = Array.from({ length: 40 }, (_, i) => `allow read "/x" when exe "/p${i}"`);
    const many = accepted(["default deny read", ...rules].join("\n")).resolved;
    const asked: Attempt = { kind: "path", op: "read", path: "/x" };
    expect(wayOutLines(many, asked, decide(many, asked)).slice(0, 8)).toEqual([
      "the policy permits it", ...[0, 1, 2, 3, 4, 5].map((i) => `  run by "/p${i}"`), "  and in 34 more circumstances",
    ]);
  });

  it("says that a rule without conditions is for everybody, and has one that is not", () => {
    expect(linesFor({ kind: "path", op: "read", path: "/z" }, { exe: ["/root/vi"], under: ["/sh"], marks: new Set(["secret"]) })).toEqual([
      "to deny it in any case, add:", '    deny read "/z"',
      "to deny it as asked alone, add instead:", `    deny read "/z" when exe "~/vi" and under "/sh" and secret`,
    ]);
    expect(linesFor({ kind: "path", op: "exec", path: "/z" }, { args: ["a*", "b"] })).toEqual([
      "to deny it in any case, add:", '    deny exec "/z"', "  (which holds for load too)",
      "to deny it as asked alone, add instead:", '    deny exec "/z" args only "a\\\\*", "b"',
    ]);
  });
});
