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

/** What is remembered after an act by `who`; where the policy does not permit it, nothing has happened. */
export function historian(
  policy: ResolvedPolicy,
): (history: History, event: PastEvent, who: Omit<Circumstances, "marks">) => History {
  const decide = interpreter(policy);
  const limits = policy.limits.map(limitMatcher);
  const events = policy.marks.flatMap(({ on, until }) => [...on, ...until]);
  const matchers = new Map(events.map((event) => [event, eventMatcher(event)]));
  return (history, { act, args }, who) => {
    const attempt: Attempt = act.kind === "attempt" ? act.attempt : { kind: "path", op: "exec", path: act.path };
    const situation = situationOf(policy, history, { ...who, args });
    const { effect } = decide(attempt, situation);
    if (effect === "deny" || effect === "kill") return history;
    const meets = (events: readonly ResolvedEvent[], mark: ResolvedMark): boolean => events.some((event) => {
      const isOfSuccess = event.operations === "success";
      // What a program that was started executes is an act of its own process.
      const isOwn = isOfSuccess || act.kind === "attempt" || !mark.perProcess;
      return isOwn && (act.kind === "success" || !isOfSuccess) && (matchers.get(event)?.(attempt, situation) ?? false);
    });
    const set = policy.marks.filter((mark) => meets(mark.on, mark)).map(({ name }) => name);
    const clear = new Set(policy.marks.filter((mark) => meets(mark.until, mark)).map(({ name }) => name));
    const held = new Set([...history.marks, ...set, ...takenFrom(policy, history, attempt)].filter((name) => !clear.has(name)));
    return {
      marks: held,
      counts: limits.map((matches, index) => (history.counts[index] ?? 0) + Number(matches(attempt, situation))),
      files: filesAfter(policy, history, attempt, held),
    };
  };
}

const TAKES: readonly Attempt["op"][] = ["read", "exec", "load"];

const tracking = ({ marks }: ResolvedPolicy): readonly ResolvedMark[] => marks.filter(({ tracksFiles }) => tracksFiles);

function takenFrom(policy: ResolvedPolicy, { files }: History, attempt: Attempt): readonly string[] {
  if (attempt.kind !== "path" || !TAKES.includes(attempt.op)) return [];
  const held = files.get(attempt.path);
  return tracking(policy).map(({ name }) => name).filter((name) => held?.has(name) === true);
}

function filesAfter(
  policy: ResolvedPolicy, { files }: History, attempt: Attempt, held: ReadonlySet<string>,
): History["files"] {
  if (attempt.kind !== "path" || attempt.op !== "write") return files;
  const given = tracking(policy).map(({ name }) => name).filter((name) => held.has(name));
  return new Map([...files, [attempt.path, new Set([...files.get(attempt.path) ?? [], ...given])]]);
}
