import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { backendsOf } from "../../src/cli/doctor.js";
import { BACKENDS, type Backend, probeWith } from "../../src/runtime/backend.js";
import { checksOf, isRecent, type Machine, mayLoadBpf } from "../../src/runtime/machine.js";
import { folderWith, policyc } from "../support/cli.js";

const GOOD: Machine = {
  kernel: "6.12.9-cloud-amd64", btf: true, lsms: ["lockdown", "apparmor", "bpf"], securityfs: true, bpffs: true,
  cgroup2: true, root: true, mayLoadBpf: true,
};
const gaps = (machine: Partial<Machine>): readonly string[] =>
  checksOf({ ...GOOD, ...machine }, "policyc doctor").filter(({ ok }) => !ok)
    .map(({ name, found, advice, neededBy }) =>
      `${name}${neededBy.length === BACKENDS.length ? "" : `[${neededBy.join()}]`}: ${found} → ${advice ?? ""}`);

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
    [{ lsms: ["lockdown", "yama"] }, "LSM list[lsm]: lockdown,yama → add `lsm=lockdown,yama,bpf` to the kernel command line and reboot"],
    [{ lsms: null, securityfs: false }, "LSM list[lsm]: unknown: securityfs is not mounted → "
      + "mount -t securityfs securityfs /sys/kernel/security"],
    [{ bpffs: false }, "bpffs[]: not mounted → mount -t bpf bpf /sys/fs/bpf"],
    [{ cgroup2: false }, "cgroup v2[]: not mounted → mount -t cgroup2 cgroup2 /sys/fs/cgroup"],
  ])("%j", (machine, gap) => {
    expect(gaps(machine)).toEqual([gap]);
  });
});

describe("backendsOf", () => {
  const REFUSAL = "the kernel refuses fmod_ret programs: Operation not permitted";
  const asked: Backend[] = [];
  const report = (machine: Partial<Machine>, troubles: Partial<Record<Backend, string>>): readonly string[] => {
    asked.length = 0;
    const probe = (backend: Backend): string | null => {
      asked.push(backend);
      return troubles[backend] ?? null;
    };
    return backendsOf(checksOf({ ...GOOD, ...machine }, "policyc doctor"), probe)
      .map(({ name, available, why, advice }) => `${name}: ${available ? "yes" : why}${advice === null ? "" : " (advice)"}`);
  };
  const LESS = "tracepoint: yes";

  it("has both where both work", () => {
    expect(report({}, {})).toEqual(["lsm: yes", "fmod_ret: yes", LESS]);
  });

  it("has fmod_ret where BPF is no LSM", () => {
    expect(report({ lsms: ["yama"] }, { lsm: "not called" })).toEqual(["lsm: not called", "fmod_ret: yes", LESS]);
  });

  it("believes the list of LSMs where the trial finds nothing", () => {
    expect(report({ lsms: ["yama"] }, {})).toEqual(["lsm: needs: LSM list", "fmod_ret: yes", LESS]);
  });

  it("says why a trial failed, with advice where root is refused", () => {
    expect(report({}, { fmod_ret: REFUSAL })).toEqual(["lsm: yes", `fmod_ret: ${REFUSAL} (advice)`, LESS]);
  });

  it.each<Partial<Machine>>([{ root: false, mayLoadBpf: false }, { btf: false }, { kernel: "5.15.0" }])(
    "tries nothing where more is missing: %j", (machine) => {
      expect(report(machine, {}).map((line) => line.includes(": needs: "))).toEqual([true, true, true]);
      expect(asked).toEqual([]);
    });
});

describe("probeWith", () => {
  const policyd = (script: string): string => {
    const path = join(folderWith({ policyd: `#!/bin/sh\n${script}\n` }), "policyd");
    chmodSync(path, 0o755);
    return path;
  };

  it.each([
    ['[ "$*" = "probe --backend fmod_ret" ]', null],
    ["echo 'policyd: it does not' >&2; exit 3", "it does not"],
    ["echo 'policyd: one' >&2; echo 'policyd: two' >&2; exit 3", "one; two"],
    ["exit 3", "policyd ended without a word: exit status 3"],
    ["kill -KILL $$", "policyd ended without a word: SIGKILL"],
  ])("%s", (script, answer) => {
    expect(probeWith(policyd(script))("fmod_ret")).toBe(answer);
  });

  it("says that policyd is missing", () => {
    expect(probeWith("/nonexistent/policyd")("lsm")).toMatch(/^cannot start policyd: .*ENOENT/);
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
      backends: [{ name: "lsm" }, { name: "fmod_ret" }, { name: "tracepoint" }],
    });
    expect(status).toBe(JSON.stringify(report).includes('"available":true') ? 0 : 3);
  });
});
