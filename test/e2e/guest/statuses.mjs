// What comes through `policyc run`: status, signals, streams, user.
import { chmodSync } from "node:fs";
import { spawn } from "node:child_process";
import { check, exec, image, POLICYC, SCRATCH, startSession, suite, until } from "./harness.mjs";

const POLICY = image("techniques");
const NOBODY = 65534;

function signalled() {
  const run = startSession(POLICY, ["/bin/bash", "-c", "trap 'echo got it; exit 33' TERM; echo here; while :; do sleep 0.1; done"]);
  return until(() => run.output().includes("here")).then(() => { run.child.kill("SIGTERM"); return run.ended; });
}

/** With a descriptor too many, and something on standard input. */
function streams() {
  return new Promise((resolve) => {
    const child = spawn(POLICYC, ["run", POLICY, "--", "/bin/bash", "-c", "cat; ls /proc/self/fd; echo err >&2; exit 7"],
      { stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (data) => { out += String(data); });
    child.stderr.on("data", (data) => { err += String(data); });
    child.stdin.end("from outside\n");
    child.once("close", (status) => { resolve({ status, out, err }); });
  });
}

export async function runStatuses() {
  suite("statuses");
  chmodSync(SCRATCH, 0o1777);
  const start = (command, options) => startSession(POLICY, command, options).ended;
  const asUser = (script) => start(["/bin/bash", "-c", script], {
    env: { ...process.env, SUDO_UID: String(NOBODY), SUDO_GID: String(NOBODY), SUDO_USER: "nobody", SUDO_COMMAND: "x" },
  });
  const user = asUser("id -u; id -G; echo $HOME $USER ${SUDO_UID-none}; grep -E '^Cap(Eff|Prm)' /proc/self/status; kill -TERM $$");
  const [term, piped, killed] = await Promise.all([signalled(), streams(), user]);
  const [missing, plain] = await Promise.all([start(["policyc-no-such-command"]), start(["/etc/passwd"])]);
  check("SIGTERM reaches the command", term.status === 33 && term.out.includes("got it"), term);
  check("a command that is missing: 127", missing.status === 127 && missing.out.includes("policyc-no-such-command"), missing);
  check("a command that cannot be executed: 126", plain.status === 126 && plain.out.includes("/etc/passwd"), plain);
  check("the command's status", piped.status === 7, piped);
  check("standard streams pass through", piped.out.startsWith("from outside\n") && piped.err.startsWith("err\n"), piped);
  // 3 is the folder that `ls` reads
  check("no other descriptor does", piped.out === "from outside\n0\n1\n2\n3\n", piped.out);
  check("nothing denied: says so", piped.err === "err\npolicyc: nothing denied\n", piped.err);
  check("a command that a signal ended: 128 + N", killed.status === 143, killed);
  check("under sudo the command is the invoking user's", killed.out.startsWith(`${NOBODY}\n${NOBODY}\n`), killed.out);
  check("with their home, and nothing of sudo's", killed.out.includes("/nonexistent nobody none\n"), killed.out);
  check("and no capability", /CapPrm:\s*0+\nCapEff:\s*0+\n/.test(killed.out), killed.out);

  const contained = exec("/usr/bin/unshare", ["--pid", "--fork", "--mount-proc", POLICYC, "run", POLICY, "--", "/bin/echo", "ran"]);
  check("in a pid namespace: status 3, what to do, no command", contained.status === 3 && contained.out === ""
    && contained.err.includes("pid namespace"), contained);

  const unprivileged = exec("/usr/bin/setpriv", ["--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups",
    POLICYC, "run", POLICY, "--", "/bin/echo", "ran"], { env: { ...process.env, HOME: "/nonexistent" } });
  check("not root: status 3, what to do, no command", unprivileged.status === 3 && unprivileged.out === ""
    && unprivileged.err.includes("sudo"), unprivileged);
}
