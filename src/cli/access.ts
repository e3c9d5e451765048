/** `OP TARGET` of the command line → one access. */
import ipaddr from "ipaddr.js";
import { OPERATIONS, type Operation } from "../compiler/resolved.js";
import { closest } from "../compiler/suggest-name.js";
import type { Access, FileOperation, NetworkOperation } from "../interpreter/interpret.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";

export interface TargetOptions {
  readonly port?: string;
  readonly udp?: boolean;
}

const GROUPS: ReadonlyMap<string, string> = new Map([
  ["modify", "it stands for `write`, `create`, `delete` and `setattr`: ask for one of them"],
  ["access", "it stands for `read`, `write`, `create`, `delete` and `setattr`: ask for one of them"],
  ["privilege", "privileges are not enforced yet"],
]);
const MAX_PORT = 65535;

/** `home`: what `~` in the target stands for. */
export function accessOf(op: string, target: string, home: string, options: TargetOptions): Attempt<Access> {
  const operation = operationOf(op);
  if (!operation.ok) return operation;
  const name = operation.value;
  if (name === "connect" || name === "bind") return endpointAccess(name, target, home, options);
  if (options.port !== undefined || options.udp === true) {
    return fail(STATUS.usage, `\`--port\` and \`--udp\` are for \`connect\` and \`bind\`, not for \`${name}\``);
  }
  return fileAccess(name, target, home);
}

function operationOf(op: string): Attempt<Operation> {
  const operation = OPERATIONS.find((candidate) => candidate === op);
  if (operation !== undefined) return succeed(operation);
  const group = GROUPS.get(op);
  if (group !== undefined) return fail(STATUS.usage, `\`${op}\` is not one operation`, group);
  const near = closest(op, OPERATIONS);
  const all = `the operations are ${OPERATIONS.join(", ")}`;
  return fail(STATUS.usage, `there is no operation \`${op}\``,
    near === undefined ? all : `did you mean \`${near}\`? ${all}`);
}

function fileAccess(op: FileOperation, target: string, home: string): Attempt<Access> {
  if (target === "anonymous") {
    if (op === "exec" || op === "load") return succeed({ kind: "anonymous", op });
    return fail(STATUS.usage, `\`anonymous\` files are known to \`exec\` and \`load\` alone, not to \`${op}\``);
  }
  const path = pathOf(target, home);
  return path.ok ? succeed({ kind: "path", op, path: path.value }) : path;
}

function endpointAccess(op: NetworkOperation, target: string, home: string, options: TargetOptions): Attempt<Access> {
  if (target.startsWith("unix:")) return unixAccess(op, target.slice("unix:".length), home, options);
  const address = parseAddress(target);
  if (address === null) {
    return fail(STATUS.usage, `\`${target}\` is not something to ${op} to`,
      "an IPv4 or IPv6 address with --port N, unix:/path, or unix:@name");
  }
  if (options.port === undefined) return fail(STATUS.usage, "an address needs a port", "--port 443");
  const port = /^[0-9]{1,5}$/.test(options.port) ? Number(options.port) : MAX_PORT + 1;
  if (port > MAX_PORT) {
    return fail(STATUS.usage, `\`${options.port}\` is not a port: ports go from 0 to ${MAX_PORT}`);
  }
  const bytes = address.toByteArray();
  return succeed({
    kind: "network", op, family: bytes.length === 4 ? 4 : 6, address: bytes, port,
    protocol: options.udp === true ? "udp" : "tcp",
  });
}

function unixAccess(op: NetworkOperation, name: string, home: string, options: TargetOptions): Attempt<Access> {
  if (options.port !== undefined || options.udp === true) {
    return fail(STATUS.usage, "a unix socket has no port and no protocol");
  }
  if (name === "unnamed") return succeed({ kind: "unix-unnamed", op });
  if (name.startsWith("@")) return succeed({ kind: "unix-abstract", op, name: bytesOf(name.slice(1)) });
  const path = pathOf(name, home);
  return path.ok ? succeed({ kind: "unix-path", op, path: path.value }) : path;
}

/** As the interpreter takes it: one character for each byte. */
const bytesOf = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

function pathOf(target: string, home: string): Attempt<string> {
  const expanded = expandHome(target, home);
  if (!expanded.startsWith("/")) {
    return fail(STATUS.usage, `\`${target}\` is not an absolute path`, "write it from `/` or from `~/`");
  }
  const names = expanded.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) {
    return fail(STATUS.usage, `\`${target}\` goes up by \`..\`: where that leads depends on links`, "write where it leads");
  }
  return succeed(bytesOf(`/${names.join("/")}`));
}

export const expandHome = (target: string, home: string): string =>
  target === "~" || target.startsWith("~/") ? `${home.replace(/\/+$/, "")}${target.slice(1)}` : target;

/** Null for what is no plain address. A v4-mapped one is the v4 one, as in the kernel. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare);
  return bare.includes("%") || !ipaddr.IPv6.isValid(bare) ? null : ipaddr.process(bare);
}
