/** In what circumstances rulings hold: who acts, and what came before. */
import { type Atoms, keyOf, pick, type Truths } from "./guards.js";
import { Histories } from "./histories.js";
import type { Distinctions } from "./distinctions.js";
import { People, type Person } from "./people.js";
import type { MappedFile } from "./programs.js";
import type { Rulebook } from "./rulebook.js";
import type { Past } from "./state-search.js";

export interface Context {
  readonly truths: Truths;
  readonly who: Person;
  /** Names, each once. */
  readonly marks: readonly string[];
  readonly after: readonly Past[];
  /** Whether it takes several processes to bring it about. */
  readonly takesSeveral: boolean;
}

/** Nothing makes a difference. */
const PLAIN: Context = {
  truths: new Set(), who: { truths: new Set(), exe: [], under: [], args: [] }, marks: [], after: [], takesSeveral: false,
};

/** What to do where there is too much to tell. */
export const SIMPLER = "write fewer patterns with `*` and `?` in the middle of a name, or let fewer marks, limits, programs "
  + "and arguments meet at one target";

export class Contexts {
  private readonly people: People;
  private readonly histories: Histories;
  private readonly known = new Map<string, readonly Context[]>();

  constructor(books: readonly Rulebook[], private readonly atoms: Atoms) {
    this.people = new People(atoms);
    this.histories = new Histories(books, atoms, this.people);
  }

  /** Whether there was too much to tell. */
  get gaveUp(): boolean {
    return this.people.gaveUp || this.histories.gaveUp;
  }

  /**
   * One for each combination of the atoms that can be, as far as they are to be told apart; the simplest first.
   * `mapped`: what a `load` is of.
   */
  of(atoms: readonly number[], told: Distinctions, mapped: MappedFile | null = null): readonly Context[] {
    if (atoms.length === 0) return [PLAIN];
    const asked = new Set(atoms);
    const own = mapped !== null && atoms.some((atom) => this.atoms.all[atom]?.kind === "own") ? mapped : null;
    const key = `${keyOf(asked)} ${told.key}${own === null ? "" : ` ${own.path} ${keyOf(own.truths)}`}`;
    const known = this.known.get(key) ?? this.combine(asked, told, own);
    this.known.set(key, known);
    return known;
  }

  private combine(asked: Truths, told: Distinctions, mapped: MappedFile | null): readonly Context[] {
    const people = this.people.of(asked, told, mapped);
    const situations = new Map<string, Pick<Context, "truths" | "after" | "takesSeveral">>();
    for (const situation of this.histories.of(asked)) {
      const { truths, after } = situation;
      const own = pick(truths, (atom) => asked.has(atom));
      const known = situations.get(keyOf(own));
      if (known === undefined || known.after.length > after.length) situations.set(keyOf(own), { ...situation, truths: own });
    }
    const inOrder = [...situations.values()].sort((a, b) => a.after.length - b.after.length);
    return inOrder.flatMap((situation) => {
      const marks = this.marksIn(situation.truths);
      return people.map((who) => ({ ...situation, truths: new Set([...situation.truths, ...who.truths]), who, marks }));
    });
  }

  private marksIn(truths: Truths): readonly string[] {
    const names = [...truths].flatMap((number) => {
      const atom = this.atoms.all[number];
      return atom?.kind === "mark" ? [atom.mark] : [];
    });
    return [...new Set(names)];
  }
}
