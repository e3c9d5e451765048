// More than there is room for: events are lost with their number, decisions are not, and nobody outruns the session.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { kill } from "node:process";
import { brief, check, POLICYD, processes, scratchFile, session, startSession, suite, until } from "./harness.mjs";

const PLACE = "/srv/e2e-flood";
/** Past what the ring buffer and the table of repeats hold. */
const DENIALS = 24_000;
const GENERATIONS = 9;

/** Each a new object, so that none is a repeat. */
const flood = (gate, result) => `
import os, time
print("ready", flush=True)
while not os.path.exists(${JSON.stringify(gate)}):
    time.sleep(0.05)
made = 0
for i in range(${DENIALS}):
    try:
        os.mkdir("${PLACE}/%d" % i)
        made += 1
    except PermissionError:
        pass
with open(${JSON.stringify(result)}, "w") as file:
    file.write("%d made" % made)
`;

async function floods(policy) {
  const [gate, result] = [scratchFile("gate"), scratchFile("result")];
  writeFileSync(result, "");
  const run = startSession(policy, ["/usr/bin/python3", "-B", "-c", flood(gate, result)]);
  await until(() => run.output().includes("ready"));
  const daemons = processes(POLICYD, "session");
  daemons.forEach((pid) => { kill(pid, "SIGSTOP"); });
  writeFileSync(gate, "");
  await until(() => readFileSync(result, "utf8") !== "");
  daemons.forEach((pid) => { kill(pid, "SIGCONT"); });
  const ended = await run.ended;
  const told = ended.events.reduce((sum, { lost, count = 1 }) => sum + (lost === undefined ? count : 0), 0);
  const lost = ended.events.reduce((sum, event) => sum + (event.lost ?? 0), 0);
  check("nothing reads the events: not one attempt gets through", daemons.length > 0 && readFileSync(result, "utf8") === "0 made",
    { daemons, out: ended.out });
  check("some are lost", told > 1000 && lost > 1000, { told, lost });
  check("what is told and what is lost are all", told + lost === DENIALS, { told, lost });
  check("the user is told how many", ended.out.includes(`${lost} events lost`), ended.out);
}

/** Every process that there will be tries as soon as it is there. */
const storm = (log) => `
import os
log = os.open(${JSON.stringify(log)}, os.O_WRONLY | os.O_APPEND)
for i in range(${GENERATIONS}):
    os.fork()
    try:
        os.mkdir("${PLACE}/storm-%d" % os.getpid())
        os.write(log, b"made\\n")
    except PermissionError:
        os.write(log, b"denied\\n")
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
`;

function storms(policy) {
  const log = scratchFile("storm");
  writeFileSync(log, "");
  const result = session(policy, ["/usr/bin/python3", "-B", "-c", storm(log)]);
  const tries = readFileSync(log, "utf8").trim().split("\n");
  // 2 processes try in the first round, 4 in the next, …
  check(`${2 ** GENERATIONS} processes that fork: each is confined from the first`, result.status === 0
    && tries.length === 2 ** (GENERATIONS + 1) - 2 && tries.every((one) => one === "denied"), brief(result.events));
}

export async function runFlood() {
  suite("flood");
  mkdirSync(PLACE, { recursive: true });
  const policy = scratchFile("flood.pol");
  writeFileSync(policy, "default deny create\n");
  await floods(policy);
  storms(policy);
  check("nothing was made", !existsSync(`${PLACE}/0`));
}
