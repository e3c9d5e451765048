/** The two privileged processes of a session: `policyd launch`, which becomes the command, and `policyd session`. */
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { invariant } from "../compiler/diagnostic.js";
import type { Identity } from "./users.js";

export type Ending =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "killed"; readonly signal: NodeJS.Signals }
  | { readonly kind: "unstartable"; readonly error: Error };

export interface Launcher {
  /** Undefined if it could not be started; then `ended` says why. */
  readonly pid: number | undefined;
  readonly ended: Promise<Ending>;
  /** Lets it become the command. */
  readonly go: () => void;
  /** Lets it end without having done anything. */
  readonly abandon: () => void;
}

export interface Daemon {
  /** The session's number, once the launcher is confined; null if it never is. */
  readonly ready: Promise<number | null>;
  readonly ended: Promise<Ending>;
  /** Ended, and everything that it wrote has been passed on. */
  readonly drained: Promise<Ending>;
  /** The first process has ended and its events are all here; how many threads of the session go on. */
  readonly over: Promise<bigint>;
  /** What it said on stderr so far. */
  readonly said: () => string;
  /** The bytes of the image, or none to call it off. */
  readonly sendImage: (image: Uint8Array | null) => void;
  /** No longer wait for it, nor keep this process alive for it. */
  readonly leave: () => void;
}

const START_FD = 3;
const IMAGE_FD = 3;
const EVENTS_FD = 4;
const MAX_SAID = 1 << 16;
// It is root: nothing that the user's environment says is its business.
const DAEMON_ENVIRONMENT = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C" };

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
    go: () => { start.end(new Uint8Array([1])); },
    abandon: () => { start.end(); },
  };
}

/** Takes a piece of the events; once the first process has ended, tells how many threads go on. */
export type TakeEvents = (chunk: Uint8Array) => bigint | null;

export function spawnDaemon(policyd: string, pid: number, onEvents: TakeEvents): Daemon {
  const child = spawn(policyd,
    ["session", "--pid", String(pid), "--image-fd", String(IMAGE_FD), "--events-fd", String(EVENTS_FD)], {
      // Of its own session: neither the terminal's keys nor a signal to our process group reach it.
      detached: true,
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      env: DAEMON_ENVIRONMENT,
    });
  const ended = endingOf(child);
  const image = pipeOf(child, IMAGE_FD);
  const events = pipeOf(child, EVENTS_FD);
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
    sendImage: (bytes) => { if (bytes === null) image.end(); else image.end(bytes); },
    leave: () => {
      child.unref();
      for (const stream of [image, events, stdout, stderr]) stream.destroy();
    },
  };
}

function endingOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once("error", (error) => { resolve({ kind: "unstartable", error }); });
    child.once("exit", (code, signal) => {
      resolve(signal === null ? { kind: "exited", code: code ?? 0 } : { kind: "killed", signal });
    });
  });
}

function pipeOf(child: ChildProcess, fd: number): Socket {
  const pipe = child.stdio[fd];
  invariant(pipe instanceof Socket, `no pipe at descriptor ${fd}`);
  // That the other end is gone is known from its exit status.
  pipe.on("error", () => undefined);
  return pipe;
}

const closingOf = (stream: Readable): Promise<void> =>
  new Promise((resolve) => { stream.once("close", () => { resolve(); }); });

/** Waits for the line `ready SESSION`. */
function readyOf(stdout: Readable): Promise<number | null> {
  return new Promise((resolve) => {
    let text = "";
    stdout.setEncoding("utf8");
    stdout.on("data", (chunk: string) => {
      text = (text + chunk).slice(0, MAX_SAID);
      const match = /^ready (\d+)\n/m.exec(text);
      if (match !== null) resolve(Number(match[1]));
    });
    stdout.once("close", () => { resolve(null); });
  });
}
