/** Runs a command as a session, for whoever says under which policy and who keeps its events. */
import { invariant } from "../compiler/diagnostic.js";
import { decodeImage } from "../compiler/image/decode.js";
import type { Meta } from "../compiler/image/meta.js";
import { BACKENDS, type Backend } from "../runtime/backend.js";
import { type Check, checksOf, examineMachine, gapsOf, type Machine } from "../runtime/machine.js";
import { POLICYD } from "../runtime/package-paths.js";
import type { Confinement } from "../runtime/policyd.js";
import { Recorder, type Sink } from "../runtime/recorder.js";
import { type Admission, runSession, type SessionResult } from "../runtime/session.js";
import { deniedTo, shortcomingsOf } from "../runtime/tracepoints.js";
import {
  become, environmentOf, findUser, type Identity, identityOf, invokingUser, isRoot, mask, sudoCaller, unmask,
} from "../runtime/users.js";
import { admits } from "./degraded.js";
import { type Attempt, fail, reasonOf, STATUS, succeed } from "./exit.js";
import type { Loaded, Runnable } from "./loaded.js";
import { checkBackend, leastGaps, printGaps } from "./machine-gaps.js";
import { printDiagnostics, printFailure, printTrouble } from "./print-failure.js";
import { guardedFiles, sessionRecord } from "./session-facts.js";
import { printable, writeErr } from "./terminal.js";

/** The flags of every command that runs another. */
export interface SessionOptions {
  readonly backend: string;
  readonly allowDegraded?: boolean;
  readonly user?: string;
}

/** What tests replace. */
export interface RunSurroundings {
  readonly policyd: string;
  readonly machine: () => Machine;
  readonly environment: NodeJS.ProcessEnv;
}

export const SURROUNDINGS: RunSurroundings = { policyd: POLICYD, machine: examineMachine, environment: process.env };

export interface Job {
  /** The policy, as the user names it. */
  readonly file: string;
  readonly command: readonly string[];
  readonly options: SessionOptions;
  readonly surroundings: RunSurroundings;
  /** What the command finds in its environment besides. */
  readonly environment?: NodeJS.ProcessEnv;
  /** `searchPath`: the command's PATH. With the rights of who called. */
  readonly load: (searchPath: string) => Promise<Loaded<Runnable>>;
  /** The same; once the policy is known to be in order. */
  readonly openSinks: (meta: Meta) => Attempt<readonly Sink[]>;
}

/** A command that ran, or the status to exit with: why was said. */
export type Supervised =
  | { readonly kind: "refused"; readonly status: number }
  /** `complete`: every event has arrived. */
  | { readonly kind: "ended"; readonly status: number; readonly complete: boolean; readonly recorder: Recorder; readonly meta: Meta };

export async function supervise(job: Job): Promise<Supervised> {
  const { options, surroundings } = job;
  const backend = checkBackend(options.backend);
  if (!backend.ok) return refused(printFailure(backend.failure));
  const people = peopleOf(options.user, surroundings.environment);
  if (!people.ok) return refused(printFailure(people.failure));
  const checks = checksOf(surroundings.machine(), "policyc run …");
  const task: Task = {
    ...job, backend: backend.value, people: people.value,
    fallsBack: backend.value === "auto" && gapsOf(checks, BACKENDS[0]).length > 0,
  };
  const gaps = leastGaps(checks, backend.value);
  return gaps.length > 0 ? refused(await refuse(task, gaps)) : superviseWith(task);
}

const refused = (status: number): Supervised => ({ kind: "refused", status });

interface Task extends Job {
  readonly people: People;
  readonly backend: Backend | "auto";
  /** Nobody asked for a backend, and this machine lacks what the first one needs. */
  readonly fallsBack: boolean;
}

/** How far it came, and the status to exit with where it goes no further. */
interface Progress {
  prepared: Prepared | null;
  trouble: number;
}

async function superviseWith(task: Task): Promise<Supervised> {
  const { people, surroundings } = task;
  const environment = people.target === null
    ? surroundings.environment : environmentOf(people.target, surroundings.environment);
  const progress: Progress = { prepared: null, trouble: STATUS.policy };
  const result = await runSession({
    policyd: surroundings.policyd,
    command: task.command,
    backend: task.backend,
    identity: people.target,
    environment: { ...environment, ...task.environment },
    prepare: async () => {
      const prepared = await asInvokingUser(people, () => prepare(task, environment["PATH"] ?? ""));
      if (typeof prepared === "number") progress.trouble = prepared;
      else progress.prepared = prepared;
      return progress.prepared;
    },
    admit: (backend) => admit(backend, progress, task),
    onEvents: (chunk) => progress.prepared?.recorder.take(chunk) ?? null,
    onNote: note,
  });
  progress.prepared?.recorder.close();
  return conclude(result, progress, task);
}

/** The tracepoint backend holds less, and some of that by what the command is not given. */
function admit(backend: string, progress: Progress, { options }: Task): Admission {
  if (backend !== "tracepoint" || progress.prepared === null) return { ok: true, denied: null };
  const decoded = decodeImage(progress.prepared.image);
  invariant(decoded.ok, "policyd took an image that cannot be decoded");
  if (admits(shortcomingsOf(decoded.value), options.allowDegraded === true)) {
    return { ok: true, denied: deniedTo(decoded.value) };
  }
  progress.trouble = STATUS.machine;
  return { ok: false };
}

export const note = (line: string): void => { writeErr(`policyc: ${line}\n`); };

/** What is wrong with the policy can be mended here; what this machine lacks perhaps not. */
async function refuse({ people, surroundings, load }: Task, gaps: readonly Check[]): Promise<number> {
  const loaded = await asInvokingUser(people, () => load(surroundings.environment["PATH"] ?? ""));
  if (!loaded.ok) return printTrouble(loaded.trouble);
  printDiagnostics(loaded.warnings);
  return printGaps(gaps);
}

// --- who -------------------------------------------------------------------------------------------------------------

interface People {
  /** Who reads the policy and writes the events; null: root itself, who has nobody to step back for. */
  readonly invoking: Identity | null;
  /** Whom the command runs as; null: root as it is. */
  readonly target: Identity | null;
}

function peopleOf(user: string | undefined, environment: NodeJS.ProcessEnv): Attempt<People> {
  const invoking = isRoot() && sudoCaller(environment) !== null ? identityOf(invokingUser(environment)) : null;
  if (user === undefined) return succeed({ invoking, target: invoking });
  const found = findUser(user);
  if (found === null) return fail(STATUS.usage, `there is no user \`${user}\``);
  return succeed({ invoking, target: identityOf(found) });
}

/** Gives root up for what only needs the user's own rights. Who may signal the command is who we are from then on. */
async function asInvokingUser<T>({ invoking, target }: People, work: () => Promise<T>): Promise<T> {
  if (!isRoot() || target === null) return work();
  if (invoking !== null && invoking.uid === target.uid) {
    become(invoking);
    return work();
  }
  if (invoking !== null) mask(invoking);
  const result = await work();
  if (invoking !== null) unmask();
  become(target);
  return result;
}

// --- what ------------------------------------------------------------------------------------------------------------

interface Prepared extends Runnable, Confinement {
  readonly recorder: Recorder;
}

/** The image and a place for its events, or the status to exit with. */
async function prepare({ file, load, openSinks, command, people, surroundings }: Task, searchPath: string): Promise<Prepared | number> {
  const loaded = await load(searchPath);
  if (!loaded.ok) return printTrouble(loaded.trouble);
  printDiagnostics(loaded.warnings);
  const { meta, files } = loaded.value;
  const sinks = openSinks(meta);
  if (!sinks.ok) return printFailure(sinks.failure);
  const recorder = new Recorder(meta.rules, sinks.value, (path, thrown) => {
    note(`cannot write ${printable(path ?? "events")} any more: ${reasonOf(thrown)}`);
  }, () => { note("policyd was ended and goes on: no event is lost"); });
  const record = sessionRecord({ file, meta, command, user: people.target ?? invokingUser(surroundings.environment) });
  return { ...loaded.value, guarded: guardedFiles([...files, ...sinks.value.flatMap(({ path }) => path ?? [])]), recorder, record };
}

function conclude(result: SessionResult, { prepared, trouble }: Progress, { fallsBack }: Task): Supervised {
  switch (result.kind) {
    case "called-off": return refused(trouble);
    case "interrupted": return refused(result.status);
    case "refused":
      if (result.fault === "image") return refused(printFailure({ status: STATUS.policy, message: result.message }));
      return refused(printFailure({
        status: STATUS.machine, message: result.message,
        ...(fallsBack ? { help: "`policyc doctor` says which backends this machine has" } : {}),
      }));
    case "ended":
      invariant(prepared !== null, "a session ended that was never prepared");
      return { kind: "ended", status: result.status, complete: result.complete, recorder: prepared.recorder, meta: prepared.meta };
  }
}
