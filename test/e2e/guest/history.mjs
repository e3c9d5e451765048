// Rules with a memory: marks, programs, arguments and limits, each by the acts of real processes.
import { mkdirSync, rmSync, writeFileSync, chmodSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { BACKEND, brief, check, scratchFile, session, suite } from "./harness.mjs";

const PLACE = "/srv/e2e-history";

/** What the scripts below may use: `tell` prints how an act went. */
const PRELUDE = `
import errno, mmap, os, socket, subprocess, sys, threading, time
def attempt(act):
    try: act()
    except OSError as error: return errno.errorcode.get(error.errno, str(error.errno))
    return "ok"
def tell(*acts): print(" ".join(attempt(act) for act in acts), flush=True)
def read(name): return lambda: open("${PLACE}/" + name).read()
def write(name): return lambda: open("${PLACE}/" + name, "a").write("x")
def remove(name): return lambda: os.unlink("${PLACE}/" + name)
def connect(): socket.create_connection(("127.0.0.1", PORT)).close()
def run(*words): return lambda: refused(subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode)
def refused(status):
    if status: raise OSError(status if status > 0 else 1000 - status, "")
`;

const MARKS = `
mark secret on read "${PLACE}/secret"
deny connect loopback when secret
deny write "${PLACE}/log" when secret
mark own on read "${PLACE}/own" per process
deny read "${PLACE}/public" when own
mark tested on success "test-*" until write "${PLACE}/src/**"
deny exec "commit" unless tested
mark ready on success "build" per process
deny read "${PLACE}/release" unless ready
mark tainted on read "${PLACE}/customer" per process tracks files
deny read "${PLACE}/public" when tainted
`;

/** What is done, by whom under which policy, and how each act goes. */
const SCENARIOS = [
  { name: "what came before decides", policy: MARKS, script: "tell(connect, read('secret'), connect)", said: "ok ok EACCES" },
  { name: "a child's act counts for all", policy: MARKS, script: "tell(connect, run('cat', '${PLACE}/secret'), connect)", said: "ok ok EACCES" },
  { name: "nothing that was refused counts", policy: `${MARKS}deny read "${PLACE}/secret"\n`,
    script: "tell(connect, read('secret'), connect)", said: "ok EACCES ok" },
  { name: "what is open already is decided again", policy: MARKS, again: true, script: `
s = socket.create_connection(("127.0.0.1", PORT))
f = open("${PLACE}/log", "ab", buffering=0)
tell(lambda: s.send(b"x"), lambda: f.write(b"x"), lambda: os.write(s.fileno(), b"x"))
tell(read("secret"))
tell(lambda: s.send(b"x"), lambda: f.write(b"x"), lambda: os.write(s.fileno(), b"x"), lambda: os.sendfile(s.fileno(), os.open("/etc/hostname", os.O_RDONLY), 0, 1))`,
    said: "ok ok ok\nok\nEACCES EACCES EACCES EACCES" },
  { name: "a process's own mark is its own, and its children's from then on", policy: MARKS, script: `
def child():
    pid = os.fork()
    if pid == 0:
        tell(read("public"), read("own"), read("public"), run("cat", "${PLACE}/public"))
        os._exit(0)
    os.waitpid(pid, 0)
child()
tell(read("public"), read("own"), read("public"))
child()`, said: "ok ok EACCES EPERM\nok ok EACCES\nEACCES ok EACCES EPERM" },
  { name: "threads are of one process", policy: MARKS, script: `
def other(act):
    thread = threading.Thread(target=lambda: tell(act)); thread.start(); thread.join()
other(read("public")); other(read("own")); tell(read("public")); other(read("public"))`, said: "ok\nok\nEACCES\nEACCES" },
  { name: "success, until something is changed", policy: MARKS, script: `
tell(run("./commit"), run("./test-bad"), run("./commit"), run("./test-good"), run("./commit"))
tell(write("src/a"), run("./commit"), run("./test-good"), run("./commit"))`,
    said: "EACCES EPERM EACCES ok ok\nok EACCES ok ok" },
  { name: "success goes to who started the program", policy: MARKS, script: `
tell(read("release"), run("./build"), read("release"))
tell(run("sh", "-c", "./build; cat release"))`, said: "EACCES ok ok\nok" },
  { name: "and not to others", policy: MARKS, script: `
tell(run("sh", "-c", "./build; true"), read("release"))`, said: "ok EACCES" },
  { name: "a program that is ended by a signal has not succeeded", policy: MARKS, script: `
tell(run("./test-killed"), run("./commit"), run("./test-exec"), run("./commit"))`, said: "1009 EACCES ok ok" },
  { name: "files carry marks", policy: MARKS, again: true, script: `
tell(read("public"), run("cp", "${PLACE}/customer", "${PLACE}/copy"), read("public"))
tell(read("copy"), read("public"))`, said: "ok ok ok\nok EACCES" },
  { name: "by their other names, too", policy: MARKS, again: true, script: `
tell(run("sh", "-c", "cat customer > one; mv one two; ln two three"), read("public"), read("three"), read("public"))`,
    said: "ok ok ok EACCES" },
  { name: "through what a file is copied to in pieces", policy: MARKS, again: true, script: `
tell(run("dd", "if=${PLACE}/customer", "of=${PLACE}/dd", "bs=1"), run("tar", "cf", "${PLACE}/tar", "-C", "${PLACE}", "dd"))
tell(read("public"), read("tar"), read("public"))`, said: "ok ok\nok ok EACCES" },
  { name: "by memory and by execution", policy: MARKS, again: true, script: `
tell(run("sh", "-c", "cat customer > mapped; printf '#!/bin/sh\\\\ncat ${PLACE}/public' > script; cat customer >> script; chmod +x script"))
tell(run("./script"))
def mapped(): mmap.mmap(os.open("${PLACE}/mapped", os.O_RDONLY), 0, prot=mmap.PROT_READ)[0]
tell(read("public"), mapped, read("public"))`, said: "ok\nEPERM\nok ok EACCES" },
  { name: "which program acts", policy: `
deny read "${PLACE}/secret" unless exe "keeper"
deny connect any when exe "keeper"
for exe "python3*" { deny read "${PLACE}/own" }
deny write "${PLACE}/log" unless under "keeper"
`, script: `
tell(read("secret"), run("./keeper", "secret"), read("own"), run("cat", "${PLACE}/own"))
tell(write("log"), run("./keeper", "log"))`, said: "EACCES ok EACCES ok\nEACCES ok" },
  { name: "arguments", policy: `
deny exec "git" args "push", "--force"
deny exec "tool" args only "status"
deny exec "worker" args "run" without "--dry"
`, script: `
os.environ["PATH"] = "${PLACE}:" + os.environ["PATH"]
tell(run("./tool"), run("./tool", "status"), run("./tool", "status", "x"))
tell(run("./worker", "run"), run("./worker", "run", "--dry"), run("./worker", "a", "run", "b"), run("./worker", "x" * 5000, "run"))
tell(run("git", "--version"), run("git", "push", "--force"), run("git", "push", "origin", "--force"))`,
    said: "ok EACCES ok\nEACCES ok EACCES EACCES\nok EACCES EACCES" },
  { name: "arguments that are permitted alone", policy: `
deny exec "${PLACE}/worker"
`, script: "tell(run('./worker'))", said: "EACCES" },
  { name: "limits", policy: `
limit delete "${PLACE}/many/**" to 3 per 1h then deny
limit write "${PLACE}/src/**" to 2 per 2s then deny
`, script: `
for i in range(6): open("${PLACE}/many/%d" % i, "w").close()
tell(*[remove("many/%d" % i) for i in range(6)])
start = time.monotonic()
tell(write("src/a"), write("src/b"), write("src/c"))
time.sleep(2.1)
tell(write("src/c"), write("src/a"))`, said: "ok ok ok EACCES EACCES EACCES\nok ok EACCES\nok ok" },
];

const SCRIPTS = {
  "test-good": "exit 0", "test-bad": "exit 1", "test-killed": "kill -9 $$", "test-exec": "exec true", commit: "exit 0", build: "exit 0",
  tool: "exit 0", worker: "exit 0", keeper: `cd ${PLACE}; case $1 in log) sh -c 'echo x >> log';; *) read x < $1;; esac`,
};

function prepare() {
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync(join(PLACE, "src"), { recursive: true });
  mkdirSync(join(PLACE, "many"));
  for (const name of ["secret", "own", "public", "release", "customer", "src/a", "src/b", "src/c", "log"]) writeFileSync(join(PLACE, name), `${name}\n`);
  for (const [name, body] of Object.entries(SCRIPTS)) {
    writeFileSync(join(PLACE, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(PLACE, name), 0o755);
  }
}

export async function runHistory() {
  suite("history");
  const server = createServer((socket) => socket.on("error", () => {}));
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  for (const { name, policy, script, said } of SCENARIOS) {
    prepare();
    const file = scratchFile("history.pol");
    writeFileSync(file, `policy "history"\ndefault allow privilege\n${policy}`);
    const text = PRELUDE.replace("PORT)", `${server.address().port})`) + script.replaceAll("PORT", String(server.address().port)).replaceAll("${PLACE}", PLACE);
    const result = session(file, ["/usr/bin/python3", "-c", text], { cwd: PLACE });
    check(name, result.out.trim() === said && result.status === 0, { out: result.out, err: result.err, events: brief(result.events) });
  }
  server.close();
}
