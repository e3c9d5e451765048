/** Runs the built command and says how long it took. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const POLICYC = fileURLToPath(new URL("../../bin/policyc", import.meta.url));
/** The shell counts the processor's time of what it starts; Node does not. */
const TIMED = 'TIMEFORMAT="%R s, %U s of processors in the program and %S s in the kernel"; time "$@"';

/** The machine may be doing something else besides: the processors' time says more than the clock. */
export function measure(what: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync("bash", ["-c", TIMED, "bash", process.execPath, POLICYC, ...args],
    { encoding: "utf8", maxBuffer: 1 << 28 });
  const said = stderr.trimEnd().split("\n");
  console.log(`${what}: ${said.at(-1) ?? ""}; status ${status}, ${stdout.split("\n").length - 1} lines`);
  if (status !== 0) console.log(said.slice(0, 10).join("\n"));
}
