/** How far apart two accesses are, for a reader: places of the file system, kinds of addresses, names. */
import { addressKind } from "./address-kind.js";
import { bytesText } from "../compiler/access.js";
import type { ConcreteTarget, PrivilegeTarget } from "../compiler/access.js";

type Target = ConcreteTarget | PrivilegeTarget;

export interface Folders {
  readonly home: string;
  readonly workspace: string;
}

/** Of the home, of the workspace, and of the machine: a folder that somebody would name in a sentence. */
export function placeOf(target: Target, folders: Folders): string {
  switch (target.kind) {
    case "path": case "unix-path": return folderOf(bytesText(target.path), folders);
    case "unix-abstract": return `@${bytesText(target.name)}`;
    case "network": return addressKind(target.address);
    case "privilege": return target.privilege;
    default: return target.kind;
  }
}

/** What it is called there; null where it is called nothing. */
export function nameOf(target: Target): string | null {
  if (target.kind !== "path" && target.kind !== "unix-path") return null;
  return bytesText(target.path).split("/").at(-1) ?? null;
}

function folderOf(path: string, { home, workspace }: Folders): string {
  const below = (root: string): readonly string[] | null => (path === root || path.startsWith(`${root}/`) ? path.slice(root.length + 1).split("/") : null);
  const [inWorkspace, inHome] = [below(workspace), below(home)];
  if (inWorkspace !== null) return "the workspace";
  if (inHome !== null) return `~/${inHome[0] ?? ""}`;
  const [, first, second] = path.split("/");
  return first === "usr" || first === "var" || first === "home" ? `/${first}/${second ?? ""}` : `/${first ?? ""}`;
}
