/**
 * Interpreter, simulator and kernel give one answer. POLICIES and QUERIES (a policy) say how much to try, SEED repeats
 * a run, KERNEL_POLICIES how many of the policies the kernel is asked about as well:
 * `POLICIES=10000 QUERIES=100 npx vitest run test/differential/agree.test.ts`.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { buildImage } from "../../src/compiler/image/build.js";
import type { ResolvedPolicy } from "../../src/compiler/resolved.js";
import { accepted } from "../compiler/front-end.js";
import { describe as say, firstDisagreement, simulator } from "./answers.js";
import { askKernel, canAskKernel } from "./kernel.js";
import type { Case } from "./kernel.js";
import { policy, textOf } from "./policies.js";
import type { PolicyModel } from "./policies.js";
import { queriesNear } from "./queries.js";

const POLICIES = Number(process.env["POLICIES"] ?? 300);
const QUERIES = Number(process.env["QUERIES"] ?? 100);
const KERNEL_POLICIES = Number(process.env["KERNEL_POLICIES"] ?? 20);
const SEED = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);
/** Policies that one process of the harness is asked about. */
const BATCH = 50;

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
  }), { numRuns: POLICIES, seed: SEED });
  expect(asked).toBeGreaterThanOrEqual(POLICIES * QUERIES);
});

/** A generated policy, its image, and what to ask of it. */
function sample(model: PolicyModel, seed: number): Sample {
  const { resolved, ir } = accepted(textOf(model));
  const built = buildImage(ir);
  if (!built.ok) throw new Error(`a bound is exceeded: ${textOf(model)}`);
  return { text: textOf(model), resolved, ids: ir.rules.map((rule) => rule.id), image: built.value, queries: queriesNear(ir, seed, QUERIES) };
}

interface Sample extends Case {
  readonly text: string;
  readonly resolved: ResolvedPolicy;
  readonly ids: readonly string[];
}

const NUMBERS = Array.from({ length: 80 }, (_, i) => i);

function rules(pattern: (i: number) => string): string {
  return NUMBERS.map((i) => `${["deny", "allow", "audit"][i % 3] ?? "kill"} read "${pattern(i)}"\n`).join("");
}

/** What random policies are too small for. */
it.each([
  ["siblings of a `*` that fall back to it", rules((i) => `/home/${i % 9}/a${i % 17}`) + rules((i) => `/home/*/a${i}`)],
  ["prefixes and suffixes in lanes of their own", rules((i) => `p${i}*`) + rules((i) => `*s${i}`) + rules((i) => `/a/p${i}s${i}`)],
  ["all four lanes", rules((i) => `p${i}*`) + rules((i) => `*s${i}`) + rules((i) => `/p${i}/b`) + `kill read "**/p1*/**/p2"\n`],
  ["floating names that follow one another", rules((i) => `**/n${i % 7}/n${i % 5}/n${i}`) + rules((i) => `**/n${i % 3}/n${i}/**`)],
])("interpreter and simulator agree: %s", (_, text) => {
  const { resolved, ir } = accepted(text);
  const built = buildImage(ir);
  if (!built.ok) throw new Error("a bound is exceeded");
  const queries = queriesNear(ir, SEED, 2000);
  const differing = firstDisagreement(resolved, ir.rules.map((rule) => rule.id), queries, simulator(built.value, queries));
  expect(differing === null ? null : `seed ${SEED}: ${say(differing)}`).toBeNull();
});

it.skipIf(!canAskKernel)("interpreter and kernel agree on every query", { timeout: 60_000 + KERNEL_POLICIES * 2000 }, () => {
  console.log(`seed ${SEED}`);
  const models = fc.sample(policy, { numRuns: KERNEL_POLICIES, seed: SEED });
  for (let from = 0; from < models.length; from += BATCH) {
    const samples = models.slice(from, from + BATCH).map((model, i) => sample(model, SEED + from + i));
    for (const [i, words] of askKernel(samples).entries()) {
      const asked = samples[i];
      if (asked === undefined) continue;
      const differing = firstDisagreement(asked.resolved, asked.ids, asked.queries, words);
      if (differing !== null) throw new Error(`${asked.text}\n${say(differing)}`);
    }
  }
});
