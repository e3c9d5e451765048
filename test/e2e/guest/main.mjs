// Everything that is tested in a guest; run as root by `test/e2e/run-in-guest`. Arguments: the suites to run; without any,
// all but those that are run by name only.
import { spawnSync } from "node:child_process";
import { BACKEND, check, counts, exec, image, startSession, suite, until } from "./harness.mjs";
import { runClosed } from "./closed.mjs";
import { runEvents, runFeedback, runObjects } from "./events.mjs";
import { runExamples } from "./examples.mjs";
import { runFlood } from "./flood.mjs";
import { runHistory } from "./history.mjs";
import { runImages } from "./images.mjs";
import { runLearn } from "./learn.mjs";
import { runMounts } from "./mounts.mjs";
import { runMutations } from "./mutations.mjs";
import { runWithoutLsm } from "./no-lsm.mjs";
import { runProtection } from "./protection.mjs";
import { runMany, runRecords } from "./records.mjs";
import { runPrograms } from "./programs.mjs";
import { runRaces } from "./races.mjs";
import { runScale } from "./scale.mjs";
import { runCleaning, runSessions } from "./sessions.mjs";
import { runStatuses } from "./statuses.mjs";
import { endTechniques, prepareTechniques, runTechniques } from "./techniques.mjs";
import { runTools } from "./tools.mjs";

const chosen = process.argv.slice(2);
const wanted = (name) => chosen.length === 0 || chosen.includes(name);
const started = Date.now();
const HOOKS_AT_LEAST = BACKEND === "tracepoint" ? 6 : 30;

async function timed(name, body) {
  if (!wanted(name)) return;
  const start = Date.now();
  try {
    await body();
  } catch (thrown) {
    counts.failed++;
    process.stdout.write(`not ok ${name}: ended by ${thrown.stack}\n`);
  }
  process.stdout.write(`# ${name}: ${Math.round((Date.now() - start) / 1000)} s\n`);
}

/** The kernel counts how often it passed a program over because another task was inside. */
function checkPassedOver() {
  suite("hooks");
  const programs = JSON.parse(exec("/usr/sbin/bpftool", ["prog", "show", "-j"]).out).filter(({ type }) => type === "tracing");
  const passedOver = programs.filter((program) => program.recursion_misses > 0);
  check("no program was ever passed over", programs.length > HOOKS_AT_LEAST && passedOver.length === 0, passedOver);
}

async function withSession() {
  // A session that lasts keeps the BPF program loaded, so that the others start at once.
  const holder = startSession(image("techniques"), ["/bin/sleep", "1000000"]);
  const server = wanted("techniques") || wanted("mutations") ? await prepareTechniques() : 0;
  process.stdout.write(`# prepared after ${Math.round((Date.now() - started) / 1000)} s\n`);
  let ended = null;
  void holder.ended.then((result) => { ended = result; });
  await until(() => ended !== null || spawnSync("/bin/pgrep", ["-fx", "/bin/sleep 1000000"]).status === 0, 240_000);
  if (ended !== null) throw new Error(`no session can be started: ${ended.out}`);
  process.stdout.write(`# a session runs after ${Math.round((Date.now() - started) / 1000)} s\n`);
  await timed("techniques", () => { runTechniques(server); });
  if (BACKEND === "tracepoint") await timed("closed", runClosed);
  await timed("images", runImages);
  await timed("events", runEvents);
  await timed("events", runObjects);
  await timed("flood", runFlood);
  await timed("feedback", runFeedback);
  await timed("history", runHistory);
  await timed("races", runRaces);
  await timed("sessions", runSessions);
  await timed("records", runRecords);
  await timed("protection", runProtection);
  await timed("statuses", runStatuses);
  await timed("mounts", runMounts);
  await timed("scale", runScale);
  await timed("programs", runPrograms);
  await timed("learn", runLearn);
  const examples = chosen.find((name) => name.startsWith("examples:"));
  await timed(examples ?? "examples", () => runExamples(examples?.split(":").slice(1)));
  const tools = chosen.filter((name) => /^tools(:|$)/.test(name));
  if (tools.length > 0) await timed(tools[0], () => { runTools(tools.flatMap((name) => name.split(":").slice(1))); });
  if (BACKEND !== "lsm") checkPassedOver();
  await timed("mutations", () => runMutations(server));
  endTechniques(server);
  holder.child.kill("SIGTERM");
  await holder.ended;
  await timed("cleaning", runCleaning);
  await timed("records", runMany);
}

process.stdout.write(`# kernel ${exec("/bin/uname", ["-r"]).out}`);
if (chosen.includes("no-lsm")) await timed("no-lsm", runWithoutLsm);
if (chosen.join() !== "no-lsm") await withSession();
process.stdout.write(`# ${Math.round((Date.now() - started) / 1000)} s in all\n`);
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
