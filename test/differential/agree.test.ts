/**
 * Interpreter and simulator give one answer. POLICIES and QUERIES (a policy) say how much to try, SEED repeats a run:
 * `POLICIES=10000 QUERIES=100 npx vitest run test/differential/agree.test.ts`.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { buildImage } from "../../src/compiler/image/build.js";
import { accepted } from "../compiler/front-end.js";
import { describe as say, firstDisagreement, simulator } from "./answers.js";
import { policy, textOf } from "./policies.js";
import { queriesNear } from "./queries.js";

const POLICIES = Number(process.env["POLICIES"] ?? 300);
const QUERIES = Number(process.env["QUERIES"] ?? 100);
const SEED = process.env["SEED"];

it("interpreter and simulator agree on every query", { timeout: 60_000 + POLICIES * 100 }, () => {
  let asked = 0;
  fc.assert(fc.property(policy, fc.nat(), (model, seed) => {
    const { resolved, ir } = accepted(textOf(model));
    const built = buildImage(ir);
    expect(built.ok).toBe(true);
    if (!built.ok) return;
    const queries = queriesNear(ir, seed, QUERIES);
    asked += queries.length;
    const differing = firstDisagreement(resolved, ir.rules.map((rule) => rule.id), queries, simulator(built.value, queries));
    if (differing !== null) throw new Error(`${textOf(model)}\n${say(differing)}`);
  }), { numRuns: POLICIES, ...(SEED === undefined ? {} : { seed: Number(SEED) }) });
  expect(asked).toBeGreaterThanOrEqual(POLICIES * QUERIES);
});
