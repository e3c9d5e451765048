// Every technique of the probe: works outside, is refused by the right rule inside, and its honest counterpart works.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { BACKEND, brief, check, exec, image, IS_NATIVE, PROBE, session, shell, skip, suite, until } from "./harness.mjs";
import { judgeLate } from "./late.mjs";

export const ROOT_BASE = "/srv/e2e-overlay";
export const TMPFS = "/srv/e2e-tmpfs";
const EPERM = 1;
const EACCES = 13;
const SIGKILL = 9;
const FILES = /^(?:no-(?:read|write|create|new|delete|setattr|exec|load|name|unix|unix-bind|handle-open)|kill-(?:all|new)|free)$/;
const UNEVENTFUL = ["allow", undefined];

export const lines = (text) => text.split("\n").filter((one) => one !== "").map((one) => JSON.parse(one));

export const listed = () => lines(exec(PROBE, ["list"]).out);

/** All privileges are allowed in the one session, and none in the other. */
export const takesPrivilege = ({ op, guard }) => op === "privilege" || guard === "no-escape-socket";

/** Starts what the techniques need, in a process group of its own; it lives until the guest ends, or `endTechniques`. */
export async function prepareTechniques() {
  mkdirSync("/srv", { recursive: true });
  mkdirSync(TMPFS);
  shell(`mount -t tmpfs tmpfs ${TMPFS}`);
  if (!IS_NATIVE) {
    exec("/sbin/modprobe", ["tun"]);
    writeFileSync("/proc/sys/net/ipv4/ping_group_range", "0 2147483647"); // as systemd does
  }
  const server = spawn(PROBE, [IS_NATIVE ? "serve-own" : "serve", ROOT_BASE, TMPFS], {
    stdio: ["ignore", "pipe", "inherit"], detached: true,
  });
  let said = "";
  server.stdout.setEncoding("utf8").on("data", (text) => { said += text; });
  await until(() => said.startsWith("ready ") || server.exitCode !== null);
  return server.pid;
}

/** Of a machine that is not thrown away. */
export function endTechniques(server) {
  if (IS_NATIVE && server > 0) process.kill(-server, "SIGKILL");
}

export function runTechniques(server) {
  suite("techniques");
  // On a machine that is not thrown away only what touches nothing but its own folders, sockets and processes. Where there
  // are tracepoints alone, sessions do not see the pins.
  const techniques = listed().filter((one) => (!IS_NATIVE || !takesPrivilege(one)) &&
    (BACKEND !== "tracepoint" || one.guard !== "pins"));
  // The second file system is for what names files.
  const chosen = (base) => (base === ROOT_BASE ? techniques : techniques.filter(({ guard }) => FILES.test(guard)));
  const run = (variant, base, which = () => true) =>
    `${PROBE} run ${variant} ${base} ${server} ${chosen(base).filter(which).map(({ name }) => name).join(" ")}`;
  const start = Date.now();
  const all = [ROOT_BASE, TMPFS];
  const outside = lines(shell(all.map((base) => run("outside", base)).join("; ")).out);
  process.stdout.write(`# without a policy: ${Math.round((Date.now() - start) / 1000)} s\n`);
  const scripts = {
    techniques: all.flatMap((base) => [run("inside", base, (one) => !takesPrivilege(one)), run("free", base)]),
    ...(IS_NATIVE ? {} : { privileges: all.map((base) => run("inside", base, takesPrivilege)) }),
  };
  const results = Object.entries(scripts).map(([policy, script]) =>
    session(image(policy), ["/bin/bash", "-c", script.join("; ")]));
  for (const { status, err } of results) check("the session ended by itself", status === 0, err);
  const inside = results.flatMap(({ out }) => lines(out));
  const events = results.flatMap((result) => result.events);

  all.forEach((base, which) => {
    const find = (results, name, variant) =>
      results.filter((one) => one.name === name && one.variant === variant)[which];
    for (const technique of chosen(base)) {
      (BACKEND === "tracepoint" ? judgeLate : judge)(technique, base, {
        outside: find(outside, technique.name, "outside"),
        inside: find(inside, technique.name, "inside"),
        free: find(inside, technique.name, "free"),
      }, events);
    }
  });
}

export const nameOn = ({ name }, base) => `${name} on ${base === ROOT_BASE ? "overlay" : "tmpfs"}`;

function judge(technique, base, runs, events) {
  const name = nameOn(technique, base);
  const eventsOf = (run) => eventsAbout(technique, base, run, events);
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

export const eventsAbout = ({ guard, name }, base, run, events) => events.filter((event) => event.pid === run.pid
  || (guard === "no-anonymous" && event.target === "anonymous")
  || event.target?.startsWith(`${base}/${run.variant}/${name}/`) === true);

/** Whether the event is what the technique should leave. */
const isAbout = ({ expect, op, guard, reason }) => (event) =>
  event.op === op && event.decision === (expect === "killed" ? "kill" : "deny")
    && (op !== "privilege" || `no-${event.target}` === guard)
    && (reason === "" ? event.rule === guard && event.reason === undefined : event.reason === reason);

function faultsInside(technique, base, run, events) {
  const { expect, op, guard, reason, name } = technique;
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
  } else if (run.errno !== EACCES && !(op === "privilege" && run.errno === EPERM)) {
    faults.push(`under the policy: errno ${run.errno}, signal ${run.signal}`);
  }
  const decision = expect === "killed" ? "kill" : "deny";
  if (!events.some(isAbout(technique))) faults.push(`no event of ${op} by ${reason === "" ? guard : reason}: ${JSON.stringify(brief(events))}`);
  const strange = events.filter((event) => !UNEVENTFUL.includes(event.decision) && event.decision !== decision);
  if (strange.length > 0) faults.push(`strange events: ${JSON.stringify(brief(strange))}`);
  return faults;
}
