/**
 * Numbers for the marks, the lists of programs, what is asked of arguments, and the conditions of a policy; each condition
 * as alternatives of bits, the form in which the kernel decides whether it holds.
 */
import { POLICY_MAX_TERMS } from "./image/abi.gen.js";
import { type Budget, type Culprit, limitStatement, markStatement } from "./automaton/bounds.js";
import { assertNever } from "./diagnostic.js";
import type { Args, ArgsPattern, Condition, Event, Ir, PathSelector, ProgramCondition } from "./ir.gen.js";

/** Bits by number, as `struct policy_circumstances`. */
export interface Circumstances {
  readonly marks: bigint;
  readonly exe: bigint;
  readonly under: bigint;
  readonly args: bigint;
}

/** Holds where all of `with` are set and none of `without`. */
export interface Term {
  readonly with: Circumstances;
  readonly without: Circumstances;
}

/** Programs that a condition names, and a statement that does. */
export interface ProgramList {
  readonly programs: readonly PathSelector[];
  readonly statement: number;
}

/** What is asked of arguments, and a statement that does. */
export interface AskedArgs {
  readonly asked: ArgsPattern;
  readonly statement: number;
}

/** Nobody in particular: no mark is set, no list of programs names what is run, no arguments were given. */
export const NOBODY: Circumstances = { marks: 0n, exe: 0n, under: 0n, args: 0n };
const ANYONE: Term = { with: NOBODY, without: NOBODY };

/** When a rule counts: always, never, or where the condition of that number holds. */
export type Applies = "always" | "never" | number;

export class ConditionTable {
  readonly programs: ProgramList[] = [];
  readonly arguments: AskedArgs[] = [];
  /** By number of the condition; none of them is empty. */
  readonly terms: (readonly Term[])[] = [];
  private readonly marks: ReadonlyMap<string, number>;
  private readonly programNumbers = new Map<string, number>();
  private readonly argumentNumbers = new Map<string, number>();
  private readonly conditionNumbers = new Map<string, Applies>();
  private readonly byRule: readonly Applies[];
  private readonly byLimit: readonly Applies[];
  private readonly byEvent: ReadonlyMap<Event, Applies>;

  constructor(ir: Ir, private readonly budget: Budget) {
    this.marks = new Map(ir.marks.map(({ name }, number) => [name, number]));
    for (const mark of ir.marks.keys()) budget.spend("marks", 1, () => [{ statement: markStatement(ir, mark), text: null }]);
    for (const limit of ir.limits.keys()) budget.spend("limits", 1, () => [{ statement: limitStatement(ir, limit), text: null }]);
    this.byRule = ir.rules.map(({ when, args }, number) => this.numberOf(when, args, number));
    this.byLimit = ir.limits.map(({ when }, limit) => this.numberOf(when, null, limitStatement(ir, limit)));
    this.byEvent = new Map(ir.marks.flatMap(({ on, until }, mark) => [...on, ...until].map((event) =>
      [event, this.numberOf(unlessRun(event.unlessExe), event.args, markStatement(ir, mark))])));
  }

  applies(rule: number): Applies {
    return this.byRule[rule] ?? "always";
  }

  limitApplies(limit: number): Applies {
    return this.byLimit[limit] ?? "always";
  }

  eventApplies(event: Event): Applies {
    return this.byEvent.get(event) ?? "always";
  }

  /** Conditions that depend on a mark, as bits. */
  byMarks(): bigint {
    return this.terms.reduce((bits, terms, number) =>
      (terms.some((term) => (term.with.marks | term.without.marks) !== 0n) ? bits | bit(number) : bits), 0n);
  }

  private numberOf(when: Condition | null, args: Args, statement: number): Applies {
    if ((when === null && args === null) || this.budget.exceeded !== null) return "always";
    const asked = args === null ? [ANYONE] : [literal({ ...NOBODY, args: bit(this.argumentNumber(args, statement)) }, false)];
    const terms = this.product([when === null ? [ANYONE] : this.termsOf(when, false, statement), asked], statement);
    const key = JSON.stringify(terms.map(keyOf).sort());
    const known = this.conditionNumbers.get(key);
    if (known !== undefined) return known;
    const applies = this.number(terms, statement);
    this.conditionNumbers.set(key, applies);
    return applies;
  }

  private number(terms: readonly Term[], statement: number): Applies {
    if (terms.length === 0) return "never";
    if (terms.some((term) => isWithin(ANYONE, term))) return "always";
    const blame = (): readonly Culprit[] => [{ statement, text: null }];
    this.budget.spend("conditions", 1, blame);
    this.budget.spend("terms", terms.length, blame);
    return this.terms.push(terms) - 1;
  }

  /** Alternatives of which one at least holds where the condition does, or does not. */
  private termsOf(condition: Condition, negated: boolean, statement: number): readonly Term[] {
    switch (condition.kind) {
      case "mark":
        return [literal({ ...NOBODY, marks: bit(this.marks.get(condition.mark) ?? 0) }, negated)];
      case "exe":
      case "under":
        return [literal({ ...NOBODY, [condition.kind]: bit(this.programNumber(condition, statement)) }, negated)];
      case "not":
        return this.termsOf(condition.operand, !negated, statement);
      case "and":
      case "or": {
        const operands = condition.operands.map((operand) => this.termsOf(operand, negated, statement));
        const alternatives = (condition.kind === "or") !== negated ? operands.flat() : this.product(operands, statement);
        return shortest(alternatives);
      }
      default:
        return assertNever(condition);
    }
  }

  private product(operands: readonly (readonly Term[])[], statement: number): readonly Term[] {
    return operands.reduce<readonly Term[]>((all, terms) => {
      const joined = shortest(all.flatMap((one) => terms.map((other) => both(one, other))));
      if (joined.length > POLICY_MAX_TERMS) this.budget.spend("terms", joined.length, () => [{ statement, text: null }]);
      return joined.slice(0, POLICY_MAX_TERMS);
    }, [ANYONE]);
  }

  private argumentNumber(args: ArgsPattern, statement: number): number {
    const key = JSON.stringify([args.only, args.words, args.without]);
    const known = this.argumentNumbers.get(key);
    if (known !== undefined) return known;
    this.budget.spend("arguments", 1, () => [{ statement, text: null }]);
    const number = this.arguments.push({ asked: args, statement }) - 1;
    this.argumentNumbers.set(key, number);
    return number;
  }

  private programNumber({ programs }: ProgramCondition, statement: number): number {
    const key = keyOfPrograms(programs);
    const known = this.programNumbers.get(key);
    if (known !== undefined) return known;
    this.budget.spend("programs", 1, () => [{ statement, text: null }]);
    const number = this.programs.push({ programs, statement }) - 1;
    this.programNumbers.set(key, number);
    return number;
  }
}

/** What a list of programs is known by. */
export const keyOfPrograms = (programs: readonly PathSelector[]): string => JSON.stringify(programs.map(({ components }) => components));

const unlessRun = (programs: readonly PathSelector[]): Condition | null =>
  (programs.length === 0 ? null : { kind: "not", operand: { kind: "exe", programs: [...programs] } });

const bit = (number: number): bigint => 1n << BigInt(number);

const KINDS = ["marks", "exe", "under", "args"] as const satisfies readonly (keyof Circumstances)[];

const literal = (bits: Circumstances, negated: boolean): Term =>
  negated ? { with: NOBODY, without: bits } : { with: bits, without: NOBODY };

const join = (a: Circumstances, b: Circumstances): Circumstances =>
  ({ marks: a.marks | b.marks, exe: a.exe | b.exe, under: a.under | b.under, args: a.args | b.args });

const both = (a: Term, b: Term): Term => ({ with: join(a.with, b.with), without: join(a.without, b.without) });

const covers = (a: Circumstances, b: Circumstances): boolean => KINDS.every((kind) => (b[kind] & ~a[kind]) === 0n);

/** Whether `outer` holds wherever `inner` does. */
const isWithin = (inner: Term, outer: Term): boolean => covers(inner.with, outer.with) && covers(inner.without, outer.without);

const contradicts = ({ with: set, without: clear }: Term): boolean =>
  KINDS.some((kind) => (set[kind] & clear[kind]) !== 0n);

const keyOf = ({ with: set, without: clear }: Term): string =>
  [set, clear].flatMap((bits) => KINDS.map((kind) => bits[kind])).join();

/** Without those that cannot hold, and those that another one makes needless. */
function shortest(terms: readonly Term[]): readonly Term[] {
  const once = [...new Map(terms.filter((term) => !contradicts(term)).map((term) => [keyOf(term), term])).values()];
  return once.filter((term) => !once.some((other) => other !== term && isWithin(term, other)));
}
