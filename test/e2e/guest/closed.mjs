// The tracepoint backend and a policy that denies making, removing and changing files wherever: refused before it is done.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brief, BUILT, check, exec, image, POLICYC, session, shell, skip, startSession, suite, until } from "./harness.mjs";

const FOLDER = "/srv/e2e-closed";
const PINS = "/sys/fs/bpf";

const REFUSED = [
  ["mkdir new", "create"], ["mkfifo new", "create"], ["ln -s file new", "create"], ["ln file new", "create"],
  ["mv file new", "create"], ["rm file", "delete"], ["rmdir folder", "delete"], ["chmod 600 file", "setattr"],
  ["chown 1:1 file", "setattr"], ["touch -d @1 file", "setattr"],
  ["unshare --user true", "privilege"], ["mount -t tmpfs none folder", "privilege"], ["chroot / true", "privilege"],
];

const CALLS = join(BUILT, "calls");
const [ENOSYS, ENOTTY, EACCES, ENOTSUP] = [38, 25, 13, 95];
/** Calls of programs/calls.c: on what, what they are answered, and the operation of their event, if they have one. */
const REFUSED_CALLS = [
  ["make-new", "new", EACCES, "create"], ["make-unnamed", ".", EACCES, "create"], ["make-queue", ".", EACCES, "create"],
  ["remove-queue", ".", EACCES, "delete"], ["set-flags", "file", EACCES, "setattr"],
  ["set-attributes", "file", EACCES, "setattr"], ["shorten", "file", EACCES, "write"],
  ["read-attribute", "file", ENOTSUP, null], ["make-pair", ".", EACCES, "connect"], ["leave-cores", ".", EACCES, null],
];

/** Everything that a refused command could have changed. */
const state = () => readdirSync(FOLDER).sort().map((name) => {
  const { mode, uid, mtimeMs, nlink } = statSync(join(FOLDER, name));
  return [name, mode, uid, mtimeMs, nlink];
});

const pins = () => readdirSync(PINS).filter((name) => name.startsWith("policyc-")).map((name) =>
  [name, readdirSync(join(PINS, name)).length]);

/** Some of what a policy denies is taken from a command before it starts: nobody gets that back, or loses it later. */
async function checkExchange() {
  const held = startSession(image("closed"), ["/bin/sleep", "1000"]);
  const outside = spawn("/bin/sleep", ["1000"], { stdio: "ignore" });
  const status = () => JSON.parse(exec(POLICYC, ["status", "--json"]).out)
    .find(({ command }) => command?.join(" ") === "/bin/sleep 1000");
  await until(() => status() !== undefined);
  const { session: number } = status();
  const reloaded = exec(POLICYC, ["reload", String(number), image("techniques")]);
  check("a session keeps the policy that it began with", reloaded.status === 3 && reloaded.err.includes("tracepoint"), reloaded);
  const loaded = exec(POLICYC, ["load", image("closed"), "--pid", String(outside.pid)]);
  check("who runs already is not taken in", loaded.status === 3 && loaded.err.includes("policyc run"), loaded);
  const unloaded = exec(POLICYC, ["unload", String(number)]);
  check("a session can be let go", unloaded.status === 0 && status() === undefined, unloaded);
  outside.kill();
  held.child.kill("SIGTERM");
  await held.ended;
}

const told = (events, op) => events.some((event) => event.op === op && event.decision === "deny");

/** Each does what it is called without a policy, or this kernel or file system cannot do it. */
function checkCalls() {
  const outside = `${FOLDER}-outside`;
  mkdirSync(outside, { recursive: true });
  writeFileSync(join(outside, "file"), "text\n");
  for (const [name, on, answer, op] of REFUSED_CALLS) {
    const plain = exec(CALLS, [name, join(outside, on)]).status;
    if ([ENOSYS, ENOTTY, ENOTSUP].includes(plain)) skip(`${name} without a policy`, "this kernel or file system cannot do it");
    else check(`${name} works without a policy`, plain === 0, `status ${plain}`);
    const { status, events } = session(image("closed"), [CALLS, name, join(FOLDER, on)]);
    check(`${name} is refused`, status === answer && (op === null ? events.length === 0 : told(events, op)),
      `status ${status}: ${JSON.stringify(brief(events))}`);
  }
}

/** What takes a lock if it can, and lives without. */
function checkGit() {
  const repository = join(FOLDER, "repository");
  const git = `git -C ${repository} -c user.name=e2e -c user.email=e2e@localhost`;
  const made = shell(`git init -q ${repository} && cd ${repository} && echo 1 >file && ${git} add file && ${git} commit -qm 1 && sleep 1 && touch file`);
  const { status, err, events } = session(image("closed"), ["git", "-C", repository, "status", "--short"]);
  check("git status works, and leaves no lock",
    made.status === 0 && status === 0 && told(events, "create") && !existsSync(join(repository, ".git/index.lock")),
    `${made.err}${err}status ${status}: ${JSON.stringify(brief(events))}`);
}

/** What tells of processes outside, and lives: `ps` opens the environments of all. */
function checkLists() {
  for (const command of ["top -bn1", "pgrep -f e2e-none; true"]) {
    const { status, err, events } = session(image("closed"), ["/bin/sh", "-c", `${command} >/dev/null`]);
    check(`${command} works`, status === 0 && !told(events, "privilege"), `${err}status ${status}: ${JSON.stringify(brief(events))}`);
  }
}

/** Of this user's processes outside as well. */
function checkSecrets() {
  const outside = spawn("/bin/sleep", ["1000"], { stdio: "ignore", env: { SECRET: "e2e" } });
  for (const [file, told] of [["environ", "SECRET"], ["auxv", "\0"], ["maps", "sleep"], ["smaps", "sleep"]]) {
    const command = ["/bin/cat", `/proc/${outside.pid}/${file}`];
    const plain = exec(command[0], command.slice(1));
    const { out, status } = session(image("closed"), command);
    check(`${file} of a process outside is not told`, plain.out.includes(told) && status !== 0 && out === "", `status ${status}: ${out}`);
  }
  const own = session(image("closed"), ["/bin/sh", "-c", "sleep 1000 & cat /proc/$!/environ /proc/$!/maps /proc/self/maps; kill $!"]);
  check("that of its own is", own.status === 0 && own.out.includes("/cat") && own.events.length === 0, brief(own.events));
  outside.kill();
}

export async function runClosed() {
  suite("closed");
  mkdirSync(join(FOLDER, "folder"), { recursive: true });
  writeFileSync(join(FOLDER, "file"), "text\n");
  const before = JSON.stringify(state());
  for (const [command, op] of REFUSED) {
    const { status, events } = session(image("closed"), ["/bin/sh", "-c", `cd ${FOLDER} && exec ${command} 2>&1`]);
    const isKilled = status === null || status > 128;
    check(`${command} is refused, and told`, status !== 0 && !isKilled && told(events, op) && JSON.stringify(state()) === before,
      `status ${status}: ${JSON.stringify(brief(events))}`);
  }
  checkCalls();
  check("nothing has changed", JSON.stringify(state()) === before, state());
  checkGit();
  checkLists();
  checkSecrets();
  const honest = session(image("closed"), ["/bin/sh", "-c", `cat ${FOLDER}/file && echo more >>${FOLDER}/file`]);
  check("what is permitted works", honest.status === 0 && honest.out.includes("text") && honest.events.length === 0, honest);
  const held = JSON.stringify(pins());
  session(image("closed"), ["/bin/sh", "-c", `rm -rf ${PINS}/policyc-* ${PINS}/*; kill -0 1; umount ${PINS}; rm -rf /proc/1/root${PINS}/policyc-*`]);
  check("the pins are out of reach", held !== "[]" && JSON.stringify(pins()) === held && existsSync(PINS), pins());
  await checkExchange();
}
