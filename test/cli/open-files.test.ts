import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { decodeImage } from "../../src/compiler/image/decode.js";
import { refusedOf } from "../../src/cli/refused-open.js";
import { type Opened, openedBy } from "../../src/runtime/open-files.js";
import { socketsIn } from "../../src/runtime/open-sockets.js";
import { folderWith } from "../support/cli.js";

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const NET = {
  tcp: `${HEAD}   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1 0 100 0 0 10 0
   1: 0200000A:A000 0379528C:01BB 01 00000000:00000000 00:00000000 00000000  1000        0 12 1 0 100 0 0 10 0
   2: 0200000A:A001 0379528C:01BB 06 00000000:00000000 00:00000000 00000000  1000        0 0 1 0 100 0 0 10 0\n`,
  tcp6: `${HEAD}   0: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 13 1\n`,
  udp: `${HEAD} 0: 00000000:0000 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 14 2 0000000000000000 0\n`,
  raw: `${HEAD} 1: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 15 2 0000000000000000 0\n`,
  packet: "sk RefCnt Type Proto Iface R Rmem User Inode\nffff8881 3 3 0003 2 1 0 0 16\n",
  unix: "Num RefCount Protocol Flags Type St Inode Path\nffff: 00000002 00000000 00010000 0001 01 17 /run/a b.sock\n"
    + "ffff: 00000002 00000000 00010000 0001 01 18 @name\nffff: 00000003 00000000 00000000 0001 03 19\nbroken\n",
};

describe("sockets", () => {
  it("are read from /proc/PID/net", () => {
    expect([...socketsIn(folderWith(NET))]).toEqual([
      [11, { kind: "inet", op: "bind", address: Buffer.from([127, 0, 0, 1]), port: 8080, protocol: "tcp" }],
      [12, { kind: "inet", op: "connect", address: Buffer.from([140, 82, 121, 3]), port: 443, protocol: "tcp" }],
      [13, { kind: "inet", op: "bind", address: Buffer.from([...new Array<number>(15).fill(0), 1]), port: 80, protocol: "tcp" }],
      [15, { kind: "raw" }],
      [16, { kind: "raw" }],
      [17, { kind: "unix", name: "/run/a b.sock", isAbstract: false }],
      [18, { kind: "unix", name: "name", isAbstract: true }],
    ]);
  });

  it("are none where nothing can be read", () => {
    expect(socketsIn("/nonexistent").size).toBe(0);
  });
});

/** A /proc with one process. */
function procWith(descriptors: Readonly<Record<string, readonly [name: string, flags: string]>>): string {
  const proc = folderWith();
  const folder = join(proc, "42");
  for (const part of ["fd", "fdinfo", "ns", "net"]) mkdirSync(join(folder, part), { recursive: true });
  symlinkSync("/usr/bin/agent", join(folder, "exe"));
  symlinkSync("net:[4026531840]", join(folder, "ns/net"));
  for (const [name, text] of Object.entries(NET)) writeFileSync(join(folder, "net", name), text);
  for (const [fd, [name, flags]] of Object.entries(descriptors)) {
    symlinkSync(name, join(folder, "fd", fd));
    writeFileSync(join(folder, "fdinfo", fd), `pos:\t0\nflags:\t${flags}\nmnt_id:\t28\n`);
  }
  return proc;
}

describe("open files", () => {
  it("are read from /proc/PID/fd", () => {
    const opened = openedBy([42, 43], procWith({
      0: ["/dev/null", "0100000"], 1: ["/var/log/x", "0102001"], 2: ["/both", "0100002"], 3: ["/gone (deleted)", "0100000"],
      4: ["pipe:[99]", "01"], 5: ["/memfd:x (deleted)", "02"], 6: ["/place", "010000000"], 7: ["socket:[12]", "02"],
      8: ["socket:[19]", "02"], 9: ["anon_inode:[eventpoll]", "02"],
    }));
    expect(opened.map(({ pid, fd, exe, what }) => [pid, fd, exe, what.kind === "file"
      ? `${what.path}${what.reads ? " r" : ""}${what.writes ? " w" : ""}` : what.kind])).toEqual([
      [42, 0, "/usr/bin/agent", "/dev/null r"], [42, 1, "/usr/bin/agent", "/var/log/x w"], [42, 2, "/usr/bin/agent", "/both r w"],
      [42, 3, "/usr/bin/agent", "/gone r"], [42, 7, "/usr/bin/agent", "inet"],
    ]);
  });
});

describe("what a policy would have refused", () => {
  const POLICY = `default allow read, write, connect, bind
secrets: deny read, write "/secret/**" because "they stay"
audit write "/log/**"
web: deny connect "140.82.121.3" port 443
listen: deny bind loopback port 8000-9000
name: deny bind unix "/run/*.sock", unix "@name"
`;
  const compiled = compile("a.pol", (path) => ({ path, text: POLICY }), { home: "/root", params: {}, programs: [] });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics.map(({ message }) => message)));
  const image = decodeImage(compiled.value);
  if (!image.ok) throw new Error(image.reason);
  const refused = (what: Opened["what"]): readonly string[] =>
    refusedOf(image.value, [{ pid: 1, fd: 2, exe: "/bin/x", what }]).map(({ op, target, decision, rule, line }) =>
      [op, target, decision, rule, line].join(" "));

  it.each<[string, Opened["what"], readonly string[]]>([
    ["a file, for what it is open", { kind: "file", path: "/secret/a", reads: true, writes: true },
      ["read /secret/a deny secrets 2", "write /secret/a deny secrets 2"]],
    ["one for reading alone", { kind: "file", path: "/secret/\xff\n", reads: true, writes: false },
      ["read /secret/\\xff\\x0a deny secrets 2"]],
    ["none that is only audited", { kind: "file", path: "/log/x", reads: true, writes: true }, []],
    ["a connection", { kind: "inet", op: "connect", address: Uint8Array.of(140, 82, 121, 3), port: 443, protocol: "tcp" },
      ["connect 140.82.121.3:443/tcp deny web 4"]],
    ["none to another port", { kind: "inet", op: "connect", address: Uint8Array.of(140, 82, 121, 3), port: 80, protocol: "tcp" }, []],
    ["a socket that listens", { kind: "inet", op: "bind", address: Uint8Array.of(127, 0, 0, 1), port: 8080, protocol: "tcp" },
      ["bind 127.0.0.1:8080/tcp deny listen 5"]],
    ["a unix socket by its path", { kind: "unix", name: "/run/x.sock", isAbstract: false }, ["bind unix:/run/x.sock deny name 6"]],
    ["an abstract one", { kind: "unix", name: "name", isAbstract: true }, ["bind unix:@name deny name 6"]],
    ["a raw socket, by a privilege", { kind: "raw" }, ["privilege raw-socket deny  "]],
  ])("is %s", (_, what, expected) => {
    expect(refused(what)).toEqual(expected);
  });
});
