/** `policyc status`: the sessions of this machine. */
import type { SessionState } from "../runtime/sessions.js";
import { STATUS } from "./exit.js";
import { printFailure } from "./print-failure.js";
import { findSessions, sessionSurroundings } from "./sessions-of-machine.js";
import { hasColour, painter, printable, shortened, terminalWidth, writeOut } from "./terminal.js";

export interface StatusOptions {
  readonly json?: boolean;
}

export async function statusCommand(options: StatusOptions, surroundings = sessionSurroundings()): Promise<number> {
  const sessions = await findSessions(surroundings, "policyc status");
  if (!sessions.ok) return printFailure(sessions.failure);
  if (options.json === true) writeOut(`${JSON.stringify(sessions.value.map(jsonOf), null, 2)}\n`);
  else writeOut(sessions.value.length === 0 ? "no session runs\n" : table(sessions.value));
  return STATUS.done;
}

function jsonOf({ session, threads, backend, policyd, pids, record }: SessionState) {
  return {
    session, pids, threads, command: record?.command ?? null, user: record?.user ?? null, policy: record?.policy ?? null,
    name: record?.name ?? null, home: record?.home ?? null, params: record?.params ?? null, backend,
    since: record?.since ?? null, reloaded: record?.reloaded ?? null, policyd: policyd === 0 ? null : policyd,
  };
}

const HEAD = ["session", "pid", "threads", "backend", "user", "since", "policyd", "policy", "command"] as const;
/** What a narrow terminal is spared, first to last: `--json` has it. */
const SPARED = ["policyd", "threads", "backend"] as const satisfies readonly (typeof HEAD)[number][];
/** Columns in which most commands can be told apart. */
const ENOUGH = 30;
const GAP = 2;
const YEAR = "2026-".length;
const TIME = "2026-01-01T00:00".length;

function table(sessions: readonly SessionState[]): string {
  const rows = [HEAD, ...sessions.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => [...row[column] ?? ""].length)));
  const shown = columnsWithin(terminalWidth(), widths);
  const lineOf = (cells: readonly string[]): string => shortened(
    shown.map((column) => `${cells[column] ?? ""}${" ".repeat((widths[column] ?? 0) - [...cells[column] ?? ""].length + GAP)}`)
      .join("").trimEnd(),
    terminalWidth());
  const paint = painter(hasColour("out"));
  return rows.map((row) => `${row === HEAD ? paint("bold", lineOf(row)) : lineOf(row)}\n`).join("");
}

/** Of the columns, so wide, the numbers of those that are to be shown. */
function columnsWithin(width: number, widths: readonly number[]): readonly number[] {
  let shown = HEAD.map((_, column) => column);
  const taken = (): number => shown.reduce((sum, column) => sum + Math.min(widths[column] ?? 0, ENOUGH) + GAP, -GAP);
  for (const name of SPARED) if (taken() > width) shown = shown.filter((column) => HEAD[column] !== name);
  return shown;
}

function cellsOf({ session, threads, backend, policyd, pids, record }: SessionState): readonly string[] {
  const [first = 0, ...others] = pids;
  const file = record?.policy.split("/").at(-1) ?? "?";
  return [
    String(session), others.length === 0 ? String(first) : `${first}+${others.length}`, String(threads), backend,
    record?.user ?? "?", record?.since.slice(YEAR, TIME).replace("T", " ") ?? "?",
    policyd === 0 ? "none" : String(policyd), file, record?.command.join(" ") ?? "?",
  ].map(printable);
}
