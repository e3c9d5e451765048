/** Calls of policyd that end soon, or go on by themselves once a session is ready. */
import { spawn } from "node:child_process";
import { invariant } from "../compiler/diagnostic.js";
import { DAEMON_ENVIRONMENT, pipeOf } from "./policyd.js";

export interface Answer {
  /** Null: it goes on by itself. */
  readonly status: number | null;
  /** The session that is ready, if any. */
  readonly session: number | null;
  readonly printed: string;
  /** What it said on stderr, in one line. */
  readonly said: string;
}

const FIRST_FD = 3;
const MOST_PRINTED = 1 << 24;

/** `inputs`: what it reads from descriptors 3, 4 and so on. */
export function callPolicyd(
  policyd: string, args: readonly string[], inputs: readonly (string | Uint8Array)[] = [],
): Promise<Answer> {
  const child = spawn(policyd, args, {
    detached: true, cwd: "/", env: DAEMON_ENVIRONMENT,
    stdio: ["ignore", "pipe", "pipe", ...inputs.map(() => "pipe" as const)],
  });
  const { stdout, stderr } = child;
  invariant(stdout !== null && stderr !== null, "policyd has no output");
  let [printed, said] = ["", ""];
  stderr.setEncoding("utf8").on("data", (text: string) => { said = (said + text).slice(0, MOST_PRINTED); });
  const pipes = inputs.map((bytes, i) => {
    const pipe = pipeOf(child, FIRST_FD + i);
    pipe.resume();
    pipe.end(bytes);
    return pipe;
  });
  return new Promise((resolve) => {
    const finish = (status: number | null, words: string): void => {
      const session = /^ready (\d+) \w+\n/m.exec(printed)?.[1];
      resolve({ status, session: session === undefined ? null : Number(session), printed, said: words });
    };
    stdout.setEncoding("utf8").on("data", (text: string) => {
      printed = (printed + text).slice(0, MOST_PRINTED);
      if (!/^ready \d+ \w+\n/m.test(printed)) return;
      finish(null, inOneLine(said));
      child.unref();
      for (const stream of [stdout, stderr, ...pipes]) stream.destroy();
    });
    child.once("error", (error) => { finish(STATUS_UNSTARTABLE, `cannot start policyd: ${error.message}`); });
    child.once("close", (code, signal) => {
      const how = `policyd ended: ${signal ?? `exit status ${code ?? 0}`}`;
      finish(code ?? STATUS_UNSTARTABLE, said === "" ? how : inOneLine(said));
    });
  });
}

const STATUS_UNSTARTABLE = 3;
const inOneLine = (said: string): string => said.trim().replace(/^policyd: /gm, "").replaceAll("\n", "; ");
