// `policyc run` with a stand-in for policyd and a machine that lacks nothing.
// node run-with-fake.mjs POLICYD OPTIONS-AS-JSON FILE COMMAND…
import process from "node:process";
import { runCommand } from "../../dist/cli/run.js";

const [policyd, options, file, ...command] = process.argv.slice(2);
const machine = () => ({
  kernel: "6.12.0", btf: true, lsms: ["capability", "bpf"], securityfs: true, bpffs: true, cgroup2: true, root: true,
  mayLoadBpf: true,
});
const defaults = { set: [], backend: "auto" };
process.exit(await runCommand(file, command, { ...defaults, ...JSON.parse(options) },
  { policyd, machine, environment: process.env }));
