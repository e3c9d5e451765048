/**
 * Interpreter, simulator and kernel give one answer, and so does the kernel's matcher compiled for the host. POLICIES
 * and QUERIES (a policy) say how much to try, SEED repeats a run. The kernel part needs root and `make`:
 * `POLICIES=10000 QUERIES=100 npx vitest run test/differential/agree.test.ts`.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { buildImage } from "../../src/compiler/image/build.js";
import { decodeImage } from "../../src/compiler/image/decode.js";
import type { ResolvedPolicy } from "../../src/compiler/resolved.js";
import { accepted } from "../compiler/front-end.js";
import { type Asked, describe as say, firstDisagreement, simulator } from "./answers.js";
import { askHarness, askPrograms } from "./kernel.js";
import type { Case } from "./kernel.js";
import type { Query } from "../../src/simulator/query.js";
import { programsOf } from "../../src/simulator/simulate.js";
import { conditionalPolicy, memoryPolicy, policy, textOf } from "./policies.js";
import type { PolicyModel } from "./policies.js";
import { askedNear, queriesNear } from "./queries.js";
import { SEED } from "../support/seed.js";

const POLICIES = Number(process.env["POLICIES"] ?? 300);
const QUERIES = Number(process.env["QUERIES"] ?? 100);
/** Policies that one process of the harness is asked about. */
const BATCH = 64;

it("interpreter and simulator agree on every query", { timeout: 60_000 + POLICIES * 100 }, () => {
  let asked = 0;
  fc.assert(fc.property(policy, fc.nat(), (model, seed) => {
    const { resolved, ir } = accepted(textOf(model));
    const built = buildImage(ir);
    if (!built.ok) throw new Error(`a bound is exceeded: ${textOf(model)}`);
    const queries = queriesNear(ir, seed, QUERIES);
    asked += queries.length;
    const differing = firstDisagreement(resolved, ir.rules.map((rule) => rule.id), queries, simulator(built.value, queries));
    if (differing !== null) throw new Error(`${textOf(model)}\n${say(differing)}`);
  }), { numRuns: POLICIES, seed: SEED });
  expect(asked).toBeGreaterThanOrEqual(POLICIES * QUERIES);
});

it("interpreter and simulator agree on who acts", { timeout: 60_000 + POLICIES * 100 }, () => {
  let conditions = 0;
  fc.assert(fc.property(conditionalPolicy, fc.nat(), (model, seed) => {
    const { resolved, ir } = accepted(textOf(model));
    const built = buildImage(ir);
    if (!built.ok) throw new Error(`a bound is exceeded: ${textOf(model)}`);
    conditions += ir.rules.filter(({ when }) => when !== null).length;
    const queries = askedNear(ir, seed, QUERIES);
    const differing = firstDisagreement(resolved, ir.rules.map((rule) => rule.id), queries, simulator(built.value, queries));
    if (differing !== null) throw new Error(`${textOf(model)}\n${say(differing)}`);
  }), { numRuns: POLICIES, seed: SEED });
  expect(conditions).toBeGreaterThan(POLICIES);
});

/** A generated policy, its image, and what to ask of it. */
function sample(model: PolicyModel, seed: number, near = queriesNear): Sample {
  const { resolved, ir } = accepted(textOf(model));
  const built = buildImage(ir);
  if (!built.ok) throw new Error(`a bound is exceeded: ${textOf(model)}`);
  return { text: textOf(model), resolved, ids: ir.rules.map((rule) => rule.id), image: built.value, queries: near(ir, seed, QUERIES) };
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

it.each([
  ["every query", policy, queriesNear], ["who acts", conditionalPolicy, askedNear], ["with which arguments", memoryPolicy, askedNear],
] as const)("interpreter, simulator, kernel and host matcher agree on %s", { timeout: 60_000 + POLICIES * 200 }, (_, policies, near) => {
  console.log(`seed ${SEED}`);
  let asked = 0;
  for (let from = 0; from < POLICIES; from += BATCH) {
    const models = fc.sample(policies, { numRuns: Math.min(BATCH, POLICIES - from), seed: SEED + from });
    const samples = models.map((model, i) => sample(model, SEED + from + i, near));
    const kernel = askHarness("query", samples);
    const host = askHarness("host", samples.map((one) => ({ ...one, queries: one.queries.filter(isName) })));
    for (const [i, one] of samples.entries()) {
      expectAgreement(one, one.queries, simulator(one.image, one.queries));
      expectAgreement(one, one.queries, kernel[i] ?? []);
      expectAgreement(one, one.queries.filter(isName), host[i] ?? []);
      asked += one.queries.length;
    }
    expectPrograms(samples);
  }
  expect(asked).toBeGreaterThanOrEqual(POLICIES * QUERIES);
});

/** In which lists of programs a path is. */
function expectPrograms(samples: readonly Sample[]): void {
  const paths = samples.map((one) => ({ ...one, queries: one.queries.filter(({ kind }) => kind === "path") }));
  const [kernel, host] = [askPrograms("query", paths), askPrograms("host", paths)];
  for (const [i, { image, queries, text }] of paths.entries()) {
    const decoded = decodeImage(image);
    if (!decoded.ok) throw new Error(decoded.reason);
    const bits = queries.map((query) => (query.kind === "path" ? programsOf(decoded.value, query.path) : 0n));
    expect([kernel[i], host[i]], text).toEqual([bits, bits]);
  }
}

/** What the automata decide; the host has no tries of the kernel's to ask. */
const isName = (query: Query): boolean => query.kind === "path" || query.kind === "abstract";

function expectAgreement(one: Sample, queries: readonly Asked[], words: readonly (readonly number[])[]): void {
  expect(words.length).toBe(queries.length);
  const differing = firstDisagreement(one.resolved, one.ids, queries, words);
  if (differing !== null) throw new Error(`${one.text}\n${say(differing)}`);
}
