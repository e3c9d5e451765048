/** Several processes under a policy, as the interpreter sees it: what each holds itself, and what all of them share. */
import type { Attempt, Circumstances } from "../../src/compiler/access.js";
import type { Effect } from "../../src/compiler/ast.js";
import type { PastEvent } from "../../src/compiler/resolve-tests.js";
import type { ResolvedPolicy } from "../../src/compiler/resolved.js";
import { historian, type History, situationOf } from "../../src/interpreter/history.js";
import { interpreter } from "../../src/interpreter/interpret.js";

export type Who = Omit<Circumstances, "marks">;

export class World {
  private shared: History = { marks: new Set(), counts: [], files: new Map() };
  private readonly own = new Map<string, ReadonlySet<string>>();
  private readonly happen;
  private readonly decide;

  constructor(private readonly policy: ResolvedPolicy) {
    this.happen = historian(policy);
    this.decide = interpreter(policy);
  }

  /** What the policy decides for the process that is called so; one that nobody has heard of holds nothing. */
  effectOf(process: string, attempt: Attempt, who: Who): Effect {
    return this.decide(attempt, situationOf(this.policy, this.historyOf(process), who)).effect;
  }

  /** Whether more of another policy's rules match, in the same situation. */
  concerns(other: ResolvedPolicy, process: string, attempt: Attempt, who: Who): boolean {
    const situation = situationOf(this.policy, this.historyOf(process), who);
    return interpreter(other)(attempt, situation).matched.length > this.decide(attempt, situation).matched.length;
  }

  /** Afterwards the process is called `as`; the one that was there before can be asked for as well. */
  act(process: string, event: PastEvent, who: Who, as = process): void {
    const after = this.happen(this.historyOf(process), event, who);
    const isOwn = (name: string): boolean => this.policy.marks.some((mark) => mark.name === name && mark.perProcess);
    this.own.set(as, new Set([...after.marks].filter(isOwn)));
    this.shared = { ...after, marks: new Set([...after.marks].filter((name) => !isOwn(name))) };
  }

  wait(milliseconds: number): void {
    const counts = this.policy.limits.map(({ perMilliseconds }, i) =>
      (perMilliseconds <= milliseconds ? 0 : this.shared.counts[i] ?? 0));
    this.shared = { ...this.shared, counts };
  }

  historyOf(process: string): History {
    return { ...this.shared, marks: new Set([...this.shared.marks, ...this.own.get(process) ?? []]) };
  }
}
