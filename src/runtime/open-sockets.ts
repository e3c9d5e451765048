/** The sockets of a network namespace by their inodes, as /proc/PID/net lists them. */
import { readFileSync } from "node:fs";
import { endianness } from "node:os";

export type OpenSocket =
  /** `address`: 4 bytes or 16, of the peer, or where there is none its own. */
  | { readonly kind: "inet"; readonly op: "connect" | "bind"; readonly address: Uint8Array; readonly port: number;
      readonly protocol: "tcp" | "udp" }
  /** Bound to this name; one byte a character. */
  | { readonly kind: "unix"; readonly name: string; readonly isAbstract: boolean }
  | { readonly kind: "raw" };

const INET_FILES = [["tcp", "tcp"], ["tcp6", "tcp"], ["udp", "udp"], ["udp6", "udp"]] as const;
const RAW_FILES = ["raw", "raw6"] as const;

export function socketsIn(folder: string): ReadonlyMap<number, OpenSocket> {
  const lines = (name: string): readonly string[] => textOf(`${folder}/${name}`).split("\n").slice(1);
  return new Map([
    ...INET_FILES.flatMap(([name, protocol]) => lines(name).flatMap((line) => inetSocket(line, protocol))),
    ...RAW_FILES.flatMap((name) => lines(name).flatMap((line) => rawSocket(line, 9))),
    ...lines("packet").flatMap((line) => rawSocket(line, 8)),
    ...lines("unix").flatMap(unixSocket),
  ]);
}

type Entry = readonly [number, OpenSocket];

/** `sl local rem st queues tr:when retrnsmt uid timeout inode …` */
function inetSocket(line: string, protocol: "tcp" | "udp"): readonly Entry[] {
  const fields = line.trim().split(/\s+/);
  const [local, remote] = [endOf(fields[1]), endOf(fields[2])];
  const inode = Number(fields[9]);
  if (local === null || remote === null || !Number.isInteger(inode) || inode === 0) return [];
  if (remote.port !== 0) return [[inode, { kind: "inet", op: "connect", ...remote, protocol }]];
  return local.port === 0 ? [] : [[inode, { kind: "inet", op: "bind", ...local, protocol }]];
}

/** `0100007F:1F90`: words of 32 bits in the machine's order, then the port. */
function endOf(text: string | undefined): { readonly address: Uint8Array; readonly port: number } | null {
  const [, words, port] = /^((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4})$/.exec(text ?? "") ?? [];
  if (words === undefined || port === undefined) return null;
  const address = Buffer.from(words, "hex");
  if (endianness() === "LE") address.swap32();
  return { address, port: parseInt(port, 16) };
}

function rawSocket(line: string, field: number): readonly Entry[] {
  const inode = Number(line.trim().split(/\s+/)[field]);
  return Number.isInteger(inode) && inode !== 0 ? [[inode, { kind: "raw" }]] : [];
}

/** `Num: RefCount Protocol Flags Type St Inode Path`; without a name of its own it says nothing of where it leads. */
function unixSocket(line: string): readonly Entry[] {
  const [, inode, path] = /^\S+: \S+ \S+ \S+ \S+ \S+ +(\d+) (.+)$/.exec(line) ?? [];
  if (inode === undefined || path === undefined) return [];
  const isAbstract = path.startsWith("@");
  return isAbstract || path.startsWith("/")
    ? [[Number(inode), { kind: "unix", name: isAbstract ? path.slice(1) : path, isAbstract }]] : [];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
