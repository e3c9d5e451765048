/** `policyc reload`: another policy for a session that runs, in one step. */
import { pathsText } from "../runtime/policyd.js";
import { callPolicyd } from "../runtime/call-policyd.js";
import { recordText, type SessionRecord } from "../runtime/session-record.js";
import type { SessionState } from "../runtime/sessions.js";
import { bindingsOf, type OutsideBindings } from "./bindings.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";
import type { Runnable } from "./loaded.js";
import { loadRunnable } from "./load-runnable.js";
import type { BindingOptions } from "./options.js";
import type { ApprovalOptions } from "./require-approval.js";
import { printDiagnostics, printFailure, printTrouble } from "./print-failure.js";
import { isImage, readFileOf, readSource } from "./read-sources.js";
import { guardedFiles, placeOf } from "./session-facts.js";
import { asInvokingUser, findSession, sessionSurroundings } from "./sessions-of-machine.js";
import { printable, writeErr } from "./terminal.js";

export interface ReloadOptions extends BindingOptions, ApprovalOptions {}

export async function reloadCommand(
  text: string, file: string, options: ReloadOptions, surroundings = sessionSurroundings(),
): Promise<number> {
  const session = await findSession(text, surroundings, `policyc reload ${text} ${file}`);
  if (!session.ok) return printFailure(session.failure);
  const given = bindingsOf(options);
  if (!given.ok) return printFailure(given.failure);
  const approval = (await import("./require-approval.js")).approvalFrom(options);
  if (!approval.ok) return printFailure(approval.failure);
  const prepared = await asInvokingUser(process.env, async () => {
    const bindings = await bindingsFor(file, options, given.value, session.value.record);
    const loaded = await loadRunnable(file, bindings, process.env["PATH"] ?? "", approval.value);
    return loaded.ok ? { ...loaded, guarded: guardedFiles(loaded.value.files) } : loaded;
  });
  if (!prepared.ok) return printTrouble(prepared.trouble);
  printDiagnostics(prepared.warnings);
  const swapped = await swap(surroundings.policyd, session.value, file, prepared.value, prepared.guarded);
  if (!swapped.ok) return printFailure(swapped.failure);
  writeErr(`policyc: session ${session.value.session} is under ${printable(placeOf(file))} now\n`);
  return STATUS.done;
}

async function swap(
  policyd: string, { session, record }: SessionState, file: string, { image, meta }: Runnable, guarded: readonly string[],
): Promise<Attempt<null>> {
  const said = record === null ? [] : [recordText({
    ...record, policy: placeOf(file), name: meta.policy, home: meta.bindings.home, params: meta.bindings.params,
    reloaded: new Date().toISOString(),
  })];
  const answer = await callPolicyd(policyd, [
    "reload", "--session", String(session), "--image-fd", "3", "--guards-fd", "4",
    ...said.flatMap(() => ["--record-fd", "5"]),
  ], [image, pathsText(guarded), ...said]);
  if (answer.status === STATUS.done) return succeed(null);
  return fail(answer.status === STATUS.policy ? STATUS.policy : STATUS.machine, answer.said,
    `session ${session} stays under the policy that it has`);
}

/** What the user does not say anew stays as the session has it: the home, and parameters that the policy has. */
async function bindingsFor(
  file: string, options: BindingOptions, given: OutsideBindings, record: SessionRecord | null,
): Promise<OutsideBindings> {
  if (record === null || file === "-") return given;
  const home = options.home ?? record.home;
  const bytes = file.startsWith("std:") ? null : readFileOf(file);
  if (bytes?.ok === true && isImage(bytes.value)) return { ...given, home };
  const { params } = (await import("./load-policy.js")).namesIn(file, readSource(file));
  const kept = Object.fromEntries(Object.entries(record.params).filter(([name]) => params.has(name)));
  return { ...given, home, params: { ...kept, ...given.params } };
}
