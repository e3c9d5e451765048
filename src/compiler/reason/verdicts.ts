/** What the rulings that match come to, for whoever acts. */
import { invariant } from "../diagnostic.js";
import type { Effect, Operation, Privilege } from "../ir.gen.js";
import { isAtLeast } from "../ast.js";
import { verdictWord } from "../verdict.js";
import { atomsOf, type Guard, holds, type Truths } from "./guards.js";
import type { Rulebook } from "./rulebook.js";

export interface Verdict {
  readonly effect: Effect;
  /** Number of the rule that decided; null for a limit or the default. */
  readonly rule: number | null;
  /** Number of the limit that decided. */
  readonly limit: number | null;
}

/** What may decide, from what comes first; the last one always holds. */
export type Ladder = readonly Rung[];

export interface Rung {
  readonly effect: Effect;
  /** Null for the default. */
  readonly ruling: number | null;
  readonly guard: Guard | null;
}

export function ladderOf(book: Rulebook, matching: readonly number[], operation: Operation): Ladder {
  const speaking = matching.filter((number) => {
    const ruling = book.rulings[number];
    return ruling !== undefined && !ruling.watches && ruling.operations.includes(operation);
  });
  return ladder(book, speaking, book.ir.defaults[operation]);
}

export function privilegeLadder(book: Rulebook, privilege: Privilege): Ladder {
  return ladder(book, rulingsOn(book, privilege), book.ir.privilegeDefaults[privilege]);
}

/** Numbers of those that speak of the privilege. */
export const rulingsOn = ({ rulings, onPrivileges }: Rulebook, privilege: Privilege): readonly number[] =>
  onPrivileges.filter((number) => rulings[number]?.privileges.includes(privilege) === true);

function ladder(book: Rulebook, speaking: readonly number[], byDefault: Effect): Ladder {
  const { rulings } = book;
  let sure = 0;
  let last: Rung = { effect: byDefault, ruling: null, guard: null };
  for (const number of speaking) {
    const ruling = rulings[number];
    if (ruling === undefined || ruling.guard !== null) continue;
    const word = verdictWord(ruling.effect, number);
    if (word > sure) [sure, last] = [word, { effect: ruling.effect, ruling: number, guard: null }];
  }
  const above = speaking.flatMap((number) => {
    const ruling = rulings[number];
    if (ruling === undefined || ruling.guard === null) return [];
    const word = verdictWord(ruling.effect, number);
    return word > sure ? [{ word, effect: ruling.effect, ruling: number, guard: ruling.guard }] : [];
  });
  if (above.length === 0) return [last];
  const rungs = above.sort((a, b) => b.word - a.word);
  return [...last.ruling === null ? takingNothingBack(book, rungs, byDefault) : rungs, last];
}

/** A limit says nothing milder than the default, or it would permit: for that, some rule has to match as well. */
function takingNothingBack<One extends GuardedRung>({ ir }: Rulebook, rungs: readonly One[], byDefault: Effect): readonly One[] {
  const isOfRule = ({ ruling }: One): boolean => ruling < ir.rules.length;
  const matching = rungs.filter(isOfRule).map(({ guard }) => guard);
  return rungs.flatMap((rung) => {
    if (isOfRule(rung) || isAtLeast(rung.effect, byDefault)) return [rung];
    return matching.length === 0 ? [] : [{ ...rung, guard: { kind: "and", operands: [rung.guard, { kind: "or", operands: matching }] } }];
  });
}

interface GuardedRung extends Rung {
  readonly ruling: number;
  readonly guard: Guard;
}

export function verdictIn({ ir, limits }: Rulebook, rungs: Ladder, truths: Truths): Verdict {
  const rung = rungs.find(({ guard }) => holds(guard, truths));
  invariant(rung !== undefined, "the last rung always holds");
  const { effect, ruling } = rung;
  if (ruling === null || ruling < ir.rules.length) return { effect, rule: ruling, limit: null };
  return { effect, rule: null, limit: limits[ruling - ir.rules.length] ?? null };
}

/** What the verdict depends on. */
export const atomsOfLadder = (rungs: Ladder): readonly number[] => rungs.flatMap(({ guard }) => atomsOf(guard));
