/** `policyc run`: a command as a session under a policy. */
import { invariant } from "../compiler/diagnostic.js";
import { decodeImage } from "../compiler/image/decode.js";
import type { Meta } from "../compiler/image/meta.js";
import { BACKENDS, type Backend } from "../runtime/backend.js";
import { type Check, checksOf, examineMachine, gapsOf, type Machine } from "../runtime/machine.js";
import { POLICYD } from "../runtime/package-paths.js";
import { EventFile, Recorder } from "../runtime/recorder.js";
import type { Confinement } from "../runtime/policyd.js";
import { type Admission, runSession, type SessionResult } from "../runtime/session.js";
import { deniedTo, shortcomingsOf } from "../runtime/tracepoints.js";
import {
  become, environmentOf, findUser, type Identity, identityOf, invokingUser, isRoot, mask, sudoCaller, unmask,
} from "../runtime/users.js";
import { bindingsOf, type OutsideBindings } from "./bindings.js";
import { admits } from "./degraded.js";
import { type Attempt, fail, reasonOf, STATUS, succeed } from "./exit.js";
import { checkBackend, leastGaps, printGaps } from "./machine-gaps.js";
import type { Runnable } from "./loaded.js";
import { loadRunnable, preload } from "./load-runnable.js";
import type { BindingOptions } from "./options.js";
import { printDiagnostics, printFailure, printTrouble } from "./print-failure.js";
import { guardedFiles, sessionRecord } from "./session-facts.js";
import { printable, writeErr } from "./terminal.js";

export interface RunOptions extends BindingOptions {
  readonly backend: string;
  readonly allowDegraded?: boolean;
  readonly user?: string;
  readonly events?: string;
  readonly quiet?: boolean;
}

/** What tests replace. */
export interface RunSurroundings {
  readonly policyd: string;
  readonly machine: () => Machine;
  readonly environment: NodeJS.ProcessEnv;
}

const SURROUNDINGS: RunSurroundings = { policyd: POLICYD, machine: examineMachine, environment: process.env };

export async function runCommand(
  file: string, command: readonly string[], options: RunOptions, surroundings = SURROUNDINGS,
): Promise<number> {
  const backend = checkBackend(options.backend);
  if (!backend.ok) return printFailure(backend.failure);
  const people = peopleOf(options.user, surroundings.environment);
  if (!people.ok) return printFailure(people.failure);
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  await preload(file);
  const checks = checksOf(surroundings.machine(), "policyc run …");
  const job: Job = {
    file, command, options, surroundings, backend: backend.value, people: people.value, bindings: bindings.value,
    fallsBack: backend.value === "auto" && gapsOf(checks, BACKENDS[0]).length > 0,
  };
  const gaps = leastGaps(checks, backend.value);
  return gaps.length > 0 ? refuse(job, gaps) : supervise(job);
}

interface Job {
  readonly file: string;
  readonly command: readonly string[];
  readonly options: RunOptions;
  readonly surroundings: RunSurroundings;
  readonly backend: Backend | "auto";
  /** Nobody asked for a backend, and this machine lacks what the first one needs. */
  readonly fallsBack: boolean;
  readonly people: People;
  readonly bindings: OutsideBindings;
}

/** How far it came, and the status to exit with where it goes no further. */
interface Outcome {
  prepared: Prepared | null;
  trouble: number;
}

async function supervise(job: Job): Promise<number> {
  const { people, surroundings } = job;
  const environment = people.target === null
    ? surroundings.environment : environmentOf(people.target, surroundings.environment);
  const outcome: Outcome = { prepared: null, trouble: STATUS.policy };
  const result = await runSession({
    policyd: surroundings.policyd,
    command: job.command,
    backend: job.backend,
    identity: people.target,
    environment,
    prepare: async () => {
      const prepared = await asInvokingUser(people, () => prepare(job, environment["PATH"] ?? ""));
      if (typeof prepared === "number") outcome.trouble = prepared;
      else outcome.prepared = prepared;
      return outcome.prepared;
    },
    admit: (backend) => admit(backend, outcome, job),
    onEvents: (chunk) => outcome.prepared?.recorder.take(chunk) ?? null,
    onNote: note,
  });
  outcome.prepared?.recorder.close();
  return conclude(result, outcome.prepared, outcome.trouble, job);
}

/** The tracepoint backend holds less, and some of that by what the command is not given. */
function admit(backend: string, outcome: Outcome, { options }: Job): Admission {
  if (backend !== "tracepoint" || outcome.prepared === null) return { ok: true, denied: null };
  const decoded = decodeImage(outcome.prepared.image);
  invariant(decoded.ok, "policyd took an image that cannot be decoded");
  if (admits(shortcomingsOf(decoded.value), options.allowDegraded === true)) {
    return { ok: true, denied: deniedTo(decoded.value) };
  }
  outcome.trouble = STATUS.machine;
  return { ok: false };
}

const note = (line: string): void => { writeErr(`policyc: ${line}\n`); };

/** What is wrong with the policy can be mended here; what this machine lacks perhaps not. */
async function refuse({ people, surroundings, file, bindings }: Job, gaps: readonly Check[]): Promise<number> {
  const searchPath = surroundings.environment["PATH"] ?? "";
  const loaded = await asInvokingUser(people, () => loadRunnable(file, bindings, searchPath));
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
async function prepare(job: Job, searchPath: string): Promise<Prepared | number> {
  const { file, bindings, options, command, people, surroundings } = job;
  const loaded = await loadRunnable(file, bindings, searchPath);
  if (!loaded.ok) return printTrouble(loaded.trouble);
  printDiagnostics(loaded.warnings);
  try {
    const eventFile = options.events === undefined ? null : new EventFile(options.events);
    const recorder = new Recorder(loaded.value.meta.rules, eventFile, (thrown) => {
      note(`cannot write ${printable(options.events ?? "")} any more: ${reasonOf(thrown)}`);
    }, () => { note("policyd was ended and goes on: no event is lost"); });
    const { meta, files } = loaded.value;
    const record = sessionRecord({ file, meta, command, user: people.target ?? invokingUser(surroundings.environment) });
    return { ...loaded.value, guarded: guardedFiles(files, options.events), recorder, record };
  } catch (thrown) {
    return printFailure({
      status: STATUS.usage, message: `cannot write \`${options.events ?? ""}\`: ${reasonOf(thrown)}`,
    });
  }
}

function conclude(result: SessionResult, prepared: Prepared | null, trouble: number, { options, fallsBack }: Job): number {
  switch (result.kind) {
    case "called-off": return trouble;
    case "interrupted": return result.status;
    case "refused":
      if (result.fault === "image") return printFailure({ status: STATUS.policy, message: result.message });
      return printFailure({
        status: STATUS.machine, message: result.message,
        ...(fallsBack ? { help: "`policyc doctor` says which backends this machine has" } : {}),
      });
    case "ended":
      if (options.quiet !== true && prepared !== null) note(lastLine(prepared, result.complete, options));
      return result.status;
  }
}

function lastLine({ recorder, meta }: { recorder: Recorder; meta: Meta }, complete: boolean, options: RunOptions): string {
  const events = options.events === undefined ? null : printable(options.events);
  const line = recorder.summary.line(meta.bindings.home, events);
  return complete ? line : `${line}; the end is missing`;
}
