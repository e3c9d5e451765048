/**
 * What single accesses leave behind, what arguments answer to, and what is said where not all is known of who acts: one answer
 * of interpreter, simulator, kernel and host. POLICIES and QUERIES (a policy) say how much to try, SEED repeats a run.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { POLICY_DENY, POLICY_EFFECT_SHIFT, POLICY_FACT_PROGRAMS } from "../../src/compiler/image/abi.gen.js";
import { type Circumstances as Bits, NOBODY } from "../../src/compiler/conditions.js";
import type { Image } from "../../src/compiler/image/decode.js";
import type { ArgsPattern, Ir } from "../../src/compiler/ir.gen.js";
import { NO_CIRCUMSTANCES } from "../../src/compiler/access.js";
import { OPERATION_ORDER } from "../../src/compiler/verdict.js";
import { argumentsAnswer } from "../../src/simulator/arguments.js";
import { knownToBe } from "../../src/simulator/circumstances.js";
import { simulate, simulateFacts } from "../../src/simulator/simulate.js";
import { SEED } from "../support/seed.js";
import { accessesOf, type Asked, factsOfAccess, saysAll, whoAsks } from "./answers.js";
import { askAll, askArguments } from "./kernel.js";
import { memoryPolicy } from "./policies.js";
import { argvNear, askedNear, Dice, doubtedNear } from "./queries.js";
import { type Change, onEvents, type Sample, sampleOf } from "./samples.js";

const POLICIES = Number(process.env["POLICIES"] ?? 120);
const QUERIES = Number(process.env["QUERIES"] ?? 60);
/** Policies that one process of the harness is asked about. */
const BATCH = 64;
const TIMEOUT = 60_000 + POLICIES * 300;

/** All samples, some at a time. */
function forBatches(say: (samples: readonly Sample[]) => void): void {
  for (let from = 0; from < POLICIES; from += BATCH) {
    const models = fc.sample(memoryPolicy, { numRuns: Math.min(BATCH, POLICIES - from), seed: SEED + from });
    say(models.map((model, i) => sampleOf(model, SEED + from + i)));
  }
}

/** Mutations are tried on so many policies at most. */
const TRIED = 400;

function caughtAfter(change: Change, shows: (one: Sample) => boolean): number | null {
  for (let tried = 0; tried < TRIED; tried++) {
    const [model] = fc.sample(memoryPolicy, { numRuns: 1, seed: 20261 + tried });
    if (model !== undefined && shows(sampleOf(model, 20261 + tried, change))) return tried + 1;
  }
  return null;
}

describe("what arguments answer to", () => {
  it("simulator, kernel and host agree", { timeout: TIMEOUT }, () => {
    console.log(`seed ${SEED}`);
    let answered = 0;
    forBatches((samples) => {
      const cases = samples.map(({ bytes, ir, seed }) => {
        const dice = new Dice(seed);
        return { image: bytes, argvs: Array.from({ length: QUERIES }, () => argvNear(ir, dice)) };
      });
      const [kernel, host] = [askArguments("query", cases), askArguments("host", cases)];
      for (const [i, { image, text }] of samples.entries()) {
        const bits = cases[i]?.argvs.map((argv) => argumentsAnswer(image.sections, argv));
        expect([kernel[i], host[i]], text).toEqual([bits, bits]);
        answered += bits?.filter((one) => one !== 0n).length ?? 0;
      }
    });
    expect(answered).toBeGreaterThan(POLICIES);
  });
});

/** The first access of which the image says other facts than the interpreter. */
function differingFacts({ resolved, image, ir, seed }: Sample): string | null {
  const expected = factsOfAccess(resolved);
  for (const query of askedNear(ir, seed, QUERIES)) {
    const { bits, doubtful } = simulateFacts(image, query, whoAsks(image, query));
    if (doubtful !== 0) return "all is known, and something doubtful";
    for (const access of accessesOf(query).filter((one) => one.op !== "privilege" && saysAll(query, one))) {
      const op = OPERATION_ORDER.findIndex((operation) => operation === access.op);
      for (const [kind, wanted] of expected(access, query.who ?? NO_CIRCUMSTANCES)) {
        const said = bits[kind]?.[op];
        if (said !== wanted) return `${JSON.stringify({ ...query, who: { ...query.who, marks: [...query.who?.marks ?? []] } })} ${access.op}: fact ${kind} is ${String(said)}, not ${wanted}`;
      }
    }
  }
  return null;
}

/** In rules and events. */
const asked = (ir: Ir, change: (args: ArgsPattern) => ArgsPattern): Ir => {
  const changed = <One extends { readonly args: ArgsPattern | null }>(one: One): One => ({ ...one, args: one.args === null ? null : change(one.args) });
  return onEvents({ ...ir, rules: ir.rules.map(changed) }, changed);
};

describe("what an access leaves behind", () => {
  it("interpreter and simulator agree", { timeout: TIMEOUT }, () => {
    let facts = 0;
    forBatches((samples) => {
      for (const one of samples) {
        expect(differingFacts(one), one.text).toBeNull();
        facts += one.image.sections.cases.count;
      }
    });
    expect(facts).toBeGreaterThan(POLICIES);
  });

  it.each<[string, Change]>([
    ["an event that is not seen", { ir: (ir) => ({ ...ir, marks: ir.marks.map((mark) => ({ ...mark, until: [] })) }) }],
    ["an event's except ignored", { ir: (ir) => onEvents(ir, (event) => ({ ...event, except: [] })) }],
    ["an event by whichever program", { ir: (ir) => onEvents(ir, (event) => ({ ...event, unlessExe: [] })) }],
    ["success taken for a start", { ir: (ir) => onEvents(ir, (event) => ({ ...event, success: false })) }],
    ["a limit that counts half of what it is to", { ir: (ir) => ({ ...ir, limits: ir.limits.map((one) => ({ ...one, parts: one.parts.slice(1) })) }) }],
    ["a limit that counts for everybody", { ir: (ir) => ({ ...ir, limits: ir.limits.map((one) => ({ ...one, when: null })) }) }],
    ["arguments ignored", { ir: (ir) => onEvents(ir, (event) => ({ ...event, args: null })) }],
    ["`only` ignored", { ir: (ir) => asked(ir, (args) => ({ ...args, only: false })) }],
    ["`without` ignored", { ir: (ir) => asked(ir, (args) => ({ ...args, without: [] })) }],
    ["words in another order", { ir: (ir) => asked(ir, (args) => ({ ...args, words: args.words.toReversed() })) }],
    ["facts of folders lost", { paths: (tables) => ({ ...tables, records: tables.records.map((record, i) => (i % 2 === 1 ? { ...record, facts: [] } : record)) }) }],
  ])("%s is caught", { timeout: 120_000 }, (_, change) => {
    const policies = caughtAfter(change, (one) => differingFacts(one) !== null);
    expect(policies).not.toBeNull();
    console.log(`caught by policy ${String(policies)}`);
  });
});

/** What all four say, of those that the host can be asked. */
const isName = (query: Asked): boolean => query.kind === "path" || query.kind === "abstract";

it.each([["who is known", askedNear], ["who is not known", doubtedNear]] as const)(
  "simulator, kernel and host say the same of what is left behind, and of %s", { timeout: TIMEOUT }, (_, near) => {
    let doubtful = 0;
    forBatches((samples) => {
      const cases = samples.map(({ bytes, ir, seed }) => ({ image: bytes, queries: near(ir, seed, QUERIES).filter(({ kind }) => kind !== "privilege") }));
      const named = cases.map((one) => ({ ...one, queries: one.queries.filter(isName) }));
      const [kernel, host] = [askAll("query", cases), askAll("host", named)];
      for (const [i, { image, text }] of samples.entries()) {
        for (const [answers, queries] of [[kernel[i], cases[i]?.queries], [host[i], named[i]?.queries]] as const) {
          for (const [k, query] of (queries ?? []).entries()) {
            const who = whoAsks(image, query);
            const facts = simulateFacts(image, query, who);
            const { words, doubtful: ops, facts: bits } = answers?.[k] ?? {};
            expect({ words, ops, bits }, text).toEqual({ words: simulate(image, query, who), ops: facts.doubtful, bits: facts.bits });
            doubtful += Number(facts.doubtful !== 0);
          }
        }
      }
    });
    if (near === doubtedNear) expect(doubtful).toBeGreaterThan(POLICIES);
    else expect(doubtful).toBe(0);
  });

// ---- the law of what is not known ----------------------------------------------------------------------------------

const permits = (word: number): boolean => word >>> POLICY_EFFECT_SHIFT < POLICY_DENY;
const KINDS = ["marks", "exe", "under", "args"] as const;

/** Somebody of whom all is known, and who may be the one of whom it is not. */
function completion(known: Bits, unknown: Bits, dice: Dice): Bits {
  const some = (): bigint => BigInt(dice.roll(2 ** 32)) << 32n | BigInt(dice.roll(2 ** 32));
  const random = dice.chance(4) ? KINDS.map(() => ~0n) : dice.chance(4) ? KINDS.map(() => 0n) : KINDS.map(some);
  return KINDS.reduce<Bits>((bits, kind, i) => ({ ...bits, [kind]: known[kind] | (unknown[kind] & (random[i] ?? 0n)) }), NOBODY);
}

interface Knowing {
  /** What is said where not all is known, by the image that is asked. */
  readonly words: (image: Image, query: Asked) => readonly number[];
  readonly facts: (image: Image, query: Asked) => ReturnType<typeof simulateFacts>;
}

const SIMULATED: Knowing = {
  words: (image, query) => simulate(image, query, whoAsks(image, query)),
  facts: (image, query) => simulateFacts(image, query, whoAsks(image, query)),
};

/** A case in which somebody who may be the one that is asked about is refused what is permitted, or leaves something else behind. */
function brokenLaw({ image, ir, seed }: Sample, { words, facts }: Knowing): string | null {
  const dice = new Dice(seed + 3);
  for (const query of doubtedNear(ir, seed, QUERIES)) {
    const { known, unknown } = whoAsks(image, query);
    const [said, left] = [words(image, query), facts(image, query)];
    for (let i = 0; i < 6; i++) {
      const who = knownToBe(completion(known, unknown, dice));
      const [then, leftThen] = [simulate(image, query, who), simulateFacts(image, query, who)];
      const op = said.findIndex((word, number) => permits(word) && !permits(then[number] ?? 0));
      if (op !== -1) return `${query.kind}: ${OPERATION_ORDER[op] ?? "?"} is permitted, and not where more is known`;
      const isOther = (kind: number, number: number): boolean => left.bits[kind]?.[number] !== leftThen.bits[kind]?.[number];
      const differs = OPERATION_ORDER.findIndex((_, number) => (left.doubtful >> number & 1) === 0
        && left.bits.some((_ofKind, kind) => kind !== POLICY_FACT_PROGRAMS && isOther(kind, number)));
      if (differs !== -1) return `${query.kind}: ${OPERATION_ORDER[differs] ?? "?"} is not doubtful, and leaves something else behind`;
    }
  }
  return null;
}

describe("where not all is known of who acts", () => {
  it("what is permitted is so whoever it is, and what is not doubtful is left behind by whomever", { timeout: TIMEOUT }, () => {
    forBatches((samples) => {
      for (const one of samples) expect(brokenLaw(one, SIMULATED), one.text).toBeNull();
    });
  });

  const asIfKnown = (query: Asked, image: Image) => knownToBe(whoAsks(image, query).known);
  it.each<[string, Knowing]>([
    ["what is not known taken for what is not so", { ...SIMULATED, words: (image, query) => simulate(image, query, asIfKnown(query, image)) }],
    ["doubts that are not noted", { ...SIMULATED, facts: (image, query) => simulateFacts(image, query, asIfKnown(query, image)) }],
  ])("%s breaks the law", (_, knowing) => {
    const policies = caughtAfter({}, (one) => brokenLaw(one, knowing) !== null);
    expect(policies).not.toBeNull();
  });
});
