/**
 * What a coding agent does on any day, as cases of a test: what a draft would break of it, its reviewer is told. `~` is the
 * home, `@` the workspace.
 */

export interface Activity {
  readonly name: string;
  /** Without their effect. */
  readonly cases: readonly string[];
}

const paths = (op: string, ...names: readonly string[]): readonly string[] => names.map((name) => `${op} "${name}"`);
const runs = (program: string, ...args: readonly string[]): string => `exec "${program}"${args.length === 0 ? "" : ` args ${args.map((arg) => `"${arg}"`).join(", ")}`}`;

/** Registries and hosts of code, by addresses that they had when this was written. */
const REGISTRY = "104.16.3.34";
const CODE_HOST = "140.82.121.3";

export const EVERYDAY: readonly Activity[] = [
  { name: "read and edit the project", cases: [
    ...paths("read", "@", "@/README.md", "@/package.json", "@/src/index.ts", "@/src/lib/util.py", "@/Cargo.toml", "@/.gitignore", "@/docs/guide.md"),
    ...paths("write", "@/src/index.ts", "@/README.md", "@/test/index.test.ts"), ...paths("create", "@/src/new.ts", "@/test/new", "@/src/.index.ts.swp"),
    ...paths("delete", "@/src/old.ts", "@/src/.index.ts.swp"), ...paths("setattr", "@/scripts/build.sh"),
  ] },
  { name: "install packages with npm", cases: [
    runs("/usr/bin/npm", "install"), runs("/usr/bin/node"), ...paths("read", "~/.npm/_cacache/index-v5/aa/bb/cc"),
    ...paths("create", "@/node_modules/left-pad/index.js", "~/.npm/_cacache/tmp/1f2e", "~/.npm/_logs/2026-01-01-debug-0.log"),
    ...paths("write", "@/package-lock.json", "@/package.json", "~/.npm/_cacache/tmp/1f2e"), ...paths("delete", "@/node_modules/left-pad/old.js"),
    `connect "${REGISTRY}" port 443 tcp`, ...paths("read", "/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt", "/etc/hosts"), `connect "127.0.0.53" port 53 udp`,
  ] },
  { name: "install packages with pip", cases: [
    runs("/usr/bin/python3", "-m", "pip", "install", "requests"), runs("@/.venv/bin/pip", "install", "requests"),
    ...paths("create", "@/.venv/lib/python3.11/site-packages/requests/api.py", "~/.cache/pip/http-v2/a/b/c"), ...paths("write", "~/.cache/pip/http-v2/a/b/c"),
    ...paths("read", "/usr/lib/python3.11/os.py"), `connect "151.101.0.223" port 443 tcp`,
  ] },
  { name: "compile with cargo, go and make", cases: [
    runs("/usr/bin/make"), runs("/usr/bin/cc", "-c", "main.c"), runs("/usr/bin/ld"), runs("~/.cargo/bin/cargo", "build"), runs("/usr/local/go/bin/go", "build", "./..."),
    ...paths("create", "@/target/debug/app", "@/build/main.o", "~/.cargo/registry/cache/a.crate", "~/.cache/go-build/00/a"), ...paths("write", "@/target/debug/app", "@/build/main.o"),
    ...paths("read", "/usr/include/stdio.h", "~/.cargo/registry/src/a/lib.rs", "~/go/pkg/mod/a/b.go"), runs("@/target/debug/app"), ...paths("load", "/usr/lib/x86_64-linux-gnu/libc.so.6"),
  ] },
  { name: "run the tests", cases: [
    runs("/usr/bin/npm", "test"), runs("@/node_modules/.bin/vitest", "run"), runs("@/.venv/bin/pytest"), runs("/bin/sh", "-c", "npm test"),
    ...paths("read", "@/test/fixtures/a.json"), ...paths("create", "@/coverage/index.html", "@/.pytest_cache/v/cache/lastfailed"),
    "connect \"127.0.0.1\" port 5432 tcp", "connect \"::1\" port 8080 tcp", "bind \"127.0.0.1\" port 3000 tcp", "bind \"0.0.0.0\" port 8080 tcp",
  ] },
  { name: "use git", cases: [
    runs("/usr/bin/git", "status"), runs("/usr/bin/git", "diff"), runs("/usr/bin/git", "log"), runs("/usr/bin/git", "add", "-A"), runs("/usr/bin/git", "commit", "-m", "a change"),
    runs("/usr/bin/git", "checkout", "-b", "topic"), runs("/usr/bin/git", "fetch"), runs("/usr/bin/git", "push", "origin", "topic"), runs("/usr/bin/git", "stash"),
    ...paths("read", "@/.git/HEAD", "@/.git/config", "~/.gitconfig"), ...paths("create", "@/.git/index.lock", "@/.git/objects/ab/cdef", "@/.git/refs/heads/topic"),
    ...paths("write", "@/.git/COMMIT_EDITMSG", "@/.git/logs/HEAD"), ...paths("delete", "@/.git/index.lock"), `connect "${CODE_HOST}" port 443 tcp`,
  ] },
  { name: "search, and use the shell", cases: [
    runs("/bin/sh"), runs("/bin/bash", "-lc", "ls"), runs("/usr/bin/ls"), runs("/usr/bin/cat", "README.md"), runs("/usr/bin/grep", "-rn", "TODO"), runs("/usr/bin/find", "."),
    runs("/usr/bin/rg", "TODO"), runs("/usr/bin/sed", "-i", "s/a/b/", "file"), runs("/usr/bin/rm", "-rf", "build"), runs("/usr/bin/curl", "-sS", "https://example.org"),
    ...paths("read", "/etc/passwd", "/usr/share/zoneinfo/UTC", "/proc/self/status", "/dev/urandom"), ...paths("write", "/dev/null"),
  ] },
  { name: "write temporary files", cases: [
    ...paths("create", "/tmp/agent-1/out.txt", "/var/tmp/a", "/dev/shm/b"), ...paths("write", "/tmp/agent-1/out.txt"), ...paths("read", "/tmp/agent-1/out.txt"), ...paths("delete", "/tmp/agent-1/out.txt"),
  ] },
  { name: "be an agent", cases: [
    ...paths("read", "~/.claude/settings.json", "~/.config/app/config.json", "@/AGENTS.md", "@/CLAUDE.md"), ...paths("write", "~/.claude/history.jsonl", "~/.cache/app/state"),
    ...paths("create", "~/.claude/todos/1.json", "~/.cache/app/state"), "connect \"160.79.104.10\" port 443 tcp", "connect \"2606:4700::6810:322\" port 443 tcp",
  ] },
];
