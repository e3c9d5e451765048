/**
 * What the processes of a session do, one step after the other: interpreter, simulator and kernel, each with a memory of its
 * own, give one answer at each step. SEQUENCE_STEPS says how many to try in all, SEED repeats a run. Needs root and `make`:
 * `SEQUENCE_STEPS=1000000 npx vitest run test/differential/sequences.test.ts`.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Ir } from "../../src/compiler/ir.gen.js";
import { accepted } from "../compiler/front-end.js";
import { SEED } from "../support/seed.js";
import { type Game, interpreted, played, type Said, simulated } from "./players.js";
import { memoryPolicy } from "./policies.js";
import { type Change, imageOf, onEvents, type Sample, sampleOf } from "./samples.js";
import { type Move, sequenceNear } from "./sequences.js";

const STEPS = Number(process.env["SEQUENCE_STEPS"] ?? 20_000);
/** Of one policy. */
const MOVES = 200;
const POLICIES = Math.ceil(STEPS / MOVES);
/** Policies that one process of the harness plays. */
const BATCH = 64;

/** What the moves so far came to, for those who look for what has gone wrong. */
const story = (moves: readonly Move[]): string => moves.map(({ now, step }) => `${now} ms: ${JSON.stringify(step)}`).join("\n");
const saying = (said: Said | undefined): string => (said === undefined ? "nothing" : `"${said.told}", marks ${said.marks.toString(2)}`);

/** The first move of which they do not say the same. */
function differing(moves: readonly Move[], one: readonly Said[], other: readonly Said[]): string | null {
  const at = moves.findIndex((_, i) => one[i]?.told !== other[i]?.told || one[i]?.marks !== other[i]?.marks);
  return at === -1 ? null : `${story(moves.slice(0, at + 1))}\n${saying(one[at])}, or ${saying(other[at])}`;
}

/** How often what has a memory was seen to have one. */
class Seen {
  refused = 0;
  limited = 0;
  /** Marks of the process are others than when it was heard of last. */
  changed = 0;
  /** Its marks are others than those of the process before it. */
  apart = 0;

  add({ ir }: Sample, moves: readonly Move[], said: readonly Said[]): void {
    const limits = new Set(ir.limits.map(({ id }) => id));
    const known = new Map<number, bigint>();
    for (const [i, { step: { kind, process } }] of moves.entries()) {
      const { told, marks } = said[i] ?? { told: "", marks: 0n };
      this.refused += Number(/^(deny|kill) /.test(told));
      this.limited += Number(limits.has(told.split(" by ")[1] ?? ""));
      this.changed += Number(kind !== "exit" && marks !== (known.get(process) ?? 0n));
      this.apart += Number(i > 0 && kind !== "exit" && marks !== said[i - 1]?.marks);
      known.set(process, marks);
    }
  }
}

it("interpreter, simulator and kernel say the same of each step", { timeout: 120_000 + STEPS * 5 }, () => {
  const seen = new Seen();
  const began = Date.now();
  for (let from = 0; from < POLICIES; from += BATCH) {
    const models = fc.sample(memoryPolicy, { numRuns: Math.min(BATCH, POLICIES - from), seed: SEED + from });
    const samples = models.map((model, i) => sampleOf(model, SEED + from + i));
    const games = samples.map(({ bytes, ir, seed }) => ({ image: bytes, moves: sequenceNear(ir, seed, MOVES) }));
    const kernel = played(games);
    for (const [i, sample] of samples.entries()) {
      const moves = games[i]?.moves ?? [];
      const said = interpreted(sample.resolved, moves);
      expect(differing(moves, said, simulated(sample.image, moves)), `simulator, seed ${sample.seed}\n${sample.text}`).toBeNull();
      expect(differing(moves, said, kernel[i] ?? []), `kernel, seed ${sample.seed}\n${sample.text}`).toBeNull();
      seen.add(sample, moves, said);
    }
  }
  console.log(`seed ${SEED}: ${POLICIES * MOVES} steps of ${POLICIES} policies in ${Math.round((Date.now() - began) / 1000)} s: ${JSON.stringify(seen)}`);
  for (const often of Object.values(seen)) expect(often).toBeGreaterThan(POLICIES / 4);
});

// ---- where there is no room ---------------------------------------------------------------------------------------

const does = (op: "read" | "write", path: string): Move =>
  ({ now: 1, step: { kind: "act", process: 0, attempt: { kind: "path", op, path } }, query: { kind: "path", path: Buffer.from(path.slice(1)) } });

describe("what cannot be noted is not permitted", () => {
  const marks = `mark own on read "/a" per process\nmark carried on read "/b" tracks files\ndeny connect any when own or carried`;
  it.each([
    ["of a process", "processes", does("read", "/a")],
    ["of a file that is written", "files", does("write", "/c")],
  ] as const)("%s", { timeout: 60_000 }, (_, full, move) => {
    const { ir } = accepted(marks);
    const image = imageOf(ir);
    const moves = [does("read", "/b"), move];
    const [first, then] = played([{ image, moves, full }, { image, moves }]);
    expect(first?.map(({ told }) => told)).toEqual(["", "deny by default"]);
    expect(then?.map(({ told }) => told)).toEqual(["", ""]);
  });
});

// ---- planted mistakes ----------------------------------------------------------------------------------------------

/** Mutations are tried on so many policies at most. */
const TRIED = 400;

interface Mistake extends Change {
  /** What is played instead, where it is not the image that is wrong. */
  readonly move?: (move: Move) => Move;
}

const onMarks = (change: (mark: Ir["marks"][number]) => Ir["marks"][number]): Change => ({ ir: (ir) => ({ ...ir, marks: ir.marks.map(change) }) });
const onLimits = (change: (limit: Ir["limits"][number]) => Ir["limits"][number]): Change => ({ ir: (ir) => ({ ...ir, limits: ir.limits.map(change) }) });

const exiting = (status: number): Mistake => ({ move: (move) => (move.step.kind === "exit" ? { ...move, step: { ...move.step, status } } : move) });
const MISTAKES: readonly [string, Mistake][] = [
  ["a mark of each process taken for the session's", onMarks((mark) => ({ ...mark, perProcess: false }))],
  ["a mark of the session taken for each process's", onMarks((mark) => ({ ...mark, perProcess: true }))],
  ["marks that files do not carry", onMarks((mark) => ({ ...mark, tracksFiles: false }))],
  ["marks that every file carries", onMarks((mark) => ({ ...mark, tracksFiles: true }))],
  ["marks that nothing clears", onMarks((mark) => ({ ...mark, until: [] }))],
  ["success taken for a start", { ir: (ir) => onEvents(ir, (event) => ({ ...event, success: false })) }],
  ["failure taken for success", exiting(0)],
  ["success taken for failure", exiting(1)],
  ["one more than a limit", onLimits((limit) => ({ ...limit, count: limit.count + 1 }))],
  ["one less than a limit", onLimits((limit) => ({ ...limit, count: Math.max(1, limit.count - 1) }))],
  ["a window that ends too late", onLimits((limit) => ({ ...limit, perMilliseconds: limit.perMilliseconds + 1 }))],
  ["a window that ends too early", onLimits((limit) => ({ ...limit, perMilliseconds: limit.perMilliseconds - 1 }))],
  ["a clock that stands still", { move: (move) => ({ ...move, now: 1 }) }],
  ["arguments of a program that are not seen", { move: (move) => (move.step.kind === "exec" ? { ...move, step: { ...move.step, args: [] } } : move) }],
];

interface Caught {
  /** Policies tried until it was seen. */
  readonly after: number;
  readonly game: Game;
  readonly expected: readonly Said[];
}

function caughtOfSimulator([name, { move = (one: Move) => one, ...change }]: (typeof MISTAKES)[number]): Caught {
  for (let tried = 0; tried < TRIED; tried++) {
    const [model] = fc.sample(memoryPolicy, { numRuns: 1, seed: 20261 + tried });
    if (model === undefined) continue;
    const { resolved, ir, bytes, image, seed } = sampleOf(model, 20261 + tried, change);
    const moves = sequenceNear(ir, seed, MOVES);
    const [expected, mistaken] = [interpreted(resolved, moves), moves.map(move)];
    if (differing(moves, expected, simulated(image, mistaken)) !== null) return { after: tried + 1, game: { image: bytes, moves: mistaken }, expected };
  }
  throw new Error(`not caught: ${name}`);
}

describe("a mistake in what is remembered", () => {
  let caught: readonly Caught[] = [];
  let ofKernel: readonly (readonly Said[])[] = [];
  beforeAll(() => {
    caught = MISTAKES.map(caughtOfSimulator);
    ofKernel = played(caught.map(({ game }) => game));
  }, 120_000);

  it.each(MISTAKES.map(([name], i) => [name, i] as const))("%s is caught, of simulator and kernel", (_, i) => {
    const one = caught[i];
    console.log(`caught by policy ${one?.after}`);
    expect(differing(one?.game.moves ?? [], one?.expected ?? [], ofKernel[i] ?? [])).not.toBeNull();
  });
});
