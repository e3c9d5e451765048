// Every technique of the probe: works outside, is refused by the right rule inside, and its honest counterpart works.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { brief, check, exec, image, PROBE, session, shell, skip, suite, until } from "./harness.mjs";

const ROOT_BASE = "/srv/e2e-overlay";
const TMPFS = "/srv/e2e-tmpfs";
const EACCES = 13;
const SIGKILL = 9;
const FILES = /^(?:no-(?:read|write|create|new|delete|setattr|exec|load|name|unix|unix-bind)|kill-(?:all|new)|free)$/;
const UNEVENTFUL = ["allow", undefined];

const lines = (text) => text.split("\n").filter((one) => one !== "").map((one) => JSON.parse(one));

/** Starts what the techniques need; it lives until the guest ends. */
export async function prepareTechniques() {
  mkdirSync("/srv", { recursive: true });
  mkdirSync(TMPFS);
  shell(`mount -t tmpfs tmpfs ${TMPFS}`);
  const server = spawn(PROBE, ["serve", ROOT_BASE, TMPFS], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  server.stdout.setEncoding("utf8").on("data", (text) => { said += text; });
  await until(() => said.startsWith("ready ") || server.exitCode !== null);
  return server.pid;
}

export function runTechniques(server) {
  suite("techniques");
  const techniques = lines(exec(PROBE, ["list"]).out);
  // The second file system is for what names files.
  const chosen = (base) => (base === ROOT_BASE ? techniques : techniques.filter(({ guard }) => FILES.test(guard)));
  const run = (variant, base) => `${PROBE} run ${variant} ${base} ${server} ${chosen(base).map(({ name }) => name).join(" ")}`;
  const start = Date.now();
  const all = [ROOT_BASE, TMPFS];
  const outside = lines(shell(all.map((base) => run("outside", base)).join("; ")).out);
  process.stdout.write(`# without a policy: ${Math.round((Date.now() - start) / 1000)} s\n`);
  const script = all.flatMap((base) => [run("inside", base), run("free", base)]).join("; ");
  const result = session(image("techniques"), ["/bin/bash", "-c", script]);
  const inside = lines(result.out);
  check("the session ended by itself", result.status === 0, result.err);

  all.forEach((base, which) => {
    const find = (results, name, variant) =>
      results.filter((one) => one.name === name && one.variant === variant)[which];
    for (const technique of chosen(base)) {
      judge(technique, base, {
        outside: find(outside, technique.name, "outside"),
        inside: find(inside, technique.name, "inside"),
        free: find(inside, technique.name, "free"),
      }, result.events);
    }
  });
}

function judge(technique, base, runs, events) {
  const name = `${technique.name} on ${base === ROOT_BASE ? "overlay" : "tmpfs"}`;
  const eventsOf = (run) => events.filter((event) => event.pid === run.pid
    || (technique.guard === "no-anonymous" && event.target === "anonymous")
    || event.target?.startsWith(`${base}/${run.variant}/${technique.name}/`) === true);
  if (runs.outside === undefined || runs.inside === undefined) {
    check(name, false, "did not run");
    return;
  }
  if (runs.outside.skip) {
    skip(name, "this kernel or file system cannot do it");
    return;
  }
  const faults = [];
  if (runs.outside.errno !== 0) faults.push(`without a policy: errno ${runs.outside.errno}`);
  faults.push(...faultsInside(technique, base, runs.inside, eventsOf(runs.inside)));
  if (!technique.onlyDenied) {
    const { free } = runs;
    if (free === undefined) faults.push("the permitted variant did not run");
    else if (free.errno !== 0 || free.signal !== 0) faults.push(`where permitted: errno ${free.errno}, signal ${free.signal}`);
    else if (eventsOf(free).length > 0) faults.push(`where permitted: events ${JSON.stringify(brief(eventsOf(free)))}`);
  }
  check(name, faults.length === 0, faults.join("\n"));
}

function faultsInside({ expect, op, guard, reason, name }, base, run, events) {
  const faults = [];
  if (expect === "permitted") {
    if (run.errno !== 0 || run.signal !== 0) faults.push(`is refused: errno ${run.errno}, signal ${run.signal}`);
    if (events.length > 0) faults.push(`is permitted, yet has events: ${JSON.stringify(brief(events))}`);
    return faults;
  }
  if (expect === "killed") {
    if (run.signal !== SIGKILL) faults.push(`signal ${run.signal}, errno ${run.errno}`);
    const folder = `${base}/inside/${name}/${guard}`;
    if (!existsSync(`${folder}/file`) || existsSync(`${folder}/new`)) faults.push("was done all the same");
  } else if (run.errno !== EACCES) {
    faults.push(`under the policy: errno ${run.errno}, signal ${run.signal}`);
  }
  const decision = expect === "killed" ? "kill" : "deny";
  const fits = (event) => event.op === op && event.decision === decision
    && (reason === "" ? event.rule === guard && event.reason === undefined : event.reason === reason);
  if (!events.some(fits)) faults.push(`no event of ${op} by ${reason === "" ? guard : reason}: ${JSON.stringify(brief(events))}`);
  const strange = events.filter((event) => !UNEVENTFUL.includes(event.decision) && event.decision !== decision);
  if (strange.length > 0) faults.push(`strange events: ${JSON.stringify(brief(strange))}`);
  return faults;
}
