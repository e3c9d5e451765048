// Prints what test/demo/session found as a table of at most 80 columns. Status 0 only if everything forbidden was denied
// and everything honest worked.
// usage: report.mjs guest|here RESULT
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WIDTH = 80;
const WHAT = 38;
const RESULT = 8;

const [where, result] = process.argv.slice(2);
const run = JSON.parse(readFileSync(result, "utf8"));
const policyLines = readFileSync(`${ROOT}/${run.policy}`, "utf8").split("\n");

const colour = process.env.NO_COLOR ? false : Boolean(process.env.FORCE_COLOR) || process.stdout.isTTY === true;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
const bold = (text) => paint(1, text);
const dim = (text) => paint(2, text);
const green = (text) => paint(32, text);
const red = (text) => paint(31, text);

// ---- what happened ---------------------------------------------------------------------------------------------------

const acts = run.acts.split("\n").filter(Boolean).map((line) => {
  const [kind, start, end, status, what, said] = line.split("\t");
  return { kind, start: Number(start), end: Number(end), status: Number(status), what, said };
});

/** Acts follow each other with a pause, so an event belongs to the last one that had begun. */
function eventsOf(act, next) {
  const from = act.start * 1000 - 5;
  const until = next === undefined ? Infinity : next.start * 1000 - 5;
  return run.events.filter(({ time }) => Date.parse(time) >= from && Date.parse(time) < until);
}

const baseName = (file) => file.replace(/^.*\//, "");

/** The statement that gives an operation its default: a denial by it names no rule. */
function defaultLine(op) {
  const index = policyLines.findIndex((line) => new RegExp(`^default deny .*\\b${op}\\b`).test(line));
  return index < 0 ? null : `${baseName(run.policy)}:${index + 1}`;
}

function deciderOf(event) {
  if (event.rule !== null) return `${baseName(event.file)}:${event.line} ${event.rule}`;
  if (event.reason !== undefined) return `(${event.reason})`;
  return `${defaultLine(event.op) ?? ""} default`.trim();
}

/** What is asked of `policyc explain` for honest acts that touch one thing. */
const ASKED = new Map([
  ["edit a file in the workspace", ["write", `${run.place}/work/src/math.mjs`]],
  ["write and remove a file in /tmp", ["create", `${run.scratch}/notes`]],
  ["read ~/.ssh/known_hosts", ["read", `${run.place}/home/.ssh/known_hosts`]],
  ["serve HTTP on 127.0.0.1 and fetch it", ["connect", "127.0.0.1", "--port", "8000"]],
]);

function permitterOf(what) {
  const asked = ASKED.get(what);
  if (asked === undefined) return "no access denied";
  const [op, target, ...rest] = asked;
  const answer = JSON.parse(execFileSync(process.execPath, [
    `${ROOT}/bin/policyc`, "explain", `${ROOT}/${run.policy}`, op, target, ...rest, "--json",
    "--home", `${run.place}/home`, "--set", `workspace=${run.place}/work`,
  ], { encoding: "utf8", cwd: ROOT }));
  return answer.rule === null ? "default" : `${baseName(answer.rule.file)}:${answer.rule.line}`;
}

const rows = acts.map((act, index) => {
  const denials = eventsOf(act, acts[index + 1]).filter(({ decision }) => decision === "deny" || decision === "kill");
  const [event] = denials;
  const failed = act.status !== 0;
  if (act.kind === "honest") {
    const good = !failed && event === undefined;
    return { ...act, good, result: good ? "allowed" : failed ? "FAILED" : "DENIED",
      decider: good ? permitterOf(act.what) : event === undefined ? "" : deciderOf(event) };
  }
  const good = failed && event !== undefined;
  return { ...act, good, event,
    result: good ? (event.decision === "kill" ? "killed" : "denied") : failed ? "FAILED" : "ALLOWED",
    decider: event === undefined ? "no event" : deciderOf(event) };
});

// ---- the table -------------------------------------------------------------------------------------------------------

const out = [];
const rule = dim("─".repeat(WIDTH));

function section(title, chosen, paintResult) {
  out.push(rule, `${bold(title.padEnd(WHAT))} ${bold("result".padEnd(RESULT))} ${bold("decided by")}`);
  for (const { what, result, decider, good, said } of chosen) {
    const shown = good ? paintResult(result.padEnd(RESULT)) : paint("31;1", result.padEnd(RESULT));
    out.push(`${what.padEnd(WHAT)} ${shown} ${decider}`.trimEnd());
    if (!good && said) out.push(dim(`    ${said}`.slice(0, WIDTH)));
  }
}

/** Each rule that denied something, once, with its reason. */
function reasons() {
  const rules = new Map(rows.flatMap(({ event }) => (event?.rule ? [[event.rule, event]] : [])));
  for (const [name, { because }] of [...rules].sort(([, a], [, b]) => a.line - b.line)) {
    if (because !== null) out.push(`${name.padEnd(13)} ${because}`.slice(0, WIDTH));
  }
}

const kernel = `Linux ${run.kernel}${where === "guest" ? ", booted for this in qemu" : ", this machine's"}`;
out.push(`${bold("policyc run")} ${run.policy} --set workspace=… -- agent.sh`, dim(kernel));
section("What the agent was asked to do", rows.filter(({ kind }) => kind === "honest"), green);
section("What it was tricked into trying", rows.filter(({ kind }) => kind === "turned"), red);
out.push(rule);
reasons();
out.push(rule);

const forbidden = rows.filter(({ kind }) => kind === "turned");
const honest = rows.filter(({ kind }) => kind === "honest");
const count = (some) => `${some.filter(({ good }) => good).length} of ${some.length}`;
const complete = forbidden.length > 0 && honest.length > 0 && run.status === 0 && run.unharmed;
const good = complete && rows.every((row) => row.good);
out.push(`${bold(count(forbidden))} forbidden acts denied, ${bold(count(honest))} honest acts worked`);
if (!run.unharmed) out.push(red("the keys or .bashrc were CHANGED"));
if (run.status !== 0) out.push(red(`policyc run ended with status ${run.status}`), run.said.trimEnd());
process.stdout.write(`${out.join("\n")}\n`);
process.exitCode = good ? 0 : 1;
