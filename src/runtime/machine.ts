/** What this machine offers, and what is missing for enforcement. */
import { BACKENDS, type Backend } from "./backend.js";
import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";

export interface Machine {
  /** As `uname -r` says. */
  readonly kernel: string;
  readonly btf: boolean;
  /** The active LSMs; null where securityfs is not mounted or cannot be read. */
  readonly lsms: readonly string[] | null;
  readonly securityfs: boolean;
  readonly bpffs: boolean;
  readonly cgroup2: boolean;
  readonly root: boolean;
  /** Effective capabilities that loading BPF programs takes. */
  readonly mayLoadBpf: boolean;
}

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
  /** One line: what to do; null where nothing is amiss. */
  readonly advice: string | null;
  /** The backends that do not work without it. */
  readonly neededBy: readonly Backend[];
}

const BTF = "/sys/kernel/btf/vmlinux";
export const LSM_LIST_CHECK = "LSM list";
const LSM_LIST = "/sys/kernel/security/lsm";
const OLDEST_KERNEL = [6, 1] as const;
// capability.h
const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

export function examineMachine(): Machine {
  const mounts = readOr("/proc/self/mounts", "");
  const lsms = readOr(LSM_LIST, "").trim();
  return {
    kernel: release(),
    btf: existsSync(BTF),
    lsms: lsms === "" ? null : lsms.split(","),
    securityfs: isMounted(mounts, "securityfs"),
    bpffs: isMounted(mounts, "bpf"),
    cgroup2: isMounted(mounts, "cgroup2"),
    root: process.geteuid?.() === 0,
    mayLoadBpf: mayLoadBpf(readOr("/proc/self/status", "")),
  };
}

/** Everything `doctor` reports. `command` is what the user should run as root. */
export function checksOf(machine: Machine, command: string): readonly Check[] {
  return [
    check("rights", machine.root && machine.mayLoadBpf, rights(machine), machine.root
      ? "run policyc outside the container, or give the container CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN"
      : `run \`sudo ${command}\``),
    check("kernel", isRecent(machine.kernel), machine.kernel,
      `boot a kernel of version ${OLDEST_KERNEL.join(".")} or newer`),
    check("BTF", machine.btf, machine.btf ? BTF : `${BTF} is missing`,
      "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y (every current distribution kernel is)"),
    check(LSM_LIST_CHECK, machine.lsms?.includes("bpf") === true, lsmFound(machine), lsmAdvice(machine), ["lsm"]),
    check("bpffs", machine.bpffs, mounted(machine.bpffs), "mount -t bpf bpf /sys/fs/bpf", []),
    check("cgroup v2", machine.cgroup2, mounted(machine.cgroup2), "mount -t cgroup2 cgroup2 /sys/fs/cgroup", []),
  ];
}

function check(
  name: string, ok: boolean, found: string, advice: string, neededBy: readonly Backend[] = BACKENDS,
): Check {
  return { name, ok, found, advice: ok ? null : advice, neededBy };
}

/** What `backend` needs and this machine lacks. */
export const gapsOf = (checks: readonly Check[], backend: Backend): readonly Check[] =>
  checks.filter(({ ok, neededBy }) => !ok && neededBy.includes(backend));

const mounted = (is: boolean): string => (is ? "mounted" : "not mounted");

function rights(machine: Machine): string {
  if (!machine.root) return "not root";
  return machine.mayLoadBpf ? "root" : "root without CAP_BPF and CAP_PERFMON";
}

function lsmFound(machine: Machine): string {
  if (machine.lsms !== null) return machine.lsms.join(",");
  return machine.securityfs ? `${LSM_LIST} cannot be read` : "unknown: securityfs is not mounted";
}

function lsmAdvice(machine: Machine): string {
  if (machine.lsms !== null) {
    return `add \`lsm=${[...machine.lsms, "bpf"].join(",")}\` to the kernel command line and reboot`;
  }
  if (!machine.securityfs) return "mount -t securityfs securityfs /sys/kernel/security";
  return "boot a kernel with the file, or make it readable";
}

export function isRecent(kernel: string): boolean {
  const match = /^(\d+)\.(\d+)/.exec(kernel);
  if (match === null) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > OLDEST_KERNEL[0] || (major === OLDEST_KERNEL[0] && minor >= OLDEST_KERNEL[1]);
}

/** From the text of /proc/self/status. CAP_SYS_ADMIN stands for the two that were split off it. */
export function mayLoadBpf(status: string): boolean {
  const match = /^CapEff:\s*([0-9a-f]+)$/m.exec(status);
  const effective = BigInt(`0x${match?.[1] ?? "0"}`);
  const has = (capability: bigint): boolean => ((effective >> capability) & 1n) === 1n;
  return has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON));
}

const isMounted = (mounts: string, type: string): boolean =>
  mounts.split("\n").some((line) => line.split(" ")[2] === type);

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return otherwise;
  }
}
