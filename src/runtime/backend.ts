/** The ways to hook, and whether one works here. */
import { spawnSync } from "node:child_process";
import { DAEMON_ENVIRONMENT } from "./policyd.js";

/** Each is better than those behind it. */
export const BACKENDS = ["lsm", "fmod_ret", "tracepoint"] as const;
export type Backend = (typeof BACKENDS)[number];

/** Tries the backend out, as root: null where it works, else why it does not. Takes up to seconds. */
export type Probe = (backend: Backend) => string | null;

export const probeWith = (policyd: string): Probe => (backend) => {
  const { status, signal, error, stderr } = spawnSync(policyd, ["probe", "--backend", backend], {
    encoding: "utf8", env: DAEMON_ENVIRONMENT, stdio: ["ignore", "ignore", "pipe"],
  });
  if (error !== undefined) return `cannot start policyd: ${error.message}`;
  if (status === 0) return null;
  const said = stderr.trim().replace(/^policyd: /gm, "").replaceAll("\n", "; ");
  return said === "" ? `policyd ended without a word: ${signal ?? `exit status ${String(status)}`}` : said;
};
