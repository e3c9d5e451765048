/**
 * How far programs are to be told apart. Of rules that each speak of some program only the first matters, to each ladder, that
 * holds for one of those that act.
 */
import { atomsOf, type Guard, type Truths } from "./guards.js";
import type { Ladder, Rung } from "./verdicts.js";

/** A ladder, and what is to be known of the rung that decides. */
export interface LadderQuestion {
  readonly rungs: Ladder;
  readonly answer: (rung: Rung) => string;
}

export interface LikePrograms {
  /** Of an atom that makes rungs hold by itself: by ladder, the first of the neighbours with this answer. */
  readonly rungs: ReadonlyMap<number, ReadonlyMap<number, number>>;
  /** Atoms that matter by themselves. */
  readonly alone: Truths;
  /** The same for the same. */
  readonly key: string;
}

/** Whatever is asked, it is to be known of each. */
export const ALL_APART: LikePrograms = { rungs: new Map(), alone: new Set(), key: "" };

/** As far as it makes a difference to the ladders, and to what else is asked. */
export function likePrograms(ladders: readonly LadderQuestion[], guards: readonly (Guard | null)[] = []): LikePrograms {
  const rungs = new Map<number, Map<number, number>>();
  const alone = new Set(guards.flatMap(atomsOf));
  for (const [ladder, { rungs: all, answer }] of ladders.entries()) {
    let first = 0;
    for (const [i, rung] of all.entries()) {
      const before = all[i - 1];
      if (before !== undefined && answer(before) !== answer(rung)) first = i;
      for (const guard of alternatives(rung.guard)) {
        // Within anything else it takes more than the program.
        if (guard.kind !== "atom") atomsOf(guard).forEach((atom) => alone.add(atom));
        else {
          const known = rungs.get(guard.atom) ?? new Map<number, number>();
          if (!known.has(ladder)) known.set(ladder, first);
          rungs.set(guard.atom, known);
        }
      }
    }
  }
  const key = JSON.stringify([Array.from(rungs, ([atom, places]) => [atom, ...places]), ...alone]);
  return { rungs, alone, key };
}

const alternatives = (guard: Guard | null): readonly Guard[] =>
  (guard?.kind === "or" ? guard.operands.flatMap(alternatives) : guard === null ? [] : [guard]);

/** The same where the difference is none. */
export function keyOfLike(truths: Truths, { rungs, alone }: LikePrograms): string {
  const firsts = new Map<number, number>();
  const apart: number[] = [];
  for (const atom of truths) {
    const places = rungs.get(atom);
    if (alone.has(atom) || places === undefined) apart.push(atom);
    for (const [ladder, rung] of places ?? []) firsts.set(ladder, Math.min(firsts.get(ladder) ?? rung, rung));
  }
  return `${apart.sort((a, b) => a - b).join()} ${[...firsts].sort(([a], [b]) => a - b).join(" ")}`;
}
