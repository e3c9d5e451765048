/** What `policyc learn` makes of recorded accesses. Laws over generated ones, and what it comes to for a few. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Attempt, FileOperation } from "../../src/compiler/access.js";
import { PRIVILEGES, refuses } from "../../src/compiler/ast.js";
import { format } from "../../src/compiler/format.js";
import { loadPolicy } from "../../src/compiler/include.js";
import { lint } from "../../src/compiler/lint.js";
import { parse } from "../../src/compiler/parse.js";
import { resolve } from "../../src/compiler/resolve.js";
import { readSource } from "../../src/cli/read-sources.js";
import { testFile } from "../../src/cli/run-tests.js";
import { interpreter } from "../../src/interpreter/interpret.js";
import { learn, type LearnRequest } from "../../src/learn/learn.js";
import { shipped } from "../../src/learn/shipped.js";

const HOME = "/home/ada";
const WORKSPACE = "/home/ada/src/app";
const REQUEST = { command: "npm test", date: "2026-01-02", workspace: WORKSPACE, home: HOME, lost: 0, onto: null, read: readSource };

const at = (op: FileOperation, ...paths: readonly string[]): readonly Attempt[] =>
  paths.map((path) => ({ kind: "path", op, path: Buffer.from(path).toString("latin1") }));
const tcp = (op: "connect" | "bind", address: readonly number[], port: number): Attempt =>
  ({ kind: "network", op, family: 4, address, port, protocol: "tcp" });

function draftOf(attempts: readonly Attempt[], more: Partial<LearnRequest> = {}) {
  const learned = learn({ ...REQUEST, ...more, attempts });
  if (!learned.ok) throw new Error(JSON.stringify(learned.diagnostics));
  return { text: learned.value.text ?? "", left: learned.value.left };
}

/** Asks the text, as whoever runs it does. */
function asker(text: string, params: Readonly<Record<string, string>> = /^param workspace$/m.test(text) ? { workspace: WORKSPACE } : {}) {
  const loaded = loadPolicy("a.pol", (path) => (path === "a.pol" ? { path, text } : readSource(path)));
  if (!loaded.ok) throw new Error(text + JSON.stringify(loaded.diagnostics));
  const resolved = resolve(loaded.value, { home: HOME, params, programs: [] });
  if (!resolved.ok) throw new Error(text + JSON.stringify(resolved.diagnostics));
  const decide = interpreter(resolved.value);
  return (attempt: Attempt): boolean => !refuses(decide(attempt).effect);
}

const rulesOf = (text: string): string => text.split("\ntest ")[0]?.replace(/^#.*\n/gm, "").replace(/\n +/g, " ") ?? "";

// --- generated accesses ----------------------------------------------------------------------------------------------

const NAMES = [
  "a", "b.log", "c.log", "d.log", "e.log", "f.log", "g.ts", "node_modules", ".git", "hooks", "dist", ".cache", ".config", ".npm", ".ssh",
  "id_rsa", "id_rsa.pub", ".env", ".env.example", "gh", "hosts.yml", "known_hosts", "x*y", "q?\\z", "[b]", "${w}", "ä", "20260102-123456", "4242",
  ".aws", "credentials", "history", ".local", "share", "state", "\u0007", "tmp", "lib", "task", "fd",
];
const TOPS = [WORKSPACE, HOME, "/tmp", "/usr", "/etc", "/proc/4242", "/dev", "/var/lib", ""];
const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...NAMES).map((text) => Buffer.from(text).toString("latin1")) },
  { weight: 1, arbitrary: fc.constantFrom("\u00ff\u00fe", "bad\u0080", "k".repeat(255)) },
);
/** Places of secrets, and what lies beside them. */
const KEPT = [
  ".ssh/id_rsa", ".ssh/known_hosts", ".config/gh/config.yml", ".docker/buildx/current", ".aws/credentials", ".config/gh/hosts.yml", ".npmrc", ".local/state/x/history", ".kube/config", ".docker/config.json",
].map((name) => `${HOME}/${name}`);
const path = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constantFrom(...TOPS), fc.array(name, { maxLength: 4 })).map(([top, names]) => [top, ...names].join("/") || "/") },
  { weight: 1, arbitrary: fc.constantFrom(...KEPT) },
);
const file = fc.tuple(fc.constantFrom<FileOperation>("read", "write", "create", "delete", "setattr", "exec", "load"), path)
  .map(([op, where]): Attempt => ({ kind: "path", op, path: where }));
const port = fc.constantFrom(0, 22, 80, 443, 8080, 33000, 40000, 61000);
const socket = fc.tuple(fc.constantFrom("connect" as const, "bind" as const), fc.oneof(
  fc.tuple(fc.constantFrom([127, 0, 0, 1], [0, 0, 0, 0], [10, 0, 0, 7], [203, 0, 113, 9]), port, fc.constantFrom("tcp" as const, "udp" as const, "other" as const))
    .map(([address, number, protocol]) => ({ kind: "network" as const, family: 4 as const, address, port: protocol === "other" ? 0 : number, protocol })),
  fc.tuple(fc.nat(2), port).map(([last, number]) =>
    ({ kind: "network" as const, family: 6 as const, address: [...Array<number>(15).fill(0), last], port: number, protocol: "tcp" as const })),
  fc.oneof(path, fc.constantFrom("/run/docker.sock", "/run/dbus/system_bus_socket", "/tmp/dbus-x1234")).map((where) => ({ kind: "unix-path" as const, path: where })),
  name.map((abstract) => ({ kind: "unix-abstract" as const, name: abstract.slice(0, 107) })),
)).map(([op, target]): Attempt => ({ ...target, op }));
const other = fc.oneof(
  fc.constantFrom(...PRIVILEGES).map((privilege): Attempt => ({ kind: "privilege", op: "privilege", privilege })),
  fc.constantFrom<FileOperation>("exec", "load").map((op): Attempt => ({ kind: "anonymous", op })),
);
const attempts = fc.array(fc.oneof({ weight: 10, arbitrary: file }, { weight: 2, arbitrary: socket }, { weight: 1, arbitrary: other }),
  { minLength: 1, maxLength: 60 });

/** What an attacker would try who knows what was recorded: secrets in every folder that was touched, and in their own. */
function secretsNear(all: readonly Attempt[]): readonly Attempt[] {
  const folders = new Set(all.flatMap((attempt) => (attempt.kind === "path" ? [attempt.path, attempt.path.replace(/[/][^/]*$/, "")] : [])));
  const paths = [...folders].flatMap((folder) => [".env", ".env.local", "id_rsa", "x.kdbx", "deep/id_ed25519"].map((secret) => `${folder}/${secret}`.replace(/^[/]+/, "/")));
  return [...paths, ...KEPT, "/etc/shadow", "/proc/1/environ"].flatMap((where) =>
    (["read", "write", "create"] as const).map((op): Attempt => ({ kind: "path", op, path: where })));
}

describe("a draft", () => {
  it("permits every access that was recorded", () => {
    fc.assert(fc.property(attempts, (all) => {
      const { text, left } = draftOf(all);
      expect(left).toEqual([]);
      const permits = asker(text);
      expect(all.filter((attempt) => !permits(attempt))).toEqual([]);
    }), { numRuns: 100 });
  }, 60_000);

  it("permits nothing of what std:credentials denies but what was recorded", () => {
    const { denies } = shipped("credentials", HOME, readSource);
    const key = (attempt: Attempt): string => JSON.stringify(attempt);
    fc.assert(fc.property(attempts, (all) => {
      const recorded = new Set(all.map(key));
      const permits = asker(draftOf(all).text);
      const tried = secretsNear(all).filter(denies);
      expect(tried.filter((attempt) => !recorded.has(key(attempt)) && permits(attempt))).toEqual([]);
    }), { numRuns: 100 });
  }, 60_000);

  it("does not depend on the order of events, nor on how often each came", () => {
    fc.assert(fc.property(attempts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }))),
      ([all, shuffled]) => { expect(draftOf(shuffled)).toEqual(draftOf(all)); }), { numRuns: 40 });
  }, 60_000);

  it("is in the one layout, has no errors, and passes its own tests", () => {
    fc.assert(fc.property(attempts, (all) => {
      const { text } = draftOf(all);
      expect(format({ path: "a.pol", text })).toMatchObject({ ok: true, value: text });
      const read = (file: string) => (file === "a.pol" ? { path: file, text } : readSource(file));
      expect(lint(["a.pol"], { read, parseSource: parse, home: HOME, params: {}, linkOf: null }).filter(({ severity }) => severity === "error")).toEqual([]);
      const tested = testFile("a.pol", read, { home: "/other", params: {}, task: null });
      if (!tested.ok) throw new Error(JSON.stringify(tested.diagnostics));
      expect(tested.value.tests.flatMap(({ cases }) => cases).filter(({ ok }) => !ok)).toEqual([]);
    }), { numRuns: 40 });
  }, 120_000);

  it("added to another permits the rest, and takes nothing away", () => {
    fc.assert(fc.property(attempts, attempts, fc.array(file, { maxLength: 60 }), (known, all, tried) => {
      const base = draftOf(known).text;
      const params = /^param workspace$/m.test(base) ? { workspace: WORKSPACE } : {};
      const onto = { source: { path: "a.pol", text: base }, bindings: { home: HOME, params, programs: [] }, task: null };
      const { text, left } = draftOf(all, { onto });
      const before = asker(base, params);
      const after = asker(text === "" ? base : text, params);
      // What std:credentials denies stays denied.
      const refused = all.filter((attempt) => !after(attempt));
      expect(new Set(left.map(({ access }) => access)).size).toBe(new Set(refused.map((attempt) => JSON.stringify(attempt))).size);
      expect([...known, ...tried].filter((attempt) => before(attempt) && !after(attempt))).toEqual([]);
    }), { numRuns: 40 });
  }, 120_000);
});

describe("places", () => {
  it.each<[string, readonly Attempt[], readonly string[]]>([
    ["the project is read whole", at("read", `${WORKSPACE}/package.json`), ['allow read "${workspace}/**"']],
    ["what is changed in it is named", [...at("create", `${WORKSPACE}/report.xml`), ...at("write", `${WORKSPACE}/report.xml`)],
      ['allow write, create "${workspace}/report.xml"']],
    ["folders of packages are changed whole", at("create", `${WORKSPACE}/node_modules/a/b.js`), ['allow create "${workspace}/node_modules/**"']],
    ["programs are named", at("exec", "/usr/bin/node", "/usr/bin/dash"), ['allow exec "/usr/bin/dash", "/usr/bin/node"']],
    ["the system is read whole", at("read", "/usr/lib/a.so", "/usr/share/b"), ['allow read "/usr/**"']],
    ["its settings are not", at("read", "/etc/hosts", "/etc/passwd"), ['allow read "/etc/hosts", "/etc/passwd"']],
    ["processes have other numbers the next time", at("read", "/proc/41/stat", "/proc/42/task/43/comm"),
      ['allow read "/proc/*/stat", "/proc/*/task/*/comm"']],
    ["temporary files have other names", [...at("create", "/tmp/x-1/a"), ...at("delete", "/tmp/x-1/a")], ['allow create, delete "/tmp/**"']],
    ["a program's folder in the home", at("read", `${HOME}/.gradle-x/a/b`, `${HOME}/.config/tool/a`), ['allow read "~/.config/tool/**", "~/.gradle-x/**"']],
    ["not where secrets lie", at("read", `${HOME}/.ssh/known_hosts`, `${HOME}/.config/gh/config.yml`),
      ['allow read "~/.config/gh/config.yml", "~/.ssh/known_hosts"']],
    ["many of one kind", at("read", ..."abcde".split("").map((letter) => `/var/lib/x/${letter}.db`)), ['allow read "/var/lib/x/*.db"']],
    ["few of one kind", at("read", ..."abcd".split("").map((letter) => `/var/lib/x/${letter}.db`)),
      ['allow read "/var/lib/x/a.db", "/var/lib/x/b.db", "/var/lib/x/c.db", "/var/lib/x/d.db"']],
    ["many folders", at("read", ..."abcde".split("").map((letter) => `/var/lib/x/${letter}/f`)), ['allow read "/var/lib/x/**"']],
    ["many folders at the top", at("read", ..."abcde".split("").map((letter) => `/${letter}/f`)),
      ['allow read "/a/f", "/b/f", "/c/f", "/d/f", "/e/f"']],
    ["another's home is not opened", at("read", ..."abcde".split("").map((letter) => `/home/bob/${letter}/f`)),
      ["a", "b", "c", "d", "e"].map((letter) => `"/home/bob/${letter}/f"`).join(", ").replace(/^/, "allow read ").split("\n")],
    ["numbers in names of what is made", at("create", `${WORKSPACE}/log-20260102.txt`), ['allow create "${workspace}/log-*.txt"']],
    ["a star in such a name", at("create", `${WORKSPACE}/a*20260102`), ['allow create "${workspace}/a\\\\**"']],
    ["all changes are modify", (["write", "create", "delete", "setattr"] as const).flatMap((op) => at(op, `${WORKSPACE}/x`)),
      ['allow modify "${workspace}/x"']],
    ["caches that a standard policy knows", at("create", `${HOME}/.npm/_logs/a`), ['include "std:node"']],
    ["characters of patterns", at("read", "/etc/a*b[c]"), [String.raw`allow read "/etc/a\\*b\\[c\\]"`]],
  ])("%s", (_, recorded, rules) => {
    const text = rulesOf(draftOf(recorded).text);
    expect(text.match(/^(allow .*|include "std:(?!credentials).*)$/gm)).toEqual(rules);
  });
});

describe("the network", () => {
  it.each<[string, readonly Attempt[], readonly string[]]>([
    ["is named by address and port", [tcp("connect", [10, 0, 0, 7], 443), tcp("connect", [10, 0, 0, 7], 80), tcp("bind", [0, 0, 0, 0], 8080)],
      ['allow connect "10.0.0.7" port 80, 443 tcp', 'allow bind "0.0.0.0" port 8080 tcp']],
    ["loopback is no exception", [tcp("connect", [127, 0, 0, 1], 4873)], ['allow connect "127.0.0.1" port 4873 tcp']],
    ["but for ports that the kernel gave", [tcp("bind", [127, 0, 0, 1], 0), tcp("connect", [127, 0, 0, 1], 40123)],
      ['allow connect "127.0.0.1" port 32768-60999 tcp', 'allow bind "127.0.0.1" port 0 tcp']],
    ["sockets have names", [{ kind: "unix-path", op: "connect", path: "/run/x.sock" }, { kind: "unix-abstract", op: "connect", name: "bus" }],
      ['allow connect unix "/run/x.sock", unix "@bus"']],
    ["some take a privilege besides", [{ kind: "unix-path", op: "connect", path: "/run/docker.sock" }],
      ['allow connect unix "/run/docker.sock"', "allow privilege escape-socket"]],
  ])("%s", (_, recorded, rules) => {
    expect(rulesOf(draftOf(recorded).text).match(/^allow .*$/gm)).toEqual(rules);
  });

  it("an unnamed socket cannot be permitted by itself", () => {
    const { left } = draftOf([tcp("bind", [127, 0, 0, 1], 0), { kind: "unix-unnamed", op: "bind" }]);
    expect(left).toEqual([{ access: "bind unix:unnamed", why: "no rule can say it" }]);
  });
});

it("privileges are named", () => {
  const recorded = (["userns", "mount"] as const).map((privilege): Attempt => ({ kind: "privilege", op: "privilege", privilege }));
  expect(rulesOf(draftOf(recorded).text).match(/^allow .*$/gm)).toEqual(["allow privilege mount, userns"]);
});

describe("secrets", () => {
  it("that nobody touched are denied", () => {
    expect(draftOf(at("read", `${WORKSPACE}/a`)).text).toContain('include "std:credentials"');
  });

  it("that were used are named, and the others excepted", () => {
    const { text } = draftOf(at("read", `${WORKSPACE}/.env`, `${WORKSPACE}/a`, `${HOME}/.npmrc`));
    expect(text).not.toContain("std:credentials");
    const permits = asker(text);
    expect(at("read", `${WORKSPACE}/.env`, `${WORKSPACE}/b`, `${HOME}/.npmrc`).map(permits)).toEqual([true, true, true]);
    expect(at("read", `${WORKSPACE}/sub/.env`, `${WORKSPACE}/id_rsa`, `${HOME}/.ssh/id_rsa`).map(permits)).toEqual([false, false, false]);
  });
});

describe("what is excepted and was used", () => {
  it("is named, one by one", () => {
    const text = rulesOf(draftOf(at("read", ..."abcdef".split("").map((letter) => `/var/lib/x/${letter}.kdbx`))).text);
    expect(text.match(/^allow .*$/gm)).toEqual([`allow read ${"abcdef".split("").map((letter) => `"/var/lib/x/${letter}.kdbx"`).join(", ")}`]);
  });

  it("is permitted where it is no secret", () => {
    const recorded = at("read", `${WORKSPACE}/.env`, `${WORKSPACE}/.env.example`, `${WORKSPACE}/a`);
    const { text, left } = draftOf(recorded);
    expect(left).toEqual([]);
    expect(recorded.map(asker(text))).toEqual([true, true, true]);
  });
});

it("says in the draft line how many events are missing", () => {
  expect(draftOf(at("read", "/etc/x"), { lost: 3 }).text).toContain("draft \"learned from `npm test`, 2026-01-02; incomplete: 3 events were lost\"");
});

describe("--onto", () => {
  const BASE = 'policy "agent"\nparam workspace\ndefault deny read, write, connect\nallow read "${workspace}/**"\nno-etc: deny read "/etc/shadow"\n';
  const onto = { source: { path: "agent.pol", text: BASE }, bindings: { home: HOME, params: { workspace: WORKSPACE }, programs: [] }, task: null };

  it("adds what is missing, and nothing else", () => {
    const { text } = draftOf([...at("read", `${WORKSPACE}/a`, "/etc/hosts"), ...at("exec", "/bin/x")], { onto });
    expect(text.startsWith(BASE)).toBe(true);
    expect(rulesOf(text.slice(BASE.length)).match(/^(?!draft|\s*$).*$/gm)).toEqual(['allow read "/etc/hosts"']);
  });

  it("writes nothing where nothing is missing", () => {
    expect(draftOf(at("read", `${WORKSPACE}/a`), { onto })).toEqual({ text: "", left: [] });
  });

  it("tells what a rule denies", () => {
    expect(draftOf(at("read", "/etc/shadow"), { onto })).toEqual({ text: "", left: [{ access: "read /etc/shadow", why: "no-etc denies it" }] });
  });
});
