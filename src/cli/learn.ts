/** `policyc learn`: runs a command with nothing denied, and writes the policy that would have let it through. */
import { closeSync, constants, existsSync, fstatSync, ftruncateSync, openSync, realpathSync, unlinkSync } from "node:fs";
import { OPERATIONS } from "../compiler/resolved.js";
import type { FrontEnd } from "../compiler/compile.js";
import { learn, type Learned, type Onto } from "../learn/learn.js";
import { withoutSecrets } from "../learn/mask-secrets.js";
import { AttemptCollector } from "../runtime/attempt-collector.js";
import { type Sink, writeText } from "../runtime/recorder.js";
import { bindingsOf, type OutsideBindings } from "./bindings.js";
import { type Attempt, fail, reasonOf, STATUS, succeed } from "./exit.js";
import { compileBytes, loadPolicySource } from "./load-policy.js";
import type { Loaded, Runnable } from "./loaded.js";
import type { BindingOptions } from "./options.js";
import { printDiagnostics, printFailure, printTrouble } from "./print-failure.js";
import { readSource, STDIN } from "./read-sources.js";
import { checkDraftOutput } from "./draft-output.js";
import { shellWord } from "./shell-word.js";
import { note, type RunSurroundings, type SessionOptions, supervise, type Supervised, SURROUNDINGS } from "./supervise.js";
import { printable, writeOut } from "./terminal.js";

export interface LearnOptions extends BindingOptions, SessionOptions {
  readonly output?: string;
  readonly onto?: string;
}

/** Every access is let through, and recorded. */
const AUDIT_ALL = `default audit ${[...OPERATIONS, "privilege"].join(", ")}\n`;

export async function learnCommand(
  command: readonly string[], options: LearnOptions, surroundings: RunSurroundings = SURROUNDINGS,
): Promise<number> {
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  const task = taskFor(command, options, bindings.value);
  if (!task.ok) return printFailure(task.failure);
  // Before the command runs, and may change it: what is wrong with it would be told too late.
  const onto = options.onto === undefined ? null : ontoFrom(options.onto, bindings.value, surroundings.environment["PATH"] ?? "");
  if (onto !== null && !onto.ok) return printTrouble(onto.trouble);
  const free = checkDraftOutput(options.output, options.onto);
  if (!free.ok) return printFailure(free.failure);
  const collector = new AttemptCollector();
  const output: { file: DraftFile | null } = { file: null };
  const result = await supervise({
    file: STDIN, command, options, surroundings,
    load: (searchPath) => Promise.resolve(auditing(bindings.value.home, searchPath)),
    openSinks: () => {
      const opened = openOutput(options.output);
      if (opened.ok) output.file = opened.value;
      return opened.ok ? succeed([collector, ...(opened.value === null ? [] : [opened.value])]) : opened;
    },
  });
  if (result.kind === "ended") return conclude(result, collector, { ...task.value, onto: onto?.value ?? null }, output.file);
  output.file?.finish(null);
  return result.status;
}

interface Task {
  readonly command: string;
  readonly workspace: string;
  readonly home: string;
}

function taskFor(command: readonly string[], { onto }: LearnOptions, { home, params, task }: OutsideBindings): Attempt<Task> {
  const unknown = Object.keys(params).find((name) => name !== "workspace");
  if (onto === undefined && unknown !== undefined) {
    return fail(STATUS.usage, `a learned policy has no parameter \`${unknown}\``, "--set workspace=DIR, or --onto FILE");
  }
  if (onto === undefined && task !== null) return fail(STATUS.usage, "a learned policy has no tasks", "--onto FILE");
  return succeed({ command: withoutSecrets(command).map(shellWord).join(" "), workspace: real(params["workspace"] ?? process.cwd()), home: real(home) });
}

/** Files are recorded where they lie. */
function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function ontoFrom(path: string, bindings: OutsideBindings, searchPath: string): Loaded<Onto> {
  const root = readSource(path);
  const loaded: Loaded<FrontEnd> = loadPolicySource(path, root, bindings, searchPath);
  if (!loaded.ok) return loaded;
  const { source, bindings: { home, programs } } = loaded.value.resolved;
  return { ok: true, warnings: [], value: { source, bindings: { home, params: bindings.params, programs }, task: bindings.task } };
}

function auditing(home: string, searchPath: string): Loaded<Runnable> {
  const loaded = compileBytes(STDIN, Buffer.from(AUDIT_ALL), { home, params: {}, task: null }, searchPath);
  return loaded.ok ? { ...loaded, value: { ...loaded.value, files: [] } } : loaded;
}

function conclude(
  { status, complete }: Extract<Supervised, { kind: "ended" }>, collector: AttemptCollector,
  task: Task & { readonly onto: Onto | null }, output: DraftFile | null,
): number {
  const lost = collector.lost + (complete ? 0 : 1);
  const date = new Date().toISOString().slice(0, "2026-01-01".length);
  const learned = learn({ ...task, attempts: collector.attempts, date, lost, read: readSource });
  if (!learned.ok) {
    output?.finish(null);
    printDiagnostics(learned.diagnostics);
    return STATUS.policy;
  }
  tell(learned.value, collector, lost, complete);
  const written = write(learned.value.text, output);
  if (!written.ok) return printFailure(written.failure);
  return status === STATUS.done && lost > 0 ? STATUS.machine : status;
}

const MOST_TOLD = 10;

function tell({ left, text }: Learned, { attempts, oddities }: AttemptCollector, lost: number, complete: boolean): void {
  const besides = [...left.map(({ access, why }) => `${access}: ${why}`), ...oddities].toSorted();
  for (const line of besides.slice(0, MOST_TOLD)) note(`not in the draft: ${printable(line)}`);
  if (besides.length > MOST_TOLD) note(`not in the draft: ${besides.length - MOST_TOLD} more`);
  if (lost > 0) note(complete ? `the draft is incomplete: ${lost} events were lost; run it again with --onto` : "the draft is incomplete: the end is missing");
  note(text === null ? `nothing is missing: all ${attempts.length} accesses are permitted` : `${attempts.length} accesses learned; read the draft before anything runs under it`);
}

/** Before the command runs, and with the rights of who called. Null: standard output. */
function openOutput(path: string | undefined): Attempt<DraftFile | null> {
  try {
    return succeed(path === undefined || path === STDIN ? null : new DraftFile(path));
  } catch (thrown) {
    return fail(STATUS.usage, `cannot write \`${path ?? ""}\`: ${reasonOf(thrown)}`);
  }
}

function write(text: string | null, output: DraftFile | null): Attempt<null> {
  try {
    output?.finish(text);
    if (output === null && text !== null) writeOut(text);
    return succeed(null);
  } catch (thrown) {
    // What took a run to find out is not thrown away.
    writeOut(text ?? "");
    return fail(STATUS.usage, `cannot write \`${output?.path ?? ""}\`: ${reasonOf(thrown)}`);
  }
}

/** Guarded while the command runs: it may be the draft that is added to. */
class DraftFile implements Sink {
  readonly #fd: number;
  readonly #isNew: boolean;

  constructor(readonly path: string) {
    this.#isNew = !existsSync(path);
    this.#fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o666);
  }

  take(): void { /* What is written is known at the end. */ }

  close(): void { /* It is not the end yet. */ }

  /** Null: nothing is to be written. */
  finish(text: string | null): void {
    try {
      if (text !== null && fstatSync(this.#fd).isFile()) ftruncateSync(this.#fd);
      if (text !== null) writeText(this.#fd, text);
    } finally {
      closeSync(this.#fd);
    }
    if (text === null && this.#isNew) unlinkSync(this.path);
  }
}
