/** `OP TARGET` of the command line → what is asked, on what the target leads to on this machine. */
import ipaddr from "ipaddr.js";
import type { Access, Attempt as Asked, FileOperation, NetworkOperation } from "../compiler/access.js";
import { PRIVILEGES } from "../compiler/ast.js";
import { OPERATIONS, type Operation } from "../compiler/resolved.js";
import { closest } from "../compiler/suggest-name.js";
import { findProgram, followPath, isDangling } from "../runtime/follow-path.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";

export interface TargetOptions {
  readonly port?: string;
  readonly udp?: boolean;
}

/** What is asked, and what it comes to here. */
export interface Question {
  readonly access: Asked;
  /** As `access` has it, for people: a path, an address, `unix:…`, `anonymous`, a privilege. */
  readonly target: string;
  /** As the user wrote it, with `~` expanded. */
  readonly written: string;
  /** Whether the target leads each process to a place of its own. */
  readonly perProcess: boolean;
}

/** Where `~` and the names of programs lead. */
export interface Surroundings {
  readonly home: string;
  readonly searchPath: string;
}

const GROUPS: ReadonlyMap<string, string> = new Map([
  ["modify", "it stands for `write`, `create`, `delete` and `setattr`: ask for one of them"],
  ["access", "it stands for `read`, `write`, `create`, `delete` and `setattr`: ask for one of them"],
]);
const MAX_PORT = 65535;

export function questionOf(
  op: string, target: string, surroundings: Surroundings, options: TargetOptions,
): Attempt<Question> {
  const operation = operationOf(op);
  if (!operation.ok) return operation;
  const name = operation.value;
  if (name === "connect" || name === "bind") return endpointQuestion(name, target, surroundings.home, options);
  if (options.port !== undefined || options.udp === true) {
    return fail(STATUS.usage, `\`--port\` and \`--udp\` are for \`connect\` and \`bind\`, not for \`${name}\``);
  }
  return name === "privilege" ? privilegeQuestion(target) : fileQuestion(name, target, surroundings);
}

/** What is asked may be done with a target, or be the use of a privilege. */
const ASKABLE = [...OPERATIONS, "privilege"] as const;

function operationOf(op: string): Attempt<(typeof ASKABLE)[number]> {
  const operation = ASKABLE.find((candidate) => candidate === op);
  if (operation !== undefined) return succeed(operation);
  const group = GROUPS.get(op);
  if (group !== undefined) return fail(STATUS.usage, `\`${op}\` is not one operation`, group);
  const near = closest(op, ASKABLE);
  const all = `the operations are ${ASKABLE.join(", ")}`;
  return fail(STATUS.usage, `there is no operation \`${op}\``,
    near === undefined ? all : `did you mean \`${near}\`? ${all}`);
}

function privilegeQuestion(target: string): Attempt<Question> {
  const privilege = PRIVILEGES.find((candidate) => candidate === target);
  if (privilege !== undefined) return succeed(plain({ kind: "privilege", op: "privilege", privilege }, target));
  const near = closest(target, PRIVILEGES);
  const all = `the privileges are ${PRIVILEGES.join(", ")}`;
  return fail(STATUS.usage, `there is no privilege \`${target}\``,
    near === undefined ? all : `did you mean \`${near}\`? ${all}`);
}

function fileQuestion(op: FileOperation, target: string, { home, searchPath }: Surroundings): Attempt<Question> {
  if (target === "anonymous") {
    if (op === "exec" || op === "load") return succeed(plain({ kind: "anonymous", op }, target));
    return fail(STATUS.usage, `\`anonymous\` files are known to \`exec\` and \`load\` alone, not to \`${op}\``);
  }
  if (target.startsWith("unix:")) {
    return fail(STATUS.usage, `\`${target}\` is a socket, which \`${op}\` has nothing to do with`,
      `ask for \`connect ${target}\` or \`bind ${target}\``);
  }
  const isName = op === "exec" && isProgramName(target);
  const program = isName ? programNamed(target, searchPath) : succeed(target);
  if (!program.ok) return program;
  const path = pathOf(program.value, home);
  if (!path.ok) return path;
  const place = placeOf(op, path.value);
  return succeed({
    access: { kind: "path", op, path: bytesOf(place.path) }, target: place.path,
    written: isName ? target : expandHome(target, home), perProcess: place.perProcess,
  });
}

export const isProgramName = (target: string): boolean =>
  target !== "" && !target.includes("/") && !target.startsWith("~");

/** Its path, as a shell finds it. */
export function programNamed(name: string, searchPath: string): Attempt<string> {
  const program = findProgram(name, searchPath);
  return program !== null ? succeed(program)
    : fail(STATUS.usage, `there is no program \`${name}\` along PATH`, "write its path, from `/` or from `~/`");
}

function endpointQuestion(
  op: NetworkOperation, target: string, home: string, options: TargetOptions,
): Attempt<Question> {
  if (target.startsWith("unix:")) return unixQuestion(op, target.slice("unix:".length), home, options);
  const address = parseAddress(target);
  if (address === null) {
    return fail(STATUS.usage, `\`${target}\` is not something to ${op} to`,
      withPort(op, target) ?? "an IPv4 or IPv6 address with --port N, unix:/path, or unix:@name");
  }
  if (options.port === undefined) return fail(STATUS.usage, "an address needs a port", "--port 443");
  const port = /^[0-9]{1,5}$/.test(options.port) ? Number(options.port) : MAX_PORT + 1;
  if (port > MAX_PORT) {
    return fail(STATUS.usage, `\`${options.port}\` is not a port: ports go from 0 to ${MAX_PORT}`);
  }
  const bytes = address.toByteArray();
  const access: Access = {
    kind: "network", op, family: bytes.length === 4 ? 4 : 6, address: bytes, port,
    protocol: options.udp === true ? "udp" : "tcp",
  };
  return succeed({ access, target: address.toString(), written: target, perProcess: false });
}

/** `1.2.3.4:443`: what was meant; undefined where that is nothing like it. */
function withPort(op: NetworkOperation, target: string): string | undefined {
  const [, bracketed, bare, port] = /^(?:\[([^\]]+)\]|([^:]+)):([0-9]{1,5})$/.exec(target) ?? [];
  const address = bracketed ?? bare ?? "";
  return parseAddress(address) === null ? undefined : `${op} ${address} --port ${port ?? ""}`;
}

function unixQuestion(op: NetworkOperation, name: string, home: string, options: TargetOptions): Attempt<Question> {
  if (options.port !== undefined || options.udp === true) {
    return fail(STATUS.usage, "a unix socket has no port and no protocol");
  }
  if (name === "unnamed") return succeed(plain({ kind: "unix-unnamed", op }, "unix:unnamed"));
  if (name.startsWith("@")) {
    return succeed(plain({ kind: "unix-abstract", op, name: bytesOf(name.slice(1)) }, `unix:${name}`));
  }
  const path = pathOf(name, home);
  if (!path.ok) return path;
  const place = placeOf(op, path.value);
  return succeed({
    access: { kind: "unix-path", op, path: bytesOf(place.path) }, target: `unix:${place.path}`,
    written: `unix:${expandHome(name, home)}`, perProcess: place.perProcess,
  });
}

const plain = (access: Asked, target: string): Question => ({ access, target, written: target, perProcess: false });

/** What is deleted, made or bound is the name itself, not what a link of that name leads to. */
function placeOf(op: Operation, path: string): { readonly path: string; readonly perProcess: boolean } {
  const names = op === "delete" || op === "bind" || (op === "create" && !isDangling(path));
  const place = followPath(path, names ? "keep" : "follow");
  return { path: place ?? path, perProcess: place === null };
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
  return succeed(`/${names.join("/")}`);
}

export const expandHome = (target: string, home: string): string =>
  target === "~" || target.startsWith("~/") ? `${home.replace(/\/+$/, "")}${target.slice(1)}` : target;

/** Null for what is no plain address. A v4-mapped one is the v4 one, as in the kernel. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare);
  return bare.includes("%") || !ipaddr.IPv6.isValid(bare) ? null : ipaddr.process(bare);
}
