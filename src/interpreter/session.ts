/** What the processes of a session do, one step after the other, while time passes; and what a policy remembers of it. */
import type { Attempt, Circumstances } from "../compiler/access.js";
import type { ResolvedPolicy } from "../compiler/resolved.js";
import { deedsOf, filesAfter, type History, marksAfter, takenFrom } from "./history.js";
import { type Decision, interpreter } from "./interpret.js";

export type Step =
  | { readonly kind: "act"; readonly process: number; readonly attempt: Attempt }
  | { readonly kind: "exec"; readonly process: number; readonly path: string; readonly args: readonly string[] }
  | { readonly kind: "fork"; readonly process: number; readonly child: number }
  | { readonly kind: "exit"; readonly process: number; readonly status: number };

export interface Process extends Omit<Circumstances, "marks"> {
  /** Its own: those that belong to the session are not among them. */
  readonly marks: ReadonlySet<string>;
  /** The process that started it. */
  readonly starter: number | null;
  /** When it succeeds. */
  readonly successSets: readonly string[];
  readonly successClears: readonly string[];
}

export interface Session extends Pick<History, "marks" | "files"> {
  readonly processes: ReadonlyMap<number, Process>;
  /** Of each limit, in milliseconds: when it counted. */
  readonly moments: readonly (readonly number[])[];
}

const FIRST: Process = { marks: new Set(), exe: [], under: [], args: [], starter: null, successSets: [], successClears: [] };

/** With one process, which is number 0. */
export const beginSession = (): Session => ({ marks: new Set(), files: new Map(), processes: new Map([[0, FIRST]]), moments: [] });

export interface After {
  readonly session: Session;
  /** Null where there was nothing to decide. */
  readonly decision: Decision | null;
}

/** The session after a step at that time, in milliseconds. */
export function sessionOf(policy: ResolvedPolicy): (session: Session, step: Step, now: number) => After {
  const decide = interpreter(policy);
  const deeds = deedsOf(policy);
  const ofProcess = new Set(policy.marks.filter(({ perProcess }) => perProcess).map(({ name }) => name));
  const [owned, shared] = [(name: string): boolean => ofProcess.has(name), (name: string): boolean => !ofProcess.has(name)];

  const spentOf = ({ moments }: Session, now: number): ReadonlySet<number> => new Set(policy.limits.flatMap(({ count, perMilliseconds }, limit) =>
    ((moments[limit] ?? []).filter((moment) => now - moment < perMilliseconds).length >= count ? [limit] : [])));

  /** Those of the session, and of one of its processes. */
  const change = (session: Session, process: number, marks: (held: ReadonlySet<string>) => ReadonlySet<string>): Session => {
    const known = session.processes.get(process);
    const held = marks(new Set([...session.marks, ...known?.marks ?? []]));
    const processes = known === undefined ? session.processes
      : new Map([...session.processes, [process, { ...known, marks: new Set([...held].filter(owned)) }]]);
    return { ...session, marks: new Set([...held].filter(shared)), processes };
  };

  const act = (session: Session, process: number, attempt: Attempt, args: readonly string[], now: number): After => {
    const { marks: own, ...who } = session.processes.get(process) ?? FIRST;
    const situation = { ...who, args, marks: new Set([...session.marks, ...own]), spent: spentOf(session, now) };
    const decision = decide(attempt, situation);
    if (decision.effect === "deny" || decision.effect === "kill") return { session, decision };
    const { sets, clears, successSets, successClears, counts } = deeds(attempt, situation);
    const changed = change(session, process, (held) => marksAfter(held, sets, clears, takenFrom(policy, session, attempt)));
    const after = changed.processes.get(process) ?? FIRST;
    const files = filesAfter(policy, session, attempt, new Set([...changed.marks, ...after.marks]));
    const moments = policy.limits.map((_, limit) => [...session.moments[limit] ?? [], ...counts.includes(limit) ? [now] : []]);
    const processes = new Map([...changed.processes, [process, {
      ...after, successSets: [...who.successSets, ...successSets], successClears: [...who.successClears, ...successClears],
    }]]);
    return { session: { ...changed, files, moments, processes }, decision };
  };

  const exit = (session: Session, number: number, status: number): Session => {
    const ended = session.processes.get(number) ?? FIRST;
    const without = { ...session, processes: new Map([...session.processes].filter(([other]) => other !== number)) };
    if (status !== 0) return without;
    return change(without, ended.starter ?? number, (held) => marksAfter(held, ended.successSets, ended.successClears, []));
  };

  return (session, step, now) => {
    const process = session.processes.get(step.process) ?? FIRST;
    switch (step.kind) {
      case "act":
        return act(session, step.process, step.attempt, process.args, now);
      case "exec": {
        const after = act(session, step.process, { kind: "path", op: "exec", path: step.path }, step.args, now);
        const runs = after.session.processes.get(step.process) ?? FIRST;
        if (after.session === session) return after;
        const processes = new Map([...after.session.processes, [step.process, { ...runs, exe: [step.path], args: step.args }]]);
        return { ...after, session: { ...after.session, processes } };
      }
      case "fork": {
        const child: Process = { ...process, under: [...process.under, ...process.exe], starter: step.process, successSets: [], successClears: [] };
        return { session: { ...session, processes: new Map([...session.processes, [step.child, child]]) }, decision: null };
      }
      case "exit":
        return { session: exit(session, step.process, step.status), decision: null };
    }
  };
}

/** Names of marks that hold for a process. */
export const marksOf = ({ marks, processes }: Session, process: number): ReadonlySet<string> =>
  new Set([...marks, ...processes.get(process)?.marks ?? []]);
