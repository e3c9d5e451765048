/** What is remembered of a session, by an image's own bytes: bits of marks, moments of limits. */
import { NOBODY } from "../compiler/conditions.js";
import type { Circumstances } from "../compiler/conditions.js";
import {
  POLICY_DENY, POLICY_EFFECT_SHIFT, POLICY_FACT_CLEARS, POLICY_FACT_COUNTS, POLICY_FACT_SETS, POLICY_FACT_SUCCESS_CLEARS,
  POLICY_FACT_SUCCESS_SETS, POLICY_OP_EXEC, POLICY_OP_LOAD, POLICY_OP_READ, POLICY_OP_WRITE, STRUCTS,
} from "../compiler/image/abi.gen.js";
import type { Image } from "../compiler/image/decode.js";
import { argumentsAnswer } from "./arguments.js";
import { type Facts, knownToBe } from "./circumstances.js";
import type { Query } from "./query.js";
import { programsOf, simulate, simulateFacts } from "./simulate.js";

interface Process extends Circumstances {
  readonly starter: number | null;
  readonly program: string;
  readonly successSets: bigint;
  readonly successClears: bigint;
}

const FIRST: Process = { ...NOBODY, starter: null, program: "", successSets: 0n, successClears: 0n };

interface Limit {
  readonly nanoseconds: bigint;
  readonly count: number;
  readonly word: number;
  /** The latest last, no more than count. */
  readonly moments: bigint[];
}

/** What a process does: `path` is empty for what no path is. */
export interface Deed {
  readonly query: Query;
  readonly op: number;
  readonly path: string;
}

export class Memory {
  private session = 0n;
  private readonly processes = new Map<number, Process>([[0, FIRST]]);
  private readonly files = new Map<string, bigint>();
  private readonly limits: readonly Limit[];
  private readonly ofProcess: bigint;
  private readonly ofFiles: bigint;

  constructor(private readonly image: Image) {
    const { root, limits } = image.sections;
    const { process_marks, file_marks } = STRUCTS.policy_root.fields;
    const { nanoseconds, count, word } = STRUCTS.policy_limit.fields;
    this.ofProcess = root.u64(0, process_marks.offset);
    this.ofFiles = root.u64(0, file_marks.offset);
    this.limits = Array.from({ length: limits.count }, (_, i) => ({
      nanoseconds: limits.u64(i, nanoseconds.offset), count: limits.u32(i, count.offset), word: limits.u32(i, word.offset), moments: [],
    }));
  }

  marksOf(process: number): bigint {
    return this.session | (this.processes.get(process)?.marks ?? 0n);
  }

  fork(process: number, child: number): void {
    const own = this.process(process);
    this.processes.set(child, { ...own, under: own.under | own.exe, starter: process, successSets: 0n, successClears: 0n });
  }

  exit(process: number, status: number): void {
    const { starter, successSets, successClears } = this.process(process);
    this.processes.delete(process);
    if (status === 0) this.change(starter ?? process, successSets, successClears, 0n);
  }

  /** The word that decides. */
  exec(process: number, deed: Deed, args: readonly string[], now: bigint): number {
    const answered = argumentsAnswer(this.image.sections, args);
    const { word, facts } = this.decide(process, deed, answered, now);
    if (refuses(word)) return word;
    const own = this.process(process);
    this.processes.set(process, {
      ...own, exe: programsOf(this.image, Buffer.from(deed.path.slice(1), "latin1")), args: answered, program: deed.path,
      successSets: own.successSets | bitsOf(facts, POLICY_FACT_SUCCESS_SETS, deed.op),
      successClears: own.successClears | bitsOf(facts, POLICY_FACT_SUCCESS_CLEARS, deed.op),
    });
    return word;
  }

  act(process: number, deed: Deed, now: bigint): number {
    const { args, program } = this.process(process);
    const word = this.decide(process, deed, deed.op === POLICY_OP_LOAD && deed.path === program ? args : 0n, now).word;
    if (!refuses(word) && deed.op === POLICY_OP_WRITE && deed.path !== "") {
      this.files.set(deed.path, (this.files.get(deed.path) ?? 0n) | (this.marksOf(process) & this.ofFiles));
    }
    return word;
  }

  private process(number: number): Process {
    return this.processes.get(number) ?? FIRST;
  }

  private decide(process: number, { query, op, path }: Deed, args: bigint, now: bigint): { readonly word: number; readonly facts: Facts } {
    const who = knownToBe({ ...this.process(process), args, marks: this.marksOf(process) });
    const facts = simulateFacts(this.image, query, who);
    const counting = this.limits.filter((_, limit) => (bitsOf(facts, POLICY_FACT_COUNTS, op) >> BigInt(limit) & 1n) === 1n);
    const past = counting.filter((limit) => isPast(limit, now)).map(({ word }) => word);
    const said = simulate(this.image, query, who, past)[op] ?? 0;
    if (refuses(said)) return { word: said, facts };
    for (const { moments, count } of counting) {
      moments.push(now);
      if (moments.length > count) moments.shift();
    }
    const taken = [POLICY_OP_READ, POLICY_OP_LOAD, POLICY_OP_EXEC].includes(op) ? this.files.get(path) ?? 0n : 0n;
    this.change(process, bitsOf(facts, POLICY_FACT_SETS, op), bitsOf(facts, POLICY_FACT_CLEARS, op), taken);
    return { word: said, facts };
  }

  private change(process: number, sets: bigint, clears: bigint, taken: bigint): void {
    const held = ((this.marksOf(process) | sets) & ~clears) | taken;
    this.session = held & ~this.ofProcess;
    const known = this.processes.get(process);
    if (known !== undefined) this.processes.set(process, { ...known, marks: held & this.ofProcess });
  }
}

const refuses = (word: number): boolean => word >>> POLICY_EFFECT_SHIFT >= POLICY_DENY;

const bitsOf = (facts: Facts, kind: number, op: number): bigint => facts.bits[kind]?.[op] ?? 0n;

const isPast = ({ moments, count, nanoseconds }: Limit, now: bigint): boolean => {
  const oldest = moments.length < count ? undefined : moments[0];
  return oldest !== undefined && oldest + nanoseconds > now;
};
