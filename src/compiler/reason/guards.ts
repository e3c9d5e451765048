/** What a rule asks of who acts, and of what came before, as propositions that hold or do not. */
import { assertNever } from "../diagnostic.js";
import type { ArgsPattern, Condition, PathSelector } from "../ir.gen.js";

export type Atom =
  /** Of the policy with this number among those that are looked at together. */
  | { readonly kind: "mark"; readonly side: number; readonly mark: string }
  /** So many permitted operations have been that the limit takes effect. */
  | { readonly kind: "spent"; readonly side: number; readonly limit: number }
  | { readonly kind: "exe" | "under"; readonly programs: readonly PathSelector[] }
  | { readonly kind: "args"; readonly args: ArgsPattern }
  /** What is mapped is the program that the process runs. */
  | { readonly kind: "own" };

export type Guard =
  | { readonly kind: "atom"; readonly atom: number }
  | { readonly kind: "not"; readonly operand: Guard }
  | { readonly kind: "and" | "or"; readonly operands: readonly Guard[] };

/** Numbers of the atoms that hold. */
export type Truths = ReadonlySet<number>;

export const pick = (truths: Truths, isMeant: (atom: number) => boolean): Truths => new Set([...truths].filter(isMeant));

/** The same for the same atoms. */
export const keyOf = (truths: Truths): string => [...truths].sort((a, b) => a - b).join();

/** Atoms by number, each once. */
export class Atoms {
  readonly all: Atom[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(atom: Atom): number {
    const key = keyOfAtom(atom);
    const number = this.numbers.get(key) ?? this.all.push(atom) - 1;
    this.numbers.set(key, number);
    return number;
  }

  guard(atom: Atom): Guard {
    return { kind: "atom", atom: this.numberOf(atom) };
  }

  /** Of a condition of the policy with this number. */
  guardOf(condition: Condition, side: number): Guard {
    switch (condition.kind) {
      case "mark":
        return this.guard({ kind: "mark", side, mark: condition.mark });
      case "exe":
      case "under":
        return this.guard({ kind: condition.kind, programs: condition.programs });
      case "not":
        return { kind: "not", operand: this.guardOf(condition.operand, side) };
      case "and":
      case "or":
        return { kind: condition.kind, operands: condition.operands.map((operand) => this.guardOf(operand, side)) };
      default:
        return assertNever(condition);
    }
  }
}

/** How a program is called in the policy makes no difference. */
function keyOfAtom(atom: Atom): string {
  return JSON.stringify(atom.kind === "exe" || atom.kind === "under"
    ? [atom.kind, atom.programs.map(({ components }) => components)] : atom);
}

/** All of them; null where nothing is asked. */
export function allOf(guards: readonly Guard[]): Guard | null {
  const [first] = guards;
  if (first === undefined) return null;
  return guards.length === 1 ? first : { kind: "and", operands: guards };
}

export function holds(guard: Guard | null, truths: Truths): boolean {
  switch (guard?.kind) {
    case undefined:
      return true;
    case "atom":
      return truths.has(guard.atom);
    case "not":
      return !holds(guard.operand, truths);
    case "and":
      return guard.operands.every((operand) => holds(operand, truths));
    case "or":
      return guard.operands.some((operand) => holds(operand, truths));
  }
}

export function atomsOf(guard: Guard | null): readonly number[] {
  switch (guard?.kind) {
    case undefined:
      return [];
    case "atom":
      return [guard.atom];
    case "not":
      return atomsOf(guard.operand);
    case "and":
    case "or":
      return guard.operands.flatMap(atomsOf);
  }
}

/** A program that `exe` or `under` speaks of. */
export interface KnownProgram {
  readonly atom: number;
  readonly programs: readonly PathSelector[];
}

export function programsOf({ all }: Atoms, kind: "exe" | "under"): readonly KnownProgram[] {
  return all.flatMap((atom, number) => (atom.kind === kind ? [{ atom: number, programs: atom.programs }] : []));
}
