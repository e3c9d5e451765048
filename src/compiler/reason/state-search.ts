/**
 * A search over the states of marks and limits, from nothing set, by acts that all the policies permit. Any program may
 * run at the start, and run any other later: a session can take in what runs already. A process can stay as it is while
 * others act, so that what processes and files may hold only grows, for as long as the session's own marks and counts
 * stay the same.
 */
import type { ConcreteTarget } from "../access.js";
import { refuses } from "../ast.js";
import type { Limit, Operation } from "../ir.gen.js";
import { type Act, carries, GIVES } from "./acts.js";
import { holds, keyOf, pick, type Truths } from "./guards.js";
import type { Person } from "./people.js";
import type { Rulebook } from "./rulebook.js";
import { verdictIn } from "./verdicts.js";

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
  /** Whether it takes several processes. */
  readonly takesSeveral: boolean;
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
const STATES_LIMIT = 10_000;
/** Processes and files in one state that differ. */
const HOLDERS_LIMIT = 1_024;
const TRIALS_LIMIT = 1_000_000;

/** What is told apart, all by atoms. */
export interface Remembered {
  readonly perProcess: Truths;
  readonly tracked: Truths;
  readonly limits: ReadonlyMap<number, Limit>;
}

interface Try {
  readonly act: Act;
  readonly people: readonly Person[];
}

/** An act of a process, by who it is; with what it takes from a file. */
interface Deed {
  readonly act: Act;
  readonly who: Person;
  readonly process: Holder;
  readonly file: Holder | null;
}

/** What an act comes to. */
interface Outcome {
  readonly session: Truths;
  /** What the process holds itself. */
  readonly own: Truths;
  /** What the file holds; null where none is written. */
  readonly written: Truths | null;
  readonly counted: readonly number[];
}

type Done = Deed & Outcome;

const actorsOf = ({ process, file }: Deed): readonly Holder[] => (file === null ? [process] : [process, file]);

const pastOf = ({ act, who, process, own }: Done, times: number): Past => ({
  kind: "act", operation: act.operation, target: act.target, isSuccess: act.isSuccess, who, times,
  before: process.holding, since: own,
});

const originOf = (one: Done): Holder["origin"] => ({ kind: "made", past: pastOf(one, 1), from: actorsOf(one) });

/** Those that nobody has been like; from now on somebody has. */
function newHolders({ own, written }: Outcome, held: Set<string>): readonly Pick<Holder, "kind" | "holding">[] {
  const made: readonly Pick<Holder, "kind" | "holding">[] = [
    { kind: "process", holding: own },
    ...(written === null || written.size === 0 ? [] : [{ kind: "file", holding: written } as const]),
  ];
  const found = made.filter((holder) => !held.has(keyOfHolder(holder)));
  for (const holder of found) held.add(keyOfHolder(holder));
  return found;
}

export class StateSearch {
  private readonly visited = new Map<string, Set<string>[]>();
  private readonly states: State[] = [];
  private trials = 0;
  gaveUp = false;

  constructor(
    private readonly books: readonly Rulebook[], private readonly acts: readonly Act[],
    private readonly remembered: Remembered,
  ) {}

  /** `peopleFor`: who may do an act, one of each whom it makes a difference to. */
  run(peopleFor: (act: Act) => readonly Person[]): readonly Situation[] {
    const tries = this.acts.map((act) => ({ act, people: peopleFor(act) }));
    const first: Holder = { kind: "process", holding: new Set(), origin: { kind: "begins" } };
    this.add({ session: new Set(), counts: new Map(), holders: [first], begin: null });
    const found = new Map<string, Situation>();
    for (const state of this.states) {
      this.actIn(state, tries);
      this.gaveUp ||= this.states.length > STATES_LIMIT;
      if (this.gaveUp) break;
      this.waitIn(state);
      for (const holder of state.holders.filter(({ kind }) => kind === "process")) {
        const truths = new Set([...state.session, ...holder.holding, ...this.spentIn(state)]);
        const key = keyOf(truths);
        if (found.has(key)) continue;
        const after = pathTo(state, [holder]);
        found.set(key, { truths, after, takesSeveral: !mayBeOne(after, holder) });
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

  /** What changes nothing but what processes and files hold is done first, all of it: it is in nobody's way. */
  private actIn(state: State, tries: readonly Try[]): void {
    const held = new Set(state.holders.map(keyOfHolder));
    const spent = this.spentIn(state);
    const done = new Set<string>();
    const onward: Done[] = [];
    let open = true;
    while (open) {
      open = false;
      for (const process of state.holders.filter(({ kind }) => kind === "process")) {
        for (const file of [null, ...state.holders.filter(({ kind }) => kind === "file")]) {
          const pair = `${keyOfHolder(process)} ${file === null ? "" : keyOfHolder(file)}`;
          if (done.has(pair)) continue;
          done.add(pair);
          open = true;
          this.gaveUp ||= this.trials > TRIALS_LIMIT || state.holders.length > HOLDERS_LIMIT;
          if (this.gaveUp) return;
          for (const one of this.actsBy(process, file, state, tries, spent)) {
            if (keyOf(one.session) !== keyOf(state.session) || one.counted.length > 0) onward.push(one);
            else state.holders.push(...newHolders(one, held).map((made) => ({ ...made, origin: originOf(one) })));
          }
        }
      }
    }
    for (const one of onward) this.goOn(state, one, held);
  }

  private actsBy(
    process: Holder, file: Holder | null, state: State, tries: readonly Try[], spent: readonly number[],
  ): readonly Done[] {
    return tries.filter(({ act }) => file === null || carries(act)).flatMap(({ act, people }) =>
      people.flatMap((who) => {
        this.trials++;
        const deed = { act, who, process, file };
        const outcome = this.outcome(state, deed, spent);
        return outcome === null ? [] : [{ ...deed, ...outcome }];
      }));
  }

  /** To another state, in which all that were there still are. */
  private goOn(state: State, one: Done, held: ReadonlySet<string>): void {
    const made = newHolders(one, new Set(held));
    const stays = made.length === 0 && keyOf(one.session) === keyOf(state.session)
      && keyOf(one.own) === keyOf(one.process.holding);
    for (const times of this.timesFor(state, one.counted, stays)) {
      const counts = new Map(state.counts);
      for (const atom of one.counted) {
        counts.set(atom, Math.min((counts.get(atom) ?? 0) + times, this.remembered.limits.get(atom)?.count ?? 0));
      }
      this.add({
        session: one.session, counts,
        holders: [
          ...state.holders.map((holder): Holder => ({ ...holder, origin: { kind: "stays", holder } })),
          ...made.map((holder): Holder => ({ ...holder, origin: { kind: "begins" } })),
        ],
        begin: { parent: state, past: pastOf(one, times), from: actorsOf(one) },
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

  /** Null where a policy refuses it: what comes after would differ on that account alone. */
  private outcome(state: State, { act, who, process: { holding }, file }: Deed, spent: readonly number[]): Outcome | null {
    const truths = new Set([...state.session, ...holding, ...spent, ...who.truths]);
    const isRefused = this.books.some((book, side) => {
      const ladder = act.sides[side]?.ladder;
      return ladder === undefined || refuses(verdictIn(book, ladder, truths).effect);
    });
    if (isRefused) return null;
    const events = act.sides.flatMap((side) => side.events).filter(({ guard }) => holds(guard, truths));
    const counts = act.sides.flatMap((side) => side.counts).filter(({ guard }) => holds(guard, truths));
    const cleared = new Set(events.filter(({ sets }) => !sets).map(({ mark }) => mark));
    const set = events.filter(({ sets }) => sets).map(({ mark }) => mark);
    const gives = carries(act) && GIVES.includes(act.operation);
    const taken = gives ? [] : file?.holding ?? [];
    // Whoever reads what a file carries, or is made of it, holds that whatever the act clears.
    const held = new Set([...pick(new Set([...state.session, ...holding, ...set]), (atom) => !cleared.has(atom)), ...taken]);
    const given = pick(held, (atom) => this.remembered.tracked.has(atom));
    return {
      session: pick(held, (atom) => !this.remembered.perProcess.has(atom)),
      own: pick(held, (atom) => this.remembered.perProcess.has(atom)),
      // What a file holds already it keeps.
      written: gives ? new Set([...given, ...file?.holding ?? []]) : null,
      counted: counts.map((count) => count.spent),
    };
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

/** Whether one process can do all of it, and is then the holder. */
function mayBeOne(after: readonly Past[], { holding }: Holder): boolean {
  let own = "";
  for (const past of after) {
    if (past.kind === "wait") continue;
    if (keyOf(past.before) !== own) return false;
    own = keyOf(past.since);
  }
  return own === keyOf(holding);
}

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
