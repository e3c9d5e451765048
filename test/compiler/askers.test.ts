/** Many rules about one target, told apart by who acts: what is looked at once differs in nothing. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Attempt } from "../../src/compiler/access.js";
import { lowerAsserts } from "../../src/compiler/lower.js";
import { prove } from "../../src/compiler/reason/find-counterexample.js";
import { findDifferences } from "../../src/compiler/reason/find-differences.js";
import type { Person } from "../../src/compiler/reason/people.js";
import { AT_FIRST, interpreter, type Situation } from "../../src/interpreter/interpret.js";
import { accepted } from "./front-end.js";
import { satisfies } from "./satisfies.js";

const word = fc.constantFrom("a", "b", "c", "a*", "*b");
const clause = fc.record({
  words: fc.array(word, { minLength: 1, maxLength: 3 }), only: fc.boolean(), without: fc.option(fc.constantFrom("x", "c", "*"), { freq: 2 }),
}).map(({ words, only, without }) => `args ${only ? "only " : ""}${words.map((one) => `"${one}"`).join(", ")}`
  + (without === null || only ? "" : ` without "${without}"`));
const program = fc.constantFrom("/p", "/q", "/r").map((path) => `exe "${path}"`);
const single = fc.oneof({ weight: 3, arbitrary: program }, { weight: 1, arbitrary: fc.constantFrom('under "/p"', 'under "/q"') });
const condition = fc.oneof(
  { weight: 3, arbitrary: single }, { weight: 1, arbitrary: fc.tuple(single, single).map(([a, b]) => `${a} or ${b}`) },
  { weight: 1, arbitrary: fc.tuple(single, single).map(([a, b]) => `${a} and ${b}`) },
  { weight: 1, arbitrary: fc.tuple(single, single).map(([a, b]) => `${a} and not ${b}`) },
  { weight: 1, arbitrary: single.map((a) => `not ${a}`) },
);
const effect = fc.constantFrom("allow", "audit", "deny", "kill");
const ofWords = fc.tuple(effect, clause).map(([does, asks]) => `${does} exec "/git" ${asks}`);
const ofPrograms = fc.tuple(effect, condition).map(([does, asks]) => `${does} exec "/git" when ${asks}`);
const ofBoth = fc.tuple(effect, clause, condition).map(([does, asks, who]) => `${does} exec "/git" ${asks} when ${who}`);
const rule = fc.oneof(ofWords, ofPrograms, ofBoth);
const rules = (maxLength: number) => fc.array(rule, { maxLength }).map((lines) => lines.join("\n"));
const pair = fc.record({ byDefault: effect, both: rules(7), old: rules(2), new: rules(3) }).map(({ byDefault, both, ...own }) => ({
  old: accepted(`default ${byDefault} exec\n${both}\n${own.old}`), new: accepted(`default ${byDefault} exec\n${both}\n${own.new}`),
}));

const RUN: Attempt = { kind: "path", op: "exec", path: "/git" };
const WORDS = ["a", "b", "c", "x", "ab"];
const lists = [0, 1, 2].reduce<readonly (readonly string[])[]>((all) =>
  [[], ...all.flatMap((list) => WORDS.map((one) => [...list, one]))], [[]]);
const everybody = lists.flatMap((args) => [["/z"], ["/p"], ["/q"], ["/p", "/q"], ["/q", "/r"]].flatMap((exe) =>
  [[], ["/p"]].map((under): Situation => ({ ...AT_FIRST, exe, under, args }))));
const asSituation = ({ exe, under, args }: Person): Situation => ({ ...AT_FIRST, exe: exe.length === 0 ? ["/z"] : exe, under, args });

describe("many rules about one target", () => {
  it("differ for whom `diff` says, and for nobody else", () => {
    let told = 0;
    fc.assert(fc.property(pair, ({ old, new: new_ }) => {
      const [before, after] = [interpreter(old.resolved), interpreter(new_.resolved)];
      const changes = findDifferences(old.ir, new_.ir)?.filter(({ operation }) => operation === "exec");
      const claimed = new Set(changes?.map(({ from, to, context: { who } }) => {
        const decided = [before(RUN, asSituation(who)), after(RUN, asSituation(who))].map((decision) => decision.effect);
        expect(decided).toEqual([from.effect, to.effect]);
        return decided.join();
      }));
      for (const one of everybody) {
        const [was, is] = [before(RUN, one).effect, after(RUN, one).effect];
        if (was !== is) expect(claimed, JSON.stringify(one)).toContain([was, is].join());
      }
      told += claimed.size;
    }), { numRuns: Number(process.env["POLICIES"] ?? 150) });
    expect(told).toBeGreaterThan(100);
  });

  it("hold for everybody where an assertion is proved", () => {
    const seen = { holds: 0, fails: 0, "too-complex": 0 };
    fc.assert(fc.property(rules(8), effect, fc.option(condition), (text, claims, when) => {
      const { resolved, ir } = accepted(`${text}\nassert ${claims} exec "/git"${when === null ? "" : ` when ${when}`}`);
      const [proof] = lowerAsserts(resolved).map(({ assertion, ...group }) => prove(ir, { effect: assertion.effect, ...group }));
      seen[proof?.kind ?? "holds"]++;
      const decide = interpreter(resolved);
      if (proof?.kind === "fails") expect(satisfies(claims, decide(RUN, asSituation(proof.context.who)).effect)).toBe(false);
      // Whether the claim is about somebody, a rule of the same condition tells.
      const isMeant = when === null ? null : interpreter(accepted(`default allow exec\nkill exec "/git" when ${when}`).resolved);
      if (proof?.kind === "holds") {
        for (const one of everybody) {
          if (isMeant?.(RUN, one).effect !== "allow") expect(satisfies(claims, decide(RUN, one).effect), JSON.stringify(one)).toBe(true);
        }
      }
    }), { numRuns: Number(process.env["POLICIES"] ?? 150) });
    expect(Math.min(seen.holds, seen.fails)).toBeGreaterThan(5);
  });
});
