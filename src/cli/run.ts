/** `policyc run`: a command as a session under a policy. */
import { resolve } from "node:path";
import type { Meta } from "../compiler/image/meta.js";
import { FEEDBACK_VARIABLE, FeedbackFile } from "../runtime/feedback.js";
import { EventFile, type Sink } from "../runtime/recorder.js";
import { bindingsOf } from "./bindings.js";
import { type Attempt, fail, reasonOf, STATUS, succeed } from "./exit.js";
import { loadRunnable, preload } from "./load-runnable.js";
import type { BindingOptions } from "./options.js";
import type { ApprovalOptions } from "./require-approval.js";
import { printFailure } from "./print-failure.js";
import { note, type RunSurroundings, type SessionOptions, supervise, type Supervised, SURROUNDINGS } from "./supervise.js";
import { printable } from "./terminal.js";

export interface RunOptions extends BindingOptions, SessionOptions, ApprovalOptions {
  readonly events?: string;
  readonly feedback?: string;
  readonly quiet?: boolean;
}

export async function runCommand(
  file: string, command: readonly string[], options: RunOptions, surroundings: RunSurroundings = SURROUNDINGS,
): Promise<number> {
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  const approval = options.requireApproval === undefined && options.trust === undefined ? succeed(null)
    : (await import("./require-approval.js")).approvalFrom(options);
  if (!approval.ok) return printFailure(approval.failure);
  await preload(file);
  const result = await supervise({
    file, command, options, surroundings,
    load: (searchPath) => loadRunnable(file, bindings.value, searchPath, approval.value),
    ...(options.feedback === undefined ? {} : { environment: { [FEEDBACK_VARIABLE]: resolve(options.feedback) } }),
    openSinks: (meta) => openSinks(options, meta),
  });
  if (result.kind === "ended" && options.quiet !== true) note(lastLine(result, options));
  return result.status;
}

function openSinks({ events, feedback }: RunOptions, { bindings: { home } }: Meta): Attempt<readonly Sink[]> {
  const sinks: Sink[] = [];
  const open = (path: string | undefined, openIt: (path: string) => Sink): string | null => {
    try {
      if (path !== undefined) sinks.push(openIt(path));
      return null;
    } catch (thrown) {
      return `cannot write \`${path ?? ""}\`: ${reasonOf(thrown)}`;
    }
  };
  const trouble = open(events, (path) => new EventFile(path)) ?? open(feedback, (path) => new FeedbackFile(path, home));
  return trouble === null ? succeed(sinks) : fail(STATUS.usage, trouble);
}

function lastLine({ recorder, meta, complete }: Extract<Supervised, { kind: "ended" }>, options: RunOptions): string {
  const events = options.events === undefined ? null : printable(options.events);
  const line = recorder.summary.line(meta.bindings.home, events);
  return complete ? line : `${line}; the end is missing`;
}
