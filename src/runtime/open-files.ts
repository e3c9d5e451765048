/** What processes have open: files and sockets, from /proc. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { socketsIn, type OpenSocket } from "./open-sockets.js";

export interface OpenFile {
  readonly kind: "file";
  /** As the kernel has the name: bytes, one a character. */
  readonly path: string;
  readonly reads: boolean;
  readonly writes: boolean;
}

export interface Opened {
  readonly pid: number;
  readonly fd: number;
  /** The program of the process; empty where it cannot be told. */
  readonly exe: string;
  readonly what: OpenFile | OpenSocket;
}

const ACCESS_MODE = 0o3;
const WRITE_ONLY = 1;
const READ_WRITE = 2;
const PATH_ONLY = 0o10000000;
const DELETED = " (deleted)";

/** Of processes that end meanwhile, nothing. What has no name (a pipe, a memfd) is left out. */
export function openedBy(pids: readonly number[], proc = "/proc"): readonly Opened[] {
  const networks = new Map<string, ReadonlyMap<number, OpenSocket>>();
  return pids.flatMap((pid) => {
    const folder = `${proc}/${pid}`;
    const network = linkOf(`${folder}/ns/net`) ?? "";
    const sockets = networks.get(network) ?? socketsIn(`${folder}/net`);
    networks.set(network, sockets);
    const exe = linkOf(`${folder}/exe`) ?? "";
    return descriptorsIn(`${folder}/fd`).flatMap((fd) => {
      const what = openedAs(folder, fd, sockets);
      return what === null ? [] : [{ pid, fd, exe, what }];
    });
  });
}

function openedAs(folder: string, fd: number, sockets: ReadonlyMap<number, OpenSocket>): OpenFile | OpenSocket | null {
  const name = linkOf(`${folder}/fd/${fd}`);
  if (name === null) return null;
  const socket = /^socket:\[(\d+)\]$/.exec(name)?.[1];
  if (socket !== undefined) return sockets.get(Number(socket)) ?? null;
  return name.startsWith("/") && !name.startsWith("/memfd:") ? fileAs(name, flagsIn(`${folder}/fdinfo/${fd}`)) : null;
}

/** A descriptor that only names a place gives nothing to read or write. */
function fileAs(name: string, flags: number): OpenFile | null {
  const mode = flags & ACCESS_MODE;
  if ((flags & PATH_ONLY) !== 0) return null;
  const path = name.endsWith(DELETED) ? name.slice(0, -DELETED.length) : name;
  return { kind: "file", path, reads: mode !== WRITE_ONLY, writes: mode === WRITE_ONLY || mode === READ_WRITE };
}

function flagsIn(path: string): number {
  return parseInt(/^flags:\s*([0-7]+)$/m.exec(textOf(path))?.[1] ?? "0", 8);
}

function descriptorsIn(folder: string): readonly number[] {
  try {
    return readdirSync(folder).map(Number).sort((a, b) => a - b);
  } catch {
    return [];
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path, "latin1");
  } catch {
    return null;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
