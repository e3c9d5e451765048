/** What a part of a wish is about: files, networks, programs, privileges. */
import type { BuiltinList, Privilege, Protocol } from "../../compiler/ast.js";
import type { Command } from "../catalogue/entry.js";

export interface Files {
  readonly kind: "files";
  readonly patterns: readonly string[];
  readonly except: readonly string[];
  readonly unix: readonly string[];
  /** Operations where the request names none. */
  readonly unsaid: "access" | "modify" | "read";
  readonly isSecret: boolean;
  readonly inside: readonly string[];
  readonly outside: readonly string[];
  /** Of the catalogue, or the path: for names of rules. */
  readonly id: string;
}

export type NetworkAddress = string | { readonly list: BuiltinList };

export interface Network {
  readonly kind: "network";
  readonly addresses: readonly NetworkAddress[];
  readonly exceptAddresses: readonly NetworkAddress[];
  readonly ports: readonly string[];
  readonly protocol: Protocol | null;
  readonly unix: readonly string[];
  readonly id: string;
}

export interface Programs {
  readonly kind: "programs";
  readonly commands: readonly Command[];
  /** Command lines for probes. */
  readonly inside: readonly (readonly string[])[];
  readonly outside: readonly (readonly string[])[];
  readonly id: string;
}

export interface Privileges {
  readonly kind: "privileges";
  readonly privileges: readonly Privilege[];
  readonly id: string;
}

export type Thing = Files | Network | Programs | Privileges;
export type ThingKind = Thing["kind"];

/** Where it stands: before the verb or after it, and after which preposition. */
export interface Placed {
  readonly thing: Thing;
  readonly at: number;
  readonly preposition: "in" | "on" | "to" | "by" | "from" | "of" | "outside" | null;
  /** Follows another with `and` or a comma. */
  readonly listed: boolean;
}

export const ANYTHING: Files = {
  kind: "files", patterns: ["/**"], except: [], unix: [], unsaid: "access", isSecret: false, inside: ["~/notes.txt", "${workspace}/a.txt"], outside: [], id: "files",
};

export const ANYWHERE: Network = {
  kind: "network", addresses: ["0.0.0.0/0", "::/0"], exceptAddresses: [], ports: [], protocol: null, unix: [], id: "connections",
};

export const ANY_PROGRAM: Programs = {
  kind: "programs", commands: [{ programs: ["/**"], args: null }], inside: [["/usr/bin/ls"]], outside: [], id: "programs",
};

export const slug = (text: string): string => {
  const words = text.toLowerCase().replace(/\$\{workspace\}/g, "").replace(/[^a-z0-9]+/g, "-").replace(/^[-0-9]+|-+$/g, "").slice(0, 40).replace(/-+$/, "");
  return words === "" ? "this" : words;
};
