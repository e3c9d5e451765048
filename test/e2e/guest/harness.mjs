// What the suites share: counting, running programs, running sessions and reading their events.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const CHECKOUT = join(dirname(fileURLToPath(import.meta.url)), "../../..");
export const BUILT = join(CHECKOUT, "build/e2e");
export const POLICYC = join(CHECKOUT, "bin/policyc");
export const POLICYD = join(CHECKOUT, "dist/native/policyd");
export const SCRATCH = mkdtempSync("/tmp/policyc-e2e-");
export const PROBE = join(BUILT, "probe");
export const PINS = "/sys/fs/bpf";
/** Not in a guest, but on the machine that the tests themselves run on. */
export const IS_NATIVE = process.env.POLICYC_E2E_NATIVE === "1";
/** By which every session is confined: this guest has no other. */
export const BACKEND = process.env.POLICYC_E2E_BACKEND ?? "lsm";

const PATIENCE = 240_000;
const DETAIL = 600;

export const counts = { passed: 0, failed: 0, skipped: 0 };
let suiteName = "";

export function suite(name) {
  suiteName = name;
}

function line(mark, name, detail) {
  process.stdout.write(`${mark} ${suiteName}: ${name}\n`);
  if (detail !== undefined && detail !== "") process.stdout.write(`${detail.trimEnd().slice(0, DETAIL).replace(/^/gm, "  # ")}\n`);
}

/** One test. `detail` is shown when it fails: text, or anything that JSON can show. */
export function check(name, ok, detail = "") {
  if (ok) counts.passed++;
  else counts.failed++;
  line(ok ? "ok" : "not ok", name, ok ? "" : typeof detail === "string" ? detail : JSON.stringify(detail));
  return ok;
}

export function skip(name, why) {
  counts.skipped++;
  line("ok", `${name} # SKIP ${why}`);
}

/** Runs a program to its end; never throws. */
export function exec(program, args, options = {}) {
  const result = spawnSync(program, args, {
    encoding: "utf8", timeout: PATIENCE, killSignal: "SIGKILL", maxBuffer: 1 << 26, ...options,
  });
  return { status: result.status, signal: result.signal, out: result.stdout ?? "", err: result.stderr ?? "" };
}

export const shell = (script, options = {}) => exec("/bin/bash", ["-c", script], options);

/** A file name that nothing else uses. */
let files = 0;
export const scratchFile = (name) => join(SCRATCH, `${++files}-${name}`);

export const image = (name) => join(BUILT, `${name}.polc`);

const runWords = (policy, command, events, { backend = BACKEND, flags = [] }) =>
  ["run", "--backend", backend, ...(backend === "tracepoint" ? ["--allow-degraded"] : []), "--events", events, ...flags, policy, "--",
    ...command];

/** Runs a command in a session under an image; its events come with the result. */
export function session(policy, command, options = {}) {
  const events = scratchFile("events");
  const result = exec(POLICYC, runWords(policy, command, events, options), options);
  return { ...result, events: readEvents(events) };
}

/** The same in the background: `ended` resolves to the result. */
export function startSession(policy, command, options = {}) {
  const events = scratchFile("events");
  const output = scratchFile("output");
  const fd = openSync(output, "w");
  const child = spawn(POLICYC, runWords(policy, command, events, options), {
    stdio: ["ignore", fd, fd], ...options,
  });
  closeSync(fd);
  const ended = new Promise((resolve) => {
    child.once("exit", (status, signal) => {
      resolve({ status, signal, out: readFileSync(output, "utf8"), events: readEvents(events) });
    });
  });
  return { child, ended, log: events, output: () => readFileSync(output, "utf8"), events: () => readEvents(events) };
}

export function readEvents(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").filter((text) => text !== "").map((text) => JSON.parse(text));
}

export const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** Waits until `condition` is true; false when it never is. */
export async function until(condition, milliseconds = PATIENCE) {
  for (const end = Date.now() + milliseconds; Date.now() < end; await sleep(50)) if (condition()) return true;
  return false;
}

/** Those of an event that a test speaks of. */
export const brief = (events) => events.slice(0, 6).map(({ op, target, decision, rule, reason, count }) =>
  ({ op, target, decision, rule, reason, count }));

/** Processes whose command line begins with these words. */
export function processes(...words) {
  return exec("/bin/ps", ["-eo", "pid=,args="]).out.split("\n").flatMap((text) => {
    const match = /^\s*(\d+) (.*)$/.exec(text);
    return match !== null && match[2].startsWith(words.join(" ")) ? [Number(match[1])] : [];
  });
}
