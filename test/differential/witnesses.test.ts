/**
 * What `diff` and `assert` say is what the interpreter, the simulator and the kernel decide; what they do not say, no random
 * access finds. POLICIES and QUERIES (a policy) say how much to try, SEED repeats a run. The kernel part needs root and
 * `make`: `POLICIES=5000 QUERIES=200 npx vitest run test/differential/witnesses.test.ts`.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Attempt, attemptOf } from "../../src/compiler/access.js";
import type { Effect } from "../../src/compiler/ast.js";
import { buildImage } from "../../src/compiler/image/build.js";
import { lowerAsserts } from "../../src/compiler/lower.js";
import { prove } from "../../src/compiler/reason/find-counterexample.js";
import { type Change, findDifferences } from "../../src/compiler/reason/find-differences.js";
import type { Verdict } from "../../src/compiler/reason/verdicts.js";
import { interpreter } from "../../src/interpreter/interpret.js";
import type { Query } from "../../src/simulator/query.js";
import { accepted } from "../compiler/front-end.js";
import { satisfies } from "../compiler/satisfies.js";
import { accessesOf, sayWord, simulator, wordOf } from "./answers.js";
import { askHarness } from "./kernel.js";
import { policy, type PolicyModel, textOf } from "./policies.js";
import { queriesNear } from "./queries.js";
import { SEED } from "../support/seed.js";

const POLICIES = Number(process.env["POLICIES"] ?? 150);
const QUERIES = Number(process.env["QUERIES"] ?? 100);
/** Pairs that one process of the harness is asked about. */
const BATCH = 64;

type Policy = ReturnType<typeof accepted>;

interface Sample {
  readonly model: PolicyModel;
  /** Rules more, and which of the first ones go. */
  readonly more: PolicyModel;
  readonly drop: readonly boolean[];
  readonly seed: number;
}
const sample: fc.Arbitrary<Sample> = fc.record({
  model: policy, more: policy, drop: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), seed: fc.nat(),
});

/** Each third one says the same in other words: each target has a rule of its own, the last one first. */
const isReworded = ({ seed }: Sample): boolean => seed % 3 === 0;

/** A policy and a change of it. */
function pairOf(one: Sample): readonly [Policy, Policy] {
  const { model, more, drop } = one;
  if (isReworded(one)) {
    const rules = model.rules.flatMap((rule) => rule.targets.map((target) => ({ ...rule, targets: [target] }))).reverse();
    return [accepted(textOf(model)), accepted(textOf({ ...model, rules }))];
  }
  const kept = model.rules.filter((_, i) => drop[i] !== true);
  return [accepted(textOf(model)), accepted(textOf({ defaults: model.defaults, rules: [...kept, ...more.rules.slice(0, 2)] }))];
}

const effectsOf = ({ resolved }: Policy) => {
  const decide = interpreter(resolved);
  return (access: Parameters<typeof decide>[0]): Effect => decide(access).effect;
};

/** What is claimed of one access under one policy. */
interface Claim {
  readonly policy: Policy;
  readonly operation: Change["operation"];
  readonly target: Change["witness"];
  readonly verdict: Verdict;
}

function claimOf(one: Policy, { operation, witness }: Pick<Change, "operation" | "witness">, verdict: Verdict): Claim {
  return { policy: one, operation, target: witness, verdict };
}

function queryOf(target: Change["witness"]): Query {
  switch (target.kind) {
    case "privilege": return target;
    case "path":
    case "unix-path": return { kind: "path", path: Buffer.from(target.path.slice(1), "latin1") };
    case "unix-abstract": return { kind: "abstract", name: Buffer.from(target.name, "latin1") };
    case "anonymous": return { kind: "anonymous" };
    case "unix-unnamed": return { kind: "unnamed" };
    case "network": return {
      kind: "address", address: Uint8Array.from(target.address), protocol: target.protocol, port: target.port,
    };
  }
}

const sayClaim = ({ policy: { ir }, verdict: { effect, rule } }: Claim): string =>
  `${effect} by ${rule === null ? "default" : ir.rules[rule]?.id ?? "?"}`;

function imageOf({ ir }: Policy): Uint8Array {
  const built = buildImage(ir);
  if (!built.ok) throw new Error("a bound is exceeded");
  return built.value;
}

/** All that differ, and all that assertions fail by, decided as they say by every implementation. */
function expectDecided(claims: readonly Claim[]): void {
  const cases = claims.map(({ policy: one, target }) => ({ image: imageOf(one), queries: [queryOf(target)] }));
  const kernel = askHarness("query", cases);
  for (const [i, claim] of claims.entries()) {
    const said = (words: readonly (readonly number[])[] | undefined): string =>
      sayWord(wordOf(words?.[0] ?? [], claim.operation), claim.policy.ir.rules.map(({ id }) => id));
    const access = attemptOf(claim.operation, claim.target);
    if (access === null) throw new Error(`${claim.operation} of ${claim.target.kind}`);
    const one = cases[i];
    if (one === undefined) throw new Error("a case is missing");
    expect([effectsOf(claim.policy)(access), said(simulator(one.image, one.queries)), said(kernel[i])])
      .toEqual([claim.verdict.effect, sayClaim(claim), sayClaim(claim)]);
  }
}

it("every witness of a difference is decided as it says, and no access differs that is not among them", { timeout: 60_000 + POLICIES * 500 }, () => {
  console.log(`seed ${SEED}`);
  let [witnesses, equivalent, asked] = [0, 0, 0];
  for (let from = 0; from < POLICIES; from += BATCH) {
    const claims: Claim[] = [];
    for (const one of fc.sample(sample, { numRuns: Math.min(BATCH, POLICIES - from), seed: SEED + from })) {
      const [old, new_] = pairOf(one);
      const changes = findDifferences(old.ir, new_.ir);
      if (changes === null) throw new Error(`too complex: ${textOf(one.model)}`);
      for (const change of changes) claims.push(claimOf(old, change, change.from), claimOf(new_, change, change.to));
      if (isReworded(one)) expect(changes).toEqual([]);
      if (changes.length === 0) equivalent++;
      const known = new Set(changes.map(({ operation, from: before, to }) => [operation, before.effect, to.effect].join(" ")));
      const [before, after] = [effectsOf(old), effectsOf(new_)];
      for (const query of [...queriesNear(old.ir, one.seed, QUERIES / 2), ...queriesNear(new_.ir, one.seed + 1, QUERIES / 2)]) {
        for (const access of accessesOf(query)) {
          asked++;
          if (before(access) !== after(access)) expect(known).toContain([access.op, before(access), after(access)].join(" "));
        }
      }
    }
    witnesses += claims.length;
    expectDecided(claims);
  }
  console.log(`${witnesses} witnesses; ${asked} accesses; ${equivalent} of ${POLICIES} pairs equivalent`);
  expect(witnesses).toBeGreaterThan(POLICIES);
  expect(asked).toBeGreaterThanOrEqual(POLICIES * QUERIES);
});

it("every assertion that holds survives, every one that fails has a witness", { timeout: 60_000 + POLICIES * 500 }, () => {
  let [held, failed, asked] = [0, 0, 0];
  for (let from = 0; from < POLICIES; from += BATCH) {
    const claims: Claim[] = [];
    for (const { model, more, seed } of fc.sample(sample, { numRuns: Math.min(BATCH, POLICIES - from), seed: SEED + from })) {
      // What a rule says is often so, what a rule of another policy says seldom.
      for (const { effect, operations, targets } of [model.rules[0], more.rules[0]].flatMap((rule) => rule ?? [])) {
        const words = `${operations.join(", ")} ${targets.join(", ")}`;
        const checked = accepted(`${textOf(model)}assert ${effect} ${words}\n`);
        // What is said of a privilege is said of its use alone, not of connecting.
        const about = interpreter(accepted(`audit ${words}\ndefault allow privilege\n`).resolved);
        const isAbout = (one: Attempt): boolean => about(one).rule !== null && about(one).privilege === null;
        const proofs = lowerAsserts(checked.resolved).map(({ assertion, ...group }) => prove(checked.ir, { effect: assertion.effect, ...group }));
        if (proofs.some(({ kind }) => kind === "too-complex")) throw new Error(`too complex: ${textOf(model)}`);
        const failures = proofs.flatMap((proof) => (proof.kind === "fails" ? [proof] : []));
        for (const failure of failures) {
          expect(satisfies(effect, failure.verdict.effect)).toBe(false);
          claims.push(claimOf(checked, failure, failure.verdict));
        }
        if (failures.length > 0) {
          failed++;
          continue;
        }
        held++;
        const decide = effectsOf(checked);
        for (const query of queriesNear(checked.ir, seed, QUERIES)) {
          for (const access of accessesOf(query).filter(isAbout)) {
            asked++;
            expect(satisfies(effect, decide(access))).toBe(true);
          }
        }
      }
    }
    expectDecided(claims);
  }
  console.log(`${held} held under ${asked} accesses that they cover, ${failed} failed`);
  expect(held).toBeGreaterThan(POLICIES / 10);
  expect(failed).toBeGreaterThan(POLICIES / 10);
});
