// For a guest that was booted without `bpf` in its LSM list: which backend there is, and what it needs.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import {
  BACKEND, brief, check, exec, image, POLICYC, POLICYD, scratchFile, session, shell, startSession, suite, until,
} from "./harness.mjs";

const POLICY = image("techniques");
const PLACE = "/srv/e2e-no-lsm/x/y";
const PREEMPTION = "/sys/kernel/debug/sched/preempt";

const probe = (backend) => exec(POLICYD, ["probe", "--backend", backend]);
const run = (backend) => exec(POLICYC, ["run", "--backend", backend, POLICY, "--", "/bin/echo", "ran"]);
const refuses = (result, words) => result.status === 3 && result.out === "" && words.test(result.err);

export async function runWithoutLsm() {
  suite("no-lsm");
  const list = readFileSync("/sys/kernel/security/lsm", "utf8");
  check("this kernel has no bpf LSM", BACKEND === "fmod_ret" && !list.split(",").includes("bpf"), list);
  const insisting = run("lsm");
  check("--backend lsm: status 3, no command", insisting.status === 3 && insisting.out === "", insisting);
  check("it says what to do", insisting.err.includes("lsm=") && insisting.err.includes("bpf"), insisting.err);
  check("LSM programs load, but are not called", refuses(probe("lsm"), /not in its list of LSMs/), probe("lsm"));
  const trial = probe("fmod_ret");
  check("fmod_ret programs are called", trial.status === 0 && trial.err === "", trial);
  doctor();
  await unasked();
  preempting();
  optimised();
}

function doctor() {
  const { status, out, err } = exec(POLICYC, ["doctor", "--json"]);
  const available = JSON.parse(out).backends.filter((backend) => backend.available).map(({ name }) => name);
  check("doctor: all but lsm", status === 0 && available.join() === "fmod_ret,tracepoint", out + err);
}

async function unasked() {
  for (const folder of ["no-read", "free"]) {
    mkdirSync(`${PLACE}/${folder}`, { recursive: true });
    writeFileSync(`${PLACE}/${folder}/file`, `${folder}\n`);
  }
  const here = scratchFile("here");
  const lasting = startSession(POLICY, ["/bin/bash", "-c", `touch ${here}; exec sleep 1000000`]);
  await until(() => existsSync(here));
  const result = session(POLICY, ["/bin/cat", `${PLACE}/no-read/file`, `${PLACE}/free/file`], { backend: "auto" });
  check("no backend asked for: enforced all the same", result.status === 1 && result.out === "free\n", result);
  check("with an event of the rule", result.events.length === 1 && result.events[0].rule === "no-read", brief(result.events));
  const later = preempt("full", () => run("auto"));
  check("preempt=full, beside a session: status 3, no command", refuses(later, /preempt=voluntary/), later);
  lasting.child.kill("SIGTERM");
  await lasting.ended;
}

function preempt(mode, act) {
  writeFileSync(PREEMPTION, mode);
  const result = act();
  writeFileSync(PREEMPTION, "voluntary");
  return result;
}

/** A kernel that preempts passes programs over: the backend must not be had there. */
function preempting() {
  const trial = preempt("full", () => probe("fmod_ret"));
  check("preempt=full: not available", refuses(trial, /preempt=voluntary/), trial);
  check("preempt=none: available", preempt("none", () => probe("fmod_ret")).status === 0);
}

/** Under a /proc that speaks of another kernel. */
function optimised() {
  const [version, symbols] = [scratchFile("version"), scratchFile("kallsyms")];
  writeFileSync(version, "Linux version 6.12 (Debian clang version 19.1.7)\n");
  writeFileSync(symbols, `${shell("grep -E ' (rename_lock|preempt_dynamic_mode)$' /proc/kallsyms").out}ffffffff81000000 t ima_ok.llvm.4217\n`);
  const underBoth = (command) => exec("/usr/bin/unshare", ["--mount", "/bin/bash", "-c",
    `mount --bind ${version} /proc/version && mount --bind ${symbols} /proc/kallsyms && exec ${command}`]);
  const trial = underBoth(`${POLICYD} probe --backend fmod_ret`);
  check("a kernel optimised as a whole: not available", refuses(trial, /LTO/), trial);
  writeFileSync(symbols, readFileSync(symbols, "utf8").replace(".llvm.", ".cold."));
  const compiled = underBoth(`${POLICYD} probe --backend fmod_ret`);
  check("one that clang just compiled: available", compiled.status === 0, compiled);
}
