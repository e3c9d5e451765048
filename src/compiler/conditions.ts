/**
 * Numbers for the marks, the lists of programs and the conditions of a policy; each condition as alternatives of bits, the
 * form in which the kernel decides whether it holds.
 */
import { POLICY_MAX_TERMS } from "./image/abi.gen.js";
import type { Budget, Culprit } from "./automaton/bounds.js";
import { assertNever } from "./diagnostic.js";
import type { Condition, Ir, PathSelector, ProgramCondition, Rule } from "./ir.gen.js";

/** Bits by number, as `struct policy_circumstances`. */
export interface Circumstances {
  readonly marks: bigint;
  readonly exe: bigint;
  readonly under: bigint;
}

/** Holds where all of `with` are set and none of `without`. */
export interface Term {
  readonly with: Circumstances;
  readonly without: Circumstances;
}

/** Programs that a condition names, and a rule that does. */
export interface ProgramList {
  readonly programs: readonly PathSelector[];
  readonly rule: number;
}

const NOBODY: Circumstances = { marks: 0n, exe: 0n, under: 0n };
const ANYONE: Term = { with: NOBODY, without: NOBODY };

/** When a rule counts: always, never, or where the condition of that number holds. */
export type Applies = "always" | "never" | number;

export class ConditionTable {
  readonly programs: ProgramList[] = [];
  /** By number of the condition; none of them is empty. */
  readonly terms: (readonly Term[])[] = [];
  private readonly marks: ReadonlyMap<string, number>;
  private readonly programNumbers = new Map<string, number>();
  private readonly conditionNumbers = new Map<string, Applies>();
  private readonly byRule: readonly Applies[];

  constructor(ir: Ir, private readonly budget: Budget) {
    this.marks = new Map(ir.marks.map(({ name }, number) => [name, number]));
    budget.spend("marks", ir.marks.length, () => []);
    this.byRule = ir.rules.map((rule, number) => this.ofRule(rule, number));
  }

  applies(rule: number): Applies {
    return this.byRule[rule] ?? "always";
  }

  private ofRule({ when }: Rule, rule: number): Applies {
    if (when === null || this.budget.exceeded !== null) return "always";
    const terms = this.termsOf(when, false, rule);
    const key = JSON.stringify(terms.map(keyOf).sort());
    const known = this.conditionNumbers.get(key);
    if (known !== undefined) return known;
    const applies = this.number(terms, rule);
    this.conditionNumbers.set(key, applies);
    return applies;
  }

  private number(terms: readonly Term[], rule: number): Applies {
    if (terms.length === 0) return "never";
    if (terms.some((term) => isWithin(ANYONE, term))) return "always";
    const blame = (): readonly Culprit[] => [{ rule, text: null }];
    this.budget.spend("conditions", 1, blame);
    this.budget.spend("terms", terms.length, blame);
    return this.terms.push(terms) - 1;
  }

  /** Alternatives of which one at least holds where the condition does, or does not. */
  private termsOf(condition: Condition, negated: boolean, rule: number): readonly Term[] {
    switch (condition.kind) {
      case "mark":
        return [literal({ ...NOBODY, marks: bit(this.marks.get(condition.mark) ?? 0) }, negated)];
      case "exe":
      case "under":
        return [literal({ ...NOBODY, [condition.kind]: bit(this.programNumber(condition, rule)) }, negated)];
      case "not":
        return this.termsOf(condition.operand, !negated, rule);
      case "and":
      case "or": {
        const operands = condition.operands.map((operand) => this.termsOf(operand, negated, rule));
        const alternatives = (condition.kind === "or") !== negated ? operands.flat() : this.product(operands, rule);
        return shortest(alternatives);
      }
      default:
        return assertNever(condition);
    }
  }

  private product(operands: readonly (readonly Term[])[], rule: number): readonly Term[] {
    return operands.reduce<readonly Term[]>((all, terms) => {
      const joined = shortest(all.flatMap((one) => terms.map((other) => both(one, other))));
      if (joined.length > POLICY_MAX_TERMS) this.budget.spend("terms", joined.length, () => [{ rule, text: null }]);
      return joined.slice(0, POLICY_MAX_TERMS);
    }, [ANYONE]);
  }

  private programNumber({ programs }: ProgramCondition, rule: number): number {
    const key = JSON.stringify(programs.map(({ components }) => components));
    const known = this.programNumbers.get(key);
    if (known !== undefined) return known;
    this.budget.spend("programs", 1, () => [{ rule, text: null }]);
    const number = this.programs.push({ programs, rule }) - 1;
    this.programNumbers.set(key, number);
    return number;
  }
}

const bit = (number: number): bigint => 1n << BigInt(number);

const literal = (bits: Circumstances, negated: boolean): Term =>
  negated ? { with: NOBODY, without: bits } : { with: bits, without: NOBODY };

const join = (a: Circumstances, b: Circumstances): Circumstances =>
  ({ marks: a.marks | b.marks, exe: a.exe | b.exe, under: a.under | b.under });

const both = (a: Term, b: Term): Term => ({ with: join(a.with, b.with), without: join(a.without, b.without) });

const covers = (a: Circumstances, b: Circumstances): boolean =>
  (b.marks & ~a.marks) === 0n && (b.exe & ~a.exe) === 0n && (b.under & ~a.under) === 0n;

/** Whether `outer` holds wherever `inner` does. */
const isWithin = (inner: Term, outer: Term): boolean => covers(inner.with, outer.with) && covers(inner.without, outer.without);

const contradicts = ({ with: set, without: clear }: Term): boolean =>
  (set.marks & clear.marks) !== 0n || (set.exe & clear.exe) !== 0n || (set.under & clear.under) !== 0n;

const keyOf = ({ with: set, without: clear }: Term): string =>
  [set, clear].flatMap(({ marks, exe, under }) => [marks, exe, under]).join();

/** Without those that cannot hold, and those that another one makes needless. */
function shortest(terms: readonly Term[]): readonly Term[] {
  const once = [...new Map(terms.filter((term) => !contradicts(term)).map((term) => [keyOf(term), term])).values()];
  return once.filter((term) => !once.some((other) => other !== term && isWithin(term, other)));
}
