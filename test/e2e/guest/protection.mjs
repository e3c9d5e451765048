// What keeps a session confined is out of its reach, also for root, and where every privilege is allowed.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { brief, check, exec, image, POLICYC, POLICYD, readEvents, scratchFile, startSession, suite, until } from "./harness.mjs";

const HOME = "/srv/protected/inner";
/** By which the user calls the policy. */
const LINK = "/srv/agent.polc";

/** What a session beside it is denied. */
const DENIED = "/srv/e2e-beside/x/y/no-read/file";
const RECORDS = "/run/policyc";
/** Of itself, of the session beside it, and of the one that keeps the hooks loaded. */
const eachSession = (act) => `for n in $(seq 9); do ${act} && exit 0; done; false`;

/** Tried in the session, by what each is; all of them must fail. */
const attempts = (files, pins) => [
  ...files.flatMap((file) => [
    `: >>${file}`, `truncate -s 0 ${file}`, `rm -f ${file}`, `mv ${file} ${file}.old`, `chmod 777 ${file}`,
    `touch -d 2001-01-01 ${file}`, `cp /bin/true ${file}.new && mv -f ${file}.new ${file}`,
    `ln ${file} ${file}.link && : >>${file}.link`,
  ]),
  `rm ${LINK}`, `ln -sf /etc/hostname ${LINK}`, `mv ${LINK} ${LINK}.old`,
  `mv ${HOME} ${HOME}.old`, `mv /srv/protected /srv/elsewhere`,
  `ls /sys/fs/bpf`, `rm -r ${pins}`, `unlink ${pins}/link_file_open`, `mv ${pins} /sys/fs/bpf/old`, `mkdir /sys/fs/bpf/new`,
  `chmod 777 /sys/fs/bpf`, `umount /sys/fs/bpf`, `umount -l /sys/fs/bpf`, `umount -l /sys`, `umount -l /`, `umount -R /sys`,
  `unshare -m --propagation unchanged umount -l /sys`, `unshare -m umount -l /`,
  `mount -t tmpfs none /sys/fs/bpf`, `mount -t tmpfs none /sys`, `mount --move /sys/fs/bpf /mnt`,
  `mount -o remount,ro /sys/fs/bpf`,
  `kill -9 $(pgrep -f "policyd session")`, `kill -TERM $(pgrep -f "policyd session")`,
  `cat /proc/$(pgrep -of "policyd session")/environ`, `readlink /proc/$(pgrep -of "policyd session")/fd/0`,
  ...["unload --session $n", "reload --session $n --image-fd 3 --guards-fd 4"].map((words) =>
    `(exec 3<${image("audit")} 4</dev/null; ${eachSession(`${POLICYD} ${words}`)})`), `${POLICYD} status`, `${POLICYD} clean`,
  ...["rm", "touch", ": >>", "truncate -s 0"].map((act) => `(${eachSession(`eval '${act}' ${RECORDS}/$n/events`)})`),
  `(${eachSession(`rm -r ${RECORDS}/$n`)})`, `(${eachSession(`mv ${RECORDS}/$n /run/old`)})`, `mv ${RECORDS} /run/old`,
  `bpftool map dump name sessions`, `bpftool map dump name tasks`, `bpftool link detach id 1`,
];

/** A session with a policy and a log of its own, that asks at the end whether it is still confined. */
async function beside() {
  const [policy, ready, go] = ["beside.polc", "ready", "go"].map(scratchFile);
  copyFileSync(image("techniques"), policy);
  mkdirSync(dirname(DENIED), { recursive: true });
  writeFileSync(DENIED, "secret\n");
  const run = startSession(policy, ["/bin/bash", "-c", `touch ${ready}; until [ -e ${go} ]; do sleep 0.1; done; cat ${DENIED} || echo denied`]);
  await until(() => existsSync(ready));
  return { policy, log: run.log, end: () => { writeFileSync(go, ""); return run.ended; } };
}

export async function runProtection() {
  suite("protection");
  mkdirSync(HOME, { recursive: true });
  const other = await beside();
  const policy = `${HOME}/agent.polc`;
  const log = `${HOME}/events`;
  copyFileSync(image("techniques"), policy);
  const before = readFileSync(policy);
  const [pins] = readdirSync("/sys/fs/bpf");
  symlinkSync(policy, LINK);
  const tried = attempts([policy, log, other.policy, other.log, POLICYD, "/run/policyc.lock"], `/sys/fs/bpf/${pins}`);
  const script = tried.map((act, i) => `if { ${act}; } >/dev/null 2>&1; then echo ${i}; fi`).join("\n");
  const file = scratchFile("script");
  writeFileSync(file, script);
  const run = exec(POLICYC, ["run", "--events", log, LINK, "--", "/bin/bash", file]);
  check("the session ended by itself", run.status === 0, run.err);
  const done = new Set(run.out.split("\n").filter((line) => line !== "").map(Number));
  const events = existsSync(log) ? readEvents(log) : [];
  tried.forEach((act, i) => { check(act, !done.has(i), "was done"); });
  check("the policy is as it was", existsSync(policy) && readFileSync(policy).equals(before));
  check("its events say why", events.filter(({ reason }) => reason === "protected").length > 20, brief(events));
  const { out, events: told } = await other.end();
  check("the session beside it is confined as before, and its log is whole", out.includes("denied\n") && !out.includes("secret")
    && told.length === 1 && told[0].rule === "no-read" && readFileSync(other.policy).equals(before), { out, told: brief(told) });
  afterwards(policy);
}

/** Once the session has ended, its files are like all others. */
function afterwards(policy) {
  const other = exec(POLICYC, ["run", image("techniques"), "--", "/bin/mv", policy, `${policy}.old`]);
  check("a later session may move what is no policy any more", other.status === 0 && existsSync(`${policy}.old`), other.err);
  if (existsSync(`${policy}.old`)) renameSync(`${policy}.old`, policy);
}
