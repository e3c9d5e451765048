/** `policyc load`: processes that run already become a session under a policy. */
import { decodeImage } from "../compiler/image/decode.js";
import { callPolicyd } from "../runtime/call-policyd.js";
import { checksOf, examineMachine, type Machine } from "../runtime/machine.js";
import { openedBy } from "../runtime/open-files.js";
import { pathsText } from "../runtime/policyd.js";
import { recordText } from "../runtime/session-record.js";
import { invokingUser } from "../runtime/users.js";
import { bindingsOf } from "./bindings.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";
import type { Runnable } from "./loaded.js";
import { loadRunnable } from "./load-runnable.js";
import { checkBackend, leastGaps, printGaps } from "./machine-gaps.js";
import type { BindingOptions } from "./options.js";
import type { ApprovalOptions } from "./require-approval.js";
import { printDiagnostics, printFailure, printTrouble } from "./print-failure.js";
import { refusedOf, type RefusedOpen } from "./refused-open.js";
import { guardedFiles, sessionRecord } from "./session-facts.js";
import { asInvokingUser, findSessions, type SessionSurroundings, sessionSurroundings } from "./sessions-of-machine.js";
import { hasColour, painter, printable, shortened, terminalWidth, writeOut } from "./terminal.js";

export interface LoadOptions extends BindingOptions, ApprovalOptions {
  readonly pid: readonly string[];
  readonly backend: string;
  readonly json?: boolean;
}

/** What tests replace. */
export interface LoadSurroundings extends SessionSurroundings {
  readonly machine: () => Machine;
}

export async function loadCommand(
  file: string, options: LoadOptions, surroundings: LoadSurroundings = { ...sessionSurroundings(), machine: examineMachine },
): Promise<number> {
  const pids = pidsOf(options.pid);
  if (!pids.ok) return printFailure(pids.failure);
  const backend = checkBackend(options.backend);
  if (!backend.ok) return printFailure(backend.failure);
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  const gaps = leastGaps(checksOf(surroundings.machine(), `policyc load ${file} …`), backend.value);
  if (gaps.length > 0) return printGaps(gaps);
  const approval = (await import("./require-approval.js")).approvalFrom(options);
  if (!approval.ok) return printFailure(approval.failure);
  const prepared = await asInvokingUser(process.env, async () => {
    const loaded = await loadRunnable(file, bindings.value, process.env["PATH"] ?? "", approval.value);
    return loaded.ok ? { ...loaded, guarded: guardedFiles(loaded.value.files) } : loaded;
  });
  if (!prepared.ok) return printTrouble(prepared.trouble);
  printDiagnostics(prepared.warnings);
  const confined = await confine(surroundings.policyd, file, prepared.value, prepared.guarded, pids.value, backend.value);
  if (!confined.ok) return printFailure(confined.failure);
  return tell(confined.value, prepared.value, options, surroundings);
}

function pidsOf(texts: readonly string[]): Attempt<readonly number[]> {
  const wrong = texts.find((text) => !/^[1-9][0-9]{0,8}$/.test(text));
  return wrong === undefined ? succeed([...new Set(texts.map(Number))])
    : fail(STATUS.usage, `\`${wrong}\` is not the number of a process`, "`pgrep NAME` finds it");
}

/** The session's number. */
async function confine(
  policyd: string, file: string, { image, meta }: Runnable, guarded: readonly string[], pids: readonly number[], backend: string,
): Promise<Attempt<number>> {
  const record = sessionRecord({ file, meta, command: [], user: invokingUser() });
  const { session, status, said } = await callPolicyd(policyd, [
    "load", ...pids.flatMap((pid) => ["--pid", String(pid)]), "--image-fd", "3", "--guards-fd", "4", "--record-fd", "5",
    "--backend", backend,
  ], [image, pathsText(guarded), recordText(record)]);
  if (session !== null) return succeed(session);
  return fail(status === STATUS.policy ? STATUS.policy : STATUS.machine, said, "nothing is confined");
}

async function tell(
  session: number, { image }: Runnable, options: LoadOptions, surroundings: SessionSurroundings,
): Promise<number> {
  const sessions = await findSessions(surroundings, "policyc status");
  if (!sessions.ok) return printFailure(sessions.failure);
  const state = sessions.value.find((each) => each.session === session);
  const decoded = decodeImage(image);
  const refused = decoded.ok ? refusedOf(decoded.value, openedBy(state?.pids ?? [])) : [];
  const loaded = { session, pids: state?.pids ?? [], threads: state?.threads ?? 0, refused };
  writeOut(options.json === true ? `${JSON.stringify(loaded)}\n` : report(loaded));
  return STATUS.done;
}

interface Loaded {
  readonly session: number;
  readonly pids: readonly number[];
  readonly threads: number;
  readonly refused: readonly RefusedOpen[];
}

const HEAD = ["pid", "fd", "program", "what", "why"] as const;

function report({ session, pids, threads, refused }: Loaded): string {
  const head = `session ${session}: ${counted(pids.length, "process", "es")}, ${counted(threads, "thread", "s")} confined\n`;
  if (refused.length === 0) return `${head}nothing is open that the policy would have refused\n`;
  const rows = refused.map((open) => [
    String(open.pid), String(open.fd), open.exe.split("/").at(-1) ?? "", `${open.op} ${open.target}`,
    `${open.decision} ${deciderOf(open)}`,
  ].map(printable));
  const widths = HEAD.map((name, column) => Math.max(name.length, ...rows.map((row) => [...row[column] ?? ""].length)));
  const lineOf = (cells: readonly string[]): string => shortened(cells.map((cell, column) =>
    `${cell}${" ".repeat((widths[column] ?? 0) - [...cell].length + 2)}`).join("").trimEnd(), terminalWidth());
  const paint = painter(hasColour("out"));
  return [
    head, "these are open, and the policy would have refused them; what is open stays open:\n",
    ...[paint("bold", lineOf(HEAD)), ...rows.map(lineOf)].map((line) => `${line}\n`),
  ].join("");
}

function deciderOf({ rule, file, line }: RefusedOpen): string {
  if (rule === null) return "by default";
  const place = `${file ?? ""}:${line ?? 0}`;
  return file === null || rule === place ? rule : `${rule} ${place}`;
}

const counted = (count: number, word: string, ending: string): string => `${count} ${word}${count === 1 ? "" : ending}`;
