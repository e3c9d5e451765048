// The tracepoint backend and a policy that denies making, removing and changing files wherever: refused before it is done.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brief, check, exec, image, POLICYC, session, startSession, suite, until } from "./harness.mjs";

const FOLDER = "/srv/e2e-closed";
const PINS = "/sys/fs/bpf";

const REFUSED = [
  ["mkdir new", "create"], ["mkfifo new", "create"], ["ln -s file new", "create"], ["ln file new", "create"],
  ["mv file new", "create"], ["rm file", "delete"], ["rmdir folder", "delete"], ["chmod 600 file", "setattr"],
  ["chown 1:1 file", "setattr"], ["touch -d @1 file", "setattr"],
  ["unshare --user true", "privilege"], ["mount -t tmpfs none folder", "privilege"], ["chroot / true", "privilege"],
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

export async function runClosed() {
  suite("closed");
  mkdirSync(join(FOLDER, "folder"), { recursive: true });
  writeFileSync(join(FOLDER, "file"), "text\n");
  const before = JSON.stringify(state());
  for (const [command, op] of REFUSED) {
    const { status, events } = session(image("closed"), ["/bin/sh", "-c", `cd ${FOLDER} && exec ${command} 2>&1`]);
    const told = events.some((event) => event.op === op && event.decision === "deny");
    const isKilled = status === null || status > 128;
    check(`${command} is refused, and told`, status !== 0 && !isKilled && told && JSON.stringify(state()) === before,
      `status ${status}: ${JSON.stringify(brief(events))}`);
  }
  const honest = session(image("closed"), ["/bin/sh", "-c", `cat ${FOLDER}/file && echo more >>${FOLDER}/file`]);
  check("what is permitted works", honest.status === 0 && honest.out.includes("text") && honest.events.length === 0, honest);
  const held = JSON.stringify(pins());
  session(image("closed"), ["/bin/sh", "-c", `rm -rf ${PINS}/policyc-* ${PINS}/*; kill -0 1; umount ${PINS}; rm -rf /proc/1/root${PINS}/policyc-*`]);
  check("the pins are out of reach", held !== "[]" && JSON.stringify(pins()) === held && existsSync(PINS), pins());
  await checkExchange();
}
