/** The built command line as a user meets it, and `run` with a stand-in for policyd. */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach } from "vitest";
import { compile } from "../../src/compiler/compile.js";

const inCheckout = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
export const POLICYC = inCheckout("bin/policyc");
const RUN_WITH_FAKE = inCheckout("test/support/run-with-fake.mjs");
const FAKE_POLICYD = inCheckout("test/support/fake-policyd");
const MAIN = inCheckout("dist/cli/main.js");

export interface Result {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly result: Promise<Result>;
  /** Resolves once the output holds `text`. */
  readonly says: (text: string) => Promise<void>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Uint8Array;
}

/** Starts a program with pipes for its output. */
export function start(program: string, args: readonly string[], options: StartOptions = {}): Running {
  if (!existsSync(MAIN)) throw new Error("these tests run the built command: run `npm run build` first");
  const child = spawn(program, args, {
    cwd: options.cwd, env: { ...process.env, NO_COLOR: "", ...options.env }, stdio: ["pipe", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  const waiting: (() => void)[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (const check of waiting) check();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const check of waiting) check();
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  return {
    child,
    result: new Promise((resolve) => {
      child.once("close", (status, signal) => { resolve({ status, signal, stdout, stderr }); });
    }),
    says: (text) => new Promise((resolve, reject) => {
      const check = (): void => { if (`${stdout}${stderr}`.includes(text)) resolve(); };
      waiting.push(check);
      child.once("close", () => { reject(new Error(`ended without saying ${text}: ${stdout}${stderr}`)); });
      check();
    }),
  };
}

export const policyc = (args: readonly string[], options: StartOptions = {}): Promise<Result> =>
  start(process.execPath, [POLICYC, ...args], options).result;

// --- folders ---------------------------------------------------------------------------------------------------------

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder for one test, with these files. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "policyc-test-"));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

// --- run -------------------------------------------------------------------------------------------------------------

export interface FakeRun {
  /** What the stand-in does: see `fake-policyd`. */
  readonly fake?: Readonly<Record<string, string | Uint8Array>>;
  readonly policy?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Another program instead of the stand-in. */
  readonly policyd?: string;
  /** Whether others than its owner may look into the folder. */
  readonly open?: boolean;
}

const DEFAULT_POLICY = 'no-keys: deny read "/keys/**" because "private"\n';

/** Compiled once: loading the compiler anew is most of what such a test would take. */
function defaultImage(): Uint8Array {
  const bindings = { home: "/root", params: {}, programs: [] };
  const compiled = compile("a.pol", (path) => ({ path, text: DEFAULT_POLICY }), bindings);
  if (!compiled.ok) throw new Error("the default policy does not compile");
  return compiled.value;
}
let image: Uint8Array | null = null;

/** Starts `policyc run FILE -- COMMAND` in a folder of its own: a.pol if `policy` is given, else an image. */
export function startRun(command: readonly string[], setUp: FakeRun = {}): Running & { readonly folder: string } {
  image ??= defaultImage();
  const [name, content] = setUp.policy === undefined ? ["a.polc", image] : ["a.pol", setUp.policy];
  const folder = folderWith({ [name]: content, ...setUp.fake });
  const fake = join(folder, "fake-policyd");
  copyFileSync(FAKE_POLICYD, fake);
  if (setUp.open === true) chmodSync(folder, 0o755);
  const args = [RUN_WITH_FAKE, setUp.policyd ?? fake, JSON.stringify(setUp.options ?? {}), name, ...command];
  return {
    folder,
    ...start(process.execPath, args, {
      cwd: folder, ...(setUp.env === undefined ? {} : { env: setUp.env }),
      ...(setUp.input === undefined ? {} : { input: setUp.input }),
    }),
  };
}

export const readIn = (folder: string, name: string): string => readFileSync(join(folder, name), "utf8");
