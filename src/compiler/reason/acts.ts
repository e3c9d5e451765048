/** What a process may do that policies remember: each way of it once, with a shortest target. */
import type { ConcreteTarget } from "../access.js";
import type { Event, Mark, NetworkSelector, Operation, Selector } from "../ir.gen.js";
import { addressPoints } from "./addresses.js";
import { explore, targetAt } from "./explore.js";
import { allOf, type Atoms, type Guard } from "./guards.js";
import { Names } from "./names.js";
import { matchedPatterns, PatternTrie } from "./pattern-trie.js";
import { type Rulebook, watch, watching, type Ruling } from "./rulebook.js";
import {
  indexSelections, matchedRulings, operationsOf, type PatternKind, type PatternList, plainlyMatched, select, selectNetworks,
  silencer,
} from "./selections.js";
import { type Ladder, ladderOf } from "./verdicts.js";

export interface Act {
  readonly operation: Operation;
  readonly target: ConcreteTarget;
  /** Whether a program is started that exits with status 0. */
  readonly isSuccess: boolean;
  /** By policy. */
  readonly sides: readonly ActSide[];
}

/** What an act means to one policy, if that permits it. */
export interface ActSide {
  readonly ladder: Ladder;
  readonly events: readonly ActEvent[];
  readonly counts: readonly ActCount[];
}

export interface ActEvent {
  /** The atom of the mark. */
  readonly mark: number;
  readonly sets: boolean;
  readonly guard: Guard | null;
}

export interface ActCount {
  /** The atom of the limit. */
  readonly spent: number;
  readonly guard: Guard | null;
}

/** What a policy has its eye on: an event of a mark, or what a limit counts. */
interface Watched {
  readonly ruling: Ruling;
  readonly meaning: Meaning;
}

type Meaning =
  | ({ readonly kind: "event"; readonly isSuccess: boolean; readonly perProcess: boolean } & ActEvent)
  | ({ readonly kind: "count" } & ActCount)
  /** Files by which marks are carried on. */
  | { readonly kind: "carrier" };

export interface Watcher {
  readonly book: Rulebook;
  readonly watched: readonly Watched[];
}

/** Names all that the policy watches; to be called before anything is asked. */
export function watcher(book: Rulebook, atoms: Atoms): Watcher {
  const { ir, side } = book;
  const watched = [
    ...ir.marks.flatMap((mark) => [
      ...mark.on.map((event) => watchEvent(event, mark, true, side, atoms)),
      ...mark.until.map((event) => watchEvent(event, mark, false, side, atoms)),
    ]),
    ...ir.limits.flatMap(({ parts, when }, limit) => {
      const spent = atoms.numberOf({ kind: "spent", side, limit });
      const guard = when === null ? null : atoms.guardOf(when, side);
      return parts.map(({ operations, match }): Watched =>
        ({ ruling: watch(operations, match), meaning: { kind: "count", spent, guard } }));
    }),
    ...(ir.marks.some(isCarried) ? [CARRIER] : []),
  ];
  return { book: watching(book, watched.map(({ ruling }) => ruling)), watched };
}

/** Whether it makes a difference that files hold the mark: one that the session keeps for good needs no file. */
const isCarried = ({ tracksFiles, perProcess, until }: Mark): boolean => tracksFiles && (perProcess || until.length > 0);

/** By these a process takes the marks of a file. */
export const TAKES: readonly Operation[] = ["read", "exec", "load"];
export const GIVES: readonly Operation[] = ["write"];

/** Whether marks go from a process to a file by it, or back. */
export const carries = ({ operation, target }: Pick<Act, "operation" | "target">): boolean =>
  target.kind === "path" && (TAKES.includes(operation) || GIVES.includes(operation));

const CARRIER: Watched = {
  ruling: watch([...TAKES, ...GIVES],
    [{ kind: "path", text: "/*/**", components: [{ kind: "any" }, { kind: "globstar" }] }]),
  meaning: { kind: "carrier" },
};

function watchEvent(event: Event, { name, perProcess }: Mark, sets: boolean, side: number, atoms: Atoms): Watched {
  const { success, operations, match, except, args, unlessExe } = event;
  const guard = allOf([
    ...(args === null ? [] : [atoms.guard({ kind: "args", args })]),
    ...(unlessExe.length === 0 ? []
      : [{ kind: "not", operand: atoms.guard({ kind: "exe", programs: unlessExe }) } as const]),
  ]);
  const mark = atoms.numberOf({ kind: "mark", side, mark: name });
  return {
    ruling: watch(operations, match, except),
    meaning: { kind: "event", isSuccess: success, perProcess, mark, sets, guard },
  };
}

/** Null where the globs are too many to tell them apart. */
export function findActs(watchers: readonly Watcher[]): readonly Act[] | null {
  const acts = new Map<string, Act>();
  const note: Note = (operations, matched, target) => {
    for (const operation of operations) {
      for (const act of actsOf(watchers, operation, matched, target)) {
        const { sides, isSuccess } = act;
        const carried = carries(act) ? GIVES.includes(operation) ? "gives" : "takes" : "";
        const key = JSON.stringify([isSuccess, carried,
          sides.map(({ ladder, ...rest }) => [ladder.map(({ effect, guard }) => [effect, guard]), rest])]);
        if (!acts.has(key)) acts.set(key, act);
      }
    }
  };
  for (const kind of ["path", "unix-path", "unix-abstract"] as const) if (!noteOfPatterns(watchers, kind, note)) return null;
  noteOfAddresses(watchers, note);
  for (const kind of ["anonymous", "unix-unnamed"] as const) {
    note(operationsOf(kind), watchers.map(({ book }) => plainlyMatched(book.rulings, kind)), { kind });
  }
  return [...acts.values()];
}

/** Is told which rulings of each policy match a target. */
type Note = (operations: readonly Operation[], matched: readonly (readonly number[])[], target: ConcreteTarget) => void;

function actsOf(
  watchers: readonly Watcher[], operation: Operation, matched: readonly (readonly number[])[], target: ConcreteTarget,
): readonly Act[] {
  const found = watchers.map(({ book, watched }, side) => {
    const own = matched[side] ?? [];
    const offset = book.rulings.length - watched.length;
    const meanings = own.flatMap((number) => (book.rulings[number]?.operations.includes(operation) === true
      ? watched[number - offset]?.meaning ?? [] : []));
    return { ladder: ladderOf(book, own, operation), meanings };
  });
  if (found.every(({ meanings }) => meanings.length === 0)) return [];
  const act = (isSuccess: boolean): Act =>
    ({ operation, target, isSuccess, sides: found.map(({ ladder, meanings }) => sideOf(ladder, meanings, isSuccess)) });
  const maySucceed = found.flatMap(({ meanings }) => meanings).some((one) => one.kind === "event" && one.isSuccess);
  return maySucceed ? [act(false), act(true)] : [act(false)];
}

/** What a program that was started executes is no act of the process that started it. */
function sideOf(ladder: Ladder, meanings: readonly Meaning[], isSuccess: boolean): ActSide {
  return {
    ladder,
    events: meanings.flatMap((meaning): readonly ActEvent[] => {
      if (meaning.kind !== "event" || (meaning.isSuccess && !isSuccess)) return [];
      if (isSuccess && !meaning.isSuccess && meaning.perProcess) return [];
      const { mark, sets, guard } = meaning;
      return [{ mark, sets, guard }];
    }),
    counts: meanings.flatMap((one) => (one.kind === "count" ? [{ spent: one.spent, guard: one.guard }] : [])),
  };
}

function noteOfPatterns(watchers: readonly Watcher[], kind: PatternKind, note: Note): boolean {
  const list: PatternList = { kind, patterns: [], owners: [] };
  const indices = watchers.map(({ book }) =>
    indexSelections(select(book, list, { guides: (number) => book.rulings[number]?.watches === true })));
  if (!list.patterns.some(({ guides }) => guides)) return true;
  const names = new Names(kind !== "unix-abstract");
  explore(new PatternTrie(list.patterns, silencer(list)), names, (subset, path) => {
    const patterns = matchedPatterns(subset);
    note(operationsOf(kind), indices.map((index) => matchedRulings(index, patterns)), targetAt(kind, path));
    return names.gaveUp;
  });
  return !names.gaveUp;
}

function noteOfAddresses(watchers: readonly Watcher[], note: Note): void {
  const isNetwork = ({ kind }: Selector): boolean => kind === "network";
  if (!watchers.some(({ watched }) => watched.some(({ ruling }) => ruling.match.some(isNetwork)))) return;
  const selectors: NetworkSelector[] = [];
  const indices = watchers.map(({ book }) => indexSelections(selectNetworks(book.rulings, selectors)));
  for (const { matched, target } of addressPoints(selectors)) {
    note(operationsOf("network"), indices.map((index) => matchedRulings(index, matched)), target);
  }
}
