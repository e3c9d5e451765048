/** Which rules two policies have in common, whatever these are called and wherever they stand. */
import type { Selector } from "../ir.gen.js";
import type { Contexts } from "./contexts.js";
import type { Guard } from "./guards.js";
import { ALL_APART } from "./distinctions.js";
import type { OpenBooks } from "./open-books.js";
import type { Pair } from "./pattern-differences.js";
import type { Rulebook, Ruling } from "./rulebook.js";

/** Null where there is too much to tell. */
export function pairUp(opened: OpenBooks): Pair | null {
  const [old, new_] = opened.books;
  if (old === undefined || new_ === undefined) return null;
  const alike = new LikeAtoms(opened);
  const meanings = ({ rulings }: Rulebook): readonly string[] => rulings.map((ruling) => meaningOf(ruling, alike));
  const only = (own: readonly string[], others: readonly string[]): ReadonlySet<number> => {
    const said = new Set(others);
    return new Set(own.flatMap((meaning, number) => (said.has(meaning) ? [] : [number])));
  };
  const [before, after] = [meanings(old), meanings(new_)];
  return opened.contexts.gaveUp ? null : { old, new: new_, oldOnly: only(before, after), newOnly: only(after, before) };
}

function meaningOf({ effect, operations, privileges, match, except, guard }: Ruling, alike: LikeAtoms): string {
  const asked = guard === null ? null : meaningOfGuard(guard, alike);
  return JSON.stringify([effect, operations, privileges, match.map(textOf), except.map(textOf), asked]);
}

/** The same for selectors that match the same because they are the same: most are paths, and this is quicker for them. */
function textOf(selector: Selector): string {
  if (selector.kind !== "path") return JSON.stringify(selector);
  // No name holds a NUL byte.
  return selector.components.map((component) =>
    (component.kind === "literal" ? `=${component.name}` : JSON.stringify(component))).join("\0");
}

function meaningOfGuard(guard: Guard, alike: LikeAtoms): unknown {
  if (guard.kind === "atom") return alike.standsFor(guard.atom);
  return guard.kind === "not" ? { not: meaningOfGuard(guard.operand, alike) }
    : { [guard.kind]: guard.operands.map((operand) => meaningOfGuard(operand, alike)) };
}

/** Marks and limits of the two policies that always hold together, whatever happens: one stands for the other. */
class LikeAtoms {
  private readonly found = new Map<number, number>();

  constructor(private readonly opened: OpenBooks) {}

  standsFor(number: number): number {
    const known = this.found.get(number) ?? this.find(number);
    this.found.set(number, known);
    return known;
  }

  private find(number: number): number {
    const { atoms, contexts, books } = this.opened;
    const atom = atoms.all[number];
    if (atom === undefined || !("side" in atom) || atom.side === 0) return number;
    const others = atom.kind === "mark"
      ? books[0]?.ir.marks.some(({ name }) => name === atom.mark) === true ? [atoms.numberOf({ ...atom, side: 0 })] : []
      : (books[0]?.ir.limits ?? []).map((_, limit) => atoms.numberOf({ kind: "spent", side: 0, limit }));
    return others.find((other) => agree(contexts, number, other)) ?? number;
  }
}

function agree(contexts: Contexts, one: number, other: number): boolean {
  return contexts.of([one, other], ALL_APART).every(({ truths }) => truths.has(one) === truths.has(other)) && !contexts.gaveUp;
}
