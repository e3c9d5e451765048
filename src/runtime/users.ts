/** Who started policyc, and whom a session runs as. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Absolute. */
  readonly home: string;
  readonly shell: string;
}

/** A user with every group: what a process needs to become them. */
export interface Identity extends User {
  readonly groups: readonly number[];
}

// Root looks for its helpers where the system keeps them, whatever PATH it was started with.
const HELPER_ENVIRONMENT = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C" };
// What sudo says about its call, and root's mailbox.
const OF_SUDO = new Set(["SUDO_COMMAND", "SUDO_USER", "SUDO_UID", "SUDO_GID", "SUDO_HOME", "MAIL"]);
const DEFAULT_SHELL = "/bin/sh";
const MAX_ID = 0xffff_fffe;

export const isRoot = (): boolean => process.geteuid?.() === 0;

/** The person at the keyboard: under sudo the one who called it, else the user of this process. */
export function invokingUser(environment: NodeJS.ProcessEnv = process.env): User {
  const sudo = isRoot() ? sudoCaller(environment) : null;
  if (sudo === null) return currentUser();
  const user = findUser(String(sudo.uid));
  return user === null
    ? { name: String(sudo.uid), uid: sudo.uid, gid: sudo.gid, home: "/", shell: DEFAULT_SHELL }
    : { ...user, gid: sudo.gid };
}

/** The ids that sudo passes on; null outside sudo and for `sudo` called by root. */
export function sudoCaller(environment: NodeJS.ProcessEnv): { readonly uid: number; readonly gid: number } | null {
  const uid = parseId(environment["SUDO_UID"]);
  const gid = parseId(environment["SUDO_GID"]);
  return uid === null || gid === null || uid === 0 ? null : { uid, gid };
}

/** By name or number; null if there is no such user. Local users first, then whatever else the machine knows. */
export function findUser(nameOrUid: string): User | null {
  const matches = (user: User): boolean => user.name === nameOrUid || String(user.uid) === nameOrUid;
  return passwdEntries(readLocalUsers()).find(matches) ?? passwdEntries(askNameService(nameOrUid)).find(matches) ?? null;
}

/** Adds the supplementary groups. */
export function identityOf(user: User): Identity {
  const groups = helper("id", ["-G", user.name]).trim().split(/\s+/).map(parseId).filter((id) => id !== null);
  return { ...user, groups: groups.length === 0 ? [user.gid] : groups };
}

/** Lines of passwd(5); broken ones are left out. */
export function passwdEntries(text: string): readonly User[] {
  return text.split("\n").flatMap((line) => {
    const [name, , uidText, gidText, , home, shell] = line.split(":");
    const uid = parseId(uidText);
    const gid = parseId(gidText);
    if (name === undefined || name === "" || uid === null || gid === null || home?.startsWith("/") !== true) return [];
    return [{ name, uid, gid, home, shell: shell === undefined || shell === "" ? DEFAULT_SHELL : shell }];
  });
}

/** The environment of a command that runs as `user`: what sudo set for root is set for them. */
export function environmentOf(user: User, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest = Object.fromEntries(Object.entries(environment).filter(([name]) => !OF_SUDO.has(name)));
  return { ...rest, HOME: user.home, USER: user.name, LOGNAME: user.name, SHELL: user.shell };
}

/** Becomes `user` for good. */
export function become(user: Identity): void {
  process.setgroups?.([...user.groups]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
}

/** Acts as `user` until `unmask`: for root that must come back to become someone else. */
export function mask(user: Identity): void {
  process.setgroups?.([...user.groups]);
  process.setegid?.(user.gid);
  process.seteuid?.(user.uid);
}

export function unmask(): void {
  process.seteuid?.(0);
  process.setegid?.(0);
}

function currentUser(): User {
  const uid = process.geteuid?.() ?? 0;
  const gid = process.getegid?.() ?? 0;
  try {
    const info = userInfo();
    return { name: info.username, uid, gid, home: info.homedir, shell: info.shell ?? DEFAULT_SHELL };
  } catch {
    // No passwd entry: a container started with a bare number.
    return { name: String(uid), uid, gid, home: process.env["HOME"] ?? "/", shell: DEFAULT_SHELL };
  }
}

function parseId(text: string | undefined): number | null {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return null;
  const id = Number(text);
  return id <= MAX_ID ? id : null;
}

function readLocalUsers(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}

const askNameService = (key: string): string => (key.startsWith("-") ? "" : helper("getent", ["passwd", key]));

/** The output of a system program; empty if it fails or is missing. */
function helper(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: "utf8", env: HELPER_ENVIRONMENT, stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
}
