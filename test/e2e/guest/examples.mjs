// Every policy of `examples/` by the acts of real programs: what it permits and what it refuses, in the order that its wish
// needs. The acts are in `example-scenarios.mjs`. Before a scenario its files are made, then a shell in a session is told one
// command after the other; each has a process of its own.
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join, resolve } from "node:path";
import { brief, check, CHECKOUT, exec, shell, startSession, suite, until } from "./harness.mjs";
import { PLACE, SCENARIOS } from "./example-scenarios.mjs";

const HOME = join(PLACE, "home");
const WORK = join(PLACE, "work");
const PATIENCE = 120_000;
/** How long an event may take to be written. */
const EVENT_PATIENCE = 30_000;

// Addresses for documentation and of a private network: this machine's own here, so that what is sent stays in it, and none
// of `loopback`. Nobody else listens there, so ports can be those that policies name.
const WEB = "192.0.2.7";
const LISTENERS = [[80, WEB], [5432, "10.20.0.5"], [80, "10.20.0.9"], ["/run/postgresql/.s.PGSQL.5432"], ["/run/docker.sock"], [0, "127.0.0.1"]];

const listen = (server, where) => new Promise((done, fail) => { server.once("error", fail).listen(...where, done); });

/** A socket of another's that is there already; it is put back. */
const aside = (path) => `${path}.aside`;
const isSocket = ([path]) => typeof path === "string";

/** HTTP servers that answer everything, on connections of which each takes one request. */
async function startServers() {
  for (const [, address] of LISTENERS) if (address?.startsWith("127.") === false) exec("/usr/sbin/ip", ["address", "add", `${address}/32`, "dev", "lo"]);
  mkdirSync("/run/postgresql", { recursive: true });
  const taken = LISTENERS.filter(isSocket).map(([path]) => path).filter((path) => existsSync(path));
  for (const path of taken) renameSync(path, aside(path));
  const counted = { requests: 0 };
  const servers = [];
  for (const where of LISTENERS) {
    const server = createServer((request, response) => {
      counted.requests++;
      request.resume().on("end", () => response.setHeader("connection", "close").end("a page\n"));
    });
    await listen(server, where);
    servers.push(server);
  }
  return { counted, port: servers.at(-1).address().port, close: async () => {
    await Promise.all(servers.map((server) => new Promise((done) => { server.close(done); })));
    for (const path of taken) renameSync(aside(path), path);
  } };
}

// --- what is there before a scenario ---------------------------------------------------------------------------------

function writeFile(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  if (text.startsWith("#!")) chmodSync(path, 0o755);
}

/** Paths are below PLACE, or absolute: programs that a machine may not have, for which a script stands in. */
function prepare({ files = {}, prepare: script = "" }, env) {
  rmSync(PLACE, { recursive: true, force: true });
  for (const folder of [HOME, WORK, "/mnt"]) mkdirSync(folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFile(resolve(PLACE, path), text);
  const made = shell(`set -e\n${script}`, { cwd: WORK, env });
  if (made.status !== 0) throw new Error(`cannot prepare: ${made.out}${made.err}`);
}

function cleanUp({ files = {} }) {
  for (const path of Object.keys(files)) if (path.startsWith("/")) rmSync(path, { force: true });
  rmSync(PLACE, { recursive: true, force: true });
}

const environment = (port) => ({
  HOME, LANG: "C.UTF-8", PATH: `${PLACE}/bin:/usr/bin:/bin:/usr/sbin:/sbin`, WEB: `http://${WEB}`, LOCAL: `http://127.0.0.1:${port}`,
  GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "ada@example.org", GIT_COMMITTER_NAME: "Ada", GIT_COMMITTER_EMAIL: "ada@example.org",
  npm_config_offline: "true", npm_config_update_notifier: "false", npm_config_fund: "false", npm_config_audit: "false",
});

// --- a session, told what to do --------------------------------------------------------------------------------------

function startShell({ example, set = {}, task }, env) {
  const flags = ["--home", HOME, ...Object.entries(set).flatMap(([name, value]) => ["--set", `${name}=${value}`]), ...(task === undefined ? [] : ["--task", task])];
  const { child, ended, events } = startSession(join(CHECKOUT, `examples/${example}.pol`), ["/bin/sh"], { flags, env, cwd: WORK, stdio: "pipe" });
  const said = { text: "" };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => { said.text += text; });
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  child.stdin.on("error", () => {});

  /** Runs a command to its end. */
  const tell = async (command) => {
    said.text = "";
    child.stdin.write(`sh -c '${command.replaceAll("'", "'\\''")}' </dev/null 2>&1; echo "== $?"\n`);
    await until(() => /^== \d+$/m.test(said.text) || isOver(), PATIENCE);
    const [, out, status] = /^([^]*?)^== (\d+)$/m.exec(said.text) ?? [null, `${said.text}\nno answer`, "-1"];
    return { status: Number(status), out };
  };
  const end = async () => {
    child.stdin.end();
    return ended;
  };
  return { tell, events, end };
}

// --- what a step has to come to --------------------------------------------------------------------------------------

const MODIFY = ["write", "create", "delete", "setattr"];
const isRefusal = ({ decision }) => decision === "deny" || decision === "kill";

/** By its name, `limit` for a limit, null for a default. */
function isBy(event, rule) {
  if (rule !== "limit") return event.rule === rule;
  return event.file !== null && readFileSync(resolve(CHECKOUT, event.file), "utf8").split("\n")[event.line - 1].startsWith("limit ");
}

const isOf = (event, { decision, op, rule }) => event.decision === decision && isBy(event, rule) && (op === "modify" ? MODIFY.includes(event.op) : event.op === op);

function statusIs(status, { decision, status: expected }) {
  if (expected !== undefined) return status === expected;
  if (decision === "kill") return status === 137;
  return decision === "deny" || decision === "fail" ? status > 0 : status === 0;
}

/** What a program says of EACCES, where it says so. */
const saysDenied = (out, { decision, mute }) => decision !== "deny" || mute === true || /permission denied|EACCES/i.test(out);

/** Repeats come as a number of them, some time after the first. */
const isRepeat = (event, before) => event.target === null && event.count !== undefined && 
  before.some(({ target, rule, pid }) => target !== null && rule === event.rule && pid === event.pid);

/** Tries one step; returns how many events there are then. */
async function tryStep({ tell, events }, step, seen, name) {
  if (step.outside !== undefined) {
    shell(step.outside, { cwd: WORK });
    return seen;
  }
  const { status, out } = await tell(step.command);
  const isRecorded = step.decision !== "allow" && step.decision !== "fail";
  const fresh = () => events().slice(seen);
  if (isRecorded) await until(() => fresh().some((event) => isOf(event, step)), EVENT_PATIENCE);
  const found = fresh();
  const others = found.filter((event) => isRefusal(event) && !(isRecorded && isOf(event, step)) && !isRepeat(event, events()));
  const ok = statusIs(status, step) && saysDenied(out, step) && others.length === 0 && (!isRecorded || found.some((event) => isOf(event, step)));
  check(`${name}: ${step.decision} ${step.command}`, ok, `status ${status}\n${out.slice(-250)}\n${JSON.stringify(brief(found.filter(isRefusal)))}`);
  return seen + found.length;
}

async function tryScenario(scenario, servers) {
  const { example, task, steps, requests } = scenario;
  const name = task === undefined ? example : `${example} --task ${task}`;
  const env = environment(servers.port);
  prepare(scenario, env);
  servers.counted.requests = 0;
  const session = startShell(scenario, env);
  let seen = 0;
  for (const step of steps) seen = await tryStep(session, step, seen, name);
  const { events } = await session.end();
  const late = events.slice(seen).filter((event) => isRefusal(event) && !isRepeat(event, events.slice(0, seen)));
  check(`${name}: nothing else is refused`, late.length === 0, brief(late));
  if (requests !== undefined) check(`${name}: ${requests} requests came through`, servers.counted.requests === requests, servers.counted);
  cleanUp(scenario);
}

/** `only`: names of examples; without any, all. */
export async function runExamples(only = []) {
  suite("examples");
  const servers = await startServers();
  for (const scenario of SCENARIOS.filter(({ example }) => only.length === 0 || only.includes(example))) await tryScenario(scenario, servers);
  await servers.close();
}
