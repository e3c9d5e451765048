/**
 * How far atoms are to be told apart. Of rules that each ask for some program, or for some arguments, only the first that
 * holds matters to a ladder.
 */
import { type Atom, type Atoms, atomsOf, type Guard, type Truths } from "./guards.js";
import type { Ladder, Rung } from "./verdicts.js";

/** A ladder, and what is to be known of the rung that decides. */
export interface LadderQuestion {
  readonly rungs: Ladder;
  readonly answer: (rung: Rung) => string;
}

export interface Distinctions {
  /**
   * Of an atom that makes rungs hold, by itself or with something else: by ladder and what else it takes, the first of the
   * neighbours with this answer.
   */
  readonly rungs: ReadonlyMap<number, ReadonlyMap<string, number>>;
  /** Atoms that matter by themselves. */
  readonly alone: Truths;
  /** The same for the same. */
  readonly key: string;
}

/** Whatever is asked, it is to be known of each. */
export const ALL_APART: Distinctions = { rungs: new Map(), alone: new Set(), key: "" };

/** As far as it makes a difference to the ladders, and to what else is asked. */
export function distinctions(
  { all }: Atoms, ladders: readonly LadderQuestion[], guards: readonly (Guard | null)[] = [],
): Distinctions {
  const rungs = new Map<number, Map<string, number>>();
  const alone = new Set(guards.flatMap(atomsOf));
  const isMany = (guard: Guard): boolean => guard.kind === "atom" && MANY.includes(all[guard.atom]?.kind);
  for (const [ladder, question] of ladders.entries()) {
    for (const [first, guard] of alternativesIn(question)) {
      const parts = guard.kind === "and" ? guard.operands : [guard];
      const chosen = parts.find(isMany);
      const others = parts.filter((part) => part !== chosen);
      for (const atom of others.flatMap(atomsOf)) alone.add(atom);
      if (chosen?.kind !== "atom") continue;
      const known = rungs.get(chosen.atom) ?? new Map<string, number>();
      const place = `${ladder} ${JSON.stringify(others)}`;
      if (!known.has(place)) known.set(place, first);
      rungs.set(chosen.atom, known);
    }
  }
  const key = JSON.stringify([Array.from(rungs, ([atom, places]) => [atom, ...places]), ...alone]);
  return { rungs, alone, key };
}

/** What policies have many of. */
const MANY: readonly (string | undefined)[] = ["exe", "under", "args"] satisfies readonly Atom["kind"][];

/** Each with the number of the first rung of its neighbours that have the same answer. */
function alternativesIn({ rungs, answer }: LadderQuestion): readonly (readonly [first: number, guard: Guard])[] {
  let first = 0;
  return rungs.flatMap((rung, i) => {
    const before = rungs[i - 1];
    if (before !== undefined && answer(before) !== answer(rung)) first = i;
    return alternatives(rung.guard).map((guard) => [first, guard] as const);
  });
}

const alternatives = (guard: Guard | null): readonly Guard[] =>
  (guard?.kind === "or" ? guard.operands.flatMap(alternatives) : guard === null ? [] : [guard]);

/** The same where it makes no difference. */
export function keyWithin(truths: Truths, { rungs, alone }: Distinctions): string {
  const firsts = new Map<string, number>();
  const apart: number[] = [];
  for (const atom of truths) {
    const places = rungs.get(atom);
    if (alone.has(atom) || places === undefined) apart.push(atom);
    for (const [place, rung] of places ?? []) firsts.set(place, Math.min(firsts.get(place) ?? rung, rung));
  }
  return `${apart.sort((a, b) => a - b).join()} ${[...firsts].sort(([a], [b]) => (a < b ? -1 : 1)).join(" ")}`;
}
