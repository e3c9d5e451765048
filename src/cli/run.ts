/** `policyc run`: a command as a session under a policy. */
import type { Meta } from "../compiler/image/meta.js";
import { type Check, checksOf, examineMachine, type Machine } from "../runtime/machine.js";
import { POLICYD } from "../runtime/package-paths.js";
import { EventFile, Recorder } from "../runtime/recorder.js";
import { runSession, type SessionResult } from "../runtime/session.js";
import {
  become, environmentOf, findUser, type Identity, identityOf, invokingUser, isRoot, mask, sudoCaller, unmask,
} from "../runtime/users.js";
import { type Attempt, fail, reasonOf, STATUS, succeed } from "./exit.js";
import type { Runnable } from "./loaded.js";
import { loadRunnable, preload } from "./load-runnable.js";
import { type BindingOptions, bindingsOf, type OutsideBindings } from "./options.js";
import { printDiagnostics, printFailure, printHelp, printTrouble } from "./print-failure.js";
import { printable, writeErr } from "./terminal.js";

export interface RunOptions extends BindingOptions {
  readonly backend: string;
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
export const WORKING_BACKENDS = ["auto", "lsm"];
const PLANNED_BACKENDS = ["fmod_ret", "tracepoint"];

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
  const job: Job = { file, command, options, surroundings, people: people.value, bindings: bindings.value };
  const gaps = checksOf(surroundings.machine(), "policyc run …").filter((check) => check.required && !check.ok);
  return gaps.length > 0 ? refuse(job, gaps) : supervise(job);
}

interface Job {
  readonly file: string;
  readonly command: readonly string[];
  readonly options: RunOptions;
  readonly surroundings: RunSurroundings;
  readonly people: People;
  readonly bindings: OutsideBindings;
}

async function supervise(job: Job): Promise<number> {
  const { people, options, surroundings } = job;
  const environment = people.target === null
    ? surroundings.environment : environmentOf(people.target, surroundings.environment);
  const outcome: { prepared: Prepared | null; trouble: number } = { prepared: null, trouble: STATUS.policy };
  const result = await runSession({
    policyd: surroundings.policyd,
    command: job.command,
    identity: people.target,
    environment,
    prepareImage: async () => {
      const prepared = await asInvokingUser(people, () => prepare(job, environment["PATH"] ?? ""));
      if (typeof prepared === "number") outcome.trouble = prepared;
      else outcome.prepared = prepared;
      return outcome.prepared?.image ?? null;
    },
    onEvents: (chunk) => outcome.prepared?.recorder.take(chunk) ?? null,
    onNote: note,
  });
  outcome.prepared?.recorder.close();
  return conclude(result, outcome.prepared, outcome.trouble, options);
}

const note = (line: string): void => { writeErr(`policyc: ${line}\n`); };

function checkBackend(backend: string): Attempt<null> {
  if (WORKING_BACKENDS.includes(backend)) return succeed(null);
  if (PLANNED_BACKENDS.includes(backend)) {
    return fail(STATUS.machine, `the backend \`${backend}\` is not available yet`, "--backend lsm");
  }
  return fail(STATUS.usage, `there is no backend \`${backend}\``,
    `the backends are ${[...WORKING_BACKENDS, ...PLANNED_BACKENDS].join(", ")}`);
}

/** What is wrong with the policy can be mended here; what this machine lacks perhaps not. */
async function refuse({ people, surroundings, file, bindings }: Job, gaps: readonly Check[]): Promise<number> {
  const searchPath = surroundings.environment["PATH"] ?? "";
  const loaded = await asInvokingUser(people, () => loadRunnable(file, bindings, searchPath));
  if (!loaded.ok) return printTrouble(loaded.trouble);
  printDiagnostics(loaded.warnings);
  const missing = gaps.map(({ name, found }) => `${name} (${found})`).join(", ");
  const status = printFailure({
    status: STATUS.machine, message: `this machine cannot enforce: ${missing}; \`policyc doctor\` shows all`,
  });
  for (const { advice } of gaps) {
    if (advice !== null) printHelp(advice);
  }
  return status;
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

interface Prepared extends Runnable {
  readonly recorder: Recorder;
}

/** The image and a place for its events, or the status to exit with. */
async function prepare({ file, bindings, options }: Job, searchPath: string): Promise<Prepared | number> {
  const loaded = await loadRunnable(file, bindings, searchPath);
  if (!loaded.ok) return printTrouble(loaded.trouble);
  printDiagnostics(loaded.warnings);
  try {
    const eventFile = options.events === undefined ? null : new EventFile(options.events);
    const recorder = new Recorder(loaded.value.meta.rules, eventFile, (thrown) => {
      note(`cannot write ${printable(options.events ?? "")} any more: ${reasonOf(thrown)}`);
    });
    return { ...loaded.value, recorder };
  } catch (thrown) {
    return printFailure({
      status: STATUS.usage, message: `cannot write \`${options.events ?? ""}\`: ${reasonOf(thrown)}`,
    });
  }
}

function conclude(result: SessionResult, prepared: Prepared | null, trouble: number, options: RunOptions): number {
  switch (result.kind) {
    case "called-off": return trouble;
    case "interrupted": return result.status;
    case "refused":
      return printFailure({
        status: result.fault === "image" ? STATUS.policy : STATUS.machine, message: result.message,
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
