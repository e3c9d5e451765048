// Rules with a memory: marks, programs, arguments and limits, each by the acts of real processes.
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { mutate, pinned } from "./mutations.mjs";
import { BACKEND, brief, BUILT, check, exec, POLICYC, scratchFile, session, startSession, suite, until } from "./harness.mjs";

const PLACE = "/srv/e2e-history";
const TABLES = JSON.parse(readFileSync(new URL("hook-tests.json", import.meta.url), "utf8"));

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

/** Files in memory, by the calls themselves: what they are mapped for, and what for after that. */
const MEMORY = `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
def mapped(file, prot, flags, later=None):
    at = libc.mmap(None, 4096, prot, flags, file, 0)
    if at == ctypes.c_void_p(-1).value or (later is not None and libc.mprotect(at, 4096, later)): raise OSError(ctypes.get_errno(), "")
def memory(name, how, *more): mapped(os.open("${PLACE}/" + name, how), *more)
def child(*acts):
    pid = os.fork()
    if pid == 0:
        tell(*acts)
        os._exit(0)
    os.waitpid(pid, 0)
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
  { name: "a child's act counts for all", policy: MARKS, script: `tell(connect, run('cat', '${PLACE}/secret'), connect)`, said: "ok ok EACCES" },
  { name: "nothing that was refused counts", policy: `${MARKS}deny read "${PLACE}/secret"\n`,
    script: "tell(connect, read('secret'), connect)", said: "ok EACCES ok" },
  { name: "what is open already is decided again", policy: MARKS, script: `
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
  { name: "what is read while a process is copied, the copy has read", policy: MARKS, script: `
had, through = subprocess.run(["${BUILT}/race-fork", "${PLACE}/own", "${PLACE}/public", "80"], stdout=subprocess.PIPE, text=True).stdout.split()
print("ok" if int(had) > 0 and through == "0" else f"{had} had it, {through} of them could read on", flush=True)`, said: "ok" },
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
  { name: "files carry marks", policy: MARKS, script: `
tell(read("public"), run("cp", "${PLACE}/customer", "${PLACE}/copy"), read("public"))
tell(read("copy"), read("public"))`, said: "ok ok ok\nok EACCES" },
  { name: "by their other names, too", policy: MARKS, script: `
tell(run("sh", "-c", "cat customer > one; mv one two; ln two three"), read("public"), read("three"), read("public"))`,
    said: "ok ok ok EACCES" },
  { name: "through what a file is copied to in pieces", policy: MARKS, script: `
tell(run("dd", "if=${PLACE}/customer", "of=${PLACE}/dd", "bs=1"), run("tar", "cf", "${PLACE}/tar", "-C", "${PLACE}", "dd"))
tell(read("public"), read("tar"), read("public"))`, said: "ok ok\nok ok EACCES" },
  { name: "by memory and by execution", policy: MARKS, script: `
tell(run("sh", "-c", "cat customer > mapped; printf '#!/bin/sh\\\\ncat ${PLACE}/public' > script; cat customer >> script; chmod +x script"))
tell(run("./script"))
def mapped(): mmap.mmap(os.open("${PLACE}/mapped", os.O_RDONLY), 0, prot=mmap.PROT_READ)[0]
tell(read("public"), mapped, read("public"))`, said: "ok\nEPERM\nok ok EACCES" },
  { name: "by memory that can be read later, or written", policy: MARKS, script: `${MEMORY}
run("cp", "${PLACE}/customer", "${PLACE}/copy")()
child(lambda: memory("copy", os.O_RDONLY, 0, mmap.MAP_PRIVATE, mmap.PROT_READ), read("public"))
child(lambda: memory("copy", os.O_RDONLY, mmap.PROT_WRITE, mmap.MAP_PRIVATE), read("public"))
child(lambda: memory("copy", os.O_RDONLY, 0, mmap.MAP_PRIVATE), read("public"))`, said: "ok EACCES\nok EACCES\nok ok" },
  { name: "to a file that is written by memory later", policy: MARKS, script: `${MEMORY}
child(read("customer"), lambda: memory("src/a", os.O_RDWR, mmap.PROT_READ, mmap.MAP_SHARED))
child(read("src/a"), read("public"))
child(read("customer"), lambda: memory("src/a", os.O_RDWR, mmap.PROT_READ, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE))
child(read("src/a"), read("public"))`, said: "ok ok\nok ok\nok ok\nok EACCES" },
  { name: "what is open already is decided again where it is mapped", policy: MARKS, script: `${MEMORY}
log = os.open("${PLACE}/log", os.O_RDWR)
tell(read("secret"), lambda: mapped(log, mmap.PROT_READ, mmap.MAP_SHARED))
tell(lambda: mapped(log, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_SHARED),
     lambda: mapped(log, mmap.PROT_READ, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE))`, said: "ok ok\nEACCES EACCES" },
  { name: "a file is moved as by one who holds its marks", policy: `${MARKS}deny create "${PLACE}/out/**" when tainted\n`, script: `
def rename(old, new): return lambda: os.rename("${PLACE}/" + old, "${PLACE}/" + new)
os.mkdir("${PLACE}/out")
run("sh", "-c", "cat customer > copy; echo plain > plain")()
tell(rename("copy", "out/copy"), lambda: os.link("${PLACE}/copy", "${PLACE}/out/copy"), rename("copy", "other"))
tell(rename("plain", "out/plain"), read("public"))`, said: "EACCES EACCES ok\nok ok" },
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
default deny exec
allow exec "sh", "tool", "python3*"
allow exec "worker" args "run" without "--fast"
`, script: `
tell(run("./tool"), run("./worker"), run("./worker", "run"), run("./worker", "run", "--fast"), run("/bin/cat", "/dev/null"))`,
    said: "ok EACCES ok EACCES EACCES" },
  { name: "no other name forgets", policy: `${MARKS}mark busy on write "${PLACE}/src/a"\nlimit delete "${PLACE}/many/**" to 9 per 1h then deny\n`, script: `
def rename(old, new): return lambda: os.rename("${PLACE}/" + old, "${PLACE}/" + new)
tell(rename("secret", "other"), rename("own", "other"), rename("src/a", "src/d"), rename("src", "other"), rename("src/b", "src/d"))
tell(rename("many", "few"), rename("public", "secret-no-more"), lambda: os.link("${PLACE}/secret", "${PLACE}/other"))`,
    said: "EACCES EACCES EACCES EACCES ok\nEACCES EACCES EACCES" },
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

const images = new Map();

function imageOf(policy) {
  if (!images.has(policy)) {
    const [source, image] = [scratchFile("history.pol"), scratchFile("history.polc")];
    writeFileSync(source, `policy "history"\ndefault allow privilege\n${policy}`);
    const { status, err } = exec(POLICYC, ["compile", source, "-o", image]);
    if (status !== 0) throw new Error(err);
    images.set(policy, image);
  }
  return images.get(policy);
}

export async function runHistory() {
  suite("history");
  const server = createServer((socket) => socket.on("error", () => {}));
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const { port } = server.address();
  for (const scenario of SCENARIOS) {
    const { out, err, status, events } = play(scenario, port);
    check(scenario.name, out.trim() === scenario.said && status === 0, { out, err, events: brief(events) });
  }
  await mutations(port);
  server.close();
  await staysAcrossReloads();
  await runsAlready();
}

function play({ policy, script }, port) {
  prepare();
  const text = `${PRELUDE}${script}`.replaceAll("PORT", String(port));
  return session(imageOf(policy), ["/usr/bin/python3", "-c", text], { cwd: PLACE });
}

/** Programs that no technique of the suite of escapes can miss: with one that permits everything in its place, a scenario goes otherwise. */
async function mutations(port) {
  const holder = startSession(imageOf(MARKS), ["/bin/sleep", "1000000"]); // keeps what only some sessions need
  await until(() => pinned("again_").has("file_permission"));
  const pins = new Map([...pinned(), ...pinned("again_")]);
  for (const { hook, history } of TABLES[BACKEND === "fmod_ret" ? "lsm" : BACKEND].filter((row) => row.history !== undefined)) {
    const scenario = SCENARIOS.find(({ name }) => name === history);
    const restore = await mutate([pins.get(hook)]);
    const { out } = play(scenario, port);
    check(`${hook}: its mutation is caught by: ${history}`, await restore() && out.trim() !== scenario.said, out);
  }
  holder.child.kill("SIGTERM");
  await holder.ended;
}

/** A mark of that name stays set; one whose name the new policy has not, and a program that it asks about newly, are not known. */
async function staysAcrossReloads() {
  prepare();
  const policies = [
    `mark other on read "${PLACE}/own"\nmark secret on read "${PLACE}/secret"\nallow read "${PLACE}/log" when exe "python3*"\n`,
    `mark secret on read "${PLACE}/secret"\ndeny read "${PLACE}/public" when secret\ndeny read "${PLACE}/release" unless exe "sh"\nallow read "${PLACE}/log" when exe "python3*"\ndeny read "${PLACE}/customer" when exe "python3*"\n`,
  ];
  const script = `${PRELUDE.replace("PORT)", "9)")}
tell(read("secret"), read("public"))
open("${PLACE}/first", "w").close()
while not os.path.exists("${PLACE}/second"): time.sleep(0.1)
tell(read("public"), read("release"), run("cat", "${PLACE}/release"), run("sh", "-c", "read x < ${PLACE}/release"), read("customer"))`;
  const running = startSession(imageOf(policies[0]), ["/usr/bin/python3", "-c", script], { cwd: PLACE });
  await until(() => existsSync(join(PLACE, "first")));
  const number = Math.max(...JSON.parse(exec(POLICYC, ["status", "--json"]).out).map(({ session: of }) => of));
  const reloaded = exec(POLICYC, ["reload", String(number), imageOf(policies[1])]);
  writeFileSync(join(PLACE, "second"), "");
  const { out } = await running.ended;
  check("marks stay when another policy comes, by their names", reloaded.status === 0 && /^ok ok\nEACCES EACCES EPERM ok EACCES$/m.test(out), out + reloaded.err);
}

/** Which programs ran before the policy came is not known: what may be refused is. Of what is started from then on it is. */
async function runsAlready() {
  prepare();
  const policy = `deny read "${PLACE}/public" unless exe "python3*"\ndeny read "${PLACE}/own" when exe "cat"\ndeny read "${PLACE}/release" when under "cat"\nmark secret on read "${PLACE}/secret"\ndeny connect loopback when secret\n`;
  const script = `${PRELUDE.replace("PORT)", "9)")}
open("${PLACE}/first", "w").close()
while not os.path.exists("${PLACE}/second"): time.sleep(0.1)
tell(read("public"), read("own"), read("release"), read("log"))
tell(run("python3", "-c", "open('${PLACE}/public').read()"), run("cat", "${PLACE}/own"), run("tac", "${PLACE}/own"), run("tac", "${PLACE}/release"))
tell(read("secret"), connect)`;
  const output = scratchFile("output");
  const running = spawn("/bin/sh", ["-c", `exec python3 -c "$0" >${output} 2>&1`, script], { cwd: PLACE, stdio: "ignore" });
  const ended = new Promise((resolve) => { running.once("exit", resolve); });
  await until(() => existsSync(join(PLACE, "first")));
  const loaded = exec(POLICYC, ["load", imageOf(policy), "--pid", String(running.pid)]);
  writeFileSync(join(PLACE, "second"), "");
  await ended;
  const out = readFileSync(output, "utf8");
  check("of what ran before, what may be refused is", loaded.status === 0 && out === "EACCES EACCES EACCES ok\nok EPERM ok EPERM\nok EACCES\n", out + loaded.err);
}
