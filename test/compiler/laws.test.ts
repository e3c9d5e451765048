/** What the language promises of every policy, shown by `diff`, which is exact. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refuses } from "../../src/compiler/ast.js";
import { format } from "../../src/compiler/format.js";
import { parsePathPattern } from "../../src/compiler/pattern/parse-pattern.js";
import { type Change, findDifferences, type Relation, relationOf } from "../../src/compiler/reason/find-differences.js";
import { policy as contextual, statement } from "./contextual-policies.js";
import { accepted } from "./front-end.js";
import { policyText } from "./generators.js";

const SPAN = { source: { path: "a.pol", text: "" }, start: 0, end: 0 };
const plain = policyText((pattern) => parsePathPattern(pattern, SPAN).ok);

function differences(old: string, new_: string): readonly Change[] {
  const changes = findDifferences(accepted(old).ir, accepted(new_).ir);
  if (changes === null) throw new Error("too complex");
  return changes;
}

const relation = (old: string, new_: string): Relation => relationOf(differences(old, new_));

/** Sorted by numbers drawn for each line. */
const inAnyOrder = (text: string, order: readonly number[]): string =>
  text.split("\n").map((line, i) => ({ line, rank: order[i % order.length] ?? 0 })).sort((a, b) => a.rank - b.rank)
    .map(({ line }) => line).join("\n");

const order = fc.array(fc.nat(), { minLength: 30, maxLength: 30 });
const refusal = fc.tuple(statement, fc.constantFrom("deny", "kill"))
  .filter(([line]) => /^(allow|audit|deny|kill) /.test(line)).map(([line, effect]) => line.replace(/^\w+/, effect));

describe.each([["of paths and addresses", plain], ["with a memory", contextual]])("policies %s", (_, policy) => {
  it("the order of statements never matters", () => {
    fc.assert(fc.property(policy, order, (text, ranks) => {
      expect(relation(text, inAnyOrder(text, ranks))).toBe("equivalent");
    }), { numRuns: 100 });
  });

  it("adding a deny or a kill never permits more", () => {
    let narrowed = 0;
    fc.assert(fc.property(policy, refusal, (text, added) => {
      // A rule may ask for marks that the policy does not have.
      const marks = /\bmark m\b/.test(text) ? "" : 'mark m on read "/m"\nmark n on read "/n"\n';
      const changes = differences(marks + text, `${marks}${text}\n${added}`);
      if (changes.length > 0) narrowed++;
      // What a default kills, a rule may merely deny.
      expect(changes.filter(({ from, to }) => refuses(from.effect) && !refuses(to.effect))).toEqual([]);
    }), { numRuns: 150 });
    expect(narrowed).toBeGreaterThan(20);
  });

  it("formatting keeps the meaning", () => {
    fc.assert(fc.property(policy, (text) => {
      const formatted = format({ path: "a.pol", text });
      if (!formatted.ok) throw new Error(text);
      expect(relation(text, formatted.value)).toBe("equivalent");
    }), { numRuns: 100 });
  });
});
