/** A policy as questions are asked about it: its rules and limits alike, each with what it asks of who acts. */
import type { Effect, Ir, Operation, Privilege, Rule, Selector } from "../ir.gen.js";
import { allOf, type Atoms, type Guard } from "./guards.js";

export interface Ruling {
  readonly effect: Effect;
  readonly operations: readonly Operation[];
  readonly privileges: readonly Privilege[];
  readonly match: readonly Selector[];
  readonly except: readonly Selector[];
  /** Null where it always holds. */
  readonly guard: Guard | null;
  /** Whether it decides nothing: what matters is where it matches. */
  readonly watches: boolean;
}

export interface Rulebook {
  readonly ir: Ir;
  /** The policy among those that are looked at together. */
  readonly side: number;
  /** First the rules by their numbers, then the parts of limits, then what is only watched. */
  readonly rulings: readonly Ruling[];
  /** By ruling, from the first that is no rule: the number of its limit. */
  readonly limits: readonly number[];
  /** Numbers of the rulings that speak of privileges. */
  readonly onPrivileges: readonly number[];
}

export function rulebook(ir: Ir, side: number, atoms: Atoms): Rulebook {
  const limits = ir.limits.flatMap(({ parts }, limit) => parts.map(() => limit));
  return {
    ir, side, limits,
    rulings: [...ir.rules.map((rule) => fromRule(rule, side, atoms)), ...limitRulings(ir, side, atoms)],
    onPrivileges: ir.rules.flatMap(({ privileges }, number) => (privileges.length > 0 ? [number] : [])),
  };
}

function fromRule({ effect, operations, privileges, match, except, args, when }: Rule, side: number, atoms: Atoms): Ruling {
  const guards = [
    ...(when === null ? [] : [atoms.guardOf(when, side)]),
    ...(args === null ? [] : [atoms.guard({ kind: "args", args })]),
    ...(args === null || !operations.includes("load") ? [] : [atoms.guard({ kind: "own" })]),
  ];
  return { effect, operations, privileges, match, except, guard: allOf(guards), watches: false };
}

function limitRulings({ limits }: Ir, side: number, atoms: Atoms): readonly Ruling[] {
  return limits.flatMap(({ effect, parts, when }, limit) => {
    const spent = atoms.guard({ kind: "spent", side, limit });
    const guard = allOf([spent, ...(when === null ? [] : [atoms.guardOf(when, side)])]);
    return parts.map(({ operations, match }) =>
      ({ effect, operations, privileges: [], match, except: [], guard, watches: false }));
  });
}

/** With what is only watched after its rulings. */
export const watching = (book: Rulebook, watched: readonly Ruling[]): Rulebook =>
  ({ ...book, rulings: [...book.rulings, ...watched] });

/** Where it matches is watched, for these operations. */
export function watch(
  operations: readonly Operation[], match: readonly Selector[], except: readonly Selector[] = [],
): Ruling {
  return { effect: "audit", operations, privileges: [], match, except, guard: null, watches: true };
}
