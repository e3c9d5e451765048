// `policyc run` with a stand-in for policyd and a machine that lacks nothing but what `machine` in the options says.
// node run-with-fake.mjs POLICYD OPTIONS-AS-JSON FILE COMMAND…
import process from "node:process";
import { runCommand } from "../../dist/cli/run.js";

const [policyd, json, file, ...command] = process.argv.slice(2);
const { machine: lacks, ...options } = JSON.parse(json);
const machine = () => ({
  kernel: "6.12.0", btf: true, lsms: ["capability", "bpf"], securityfs: true, bpffs: true, cgroup2: true, root: true,
  mayLoadBpf: true, ...lacks,
});
const defaults = { set: [], backend: "auto" };
process.exit(await runCommand(file, command, { ...defaults, ...options },
  { policyd, machine, environment: process.env }));
