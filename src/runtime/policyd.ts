/** The two privileged processes of a session: `policyd launch`, which becomes the command, and `policyd session`. */
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { invariant } from "../compiler/diagnostic.js";
import { recordText, type SessionRecord } from "./session-record.js";
import type { Identity } from "./users.js";

export type Ending =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "killed"; readonly signal: NodeJS.Signals }
  | { readonly kind: "unstartable"; readonly error: Error };

export interface Launcher {
  /** Undefined if it could not be started; then `ended` says why. */
  readonly pid: number | undefined;
  readonly ended: Promise<Ending>;
  /** Lets it become the command, without what `denied` names for the kernel side to take from it; null: with everything. */
  readonly go: (denied: Uint8Array | null) => void;
  /** Lets it end without having done anything. */
  readonly abandon: () => void;
}

export interface Daemon {
  /** Once the launcher is confined; null if it never is. */
  readonly ready: Promise<Ready | null>;
  readonly ended: Promise<Ending>;
  /** Ended, and everything that it wrote has been passed on. */
  readonly drained: Promise<Ending>;
  /** The first process has ended and its events are all here; how many threads of the session go on. */
  readonly over: Promise<bigint>;
  /** What it said on stderr so far. */
  readonly said: () => string;
  /** The bytes of the image, and paths of files that no session may change; or null to call it off. */
  readonly send: (confinement: Confinement | null) => void;
  /** No longer wait for it, nor keep this process alive for it. */
  readonly leave: () => void;
}

/** A session that stands, and the backend that it has. */
export interface Ready {
  readonly session: number;
  readonly backend: string;
}

/** What a session is held by. */
export interface Confinement {
  readonly image: Uint8Array;
  /** Absolute. */
  readonly guarded: readonly string[];
  /** What there is to say of the session, for others to read. */
  readonly record: SessionRecord;
}

const START_FD = 3;
const IMAGE_FD = 3;
const EVENTS_FD = 4;
const GUARDS_FD = 5;
const RECORD_FD = 6;
const MAX_SAID = 1 << 16;
// It is root: nothing that the user's environment says is its business.
export const DAEMON_ENVIRONMENT = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C" };

export function spawnLauncher(
  policyd: string, command: readonly string[], identity: Identity | null, environment: NodeJS.ProcessEnv,
): Launcher {
  const ids = identity === null ? []
    : ["--uid", String(identity.uid), "--gid", String(identity.gid), "--groups", identity.groups.join(",")];
  const child = spawn(policyd, ["launch", "--start-fd", String(START_FD), ...ids, "--", ...command], {
    // In our process group and terminal session: to the shell, we and the command are one job.
    stdio: ["inherit", "inherit", "inherit", "pipe"],
    env: environment,
  });
  const ended = endingOf(child);
  const start = pipeOf(child, START_FD);
  return {
    pid: child.pid,
    ended,
    go: (denied) => { start.end(new Uint8Array([1, ...(denied ?? [])])); },
    abandon: () => { start.end(); },
  };
}

/** Takes a piece of the events; once the first process has ended, tells how many threads go on. */
export type TakeEvents = (chunk: Uint8Array) => bigint | null;

export function spawnDaemon(policyd: string, pid: number, backend: string, onEvents: TakeEvents): Daemon {
  const child = spawn(policyd,
    ["session", "--pid", String(pid), "--image-fd", String(IMAGE_FD), "--events-fd", String(EVENTS_FD),
      "--guards-fd", String(GUARDS_FD), "--record-fd", String(RECORD_FD), "--backend", backend], {
      // Of its own session: neither the terminal's keys nor a signal to our process group reach it.
      detached: true,
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe", "pipe"],
      env: DAEMON_ENVIRONMENT,
    });
  const ended = endingOf(child);
  const image = pipeOf(child, IMAGE_FD);
  const events = pipeOf(child, EVENTS_FD);
  const guards = pipeOf(child, GUARDS_FD);
  const record = pipeOf(child, RECORD_FD);
  invariant(child.stdout !== null && child.stderr !== null, "policyd has no output");
  const { stdout, stderr } = child;

  const over = new Promise<bigint>((resolve) => {
    events.on("data", (chunk: Buffer) => {
      const left = onEvents(chunk);
      if (left !== null) resolve(left);
    });
  });
  // Only so that its closing is noticed.
  image.resume();
  guards.resume();
  record.resume();
  let said = "";
  stderr.setEncoding("utf8").on("data", (text: string) => { said = (said + text).slice(0, MAX_SAID); });
  const closed = Promise.all([closingOf(events), closingOf(stderr)]);

  return {
    ready: readyOf(stdout),
    ended,
    drained: ended.then(async (ending) => {
      if (ending.kind !== "unstartable") await closed;
      return ending;
    }),
    over,
    said: () => said,
    send: (confinement) => {
      if (confinement === null) image.end();
      else image.end(confinement.image);
      guards.end(confinement === null ? "" : pathsText(confinement.guarded));
      record.end(confinement === null ? "" : recordText(confinement.record));
    },
    leave: () => {
      child.unref();
      for (const stream of [image, guards, record, events, stdout, stderr]) stream.destroy();
    },
  };
}

/** As policyd takes a list of paths. */
export const pathsText = (paths: readonly string[]): string => paths.map((path) => `${path}\0`).join("");

function endingOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once("error", (error) => { resolve({ kind: "unstartable", error }); });
    child.once("exit", (code, signal) => {
      resolve(signal === null ? { kind: "exited", code: code ?? 0 } : { kind: "killed", signal });
    });
  });
}

/** What a process was started with at this descriptor. */
export function pipeOf(child: ChildProcess, fd: number): Socket {
  const pipe = child.stdio[fd];
  invariant(pipe instanceof Socket, `no pipe at descriptor ${fd}`);
  // That the other end is gone is known from its exit status.
  pipe.on("error", () => undefined);
  return pipe;
}

const closingOf = (stream: Readable): Promise<void> =>
  new Promise((resolve) => { stream.once("close", () => { resolve(); }); });

/** Waits for the line `ready SESSION BACKEND`. */
function readyOf(stdout: Readable): Promise<Ready | null> {
  return new Promise((resolve) => {
    let text = "";
    stdout.setEncoding("utf8");
    stdout.on("data", (chunk: string) => {
      text = (text + chunk).slice(0, MAX_SAID);
      const match = /^ready (\d+) (\w+)\n/m.exec(text);
      if (match !== null) resolve({ session: Number(match[1]), backend: match[2] ?? "" });
    });
    stdout.once("close", () => { resolve(null); });
  });
}
