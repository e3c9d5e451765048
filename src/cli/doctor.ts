/** `policyc doctor`: what this machine can enforce. */
import { BACKENDS, type Backend, type Probe, probeWith } from "../runtime/backend.js";
import { type Check, checksOf, examineMachine, gapsOf, LSM_LIST_CHECK, type Machine } from "../runtime/machine.js";
import { POLICYD } from "../runtime/package-paths.js";
import { STATUS } from "./exit.js";
import { hasColour, painter, printable, writeOut } from "./terminal.js";

export interface DoctorOptions {
  readonly json?: boolean;
}

/** What tests replace. */
export interface DoctorSurroundings {
  readonly machine: () => Machine;
  readonly probe: Probe;
}

const SURROUNDINGS: DoctorSurroundings = { machine: examineMachine, probe: probeWith(POLICYD) };

export interface BackendReport {
  readonly name: string;
  readonly available: boolean;
  readonly why: string;
  /** One line: what to do; null where the checks say it, or nothing is amiss. */
  readonly advice: string | null;
}

export function doctorCommand(options: DoctorOptions, surroundings = SURROUNDINGS): number {
  const machine = surroundings.machine();
  const checks = checksOf(machine, "policyc doctor");
  const backends = backendsOf(checks, surroundings.probe);
  writeOut(options.json === true
    ? `${JSON.stringify({ kernel: machine.kernel, checks, backends }, null, 2)}\n`
    : report(checks, backends));
  return backends.some((backend) => backend.available) ? STATUS.done : STATUS.machine;
}

const MEANS: Readonly<Record<Backend, string>> = {
  lsm: "files, programs and sockets, decided in LSM hooks",
  fmod_ret: "the same, decided in the kernel's functions that call them",
  tracepoint: "less: sockets before, files and programs after (SIGKILL)",
};
const REFUSED = "a sandbox, or locked down: see /sys/kernel/security/lockdown";

/** What a check finds missing, and, with the rights to try, what happens when it is tried. */
export function backendsOf(checks: readonly Check[], probe: Probe): readonly BackendReport[] {
  return BACKENDS.map((name) => backendOf(name, checks, probe));
}

function backendOf(name: Backend, checks: readonly Check[], probe: Probe): BackendReport {
  const gaps = gapsOf(checks, name);
  // Of the list of LSMs a trial says the same, and whether programs could be loaded if BPF were on it.
  const trouble = gaps.every((gap) => gap.name === LSM_LIST_CHECK) ? probe(name) : null;
  const missing = gaps.length === 0 ? null : `needs: ${gaps.map((gap) => gap.name).join(", ")}`;
  const why = trouble ?? missing;
  return {
    name,
    available: why === null,
    why: why ?? MEANS[name],
    advice: trouble?.endsWith(": Operation not permitted") === true ? REFUSED : null,
  };
}

const WIDTH = 12;

function report(checks: readonly Check[], backends: readonly BackendReport[]): string {
  const paint = painter(hasColour("out"));
  const sign = (ok: boolean): string => (ok ? paint("green", "yes") : paint("red", "no ")).padEnd(3);
  const advice = (text: string | null): readonly string[] => (text === null ? [] : [`${" ".repeat(WIDTH + 5)}→ ${text}`]);
  return [
    ...checks.flatMap(({ name, ok, found, advice: text }) =>
      [`${name.padEnd(WIDTH)} ${sign(ok)} ${found}`, ...advice(text)]),
    "",
    ...backends.flatMap(({ name, available, why, advice: text }) =>
      [`${`backend ${name}`.padEnd(WIDTH + 7)} ${sign(available)} ${printable(why)}`, ...advice(text)]),
    "",
  ].join("\n");
}
