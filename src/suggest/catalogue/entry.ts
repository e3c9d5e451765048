/**
 * What the catalogue is made of. An entry names one thing that people want to have a say about: where it is, what it is
 * called, and the public document that says so. What is wished of it (denied, read only, once a minute) is the grammar's.
 */
import type { Privilege, Protocol } from "../../compiler/ast.js";
import type { ProposedArgs } from "../proposal.js";

export type Group =
  | "credentials" | "system files" | "start-up files" | "project files" | "network" | "services" | "programs" | "git"
  | "privileges" | "shapes";

export interface Document {
  readonly title: string;
  readonly url: string;
}

/** Patterns, or ports and names, and the document that says what is there. */
export interface Place {
  readonly patterns: readonly string[];
  readonly document: Document;
}

/** One way in which a program is started. `args`: null, however. */
export interface Command {
  readonly programs: readonly string[];
  readonly args: ProposedArgs | null;
}

export type Meaning =
  | {
    readonly kind: "files"; readonly except: readonly string[];
    /** Sockets of who answers for it. */
    readonly unix: readonly string[];
    /** Denied where the request names no operation: secrets are neither read nor changed, others are not changed. */
    readonly unsaid: "access" | "modify" | "read";
    /** Concrete paths: some that are meant, and neighbours that are not. */
    readonly inside: readonly string[]; readonly outside: readonly string[];
  }
  | {
    readonly kind: "network"; readonly addresses: readonly (string | { readonly list: "any" | "loopback" | "private" | "metadata" })[];
    readonly exceptAddresses: readonly (string | { readonly list: "loopback" | "private" })[];
    readonly ports: readonly string[]; readonly protocol: Protocol | null; readonly unix: readonly string[];
  }
  | { readonly kind: "programs"; readonly commands: readonly Command[]; /** Tried in probes: program, then arguments. */
    readonly inside: readonly (readonly string[])[]; readonly outside: readonly (readonly string[])[] }
  | { readonly kind: "privileges"; readonly privileges: readonly Privilege[] }
  /** Said in other words, which the grammar understands. */
  | { readonly kind: "idiom"; readonly request: string };

export interface Entry {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  /** Besides the title: `a|b` is either, `a|b?` either or neither, `@secret` any word for what logs in. */
  readonly phrases: readonly string[];
  readonly places: readonly Place[];
  readonly means: Meaning;
  /** A request that leads here, and is a test. */
  readonly example: string;
}
