/** The privilege `escape-socket`: every socket of the table, for every effect, by the default and by rules. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Access } from "../../src/compiler/access.js";
import { isAtLeast, type Effect } from "../../src/compiler/ast.js";
import { buildImage } from "../../src/compiler/image/build.js";
import { lower } from "../../src/compiler/lower.js";
import type { NameComponent } from "../../src/compiler/ir.gen.js";
import { intersectNames, intersectPaths } from "../../src/compiler/pattern/intersect.js";
import { matchesName, matchesPath } from "../../src/compiler/pattern/match.js";
import { parseAbstractName, parsePathPattern } from "../../src/compiler/pattern/parse-pattern.js";
import { refuteAsserts } from "../../src/compiler/prove-asserts.js";
import { findDifferences, isNarrower, relationOf } from "../../src/compiler/reason/find-differences.js";
import { AT_FIRST, interpreter } from "../../src/interpreter/interpret.js";
import { firstDisagreement, simulator } from "../differential/answers.js";
import type { Query } from "../../src/simulator/query.js";
import { accepted } from "./front-end.js";
import { linted } from "./linted.js";

const PATHS = [
  "/run/docker.sock", "/var/run/docker.sock", "/run/user/1000/docker.sock", "/home/ada/.docker/desktop/docker.sock",
  "/home/ada/.docker/run/docker.sock", "/run/docker/containerd/containerd.sock", "/run/docker/plugins/x.sock",
  "/run/containerd/containerd.sock", "/run/containerd/s/0123abcd", "/run/k3s/containerd/containerd.sock",
  "/var/snap/microk8s/common/run/containerd.sock", "/run/crio/crio.sock", "/run/cri-dockerd.sock", "/run/dockershim.sock",
  "/run/podman/podman.sock", "/run/user/0/podman/podman.sock", "/run/buildkit/buildkitd.sock", "/run/user/7/buildkit/buildkitd.sock",
  "/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-admin-sock", "/run/user/1000/libvirt/virtqemud-sock",
  "/var/lib/lxd/unix.socket", "/var/snap/lxd/common/lxd/unix.socket", "/var/snap/lxd/common/lxd-user/unix.socket",
  "/var/lib/incus/unix.socket", "/var/lib/incus/unix.socket.user", "/run/incus/unix.socket", "/run/snapd.socket",
  "/run/snapd-snap.socket", "/run/systemd/private", "/run/user/1000/systemd/private", "/run/systemd/io.systemd.Manager",
  "/run/user/1000/systemd/io.systemd.Manager", "/run/systemd/io.systemd.PullWorker/https", "/run/systemd/machine/io.systemd.Machine",
  "/run/dbus/system_bus_socket", "/run/user/1000/bus", "/tmp/dbus-AbCdEfGhIj",
] as const;
const NAMES = ["/containerd-shim/moby/0123/shim.sock", "/tmp/dbus-AbCdEfGhIj"] as const;

/** What stands beside them: look-ups, logs, and what others have. */
const OTHERS = [
  "/run/systemd/journal/stdout", "/run/systemd/userdb/io.systemd.DynamicUser", "/run/systemd/resolve/io.systemd.Resolve",
  "/run/systemd/notify", "/run/user/1000/wayland-0", "/run/user/bus", "/run/user/1000/x/bus", "/run/docker.sock.old", "/docker.sock",
  "/home/bob/.docker/run/docker.sock", "/tmp/x/dbus-1", "/tmp/ssh-1/agent.2", "/var/docker.sock",
] as const;

const connect = (path: string): Access => ({ kind: "unix-path", op: "connect", path });
const abstract = (name: string): Access => ({ kind: "unix-abstract", op: "connect", name });
const SOCKETS: readonly Access[] = [...PATHS.map(connect), ...NAMES.map(abstract)];

const queryOf = (access: Access): Query => access.kind === "unix-abstract" ? { kind: "abstract", name: Buffer.from(access.name) }
  : { kind: "path", path: Buffer.from("path" in access ? access.path.slice(1) : "") };

/** Effects of the interpreter, with which the image has to agree, and by which rule. */
function decided(text: string, accesses: readonly Access[]): readonly string[] {
  const { resolved, ir } = accepted(text);
  const built = buildImage(ir);
  if (!built.ok) throw new Error("a bound is exceeded");
  const queries = accesses.map(queryOf);
  expect(firstDisagreement(resolved, ir.rules.map(({ id }) => id), queries, simulator(built.value, queries))).toBeNull();
  const decide = interpreter(resolved);
  return accesses.map((access) => {
    const { effect, rule, privilege } = decide(access);
    return `${effect} by ${rule === null ? privilege ?? "default" : resolved.rules[rule]?.id ?? "?"}`;
  });
}

const all = (said: string): readonly string[] => SOCKETS.map(() => said);

describe("connecting to a control socket", () => {
  it.each<[string, string]>([
    ["", "deny by escape-socket"],
    ["default deny privilege", "deny by escape-socket"],
    ["default kill privilege", "kill by escape-socket"],
    ["default audit privilege", "audit by escape-socket"],
    ["default allow privilege", "allow by default"],
    ["allow privilege escape-socket", "allow by default"],
    ["deny privilege ptrace", "deny by escape-socket"],
    ["allow privilege ptrace", "deny by escape-socket"],
    ["p: deny privilege escape-socket, ptrace", "deny by p"],
    ["p: audit privilege escape-socket", "audit by p"],
    ["default allow privilege\np: kill privilege escape-socket", "kill by p"],
    ["default allow privilege\np: kill privilege ptrace, escape-socket except escape-socket", "allow by default"],
    ["a: allow privilege escape-socket\np: deny privilege escape-socket", "deny by p"],
    // What is said of `connect` permits it, and is not enough.
    ["c: allow connect any", "deny by escape-socket"],
    ["c: allow connect any\nallow privilege escape-socket", "allow by c"],
    // The privilege takes nothing else away.
    ["default deny connect\nallow privilege escape-socket", "deny by default"],
    ["c: kill connect unix \"/**\", unix \"@*\"\nallow privilege escape-socket", "kill by c"],
    ["c: kill connect any", "kill by c"],
    // Of those that say the same, the first.
    ["c: deny connect any\np: deny privilege escape-socket", "deny by c"],
    ["p: deny privilege escape-socket\nc: deny connect any", "deny by p"],
    ["c: deny connect any", "deny by c"],
    ["default deny connect\np: deny privilege escape-socket", "deny by p"],
    ["default deny connect", "deny by escape-socket"],
    // Where the default of `connect` is stronger, it decides what no rule speaks of.
    ["default kill connect", "kill by default"],
    ["default deny connect\np: audit privilege escape-socket", "deny by default"],
    ["default deny connect, privilege\np: audit privilege escape-socket\nc: allow connect any", "audit by p"],
    ["default deny connect\nc: allow connect any\np: audit privilege escape-socket", "audit by p"],
    ["default deny connect\nc: audit connect any\np: audit privilege escape-socket", "audit by c"],
    ["default kill connect\nc: audit connect any", "deny by escape-socket"],
    ["default kill connect\nc: deny connect any", "deny by c"],
    ["default kill connect\nc: allow connect any except \"10.0.0.0/8\", \"::/0\"", "deny by escape-socket"],
    ["default kill connect\nc: allow connect any except unix \"/**\", unix \"@*\"", "kill by default"],
  ])("%j: %s", (text, said) => {
    expect(decided(text, SOCKETS)).toEqual(all(said));
  });

  it("is another matter than connecting beside it, binding, or reading what lies there", () => {
    const { resolved } = accepted("");
    const decide = interpreter(resolved);
    const beside: readonly Access[] = [
      ...OTHERS.map(connect), ...["docker.sock", "/containerd-shim", "/tmp/dbus"].map(abstract), { kind: "unix-unnamed", op: "connect" },
    ];
    expect(beside.map((access) => decide(access).effect)).toEqual(beside.map(() => "allow"));
    expect(decided("", beside.filter(({ kind }) => kind !== "unix-unnamed"))).toEqual(beside.slice(1).map(() => "allow by default"));
    expect(PATHS.map((path) => decide({ kind: "unix-path", op: "bind", path }).effect)).toEqual(PATHS.map(() => "allow"));
    expect(PATHS.map((path) => decide({ kind: "path", op: "read", path }).effect)).toEqual(PATHS.map(() => "allow"));
  });

  it("takes the default where no rule that names the privilege holds", () => {
    const { resolved } = accepted("mark m on read \"/x\"\nmark n on read \"/y\"\na: allow privilege escape-socket when m\nb: audit privilege escape-socket unless not n");
    const decide = interpreter(resolved);
    const by = (...marks: readonly string[]) => SOCKETS.map((access) => decide(access, { ...AT_FIRST, marks: new Set(marks) }).effect);
    expect(by()).toEqual(SOCKETS.map(() => "deny"));
    expect(by("m")).toEqual(SOCKETS.map(() => "allow"));
    expect(by("n")).toEqual(SOCKETS.map(() => "audit"));
    expect(by("m", "n")).toEqual(SOCKETS.map(() => "audit"));
    expect(lower(resolved).rules.find(({ source }) => source === null)?.when).toMatchObject({ kind: "not", operand: { kind: "or" } });
  });
});

describe("what is asked about policies", () => {
  const relation = (old: string, new_: string) => {
    const changes = findDifferences(accepted(old).ir, accepted(new_).ir) ?? [];
    return [relationOf(changes), ...changes.map((change) =>
      `${isNarrower(change) ? "narrower" : "wider"} ${change.operation} ${change.witness.kind}`).toSorted()];
  };

  it("diff: who is given the privilege may connect as well", () => {
    expect(relation("", "allow privilege escape-socket")).toEqual(["wider", "wider connect unix-path", "wider privilege privilege"]);
    expect(relation("allow privilege escape-socket", "kill privilege escape-socket\nallow connect any"))
      .toEqual(["narrower", "narrower connect unix-path", "narrower privilege privilege"]);
    expect(relation("default deny connect", "default deny connect\nallow privilege escape-socket"))
      .toEqual(["wider", "wider privilege privilege"]);
    expect(relation("", "p: deny privilege escape-socket")).toEqual(["equivalent"]);
    expect(relation("mark m on read \"/x\"\nallow privilege escape-socket when m", "mark m on read \"/x\"\nallow privilege escape-socket unless not m"))
      .toEqual(["equivalent"]);
  });

  it("assert: knows of the default, and says what to do", () => {
    const refuted = (text: string) => {
      const { resolved, ir } = accepted(text);
      return refuteAsserts({ resolved, ir }).map(({ diagnostic: { message, help, labels } }) => [message, help, labels.map((label) => label.message)]);
    };
    expect(refuted("assert deny connect unix \"/run/docker.sock\", unix \"/run/user/1/**/bus\"")).toEqual([
      [expect.stringContaining("`connect unix:/run/user/1/a/bus`"), expect.stringContaining("`default deny connect`"), []],
    ]);
    expect(refuted("assert deny connect unix \"/run/docker.sock\", unix \"/run/user/*/bus\", unix \"@/tmp/dbus-*\"")).toEqual([]);
    expect(refuted("assert allow connect unix \"/run/docker.sock\"")).toEqual([
      [expect.stringContaining("unix:/run/docker.sock"), "it takes the privilege `escape-socket` as well: `allow privilege escape-socket`", []],
    ]);
    expect(refuted("default deny privilege\nassert allow connect unix \"/run/docker.sock\"")).toEqual([
      [expect.anything(), expect.stringContaining("`allow privilege escape-socket`"), ["this is the default of escape-socket"]],
    ]);
    expect(refuted("p: deny privilege escape-socket\nassert allow connect unix \"/run/docker.sock\"")).toEqual([
      [expect.anything(), undefined, ["this rule decides"]],
    ]);
  });

  it("lint: what nobody wrote is never warned of, and makes nothing redundant", () => {
    expect(linted("default deny write, connect, privilege\np: deny privilege escape-socket because \"mine\"\ndeny connect unix \"/run/docker.sock\"\nallow connect unix \"/run/**\""))
      .toEqual([]);
  });
});

// --- patterns --------------------------------------------------------------------------------------------------------

const SPAN = { source: { path: "a.pol", text: "" }, start: 0, end: 0 };
const path = (text: string) => {
  const parsed = parsePathPattern([{ literal: false, text }], SPAN);
  return parsed.ok ? parsed.value : [];
};
const name = (text: string): readonly NameComponent[] => {
  const parsed = parseAbstractName([{ literal: false, text }], SPAN);
  return parsed.ok ? parsed.value : [];
};
const bytes = (text: string) => Buffer.from(text);

describe("what both of two patterns match", () => {
  const piece = fc.constantFrom("a", "b", "ab", "*", "?", "[ab]", "[!a]", "a*", "*b", "**");
  const some = (max: number) => fc.array(piece, { minLength: 1, maxLength: max });
  const plainName = fc.constantFrom("a", "ab", "aab", "*", "a*", "ab*", "aab*");
  const letters = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 5 }).map((all) => all.join(""));

  it("of names is what each matches", () => {
    fc.assert(fc.property(plainName, some(4).map((all) => all.join("").replace(/\*+/g, "*")), fc.array(letters, { minLength: 20 }), (plain, other, texts) => {
      for (const [one, two] of name(plain).flatMap((one) => name(other).map((two) => [one, two] as const))) {
        const both = intersectNames(one, two);
        for (const text of texts) {
          expect(both.some((each) => matchesName(each, bytes(text)))).toBe(matchesName(one, bytes(text)) && matchesName(two, bytes(text)));
        }
      }
    }), { numRuns: 2000 });
  });

  it("of paths is what each matches", () => {
    const plain = fc.tuple(fc.array(plainName, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([names, open]) => `/${names.join("/")}${open ? "/**" : ""}`);
    const places = fc.array(fc.array(letters, { maxLength: 4 }), { minLength: 20 });
    fc.assert(fc.property(plain, some(4).map((all) => `/${all.join("/")}`), places, (first, second, all) => {
      for (const [one, two] of path(first).flatMap((one) => path(second).map((two) => [one, two] as const))) {
        const both = intersectPaths(one, two);
        for (const names of all.map((each) => each.map(bytes))) {
          expect(both.some((each) => matchesPath(each, names))).toBe(matchesPath(one, names) && matchesPath(two, names));
        }
      }
    }), { numRuns: 2000 });
  });
});

it("the interpreter, without the rules of the IR, agrees on whatever is stated of `connect` and of the privilege", () => {
  const effect = fc.constantFrom<Effect[]>("allow", "audit", "deny", "kill");
  const target = fc.constantFrom("any", "unix \"/run/**\"", "unix \"/run/docker.sock\"", "unix \"**/*.sock\"", "unix \"@*shim*\"", "unix \"/tmp/d*\"");
  const rule = fc.oneof(
    fc.tuple(effect, target, fc.option(target, { nil: null })).map(([what, on, except]) => `${what} connect ${on}${except === null ? "" : ` except ${except}`}`),
    effect.map((what) => `${what} privilege escape-socket`));
  const policy = fc.tuple(effect, fc.option(effect, { nil: null }), fc.array(rule, { maxLength: 4 })).map(([byDefault, privilege, rules]) =>
    [`default ${byDefault} connect`, ...(privilege === null ? [] : [`default ${privilege} privilege`]), ...rules].join("\n"));
  fc.assert(fc.property(policy, (text) => {
    const { resolved } = accepted(text);
    decided(text, [...SOCKETS, ...OTHERS.map(connect)]);
    const decide = interpreter(resolved);
    const privilege = decide({ kind: "privilege", op: "privilege", privilege: "escape-socket" }).effect;
    const without = interpreter(accepted(`${text.split("\n").filter((line) => !line.includes("privilege")).join("\n")}\ndefault allow privilege`).resolved);
    for (const access of SOCKETS) {
      const own = without(access).effect;
      expect(decide(access).effect).toBe(isAtLeast(own, privilege) ? own : privilege);
    }
  }), { numRuns: 60 });
});
