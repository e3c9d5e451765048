/** What the processes of a session do, one step after the other, near a policy's own patterns: as in a game, all moves are known before. */
import type { Attempt } from "../../src/compiler/access.js";
import type { Ir, Operation, Selector } from "../../src/compiler/ir.gen.js";
import type { Step } from "../../src/interpreter/session.js";
import type { Query } from "../../src/simulator/query.js";
import { accessesOf } from "./answers.js";
import { argvNear, Dice, near, programNear } from "./queries.js";

export interface Move {
  /** In milliseconds, from 1; it never goes back. */
  readonly now: number;
  readonly step: Step;
  /** What is asked of an image; null where nothing is to be decided. */
  readonly query: Query | null;
}

/** At once, just before and just after the windows of limits end. */
const WAITS = [1, 50, 499, 500, 501, 999, 1000, 1001, 9999, 10_000, 10_001] as const;
/** Most is done at once. */
const AT_ONCE = 6;
/** Kernel and harness have room for more. */
const MOST_PROCESSES = 6;
/** How many of the places of live processes are told apart by `bpf/play.h`. */
const PLACES = 64;
/** What is done again and again. */
const DEEDS = 14;

interface Deed {
  readonly query: Query;
  readonly attempts: readonly Attempt[];
}

/** What a policy speaks of: operations and what they are done to. */
interface Spoken {
  readonly operations: readonly Operation[];
  readonly match: readonly Selector[];
}

const spokenOf = (ir: Ir): readonly Spoken[] => [
  ...ir.marks.flatMap(({ on, until }) => [...on, ...on, ...until]), ...ir.limits.flatMap(({ parts }) => [...parts, ...parts, ...parts]),
  // The sockets that are in every policy are many.
  ...ir.rules.filter(({ id }) => !id.startsWith("privilege ")),
];

function deedNear(spoken: readonly Spoken[], dice: Dice): Deed | null {
  const one = spoken[dice.roll(spoken.length)];
  const selector = one?.match[dice.roll(one.match.length)];
  if (one === undefined || selector === undefined) return null;
  const query = near(selector, dice);
  const attempts = accessesOf(query).filter(({ op }) => op !== "exec" && op !== "privilege");
  const meant = attempts.filter(({ op }) => one.operations.some((operation) => operation === op));
  return { query, attempts: dice.chance(5) || meant.length === 0 ? attempts : meant };
}

const pathQuery = (path: string): Query => ({ kind: "path", path: Buffer.from(path.slice(1), "latin1") });

/** Of what runs and what will, all is known. */
class Generator {
  private now = 1;
  private living = [0];
  private next = 1;
  private readonly deeds: readonly Deed[];
  private readonly programs: readonly string[];

  constructor(private readonly ir: Ir, private readonly dice: Dice) {
    const spoken = spokenOf(ir);
    this.deeds = Array.from({ length: DEEDS }, () => deedNear(spoken, dice)).filter((deed) => deed !== null);
    const executed = spoken.filter(({ operations }) => operations.includes("exec")).flatMap(({ match }) => match);
    this.programs = Array.from({ length: 6 }, () => {
      const selector = executed[dice.roll(executed.length)];
      const query = selector === undefined || dice.chance(2) ? null : near(selector, dice);
      return query?.kind === "path" ? `/${Buffer.from(query.path).toString("latin1")}` : programNear(ir, dice);
    });
  }

  move(): Move {
    if (this.dice.chance(AT_ONCE)) this.now += this.dice.pick(WAITS);
    const process = this.living[this.dice.roll(this.living.length)] ?? 0;
    const kind = this.dice.roll(12);
    if (kind === 0 && this.hasRoom()) return this.fork(process);
    if (kind === 1 && this.living.length > 1) return this.exit(process);
    return kind <= 4 ? this.exec(process) : this.act(process);
  }

  private hasRoom(): boolean {
    return this.living.length < MOST_PROCESSES && !this.living.some((process) => (this.next - process) % PLACES === 0);
  }

  private fork(process: number): Move {
    const child = this.next++;
    this.living = [...this.living, child];
    return { now: this.now, step: { kind: "fork", process, child }, query: null };
  }

  private exit(process: number): Move {
    this.living = this.living.filter((other) => other !== process);
    return { now: this.now, step: { kind: "exit", process, status: this.dice.chance(3) ? 1 : 0 }, query: null };
  }

  private exec(process: number): Move {
    const path = this.programs[this.dice.roll(this.programs.length)] ?? "/";
    return { now: this.now, step: { kind: "exec", process, path, args: argvNear(this.ir, this.dice) }, query: pathQuery(path) };
  }

  private act(process: number): Move {
    const { query, attempts } = this.deeds[this.dice.roll(this.deeds.length)] ?? { query: pathQuery("/a"), attempts: [] };
    const mapped = this.dice.chance(12) ? this.programs[this.dice.roll(this.programs.length)] : undefined;
    if (mapped !== undefined) return { now: this.now, step: { kind: "act", process, attempt: { kind: "path", op: "load", path: mapped } }, query: pathQuery(mapped) };
    const attempt = attempts[this.dice.roll(attempts.length)] ?? { kind: "path", op: "read", path: "/a" };
    return { now: this.now, step: { kind: "act", process, attempt }, query };
  }
}

export function sequenceNear(ir: Ir, seed: number, moves: number): readonly Move[] {
  const generator = new Generator(ir, new Dice(seed));
  return Array.from({ length: moves }, () => generator.move());
}
