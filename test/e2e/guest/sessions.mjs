// Who belongs to a session, for how long, and what is left of it.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { BACKEND, brief, check, exec, image, POLICYD, processes, scratchFile, session, shell, startSession, suite, until } from "./harness.mjs";

const PLACE = "/srv/e2e-sessions/x/y";
const SECRET = `${PLACE}/no-read/file`;

function prepare() {
  for (const folder of ["no-read", "free", "kill-all"]) {
    mkdirSync(`${PLACE}/${folder}`, { recursive: true });
    writeFileSync(`${PLACE}/${folder}/file`, `${folder}\n`);
  }
  for (const side of ["left", "right"]) {
    mkdirSync(`/srv/sides/${side}`, { recursive: true });
    writeFileSync(`/srv/sides/${side}/file`, `${side}\n`);
  }
}

/** Several at once, while the program is loaded. */
export async function runSessions() {
  suite("sessions");
  prepare();
  await Promise.all([daemonStaysConfined(), twoPolicies()]);
  const killed = session(image("techniques"), ["/bin/cat", `${PLACE}/kill-all/file`]);
  check("`kill`: status 137", killed.status === 137 && !killed.out.includes("kill-all"), killed);
  check("`kill`: an event says so", killed.events.some((event) => event.decision === "kill" && event.rule === "kill-all"),
    brief(killed.events));
}

async function daemonStaysConfined() {
  const answer = scratchFile("daemon");
  const script = `
    setsid bash -c 'leader=$1; while kill -0 "$leader" 2>/dev/null; do sleep 0.1; done; sleep 0.5
      if { : <${SECRET}; } 2>/dev/null; then echo read; else echo denied; fi >${answer}' sh $$ </dev/null >/dev/null 2>&1 &
    exit 5`;
  const run = startSession(image("techniques"), ["/bin/bash", "-c", script]);
  const result = await run.ended;
  check("a daemon does not hide the leader's status", result.status === 5, result.out);
  check("the user is told of it", result.out.includes("goes on, confined"), result.out);
  const text = () => (existsSync(answer) ? readFileSync(answer, "utf8") : "");
  await until(() => text() !== "");
  check("a daemon that outlives the leader, and policyc, stays confined", text() === "denied\n", text());
}

async function twoPolicies() {
  const together = scratchFile("together");
  mkdirSync(together);
  const script = (side) => `touch ${together}/${side}
    for ((i = 0; i < 600; i++)); do [ "$(ls ${together} | wc -l)" = 2 ] && break; sleep 0.1; done
    for one in left right; do cat /srv/sides/$one/file 2>/dev/null || echo no; done; sleep 2`;
  const runs = ["left", "right"].map((side) => startSession(image(`side-${side}`), ["/bin/bash", "-c", script(side)]));
  await until(() => readdirSync(together).length === 2);
  check("a process of no session reads what both deny",
    exec("/bin/cat", ["/srv/sides/left/file", "/srv/sides/right/file", SECRET]).out === "left\nright\nno-read\n");
  const [left, right] = await Promise.all(runs.map(({ ended }) => ended));
  check("two sessions beside each other: the left one has its own policy", left.out.startsWith("no\nright\n"), left.out);
  check("two sessions beside each other: the right one has its own policy", right.out.startsWith("left\nno\n"), right.out);
  check("each has its own events", [["left", left], ["right", right]].every(([side, run]) =>
    run.events.length === 1 && run.events[0].target === `/srv/sides/${side}/file`), brief([...left.events, ...right.events]));
}

const pins = () => (existsSync("/sys/fs/bpf") ? readdirSync("/sys/fs/bpf") : []);

/** The last of all: no other session may live. */
export async function runCleaning() {
  suite("cleaning");
  prepare();
  await until(() => pins().length === 0, 60_000);
  check("the last session that ends takes everything along", pins().length === 0, pins());
  const go = scratchFile("go");
  const here = scratchFile("here");
  const again = scratchFile("again");
  const run = startSession(image("techniques"), ["/bin/bash", "-c", `
    touch ${here}; while [ ! -e ${go} ]; do sleep 0.1; done
    if { : <${SECRET}; } 2>/dev/null; then echo read; else echo denied; fi
    if { : <${PLACE}/free/file; } 2>/dev/null; then echo permitted; fi
    touch ${again}; sleep 1; exit 9`]);
  await until(() => existsSync(here));
  const daemons = processes(POLICYD, "session");
  if (!check("policyd runs beside the session", daemons.length === 2, `${run.output()}\n${shell("ps axf | grep policy").out}`)) return;
  for (const daemon of daemons) process.kill(daemon, "SIGKILL");
  await until(() => processes(POLICYD, "session").length === 0);
  check("pins are there while the session lives", pins().length > 0);
  const clean = exec(POLICYD, ["clean"]);
  check("`policyd clean` leaves a living session alone", clean.status === 0 && pins().length > 0, { ...clean, pins: pins() });
  writeFileSync(go, "");
  await until(() => existsSync(again));
  const result = await run.ended;
  check("policyd killed: the session stays confined", result.out.includes("denied\npermitted\n"), result.out);
  check("policyd killed: the command's status comes through", result.status === 9, result);
  check("policyd killed: the user is told", result.out.includes("policyd ended"), result.out);
  await until(() => shell("true").status === 0 && exec(POLICYD, ["clean"]).status === 0 && pins().length === 0, 10_000);
  check("`policyd clean` removes what is left", pins().length === 0, pins());
  const left = exec("/usr/sbin/bpftool", ["link", "list"]).out;
  check("no hook of ours is attached any more", !/lsm_mac|modify_return/.test(left), left);
  await lateDaemon();
  await otherBackend();
}

/** The programs of all sessions are of one backend, whichever loaded them. */
async function otherBackend() {
  if (BACKEND !== "lsm") return;
  await until(() => exec(POLICYD, ["clean"]).status === 0 && pins().length === 0, 30_000);
  const here = scratchFile("here");
  const first = startSession(image("techniques"), ["/bin/bash", "-c", `touch ${here}; exec sleep 1000000`], { backend: "fmod_ret" });
  await until(() => existsSync(here));
  const asked = session(image("techniques"), ["/bin/echo", "ran"]);
  check("another backend than that of a living session: status 3, why, no command", asked.status === 3 && asked.out === ""
    && asked.err.includes("backend `fmod_ret`"), asked);
  const joined = session(image("techniques"), ["/bin/cat", SECRET], { backend: "auto" });
  check("one that asks for none has the same", joined.status === 1 && joined.events[0]?.rule === "no-read", joined);
  first.child.kill("SIGTERM");
  await first.ended;
}

/** A policyd that comes to its end only when its program is gone and another session has begun anew. */
async function lateDaemon() {
  const first = startSession(image("techniques"), ["/bin/sleep", "424242"]);
  await until(() => processes("/bin/sleep", "424242").length === 1);
  const daemons = processes(POLICYD, "session");
  for (const daemon of daemons) process.kill(daemon, "SIGSTOP");
  for (const pid of processes("/bin/sleep", "424242")) process.kill(pid, "SIGKILL");
  await until(() => exec(POLICYD, ["clean"]).status === 0 && pins().length === 0, 30_000);
  const here = scratchFile("here");
  const go = scratchFile("go");
  const second = startSession(image("techniques"), ["/bin/bash", "-c", `
    touch ${here}; while [ ! -e ${go} ]; do sleep 0.1; done
    if { : <${SECRET}; } 2>/dev/null; then echo read; else echo denied; fi`]);
  await until(() => existsSync(here));
  for (const daemon of daemons) process.kill(daemon, "SIGCONT");
  await first.ended;
  await until(() => daemons.every((daemon) => !existsSync(`/proc/${daemon}`)));
  check("a policyd that ends late leaves the pins of others alone", pins().length > 0, pins());
  writeFileSync(go, "");
  const { out } = await second.ended;
  check("and their sessions confined", out.includes("denied\n"), out);
}
