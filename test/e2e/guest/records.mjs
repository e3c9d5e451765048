// Sessions from outside: what is on record, policyd killed and started again, policies exchanged, processes taken in.
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import {
  BACKEND, brief, BUILT, check, exec, image, POLICYC, POLICYD, processes, scratchFile, shell, sleep, startSession, suite, until,
} from "./harness.mjs";

const PLACE = "/srv/records";
const PORT = 20500;
const RECORDS = "/run/policyc";
const STORM_SECONDS = Number(process.env.STORM_SECONDS ?? "5");
const MANY_SESSIONS = Number(process.env.MANY_SESSIONS ?? "20");
const DENIALS = 120;
const SHORT = 60_000;

const policyc = (...args) => exec(POLICYC, args);
const jsonOf = (result) => { try { return JSON.parse(result.out); } catch { return null; } };
const sessionsNow = () => jsonOf(policyc("status", "--json")) ?? [];
const sum = (events) => events.reduce((total, { count = 1, lost = 0 }) => total + (lost > 0 ? 0 : count), 0);
const sizeOf = (file) => (existsSync(file) ? statSync(file).size : 0);

function prepare() {
  for (const folder of ["both", "old", "new", "free"]) {
    mkdirSync(`${PLACE}/${folder}`, { recursive: true });
    writeFileSync(`${PLACE}/${folder}/file`, `${folder}\n`);
  }
  copyFileSync(join(BUILT, "payload"), `${PLACE}/both/program`);
}

/** A session that runs a script under an image, and its number. */
async function begin(policy, script, options = {}) {
  const mark = scratchFile("mark");
  const run = startSession(policy, ["/bin/bash", "-c", `touch ${mark}; ${script}`], options);
  await until(() => existsSync(mark), SHORT);
  const number = sessionsNow().find(({ command }) => command?.join(" ").includes(mark))?.session ?? 0;
  return { ...run, number };
}

const opensEvents = (pid) => {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`).endsWith("/events"));
  } catch {
    return false;
  }
};

/** `policyc events --follow` of a session, as JSON, into a list; from when it has begun to read. */
async function follow(number) {
  const child = spawn(POLICYC, ["events", "--follow", "--session", String(number), "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  const follower = { events: [], child, ended: null };
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more) => {
    text += more;
    const lines = text.split("\n");
    text = lines.pop();
    follower.events.push(...lines.map((line) => JSON.parse(line)));
  });
  follower.ended = new Promise((resolve) => { child.once("close", resolve); });
  await until(() => opensEvents(child.pid), SHORT);
  return follower;
}

const policyds = (number) => processes(POLICYD).filter((pid) => {
  const served = existsSync(`${RECORDS}/${number}/policyd`) ? Number(readFileSync(`${RECORDS}/${number}/policyd`, "utf8")) : 0;
  if (pid === served) return true;
  return readFileSync(`/proc/${served}/stat`, "utf8").split(") ")[1]?.split(" ")[1] === String(pid);
});

/** The process that serves the session. */
const servedBy = (number) => Number(readFileSync(`${RECORDS}/${number}/policyd`, "utf8"));

function kill(pid) {
  try { process.kill(pid, "SIGKILL"); } catch (thrown) { if (thrown.code !== "ESRCH") throw thrown; }
}

export async function runRecords() {
  suite("records");
  prepare();
  const server = createServer((socket) => { socket.on("error", () => undefined); });
  await new Promise((resolve) => { server.listen(PORT, "127.0.0.1", resolve); });
  await statusOfTwo();
  await killed();
  await allKilled();
  await reloaded();
  await unloaded();
  await loaded();
  refused();
  await storm("reloads", reloading, false);
  await storm("reloads while policyd is killed", reloading, true);
  await storm("an exchange every 10 ms", exchanging, false);
  await storm("an exchange every 10 ms while policyd is killed", exchanging, true);
  server.close();
}

// ---- status and events ----------------------------------------------------------------------------------------------

async function statusOfTwo() {
  const go = scratchFile("go");
  const script = `while [ ! -e ${go} ]; do sleep 0.1; done; (: <${PLACE}/old/file); (: <${PLACE}/both/file)
    (: <$'${PLACE}/old/\\e[31mred') ; sleep 3; exit 0`;
  writeFileSync(`${PLACE}/old/\u001b[31mred`, "");
  const one = await begin(image("records-old"), script);
  const other = await begin(image("side-left"), "sleep 1000000");
  const listed = sessionsNow();
  const own = listed.find(({ session }) => session === one.number);
  check("status lists two sessions side by side", one.number > 0 && other.number > 0 && one.number !== other.number
    && listed.some(({ session }) => session === other.number), listed);
  check("with what is known of each", own?.user === "root" && own.name === "old" && own.policy === image("records-old")
    && own.backend === BACKEND && own.threads >= 1 && own.pids.length >= 1 && own.home === "/root"
    && Math.abs(Date.parse(own.since) - Date.now()) < 600_000 && processes(POLICYD).includes(own.policyd), own);
  const table = policyc("status");
  check("and for people", table.status === 0 && /^session +pid +threads +backend/.test(table.out)
    && table.out.includes("records-old.polc") && table.out.includes("side-left.polc"), table);
  const user = exec("/usr/bin/setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", POLICYC, "status"]);
  check("status without root: status 3, and what to do", user.status === 3 && user.err.includes("sudo policyc status"), user);
  const followers = await Promise.all([follow(one.number), follow(one.number)]);
  writeFileSync(go, "");
  await one.ended;
  await Promise.race([Promise.all(followers.map(({ ended }) => ended)), sleep(SHORT)]);
  // Each reckons the time of day from the kernel's clock by itself.
  const [first, second] = followers.map(({ events }) => JSON.stringify(events.map((event) => ({ ...event, time: "" }))));
  check("two followers of one session see the same, to its end", first === second && followers[0].events.length === 3, first);
  const [event = {}] = followers[0].events;
  check("an event says who, what, where and why", event.session === one.number && event.exe === "/usr/bin/bash"
    && event.op === "read" && event.target === `${PLACE}/old/file` && event.rule === "only-old" && event.line === 7
    && event.file.endsWith("records-old.pol") && event.decision === "deny", event);
  check("control bytes are escaped", followers[0].events.some(({ target }) => target.endsWith("\\x1b[31mred")), first);
  check("the record of a session that has ended is gone", !existsSync(`${RECORDS}/${one.number}`));
  const missing = policyc("events", "--session", String(one.number));
  check("what has ended is no session", missing.status === 2 && missing.err.includes("policyc status"), missing);
  process.kill(other.child.pid, "SIGTERM");
  await other.ended;
}

// ---- policyd killed -------------------------------------------------------------------------------------------------

/** Denials of as many processes: none is folded into another. */
const denials = (gate) => `for ((i = 0; i < ${DENIALS}; i++)); do (: <${PLACE}/both/file) 2>/dev/null; done
  touch ${gate}; while [ ! -e ${gate}.on ]; do sleep 0.1; done; exit 4`;

async function killed() {
  const gate = scratchFile("gate");
  const run = await begin(image("records-old"), denials(gate));
  const follower = await follow(run.number);
  let kills = 0;
  for (; kills < 4; kills++) {
    const before = servedBy(run.number);
    kill(before);
    await until(() => servedBy(run.number) !== before, SHORT);
    await sleep(300);
  }
  await until(() => existsSync(gate));
  await until(() => sum(run.events()) >= DENIALS && sum(follower.events) >= DENIALS, SHORT);
  writeFileSync(`${gate}.on`, "");
  const result = await run.ended;
  await Promise.race([follower.ended, sleep(SHORT)]);
  check(`policyd killed ${kills} times: the command's status comes through`, result.status === 4, result.out);
  check("each time another goes on", result.out.split("policyd was ended and goes on").length === kills + 1, result.out);
  check("no event is lost, none is there twice", sum(result.events) === DENIALS && sum(follower.events) === DENIALS,
    { run: sum(result.events), follower: sum(follower.events) });
}

async function allKilled() {
  const gate = scratchFile("gate");
  const run = await begin(image("records-old"), denials(gate));
  const follower = await follow(run.number);
  for (const pid of policyds(run.number)) kill(pid);
  await until(() => existsSync(gate));
  const state = sessionsNow().find(({ session }) => session === run.number);
  check("all of policyd killed: status starts it again", state?.policyd > 0 && processes(POLICYD, "attend").includes(state.policyd), state);
  await until(() => sum(follower.events) >= DENIALS, SHORT);
  const reload = policyc("reload", String(run.number), image("records-new"));
  check("and the session's policy can be exchanged", reload.status === 0, reload);
  writeFileSync(`${gate}.on`, "");
  const result = await run.ended;
  check("the user is told that it ended", result.out.includes("policyd ended") && result.status === 4, result.out);
  await Promise.race([follower.ended, sleep(SHORT)]);
  check("its events are on record, those of the time without it too", sum(follower.events) === DENIALS, sum(follower.events));
}

// ---- reload and unload ----------------------------------------------------------------------------------------------

const ASK = `ask() { while [ ! -e $1 ]; do sleep 0.05; done; (: <${PLACE}/old/file) 2>/dev/null && echo old; (: <${PLACE}/new/file) 2>/dev/null && echo new
  (: <${PLACE}/both/file) 2>/dev/null && echo both; touch $1.done; }`;

async function ask(gate) {
  writeFileSync(gate, "");
  await until(() => existsSync(`${gate}.done`), SHORT);
}

async function reloaded() {
  const gates = [scratchFile("gate"), scratchFile("gate"), scratchFile("gate")];
  const run = await begin(image("records-old"), `${ASK}; for gate in ${gates.join(" ")}; do ask $gate; done; sleep 1`);
  const follower = await follow(run.number);
  await ask(gates[0]);
  const broken = scratchFile("broken.polc");
  const bytes = readFileSync(image("records-new"));
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(broken, bytes);
  const said = policyc("reload", String(run.number), broken);
  check("a damaged image is refused", said.status === 1 && said.err.includes("checksum"), said);
  const raw = shell(`${POLICYD} reload --session ${run.number} --image-fd 3 --guards-fd 4 3<${broken} 4</dev/null`);
  check("by policyd as well", raw.status === 1 && raw.err.includes("checksum"), raw);
  const unguardable = shell(`${POLICYD} reload --session ${run.number} --image-fd 3 --guards-fd 4 3<${image("records-new")} 4< <(printf '/nowhere/at/all\\0')`);
  check("a reload that fails half-way is refused", unguardable.status === 3 && unguardable.err.includes("/nowhere"), unguardable);
  await ask(gates[1]);
  const done = policyc("reload", String(run.number), image("records-new"));
  check("reload: status 0", done.status === 0, done);
  const state = sessionsNow().find(({ session }) => session === run.number);
  check("status shows the new policy", state?.policy === image("records-new") && state.name === "new" && state.reloaded !== null, state);
  await ask(gates[2]);
  const result = await run.ended;
  await Promise.race([follower.ended, sleep(SHORT)]);
  const read = result.out.split("\n").filter((line) => /^(?:old|new|both)$/.test(line)).join();
  check("what was refused left the old policy; the new one decides afterwards", read === "new,new,old", result.out);
  const brieflyOf = (events) => events.map(({ rule, line, file }) => `${rule}:${line}:${file?.split("/").at(-1)}`).join();
  const expected = ["only-old:7:records-old.pol", "no-both:4:records-old.pol", "only-old:7:records-old.pol",
    "no-both:4:records-old.pol", "only-new:5:records-new.pol", "no-both:9:records-new.pol"].join();
  check("events name the lines of both policies, for run", brieflyOf(result.events) === expected, brieflyOf(result.events));
  check("and on record", brieflyOf(follower.events) === expected, brieflyOf(follower.events));
}

async function unloaded() {
  const gates = [scratchFile("gate"), scratchFile("gate")];
  const run = await begin(image("records-old"), `${ASK}; for gate in ${gates.join(" ")}; do ask $gate; done; sleep 4`);
  await ask(gates[0]);
  const done = policyc("unload", String(run.number));
  check("unload: status 0, and it says how many", done.status === 0 && done.err.includes("no longer confined"), done);
  await ask(gates[1]);
  check("it is no session any more", !existsSync(`${RECORDS}/${run.number}`)
    && !sessionsNow().some(({ session }) => session === run.number));
  const result = await run.ended;
  const read = result.out.split("\n").filter((line) => /^(?:old|new|both)$/.test(line)).join();
  check("its processes are free from then on", read === "new,old,new,both", result.out);
  check("whoever ran it is told", result.out.includes("runs on without a policy"), result.out);
}

// ---- load -----------------------------------------------------------------------------------------------------------

/** The process and everything that it has started, as `ps` has it. */
function familyOf(pid) {
  const rows = exec("/bin/ps", ["-eo", "pid=,ppid="]).out.trim().split("\n").map((row) => row.trim().split(/\s+/).map(Number));
  const family = new Set([pid]);
  for (let grew = true; grew;) {
    const size = family.size;
    for (const [child, parent] of rows) if (family.has(parent)) family.add(child);
    grew = family.size > size;
  }
  return [...family];
}

async function loaded() {
  const folder = `${PLACE}/tree`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const tree = spawn(join(BUILT, "tree"), [folder, String(PORT)], { stdio: "ignore" });
  const ended = new Promise((resolve) => { tree.once("exit", resolve); });
  await until(() => existsSync(`${folder}/ready`), SHORT);
  const tracer = spawn(join(BUILT, "tree"), ["trace", String(tree.pid)], { stdio: ["ignore", "pipe", "ignore"] });
  await new Promise((resolve) => { tracer.stdout.once("data", resolve); });
  const traced = policyc("load", image("records-old"), "--pid", String(tree.pid));
  check("a traced process is refused, and who traces it", traced.status === 3 && traced.err.includes(`traced by process ${tracer.pid}`), traced);
  const died = new Promise((resolve) => { tracer.once("exit", resolve); });
  kill(tracer.pid);
  await died;
  check("nothing is confined then", sessionsNow().every(({ pids }) => !pids.includes(tree.pid)));

  const result = policyc("load", image("records-old"), "--pid", String(tree.pid), "--json");
  const answer = jsonOf(result);
  writeFileSync(`${folder}/go`, "");
  check("load takes in a process that forks all the time", result.status === 0 && answer?.session > 0
    && answer.pids.includes(tree.pid), result);
  const open = answer?.refused ?? [];
  check("and lists the open file that the policy would have refused", open.some(({ pid, op, target, rule, line }) =>
    pid === tree.pid && op === "read" && target === `${PLACE}/both/file` && rule === "no-both" && line === 4), open);
  check("and the socket", open.some(({ pid, op, target, rule }) =>
    pid === tree.pid && op === "connect" && target === `127.0.0.1:${PORT}/tcp` && rule === "no-port"), open);
  for (let look = 0; look < 3; look++) {
    const before = familyOf(tree.pid);
    const inside = sessionsNow().find(({ session }) => session === answer?.session)?.pids ?? [];
    const after = familyOf(tree.pid);
    const outside = before.filter((pid) => after.includes(pid) && !inside.includes(pid));
    check(`look ${look + 1}: whoever is there before and after is in the session`, before.length > 3 && outside.length === 0, { before, inside, after });
  }
  await until(() => sizeOf(`${folder}/denied`) > 200, SHORT);
  check("every thread, child and grandchild is confined", sizeOf(`${folder}/denied`) > 200 && sizeOf(`${folder}/escaped`) === 0,
    { denied: sizeOf(`${folder}/denied`), escaped: sizeOf(`${folder}/escaped`) });
  const again = policyc("load", image("records-new"), "--pid", String(tree.pid));
  check("who is in a session already is refused", again.status === 3 && again.err.includes(`in session ${answer?.session} already`), again);
  const follower = await follow(answer?.session ?? 0);
  const isOfTree = ({ rule, exe }) => rule === "no-both" && exe?.endsWith("/tree");
  await until(() => follower.events.some(isOfTree), SHORT);
  check("its events are on record", follower.events.some(isOfTree), brief(follower.events.slice(0, 3)));
  kill(follower.child.pid);
  writeFileSync(`${folder}/stop`, "");
  await ended;
  await until(() => !existsSync(`${RECORDS}/${answer?.session ?? 0}`), SHORT);
  check("a session that was loaded is cleared at its end", !existsSync(`${RECORDS}/${answer?.session ?? 0}`));
}

function refused() {
  const attempt = (name, pid, words) => {
    const result = policyc("load", image("records-old"), "--pid", String(pid));
    check(`load of ${name} is refused`, result.status === 3 && result.err.includes(words) && result.err.includes("nothing is confined"), result);
  };
  attempt("process 1", 1, "starts all others");
  attempt("a thread of the kernel", 2, "the kernel's own");
  attempt("whoever started policyc", process.pid, "started this command");
  attempt("nobody", 4_000_000, "there is no process");
  const word = policyc("load", image("records-old"), "--pid", "x");
  check("a word is no process", word.status === 2, word);
}

// ---- storms ---------------------------------------------------------------------------------------------------------

/** A policy after another is read, made into tables and put in force, as fast as that goes. */
function reloading(number) {
  const stop = scratchFile("stop");
  const child = spawn("/bin/bash", ["-c", `n=0; failed=0; while [ ! -e ${stop} ]; do
    for policy in ${image("records-new")} ${image("records-old")}; do
      ${POLICYD} reload --session ${number} --image-fd 3 --guards-fd 4 3<$policy 4</dev/null && n=$((n + 1)) || failed=$((failed + 1)); sleep 0.01
    done; done; echo "{\\"writes\\":$n,\\"failed\\":$failed}"`], { stdio: ["ignore", "pipe", "inherit"] });
  return { child, least: 4, begun: () => true, stop: () => { writeFileSync(stop, ""); } };
}

/** The last step of a reload, every 10 ms. */
function exchanging(number) {
  const child = spawn(join(BUILT, "exchange"), [number, image("records-new"), STORM_SECONDS + 2, 10].map(String),
    { stdio: ["ignore", "pipe", "inherit"] });
  return { child, least: STORM_SECONDS * 80, begun: (out) => out.startsWith("exchanging\n"), stop: () => undefined };
}

/** Both policies deny what is tried: whichever is in force at a moment, not one attempt may get through. */
async function storm(name, changing, kills) {
  const go = scratchFile("go");
  const run = await begin(image("records-old"), `while [ ! -e ${go} ]; do sleep 0.1; done
    exec nice -n 19 ${join(BUILT, "storm")} ${STORM_SECONDS} ${PLACE}/both/file ${PORT} ${PLACE}/both/program ${PLACE}/free/file`);
  const { number } = run;
  const changer = changing(number);
  let out = "";
  changer.child.stdout.setEncoding("utf8").on("data", (text) => { out += text; });
  const changed = new Promise((resolve) => { changer.child.once("close", resolve); });
  await until(() => changer.begun(out), SHORT);
  writeFileSync(go, "");
  let killedTimes = 0;
  let over = false;
  void run.ended.then(() => { over = true; });
  while (!over) {
    if (kills && existsSync(`${RECORDS}/${number}/policyd`)) {
      const served = servedBy(number);
      if (existsSync(`/proc/${served}`)) killedTimes++;
      else sessionsNow(); // which starts one: who keeps policyd gives up after some
      kill(served);
    }
    await sleep(kills ? 1000 : 100);
  }
  changer.stop();
  await changed;
  const result = await run.ended;
  const numbers = /\{"tried".*\}/.exec(result.out)?.[0];
  const { tried = 0, got = -1, failed = -1 } = numbers === undefined ? {} : JSON.parse(numbers);
  const { writes = 0, late = 0 } = JSON.parse(out.trim().split("\n").at(-1) || "{}");
  process.stdout.write(`# ${name}: ${STORM_SECONDS} s, ${writes} times, ${late} late, ${killedTimes} kills, ${tried} attempts, ${got} got through\n`);
  check(`${name}: not one attempt gets through`, tried > 50 && got === 0, { result: result.out, out });
  check(`${name}: what is permitted stays permitted`, failed === 0, result.out);
  check(`${name}: policies were exchanged meanwhile`, writes >= changer.least, out);
  check(`${name}: events name rules of both`, result.events.length > 0
    && result.events.every(({ rule }) => rule === "no-both" || rule === "no-port"), brief(result.events));
}

// ---- many -----------------------------------------------------------------------------------------------------------

const idsOf = (kind) => (jsonOf(exec("/usr/sbin/bpftool", [kind, "show", "-j"])) ?? []).length;
const pinned = () => readdirSync("/sys/fs/bpf");
const recorded = () => (existsSync(RECORDS) ? readdirSync(RECORDS) : []);

/** Sessions one after another, and several at once: nothing is left of them. */
export async function runMany() {
  suite("records");
  await until(() => exec(POLICYD, ["clean"]).status === 0 && pinned().length === 0, SHORT);
  const [maps, programs] = [idsOf("map"), idsOf("prog")];
  check("without sessions: no pin, no record, and status says so", pinned().length === 0 && recorded().length === 0
    && policyc("status").out === "no session runs\n", { pins: pinned(), records: recorded() });
  const holder = startSession(image("records-old"), ["/bin/sleep", "1000000"]);
  await until(() => processes("/bin/sleep", "1000000").length > 0);
  const during = idsOf("map");
  let wrong = 0;
  for (let i = 0; i < MANY_SESSIONS; i++) {
    const run = spawnSync(POLICYC, ["run", "--quiet", image("records-old"), "--", "/bin/true"], { encoding: "utf8" });
    if (run.status !== 0) wrong++;
  }
  check(`${MANY_SESSIONS} sessions end as they should`, wrong === 0, String(wrong));
  await until(() => recorded().length === 1 && processes(POLICYD, "session").length === 2, SHORT);
  check("they leave no record", recorded().length === 1, recorded());
  check("no process", processes(POLICYD, "session").length === 2, processes(POLICYD));
  await until(() => idsOf("map") <= during, SHORT);
  check("and no map", idsOf("map") <= during, { before: during, after: idsOf("map") });
  process.kill(holder.child.pid, "SIGTERM");
  await holder.ended;
  await until(() => pinned().length === 0 && processes(POLICYD).length === 0, SHORT);
  await until(() => idsOf("map") <= maps && idsOf("prog") <= programs, SHORT);
  check("the last leaves nothing at all", pinned().length === 0 && recorded().length === 0 && processes(POLICYD).length === 0
    && idsOf("map") <= maps && idsOf("prog") <= programs,
  { pins: pinned(), records: recorded(), maps: [maps, idsOf("map")], programs: [programs, idsOf("prog")] });
}
