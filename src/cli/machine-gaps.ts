/** What this machine lacks for a session, and how that is said. */
import { BACKENDS, type Backend } from "../runtime/backend.js";
import { type Check, gapsOf } from "../runtime/machine.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";
import { printFailure, printHelp } from "./print-failure.js";

export const BACKEND_CHOICES = ["auto", ...BACKENDS] as const;

export function checkBackend(name: string): Attempt<Backend | "auto"> {
  const chosen = BACKEND_CHOICES.find((backend) => backend === name);
  return chosen === undefined
    ? fail(STATUS.usage, `there is no backend \`${name}\``, `the backends are ${BACKEND_CHOICES.join(", ")}`) : succeed(chosen);
}

/** What has to be mended first; whether the backend then works, policyd finds out by trying. */
export function leastGaps(checks: readonly Check[], backend: Backend | "auto"): readonly Check[] {
  if (backend !== "auto") return gapsOf(checks, backend);
  return BACKENDS.map((each) => gapsOf(checks, each)).reduce((least, gaps) => (gaps.length < least.length ? gaps : least));
}

/** The status to exit with. */
export function printGaps(gaps: readonly Check[]): number {
  const missing = gaps.map(({ name, found }) => `${name} (${found})`).join(", ");
  const status = printFailure({
    status: STATUS.machine, message: `this machine cannot enforce: ${missing}; \`policyc doctor\` shows all`,
  });
  for (const { advice } of gaps) {
    if (advice !== null) printHelp(advice);
  }
  return status;
}
