/** What a process may try: one operation on one concrete target. */
import type { Privilege, Protocol } from "./ast.js";
import { escapeBytes } from "./escape-bytes.js";
import { addressText } from "./networks.js";
import type { Operation } from "./resolved.js";

export type FileOperation = Exclude<Operation, "connect" | "bind">;
export type NetworkOperation = "connect" | "bind";

/** Bytes of names as latin-1: one character is one byte. */
export type FileTarget =
  /** `path`: absolute and canonical, `/` for the root. */
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "anonymous" };
export type SocketTarget =
  | {
      readonly kind: "network"; readonly family: 4 | 6;
      /** In network order: 4 bytes or 16. */
      readonly address: ArrayLike<number>;
      /** 0 where the protocol has none. */
      readonly port: number; readonly protocol: Protocol | "other";
    }
  | { readonly kind: "unix-path"; readonly path: string }
  /** `name` without the NUL byte that it begins with. */
  | { readonly kind: "unix-abstract"; readonly name: string }
  | { readonly kind: "unix-unnamed" };
export type ConcreteTarget = FileTarget | SocketTarget;
export interface PrivilegeTarget { readonly kind: "privilege"; readonly privilege: Privilege }

/** One access of a process. */
export type Access =
  | (FileTarget & { readonly op: FileOperation })
  | (SocketTarget & { readonly op: NetworkOperation });

/** An access, or the use of a privilege. */
export type Attempt = Access | (PrivilegeTarget & { readonly op: "privilege" });

/** Who tries it. */
export interface Circumstances {
  /** Paths of the program that the process is running: of a script, its interpreters' too. */
  readonly exe: readonly string[];
  /** Paths of programs that its ancestors were running. */
  readonly under: readonly string[];
  /** Of an `exec`, the program's; else the process's own. After argv[0], bytes as latin-1. */
  readonly args: readonly string[];
  /** Names of those that are set. */
  readonly marks: ReadonlySet<string>;
}

export const NO_CIRCUMSTANCES: Circumstances = { exe: [], under: [], args: [], marks: new Set() };

/** Null where the operation is not one on such a target. */
export function accessOf(op: Operation, target: ConcreteTarget): Access | null {
  const onSocket = op === "connect" || op === "bind";
  switch (target.kind) {
    case "path":
    case "anonymous":
      return onSocket ? null : { ...target, op };
    default:
      return onSocket ? { ...target, op } : null;
  }
}

/** Null where that is none. */
export function attemptOf(op: Attempt["op"], target: ConcreteTarget | PrivilegeTarget): Attempt | null {
  if (target.kind === "privilege") return op === "privilege" ? { ...target, op } : null;
  return op === "privilege" ? null : accessOf(op, target);
}

/** As `explain` takes it. */
export function targetText(target: ConcreteTarget | PrivilegeTarget): string {
  switch (target.kind) {
    case "privilege": return target.privilege;
    case "path": return bytesText(target.path);
    case "unix-path": return `unix:${bytesText(target.path)}`;
    case "unix-abstract": return `unix:@${bytesText(target.name)}`;
    case "unix-unnamed": return "unix:unnamed";
    case "anonymous": return "anonymous";
    case "network": return addressText(target.address);
  }
}

/** ` port 443 tcp`; empty for what is no address. */
export function transportText(target: ConcreteTarget | PrivilegeTarget): string {
  if (target.kind !== "network") return "";
  return target.protocol === "other" ? " (neither TCP nor UDP)" : ` port ${target.port} ${target.protocol}`;
}

/** `read /etc/passwd`, `connect 192.0.2.1 port 443 tcp`. */
export const accessText = (op: Attempt["op"], target: ConcreteTarget | PrivilegeTarget): string =>
  `${op} ${targetText(target)}${transportText(target)}`;

/** Bytes as latin-1, for people. */
export const bytesText = (latin1: string): string => escapeBytes(Buffer.from(latin1, "latin1"));
