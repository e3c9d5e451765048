/** Runs a command as a session: the protocol between policyc, the launcher and policyd. */
import { readFileSync } from "node:fs";
import type { Backend } from "./backend.js";
import { type Confinement, type Daemon, type Ending, type Launcher, type Ready, spawnDaemon, spawnLauncher, type TakeEvents } from "./policyd.js";
import { type NoticedSignal, STOPPING_SIGNALS, statusOfSignal, TERMINAL_SIGNALS, takeSignals } from "./signals.js";
import type { Identity } from "./users.js";

export interface SessionRequest {
  /** The path of the privileged program. */
  readonly policyd: string;
  readonly command: readonly string[];
  /** `auto`: the one that other sessions have, or that works. */
  readonly backend: Backend | "auto";
  /** Whom the command runs as; null: as we do. */
  readonly identity: Identity | null;
  readonly environment: NodeJS.ProcessEnv;
  /** Called once both processes have been started, when this process needs root no longer. Null calls it off. */
  readonly prepare: () => Promise<Confinement | null>;
  /** Called once it is known which backend confines the command. */
  readonly admit: (backend: string) => Admission;
  readonly onEvents: TakeEvents;
  /** One line that the user should see now. */
  readonly onNote: (line: string) => void;
}

export type SessionResult =
  /** `complete`: every event has arrived. */
  | { readonly kind: "ended"; readonly status: number; readonly complete: boolean }
  | { readonly kind: "refused"; readonly fault: "image" | "machine"; readonly message: string }
  | { readonly kind: "called-off" }
  | { readonly kind: "interrupted"; readonly status: number };

/** Whether the command may run after all, and what it is not given. */
export type Admission =
  | { readonly ok: true; readonly denied: Uint8Array | null }
  | { readonly ok: false };

const PATIENCE_MILLISECONDS = 1000;
const RETRY_MILLISECONDS = 20;
const RETRIES = 50;

export async function runSession(request: SessionRequest): Promise<SessionResult> {
  const signals = new SignalDesk();
  try {
    const launcher = spawnLauncher(request.policyd, request.command, request.identity, request.environment);
    if (launcher.pid === undefined) return unstartable(await launcher.ended);
    const daemon = spawnDaemon(request.policyd, launcher.pid, request.backend, request.onEvents);
    const outcome = await confine(request, launcher, daemon, signals);
    const admission = "backend" in outcome ? request.admit(outcome.backend) : null;
    if (admission === null || !admission.ok) {
      launcher.abandon();
      await settle(launcher, daemon);
      return "backend" in outcome ? { kind: "called-off" } : outcome;
    }
    launcher.go(admission.denied);
    return await accompany(request, launcher, launcher.pid, daemon, signals);
  } finally {
    signals.close();
  }
}

/** Until the launcher is confined; else why it is not. */
async function confine(
  request: SessionRequest, launcher: Launcher, daemon: Daemon, signals: SignalDesk,
): Promise<SessionResult | Ready> {
  const interruption = signals.nextStop().then(interrupted);
  const launcherEnd = launcher.ended.then((ending): SessionResult =>
    ({ kind: "refused", fault: "machine", message: `the launcher ended early: ${describe(ending)}` }));

  const confinement = await request.prepare();
  daemon.send(confinement);
  if (confinement === null) return { kind: "called-off" };
  const ready = daemon.ready.then(async (session) => session ?? refusal(daemon));
  return Promise.race([ready, interruption, launcherEnd.then(async (result) => {
    // If policyd has something to say about it, that is the better message.
    const session = await Promise.race([daemon.ready, signals.nextStop()]);
    return session === null ? refusal(daemon) : result;
  })]);
}

/** From the moment the command runs until the last event. */
async function accompany(
  request: SessionRequest, launcher: Launcher, pid: number, daemon: Daemon, signals: SignalDesk,
): Promise<SessionResult> {
  signals.relayTo(pid);
  let commandRuns = true;
  void daemon.drained.then(async (ending) => {
    // Both may have ended at the same moment: policyd with the session.
    if (isClean(ending)) await Promise.race([launcher.ended, new Promise((resolve) => { setTimeout(resolve, PATIENCE_MILLISECONDS).unref(); })]);
    if (commandRuns) request.onNote(isClean(ending) ? UNLOADED : `policyd ended (${describe(ending)}): ${UNATTENDED}`);
  });
  const ending = await launcher.ended;
  commandRuns = false;
  // policyd stays until the last process of the session has ended; who waits for the command need not.
  const last = await Promise.race([daemon.over, daemon.drained, signals.nextStop()]);
  if (typeof last === "bigint" && last > 0n) {
    request.onNote(`${threads(last)} of the session ${last === 1n ? "goes" : "go"} on, confined and no longer recorded`);
  }
  daemon.leave();
  return { kind: "ended", status: statusOf(ending), complete: typeof last === "bigint" || isCleanEnd(last) };
}

const UNLOADED = "the session was unloaded: the command runs on without a policy";
const UNATTENDED = "the command stays confined; `policyc status` as root has its events recorded again";
const threads = (count: bigint): string => `${count} thread${count === 1n ? "" : "s"}`;
const isCleanEnd = (last: Ending | NoticedSignal): boolean => typeof last !== "string" && isClean(last);

/** Waits for both to end, but not for ever: what they wait for is closed. */
async function settle(launcher: Launcher, daemon: Daemon): Promise<void> {
  await Promise.race([
    Promise.all([launcher.ended, daemon.drained]),
    new Promise((resolve) => { setTimeout(resolve, PATIENCE_MILLISECONDS).unref(); }),
  ]);
  daemon.leave();
}

async function refusal(daemon: Daemon): Promise<SessionResult> {
  const ending = await daemon.drained;
  if (ending.kind === "unstartable") return unstartable(ending);
  const said = daemon.said().trim().split("\n").map((line) => line.replace(/^policyd: /, "")).join("; ");
  const atFault = ending.kind === "exited" && ending.code === 1;
  return {
    kind: "refused",
    fault: atFault ? "image" : "machine",
    message: said === "" ? `policyd could not confine the command: ${describe(ending)}` : said,
  };
}

function unstartable(ending: Ending): SessionResult {
  return { kind: "refused", fault: "machine", message: `cannot start policyd: ${describe(ending)}` };
}

const interrupted = (signal: NoticedSignal): SessionResult =>
  ({ kind: "interrupted", status: statusOfSignal(signal) });

const isClean = (ending: Ending): boolean => ending.kind === "exited" && ending.code === 0;

function statusOf(ending: Ending): number {
  switch (ending.kind) {
    case "exited": return ending.code;
    case "killed": return statusOfSignal(ending.signal);
    case "unstartable": return 127;
  }
}

function describe(ending: Ending): string {
  switch (ending.kind) {
    case "exited": return `exit status ${ending.code}`;
    case "killed": return `killed by ${ending.signal}`;
    case "unstartable": return ending.error.message;
  }
}

/** Decides what a signal means: stop, while nothing runs; the command's, while it does. */
class SignalDesk {
  #command: number | null = null;
  #waiting: ((signal: NoticedSignal) => void)[] = [];
  readonly close = takeSignals((signal) => { this.#take(signal); });

  /** The next signal that asks us to stop and is not the command's. */
  nextStop(): Promise<NoticedSignal> {
    this.#command = null;
    return new Promise((resolve) => { this.#waiting.push(resolve); });
  }

  /** From now on signals are for this process. */
  relayTo(pid: number): void {
    this.#command = pid;
    this.#waiting = [];
  }

  #take(signal: NoticedSignal): void {
    if (this.#command !== null) {
      if (!TERMINAL_SIGNALS.some((own) => own === signal)) deliver(this.#command, signal, RETRIES);
    } else if (STOPPING_SIGNALS.has(signal)) {
      for (const resolve of this.#waiting.splice(0)) resolve(signal);
    }
  }
}

/** Not permitted while the launcher still is root, which is a matter of microseconds. */
function deliver(pid: number, signal: NoticedSignal, retries: number): void {
  // `fg` has woken the whole job already; a second SIGCONT could undo a Ctrl-Z typed since.
  if (signal === "SIGCONT" && !isStopped(pid)) return;
  try {
    process.kill(pid, signal);
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
    if (code === "EPERM" && retries > 0) setTimeout(deliver, RETRY_MILLISECONDS, pid, signal, retries - 1).unref();
  }
}

function isStopped(pid: number): boolean {
  try {
    // The name before the state is in parentheses and may hold any character, `)` included.
    return / [Tt] /.test(readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\)/s, "").slice(0, 3));
  } catch {
    return false;
  }
}
