/**
 * The states of marks and limits that can be reached, and what leads there. Any program may run at the start, and run
 * any other later: a session can take in what runs already. A process can stay as it is while others act, so that what
 * processes and files may hold only grows, for as long as the session's own marks and counts stay the same.
 */
import type { ConcreteTarget } from "../access.js";
import { refuses } from "../ast.js";
import type { Limit, Mark, Operation } from "../ir.gen.js";
import { type Act, findActs, GIVES, TAKES, type Watcher, watcher } from "./acts.js";
import { type Atoms, atomsOf, holds, type Truths } from "./guards.js";
import type { People, Person } from "./people.js";
import { keyOf } from "./programs.js";
import type { Rulebook } from "./rulebook.js";
import { atomsOfLadder, verdictIn } from "./verdicts.js";

export type Past =
  | {
      readonly kind: "act"; readonly operation: Operation; readonly target: ConcreteTarget; readonly isSuccess: boolean;
      readonly who: Person;
      readonly times: number;
      /** Atoms of the marks that the process itself held, then holds. */
      readonly before: Truths;
      readonly since: Truths;
    }
  | { readonly kind: "wait"; readonly milliseconds: number };

export interface Situation {
  /** Marks that are set, for the session or the process, and limits that are spent. */
  readonly truths: Truths;
  readonly after: readonly Past[];
}

/** A process or a file: the marks that it holds itself. */
interface Holder {
  readonly kind: "process" | "file";
  readonly holding: Truths;
  readonly origin:
    | { readonly kind: "begins" }
    | { readonly kind: "stays"; readonly holder: Holder }
    | { readonly kind: "made"; readonly past: Past; readonly from: readonly Holder[] };
}

interface State {
  readonly session: Truths;
  /** By the atom of a limit, as far as it counts. */
  readonly counts: ReadonlyMap<number, number>;
  /** In the order in which they came to be. */
  readonly holders: Holder[];
  readonly begin: { readonly parent: State; readonly past: Past; readonly from: readonly Holder[] } | null;
}

/** States, and acts tried in all of them, before it is too much to tell. */
const STATES_LIMIT = 2_000;
const TRIALS_LIMIT = 4_000_000;

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
    if (ofHistory.length === 0) return [{ truths: new Set(), after: [] }];
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
        for (const { ladder, events, counts } of act.sides) {
          const own = [...events.filter(({ mark }) => mark === number), ...counts.filter(({ spent }) => spent === number)];
          if (own.length === 0 && !(isTracked && carries(act))) continue;
          for (const atom of [...atomsOfLadder(ladder), ...own.flatMap(({ guard }) => atomsOf(guard))]) need(atom);
        }
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
    const search = new Search(this.books, acts.flatMap((act) => this.trim(act, needed)), {
      sides: new Map([...needed].flatMap((number) => {
        const atom = this.atoms.all[number];
        return atom?.kind === "mark" ? [[number, atom.side] as const] : [];
      })),
      perProcess: pick(needed, (number) => this.markOf(number)?.perProcess === true),
      tracked: pick(needed, (number) => this.markOf(number)?.tracksFiles === true),
      limits: new Map([...needed].flatMap((number) => {
        const limit = this.limitOf(number);
        return limit === undefined ? [] : [[number, limit] as const];
      })),
    });
    const situations = search.run((asked) => this.people.of(asked));
    this.gaveUp ||= search.gaveUp;
    return situations;
  }

  /** An act without what nobody asks for; none where nothing is left. */
  private trim(act: Act, needed: Truths): readonly Act[] {
    const sides = act.sides.map(({ ladder, events, counts }) => ({
      ladder, events: events.filter(({ mark }) => needed.has(mark)), counts: counts.filter(({ spent }) => needed.has(spent)),
    }));
    const isTracked = [...needed].some((number) => this.markOf(number)?.tracksFiles === true);
    const matters = sides.some(({ events, counts }) => events.length + counts.length > 0) || (isTracked && carries(act));
    return matters ? [{ ...act, sides }] : [];
  }
}

const carries = ({ operation, target }: Act): boolean =>
  target.kind === "path" && (TAKES.includes(operation) || GIVES.includes(operation));

const pick = (truths: Truths, isMeant: (number: number) => boolean): Truths => new Set([...truths].filter(isMeant));

interface Remembered {
  /** By the atom of a mark: its policy. */
  readonly sides: ReadonlyMap<number, number>;
  readonly perProcess: Truths;
  readonly tracked: Truths;
  readonly limits: ReadonlyMap<number, Limit>;
}

/** What an act comes to. */
interface Outcome {
  readonly session: Truths;
  readonly process: Truths;
  /** Null where no file is written. */
  readonly file: Truths | null;
  readonly counted: readonly number[];
}

class Search {
  private readonly visited = new Map<string, Set<string>[]>();
  private readonly states: State[] = [];
  private trials = 0;
  gaveUp = false;

  constructor(
    private readonly books: readonly Rulebook[], private readonly acts: readonly Act[], private readonly remembered: Remembered,
  ) {}

  run(peopleOf: (asked: Truths) => readonly Person[]): readonly Situation[] {
    const tries = this.acts.map((act) => ({
      act, people: peopleOf(new Set(act.sides.flatMap(({ ladder, events, counts }) =>
        [...atomsOfLadder(ladder), ...[...events, ...counts].flatMap(({ guard }) => atomsOf(guard))]))),
    }));
    this.add({ session: new Set(), counts: new Map(), holders: [{ kind: "process", holding: new Set(), origin: { kind: "begins" } }], begin: null });
    const found = new Map<string, Situation>();
    for (const state of this.states) {
      this.actIn(state, tries);
      this.waitIn(state);
      for (const holder of state.holders.filter(({ kind }) => kind === "process")) {
        const truths = new Set([...state.session, ...holder.holding, ...this.spentIn(state)]);
        const key = keyOf(truths);
        if (!found.has(key)) found.set(key, { truths, after: pathTo(state, [holder]) });
      }
      if (this.states.length > STATES_LIMIT || this.trials > TRIALS_LIMIT) {
        this.gaveUp = true;
        break;
      }
    }
    return [...found.values()];
  }

  private add(state: State): void {
    const key = `${keyOf(state.session)} ${JSON.stringify([...state.counts].sort())}`;
    const holders = new Set(state.holders.map(keyOfHolder));
    const known = this.visited.get(key) ?? [];
    if (known.some((others) => [...holders].every((holder) => others.has(holder)))) return;
    this.visited.set(key, [...known, holders]);
    this.states.push(state);
  }

  private spentIn({ counts }: State): readonly number[] {
    return [...this.remembered.limits].flatMap(([atom, { count }]) => ((counts.get(atom) ?? 0) >= count ? [atom] : []));
  }

  /** What changes nothing but what processes and files hold is done at once: it is in nobody's way. */
  private actIn(state: State, tries: readonly { readonly act: Act; readonly people: readonly Person[] }[]): void {
    const held = new Set(state.holders.map(keyOfHolder));
    const spent = this.spentIn(state);
    const done = new Set<string>();
    let open = true;
    while (open) {
      open = false;
      for (const process of state.holders.filter(({ kind }) => kind === "process")) {
        for (const file of [null, ...state.holders.filter(({ kind }) => kind === "file")]) {
          const pair = `${keyOfHolder(process)} ${file === null ? "" : keyOfHolder(file)}`;
          if (done.has(pair)) continue;
          done.add(pair);
          open = true;
          for (const { act, people } of tries) {
            if (file !== null && !(act.target.kind === "path" && TAKES.includes(act.operation))) continue;
            for (const who of people) {
              this.trials++;
              this.note(state, act, who, process, file, this.outcome(state, act, who, process.holding, file?.holding ?? null, spent), held);
            }
          }
        }
      }
    }
  }

  private note(
    state: State, act: Act, who: Person, process: Holder, file: Holder | null, outcome: Outcome | null, held: Set<string>,
  ): void {
    if (outcome === null) return;
    const from = file === null ? [process] : [process, file];
    const past = (times: number): Past => ({
      kind: "act", operation: act.operation, target: act.target, isSuccess: act.isSuccess, who, times,
      before: process.holding, since: outcome.process,
    });
    const made = ([["process", outcome.process], ["file", outcome.file]] as const).flatMap(([kind, holding]) =>
      (holding === null || (kind === "file" && holding.size === 0) ? [] : [{ kind, holding }]));
    const isNew = made.filter((holder) => !held.has(keyOfHolder(holder)));
    const stays = keyOf(outcome.session) === keyOf(state.session);
    if (stays && outcome.counted.length === 0) {
      for (const holder of isNew) {
        held.add(keyOfHolder(holder));
        state.holders.push({ ...holder, origin: { kind: "made", past: past(1), from } });
      }
      return;
    }
    const again = stays && keyOf(outcome.process) === keyOf(process.holding) && (outcome.file === null || isNew.length === 0);
    for (const times of this.timesFor(state, outcome.counted, again)) {
      const counts = new Map(state.counts);
      for (const atom of outcome.counted) {
        counts.set(atom, Math.min((counts.get(atom) ?? 0) + times, this.remembered.limits.get(atom)?.count ?? 0));
      }
      this.add({
        session: outcome.session, counts,
        holders: [
          ...state.holders.map((holder): Holder => ({ ...holder, origin: { kind: "stays", holder } })),
          ...isNew.map((holder): Holder => ({ ...holder, origin: { kind: "begins" } })),
        ],
        begin: { parent: state, past: past(times), from },
      });
    }
  }

  /** What can be done again and again is done until a limit is spent, or all but. */
  private timesFor({ counts }: State, counted: readonly number[], again: boolean): readonly number[] {
    if (!again) return [1];
    const left = counted.map((atom) => (this.remembered.limits.get(atom)?.count ?? 0) - (counts.get(atom) ?? 0))
      .filter((number) => number > 0);
    if (left.length === 0) return [];
    const times = Math.min(...left);
    return times === 1 ? [1] : [times - 1, times];
  }

  /** Null where no policy permits it. */
  private outcome(
    state: State, act: Act, who: Person, holding: Truths, file: Truths | null, spent: readonly number[],
  ): Outcome | null {
    const truths = new Set([...state.session, ...holding, ...spent, ...who.truths]);
    const permitting = act.sides.flatMap((side, number) => {
      const book = this.books[number];
      return book !== undefined && !refuses(verdictIn(book, side.ladder, truths).effect) ? [{ ...side, book }] : [];
    });
    if (permitting.length === 0) return null;
    const happened = permitting.flatMap(({ events }) => events.filter(({ guard }) => holds(guard, truths)));
    const cleared = new Set(happened.filter(({ sets }) => !sets).map(({ mark }) => mark));
    const isPermitting = (atom: number): boolean => permitting.some(({ book }) => this.isOf(atom, book));
    const taken = [...file ?? []].filter(isPermitting);
    const held = new Set([
      ...state.session, ...holding, ...happened.filter(({ sets }) => sets).map(({ mark }) => mark), ...taken,
    ].filter((atom) => !cleared.has(atom)));
    const gives = act.target.kind === "path" && GIVES.includes(act.operation);
    return {
      session: pick(held, (atom) => !this.remembered.perProcess.has(atom)),
      process: pick(held, (atom) => this.remembered.perProcess.has(atom)),
      file: gives ? pick(held, (atom) => this.remembered.tracked.has(atom) && isPermitting(atom)) : null,
      counted: permitting.flatMap(({ counts }) => counts.flatMap(({ spent: atom, guard }) => (holds(guard, truths) ? [atom] : []))),
    };
  }

  private isOf(atom: number, { side }: Rulebook): boolean {
    return this.remembered.sides.get(atom) === side;
  }

  /** Time passes: what a window no longer holds counts no more. */
  private waitIn(state: State): void {
    const windows = [...state.counts.keys()].flatMap((atom) => this.remembered.limits.get(atom)?.perMilliseconds ?? []);
    for (const milliseconds of new Set(windows)) {
      const counts = new Map([...state.counts].filter(([atom]) =>
        (this.remembered.limits.get(atom)?.perMilliseconds ?? 0) > milliseconds));
      this.add({
        session: state.session, counts,
        holders: state.holders.map((holder): Holder => ({ ...holder, origin: { kind: "stays", holder } })),
        begin: { parent: state, past: { kind: "wait", milliseconds }, from: [] },
      });
    }
  }
}

const keyOfHolder = ({ kind, holding }: Pick<Holder, "kind" | "holding">): string => `${kind} ${keyOf(holding)}`;

/** All that has to happen for these to be there, in order. */
function pathTo(state: State, wanted: readonly Holder[]): readonly Past[] {
  const here = new Set<Holder>();
  const want = (holder: Holder): void => {
    if (here.has(holder)) return;
    here.add(holder);
    if (holder.origin.kind === "made") holder.origin.from.forEach(want);
  };
  wanted.forEach(want);
  const inOrder = state.holders.filter((holder) => here.has(holder));
  const made = inOrder.flatMap(({ origin }) => (origin.kind === "made" ? [origin.past] : []));
  if (state.begin === null) return made;
  const before = inOrder.flatMap(({ origin }) => (origin.kind === "stays" ? [origin.holder] : []));
  const { parent, past, from } = state.begin;
  return [...pathTo(parent, [...before, ...from]), past, ...made];
}
