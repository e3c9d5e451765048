/** The states of marks and limits that can be reached, and what leads there. */
import { refuses } from "../ast.js";
import type { Limit, Mark } from "../ir.gen.js";
import { type Act, carries, findActs, type Watcher, watcher } from "./acts.js";
import { type Atoms, atomsOf, keyOf, pick, type Truths } from "./guards.js";
import { distinctions } from "./distinctions.js";
import type { People, Person } from "./people.js";
import type { Rulebook } from "./rulebook.js";
import { type Situation, StateSearch } from "./state-search.js";
import { atomsOfLadder } from "./verdicts.js";

export class Histories {
  private readonly watchers: readonly Watcher[];
  private readonly known = new Map<string, readonly Situation[]>();
  private acts: readonly Act[] | null = null;
  /** Whether there were too many states. */
  gaveUp = false;

  constructor(private readonly books: readonly Rulebook[], private readonly atoms: Atoms, private readonly people: People) {
    this.watchers = books.map((book) => watcher(book, atoms));
  }

  /** The shortest history for each state of the marks and limits that are asked for. */
  of(asked: Truths): readonly Situation[] {
    const ofHistory = [...asked].filter((number) => this.isOfHistory(number));
    if (ofHistory.length === 0) return [{ truths: new Set(), after: [], takesSeveral: false }];
    const acts = this.acts ?? findActs(this.watchers);
    if (acts === null) {
      this.gaveUp = true;
      return [];
    }
    this.acts = acts;
    const needed = this.neededFor(ofHistory, acts);
    const key = keyOf(needed);
    const situations = this.known.get(key) ?? this.explore(needed, acts);
    this.known.set(key, situations);
    return situations;
  }

  private isOfHistory(number: number): boolean {
    const kind = this.atoms.all[number]?.kind;
    return kind === "mark" || kind === "spent";
  }

  /** What they depend on, and what that depends on. */
  private neededFor(asked: readonly number[], acts: readonly Act[]): Truths {
    const needed = new Set(asked);
    const open = [...asked];
    const need = (number: number): void => {
      if (!this.isOfHistory(number) || needed.has(number)) return;
      needed.add(number);
      open.push(number);
    };
    for (const number of open) {
      const isTracked = this.markOf(number)?.tracksFiles === true;
      for (const act of acts) {
        const own = act.sides.flatMap(({ events, counts }) =>
          [...events.filter(({ mark }) => mark === number), ...counts.filter(({ spent }) => spent === number)]);
        if (own.length === 0 && !(isTracked && carries(act))) continue;
        // Whether it happens is for all the policies to say.
        for (const { ladder } of act.sides) atomsOfLadder(ladder).forEach(need);
        for (const { guard } of own) atomsOf(guard).forEach(need);
      }
    }
    return needed;
  }

  private markOf(number: number): Mark | undefined {
    const atom = this.atoms.all[number];
    return atom?.kind === "mark" ? this.books[atom.side]?.ir.marks.find(({ name }) => name === atom.mark) : undefined;
  }

  private limitOf(number: number): Limit | undefined {
    const atom = this.atoms.all[number];
    return atom?.kind === "spent" ? this.books[atom.side]?.ir.limits[atom.limit] : undefined;
  }

  private explore(needed: Truths, acts: readonly Act[]): readonly Situation[] {
    const search = new StateSearch(this.books, acts.flatMap((act) => this.trim(act, needed)), {
      perProcess: pick(needed, (number) => this.markOf(number)?.perProcess === true),
      tracked: pick(needed, (number) => this.markOf(number)?.tracksFiles === true),
      limits: new Map([...needed].flatMap((number) => {
        const limit = this.limitOf(number);
        return limit === undefined ? [] : [[number, limit] as const];
      })),
    });
    const situations = search.run((act) => this.peopleFor(act));
    this.gaveUp ||= search.gaveUp;
    return situations;
  }

  /** As far as it makes a difference whether they may, and what it sets. */
  private peopleFor({ sides }: Act): readonly Person[] {
    const guards = sides.flatMap(({ events, counts }) => [...events, ...counts].map(({ guard }) => guard));
    const told = distinctions(this.atoms, sides.map(({ ladder }) =>
      ({ rungs: ladder, answer: ({ effect }) => (refuses(effect) ? "refused" : "permitted") })), guards);
    const asked = [...sides.flatMap(({ ladder }) => atomsOfLadder(ladder)), ...guards.flatMap(atomsOf)];
    return this.people.of(new Set(asked), told);
  }

  /** An act without what nobody asks for; none where nothing is left. */
  private trim(act: Act, needed: Truths): readonly Act[] {
    const sides = act.sides.map(({ ladder, events, counts }) => ({
      ladder,
      events: events.filter(({ mark }) => needed.has(mark)), counts: counts.filter(({ spent }) => needed.has(spent)),
    }));
    const isTracked = [...needed].some((number) => this.markOf(number)?.tracksFiles === true);
    const matters = sides.some(({ events, counts }) => events.length + counts.length > 0) || (isTracked && carries(act));
    return matters ? [{ ...act, sides }] : [];
  }
}
