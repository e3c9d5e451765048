/** `policyc feedback`: what was refused since the last call, for an agent's hook. */
import { isatty } from "node:tty";
import { FEEDBACK_VARIABLE } from "../runtime/feedback.js";
import { readNew, usualPlaces } from "../runtime/feedback-reader.js";
import { fail, reasonOf, STATUS } from "./exit.js";
import { type Agent, hookOutput, messageOf } from "./hook-formats.js";
import { printFailure } from "./print-failure.js";
import { readFileOf, STDIN } from "./read-sources.js";
import { writeOut } from "./terminal.js";

export interface FeedbackOptions {
  readonly format: Agent | "text";
  readonly state?: string;
}

/** Never 2: to a hook's caller that says that the agent must not go on. */
export function feedbackCommand(log: string | undefined, { format, state }: FeedbackOptions): number {
  const path = log ?? process.env[FEEDBACK_VARIABLE];
  if (path === undefined) return STATUS.done;
  try {
    const reading = readNew(path, state ?? null, usualPlaces());
    if (reading.kind === "absent") return STATUS.done;
    if (reading.kind === "forgetful") {
      return printFailure(fail(STATUS.machine, `nowhere to remember what was read: ${reasonOf(reading.thrown)}`,
        "--state FILE, where the policy permits create and write").failure);
    }
    tell(reading.lines, format);
    return STATUS.done;
  } catch (thrown) {
    return printFailure(fail(STATUS.machine, `cannot read \`${path}\`: ${reasonOf(thrown)}`).failure);
  }
}

function tell(lines: readonly string[], format: FeedbackOptions["format"]): void {
  if (lines.length === 0) return;
  writeOut(format === "text" ? lines.map((line) => `${line}\n`).join("") : hookOutput(messageOf(lines), inputOfHook()));
}

function inputOfHook(): string {
  if (isatty(0)) return "";
  const input = readFileOf(STDIN);
  return input.ok ? Buffer.from(input.value).toString() : "";
}
