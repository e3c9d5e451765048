/** `policyc doctor`: what this machine can enforce. */
import { type Check, checksOf, examineMachine, type Machine } from "../runtime/machine.js";
import { STATUS } from "./exit.js";
import { hasColour, painter, writeOut } from "./terminal.js";

export interface DoctorOptions {
  readonly json?: boolean;
}

interface Backend {
  readonly name: string;
  readonly available: boolean;
  readonly why: string;
}

export function doctorCommand(options: DoctorOptions, machine: Machine = examineMachine()): number {
  const checks = checksOf(machine, "policyc doctor");
  const backends = backendsOf(checks);
  writeOut(options.json === true
    ? `${JSON.stringify({ kernel: machine.kernel, checks, backends }, null, 2)}\n`
    : report(checks, backends));
  return backends.some((backend) => backend.available) ? STATUS.done : STATUS.machine;
}

function backendsOf(checks: readonly Check[]): readonly Backend[] {
  const missing = checks.filter((check) => check.required && !check.ok).map((check) => check.name);
  const later = "not available yet";
  return [
    { name: "lsm", available: missing.length === 0,
      why: missing.length === 0 ? "files, programs and sockets, decided in LSM hooks" : `needs: ${missing.join(", ")}` },
    { name: "fmod_ret", available: false, why: later },
    { name: "tracepoint", available: false, why: later },
  ];
}

const WIDTH = 12;

function report(checks: readonly Check[], backends: readonly Backend[]): string {
  const paint = painter(hasColour("out"));
  const sign = (ok: boolean): string => (ok ? paint("green", "yes") : paint("red", "no ")).padEnd(3);
  const advice = (text: string | null): readonly string[] => (text === null ? [] : [`${" ".repeat(WIDTH + 5)}→ ${text}`]);
  return [
    ...checks.flatMap(({ name, ok, found, advice: text }) =>
      [`${name.padEnd(WIDTH)} ${sign(ok)} ${found}`, ...advice(text)]),
    "",
    ...backends.map(({ name, available, why }) => `${`backend ${name}`.padEnd(WIDTH + 7)} ${sign(available)} ${why}`),
    "",
  ].join("\n");
}
