// For each program of the backend a mutation, a program in its place that permits everything, and the techniques that
// notice: what is refused while all programs are attached is done without that one. hook-tests.json says which; see
// ../programs/mutant.c.
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { BACKEND, BUILT, check, image, PINS, PROBE, startSession, suite, until } from "./harness.mjs";
import { lines, listed, ROOT_BASE, takesPrivilege, TMPFS } from "./techniques.mjs";

const TABLES = JSON.parse(readFileSync(new URL("hook-tests.json", import.meta.url), "utf8"));
const LINK = "link_";
const REFUSALS = [1, 13]; // EPERM, EACCES
const SIGKILL = 9;

/** Where each attached program is pinned. */
export function pinned(prefix = LINK) {
  const folders = readdirSync(PINS).filter((name) => name.startsWith("policyc-")).map((name) => join(PINS, name));
  return new Map(folders.flatMap((folder) => readdirSync(folder).filter((name) => name.startsWith(prefix))
    .map((name) => [name.slice(prefix.length), join(folder, name)])));
}

/** A shell in a session, which is asked for one command after the other. */
function shellUnder(policy) {
  const { child, ended } = startSession(image(policy), ["/bin/bash"], { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text) => { said += text; });
  return {
    async ask(command) {
      said = "";
      child.stdin.write(`${command} </dev/null\necho =\n`);
      await until(() => said.endsWith("=\n") || child.exitCode !== null);
      return said.replace(/=\n$/, "");
    },
    async end() {
      child.stdin.end();
      return ended;
    },
  };
}

/** Puts mutants in the place of the programs that are pinned there; the result puts them back. */
export async function mutate(pins) {
  const child = spawn(join(BUILT, "mutant"), pins, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => { child.once("exit", resolve); });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text) => { said += text; });
  await until(() => said === "ready\n" || child.exitCode !== null);
  return async () => {
    child.stdin.end();
    return said === "ready\n" && await ended === 0;
  };
}

/** What became of a technique in the session: on the second file system where the first cannot do it at all. */
async function attempt(technique, server, shells) {
  const shell = takesPrivilege(technique) ? shells.privileges : shells.techniques;
  const on = async (base) => lines(await shell.ask(`${PROBE} run inside ${base} ${server} ${technique.name}`))[0];
  const run = await on(ROOT_BASE);
  return run?.skip === true ? on(TMPFS) : run;
}

const isDone = ({ errno, signal, skip }) => errno === 0 && signal === 0 && !skip;
/** Where there are tracepoints alone, what a technique started may have been killed, and not itself. */
const isStopped = ({ errno, signal, skip }) =>
  !skip && (REFUSALS.includes(errno) || signal === SIGKILL || (BACKEND === "tracepoint" && errno !== 0));
const isAsExpected = ({ expect }, run) => run !== undefined && (expect === "permitted" ? isDone(run) : isStopped(run));
const isCaught = ({ expect }, run) => run !== undefined && (expect === "permitted" ? isStopped(run) : isDone(run));

/** Tries techniques while others are in the place of these programs; null: they could not be put there, or not back. */
async function tryWithout(pins, techniques, attemptOne) {
  const restore = await mutate(pins);
  const runs = [];
  for (const technique of techniques) runs.push(await attemptOne(technique));
  return await restore() ? runs : null;
}

async function runRow({ hook, behind = [], tests }, pin, pins, techniques, attemptOne) {
  const chosen = tests.map((name) => techniques.get(name));
  const before = [];
  for (const technique of chosen) before.push(await attemptOne(technique));
  check(`${hook}: stopped while it is there: ${tests.join(", ")}`,
    chosen.every((technique, i) => isAsExpected(technique, before[i])), before);
  // What another program stops before this one is asked: without the other, this one does.
  if (behind.length > 0) {
    const others = behind.map((name) => pins.get(name));
    const runs = await tryWithout(others, chosen, attemptOne);
    check(`${hook}: stopped without ${behind.join(", ")}: ${tests.join(", ")}`,
      runs !== null && chosen.every((technique, i) => isAsExpected(technique, runs[i])), runs);
  }
  const runs = await tryWithout([pin, ...behind.map((name) => pins.get(name))], chosen, attemptOne);
  check(`${hook}: its mutation is caught by ${tests.join(", ")}`,
    runs !== null && chosen.length > 0 && chosen.every((technique, i) => isCaught(technique, runs[i])), runs);
}

export async function runMutations(server) {
  suite("mutations");
  const rows = TABLES[BACKEND === "fmod_ret" ? "lsm" : BACKEND];
  const pins = pinned();
  const known = new Map(rows.flatMap((row) => [row.hook, ...row.forms ?? []].map((name) => [name, row])));
  const techniques = new Map(listed().map((one) => [one.name, one]));
  const shells = { techniques: shellUnder("techniques"), privileges: shellUnder("privileges") };
  for (const shell of Object.values(shells)) await shell.ask("true");

  check("every program is known", pins.size > 0 && [...pins.keys()].every((name) => known.has(name)),
    [...pins.keys()].filter((name) => !known.has(name)));
  for (const [name, pin] of pins) {
    const row = known.get(name);
    if (row === undefined) continue;
    if (row.history !== undefined) continue; // there
    if (row.tests.length === 0) process.stdout.write(`# ${name}: ${row.why}\n`);
    else await runRow({ ...row, hook: name }, pin, pins, techniques, (technique) => attempt(technique, server, shells));
  }
  const after = pinned();
  check("all programs are back", after.size === pins.size);
  for (const shell of Object.values(shells)) check("a session ended by itself", (await shell.end()).status === 0);
}
