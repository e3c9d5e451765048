import { describe, expect, it } from "vitest";
import { checksOf, isRecent, type Machine, mayLoadBpf } from "../../src/runtime/machine.js";
import { policyc } from "../support/cli.js";

const GOOD: Machine = {
  kernel: "6.12.9-cloud-amd64", btf: true, lsms: ["lockdown", "apparmor", "bpf"], securityfs: true, bpffs: true,
  cgroup2: true, root: true, mayLoadBpf: true,
};
const gaps = (machine: Partial<Machine>): readonly string[] =>
  checksOf({ ...GOOD, ...machine }, "policyc doctor").filter(({ ok }) => !ok)
    .map(({ name, found, advice, required }) => `${name}${required ? "" : "?"}: ${found} → ${advice ?? ""}`);

describe("checksOf", () => {
  it("finds nothing amiss where nothing is", () => {
    expect(gaps({})).toEqual([]);
  });

  it.each<[Partial<Machine>, string]>([
    [{ root: false, mayLoadBpf: false }, "rights: not root → run `sudo policyc doctor`"],
    [{ mayLoadBpf: false }, "rights: root without CAP_BPF and CAP_PERFMON → run policyc outside the container, "
      + "or give the container CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN"],
    [{ kernel: "5.15.0" }, "kernel: 5.15.0 → boot a kernel of version 6.1 or newer"],
    [{ btf: false }, "BTF: /sys/kernel/btf/vmlinux is missing → boot a kernel built with CONFIG_DEBUG_INFO_BTF=y "
      + "(every current distribution kernel is)"],
    [{ lsms: ["lockdown", "yama"] }, "LSM list: lockdown,yama → add `lsm=lockdown,yama,bpf` to the kernel command line and reboot"],
    [{ lsms: null, securityfs: false }, "LSM list: unknown: securityfs is not mounted → "
      + "mount -t securityfs securityfs /sys/kernel/security"],
    [{ bpffs: false }, "bpffs?: not mounted → mount -t bpf bpf /sys/fs/bpf"],
    [{ cgroup2: false }, "cgroup v2?: not mounted → mount -t cgroup2 cgroup2 /sys/fs/cgroup"],
  ])("%j", (machine, gap) => {
    expect(gaps(machine)).toEqual([gap]);
  });
});

it.each([["6.1.0-13-amd64", true], ["6.12.1", true], ["7.0", true], ["6.0.19", false], ["5.99", false], ["?", false]])(
  "isRecent(%s) is %s", (kernel, recent) => {
    expect(isRecent(kernel)).toBe(recent);
  });

it.each([
  ["CapEff:\t000001ffffffffff\n", true],
  ["Name:\tx\nCapEff:\t0000000000200000\n", true],
  ["CapEff:\t000000c000000000\n", true],
  ["CapEff:\t0000008000000000\n", false],
  ["CapEff:\t00000000a80425fb\n", false],
  ["", false],
])("mayLoadBpf(%j) is %s", (status, may) => {
  expect(mayLoadBpf(status)).toBe(may);
});

describe("policyc doctor", () => {
  it("prints JSON, and its status says whether a backend works", async () => {
    const { stdout, status } = await policyc(["doctor", "--json"]);
    const report: unknown = JSON.parse(stdout);
    expect(report).toMatchObject({
      backends: [{ name: "lsm" }, { name: "fmod_ret", available: false }, { name: "tracepoint", available: false }],
    });
    expect(status).toBe(JSON.stringify(report).includes('"available":true') ? 0 : 3);
  });
});
