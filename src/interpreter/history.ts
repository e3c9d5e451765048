/** What one process does, one act after the other, and what a policy remembers of it. Nothing takes any time. */
import type { Attempt, Circumstances } from "../compiler/access.js";
import type { PastEvent } from "../compiler/resolve-tests.js";
import type { ResolvedEvent, ResolvedMark, ResolvedPolicy } from "../compiler/resolved.js";
import { eventMatcher, interpreter, limitMatcher, type Situation } from "./interpret.js";

export interface History {
  readonly marks: ReadonlySet<string>;
  /** How often each limit has counted. */
  readonly counts: readonly number[];
  /** Marks that files hold, by path. */
  readonly files: ReadonlyMap<string, ReadonlySet<string>>;
}

export const beginWith = (marks: Iterable<string>): History => ({ marks: new Set(marks), counts: [], files: new Map() });

export function situationOf(policy: ResolvedPolicy, history: History, who: Omit<Circumstances, "marks">): Situation {
  const spent = policy.limits.flatMap(({ count }, index) => ((history.counts[index] ?? 0) >= count ? [index] : []));
  return { ...who, marks: history.marks, spent: new Set(spent) };
}

/** Names of marks, and numbers of limits, that something permitted changes or counts for. */
export interface Deeds {
  readonly sets: readonly string[];
  readonly clears: readonly string[];
  /** When the process that executes the program has succeeded. */
  readonly successSets: readonly string[];
  readonly successClears: readonly string[];
  readonly counts: readonly number[];
}

/** What the attempt would leave behind. */
export function deedsOf(policy: ResolvedPolicy): (attempt: Attempt, who: Circumstances) => Deeds {
  const limits = policy.limits.map(limitMatcher);
  const matchers = new Map(policy.marks.flatMap(({ on, until }) => [...on, ...until]).map((event) => [event, eventMatcher(event)]));
  return (attempt, who) => {
    const marksOf = (events: (mark: ResolvedMark) => readonly ResolvedEvent[], success: boolean): readonly string[] =>
      policy.marks.filter((mark) => events(mark).some((event) =>
        (event.operations === "success") === success && (matchers.get(event)?.(attempt, who) ?? false))).map(({ name }) => name);
    const [on, until] = [({ on: events }: ResolvedMark) => events, ({ until: events }: ResolvedMark) => events];
    return {
      sets: marksOf(on, false), clears: marksOf(until, false), successSets: marksOf(on, true), successClears: marksOf(until, true),
      counts: limits.flatMap((matches, index) => (matches(attempt, who) ? [index] : [])),
    };
  };
}

/** What is remembered after an act by `who`; where the policy does not permit it, nothing has happened. */
export function historian(
  policy: ResolvedPolicy,
): (history: History, event: PastEvent, who: Omit<Circumstances, "marks">) => History {
  const decide = interpreter(policy);
  const deeds = deedsOf(policy);
  const ofProcess = new Set(policy.marks.filter(({ perProcess }) => perProcess).map(({ name }) => name));
  return (history, { act, args }, who) => {
    const attempt: Attempt = act.kind === "attempt" ? act.attempt : { kind: "path", op: "exec", path: act.path };
    const situation = situationOf(policy, history, { ...who, args });
    const { effect } = decide(attempt, situation);
    if (effect === "deny" || effect === "kill") return history;
    const { sets, clears, successSets, successClears, counts } = deeds(attempt, situation);
    // What a program that was started executes is an act of its own process.
    const own = (names: readonly string[]): readonly string[] => names.filter((name) => act.kind === "attempt" || !ofProcess.has(name));
    const happens = (now: readonly string[], then: readonly string[]): readonly string[] => [...own(now), ...act.kind === "success" ? then : []];
    const held = marksAfter(history.marks, happens(sets, successSets), happens(clears, successClears), takenFrom(policy, history, attempt));
    return {
      marks: held,
      counts: policy.limits.map((_, index) => (history.counts[index] ?? 0) + Number(counts.includes(index))),
      files: filesAfter(policy, history, attempt, held),
    };
  };
}

/** What is both set and cleared is clear; what a file carries, whoever is made of it or has read it holds in any case. */
export function marksAfter(
  held: ReadonlySet<string>, sets: readonly string[], clears: readonly string[], taken: readonly string[],
): ReadonlySet<string> {
  return new Set([...[...held, ...sets].filter((name) => !clears.includes(name)), ...taken]);
}

const TAKES: readonly Attempt["op"][] = ["read", "exec", "load"];

const tracking = ({ marks }: ResolvedPolicy): readonly ResolvedMark[] => marks.filter(({ tracksFiles }) => tracksFiles);

export function takenFrom(policy: ResolvedPolicy, { files }: Pick<History, "files">, attempt: Attempt): readonly string[] {
  if (attempt.kind !== "path" || !TAKES.includes(attempt.op)) return [];
  const held = files.get(attempt.path);
  return tracking(policy).map(({ name }) => name).filter((name) => held?.has(name) === true);
}

export function filesAfter(
  policy: ResolvedPolicy, { files }: Pick<History, "files">, attempt: Attempt, held: ReadonlySet<string>,
): History["files"] {
  if (attempt.kind !== "path" || attempt.op !== "write") return files;
  const given = tracking(policy).map(({ name }) => name).filter((name) => held.has(name));
  return new Map([...files, [attempt.path, new Set([...files.get(attempt.path) ?? [], ...given])]]);
}
