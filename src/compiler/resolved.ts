/**
 * A policy with its includes taken in, its names replaced by what they stand for and its parameters bound. Patterns
 * are still text: `PatternText` keeps apart what was written and what a binding brought in, which is never a glob.
 * The interpreter decides over this tree; `lower` makes the IR from it.
 */
import type { Effect, Privilege, Protocol } from "./ast.js";
import type { Source, Span } from "./diagnostic.js";

/** Operations that are decided; `modify` and `access` are gone. The order is that of `enum policy_op`. */
export const OPERATIONS = ["read", "write", "create", "delete", "setattr", "exec", "load", "connect", "bind"] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface PatternPart {
  /** True for what a parameter or `~` brought in: every byte stands for itself. A `let` is a pattern like any other. */
  readonly literal: boolean;
  readonly text: string;
}
export type PatternText = readonly PatternPart[];

export interface PortInterval {
  readonly first: number;
  readonly last: number;
}

/** `null` where none is written: every port; every protocol. */
export interface TransportFilter {
  readonly ports: readonly PortInterval[] | null;
  readonly protocol: Protocol | null;
}

export type ResolvedTarget =
  /** `viaLink`: a file that a name covered by another pattern of the rule leads to through symbolic links; it counts for
   *  `exec` and `load` alone. */
  | { readonly kind: "path"; readonly pattern: PatternText; readonly viaLink?: true; readonly span: Span }
  | { readonly kind: "anonymous"; readonly span: Span }
  /** `any` without a port or protocol also stands for every unix socket. */
  | ({ readonly kind: "list"; readonly list: "any" | "loopback" | "private" | "metadata"; readonly span: Span }
      & TransportFilter)
  /** `address` in ipaddr.js's normal form, v4-mapped already turned into v4; no host bits. */
  | ({ readonly kind: "network"; readonly family: 4 | 6; readonly address: string; readonly prefixLength: number;
      readonly span: Span } & TransportFilter)
  | { readonly kind: "unix-path"; readonly pattern: PatternText; readonly span: Span }
  /** The name without its `@`: a glob over the whole name, in which `*` also crosses `/`. */
  | { readonly kind: "unix-abstract"; readonly pattern: PatternText; readonly span: Span };

/** Who acts: over the marks that are set, the programs that the process runs, and those of its ancestors. */
export type ResolvedCondition =
  | { readonly kind: "mark"; readonly mark: string }
  /** Any of the programs; path targets alone. */
  | { readonly kind: "exe" | "under"; readonly programs: readonly ResolvedTarget[] }
  | { readonly kind: "not"; readonly operand: ResolvedCondition }
  | { readonly kind: "and" | "or"; readonly operands: readonly ResolvedCondition[] };

/** Globs over one argument each, in which `*` also crosses `/`; after argv[0]. */
export interface ResolvedArgs {
  /** Whether there are no other arguments. */
  readonly only: boolean;
  /** To occur in this order. */
  readonly words: readonly PatternText[];
  /** None of these occurs. */
  readonly without: readonly PatternText[];
}

export interface ResolvedEvent {
  /** `success`: a process that executed such a program exited with status 0. */
  readonly operations: readonly Operation[] | "success";
  readonly targets: readonly ResolvedTarget[];
  readonly except: readonly ResolvedTarget[];
  readonly args: ResolvedArgs | null;
  /** Programs whose processes are not meant. */
  readonly unlessExe: readonly ResolvedTarget[];
}

export interface ResolvedMark {
  readonly name: string;
  readonly on: readonly ResolvedEvent[];
  /** An event that is in both leaves the mark clear. */
  readonly until: readonly ResolvedEvent[];
  readonly perProcess: boolean;
  readonly tracksFiles: boolean;
  readonly span: Span;
}

/** The effect of an operation of the session past `count` permitted ones within the window. */
export interface ResolvedLimit {
  /** `file:line` */
  readonly id: string;
  readonly operations: readonly Operation[];
  readonly targets: readonly ResolvedTarget[];
  readonly when: ResolvedCondition | null;
  readonly count: number;
  readonly perMilliseconds: number;
  readonly effect: Effect;
  readonly because: string | null;
  readonly span: Span;
}

export interface ResolvedRule {
  /** The rule's name, or `file:line`. */
  readonly id: string;
  readonly effect: Effect;
  /** In the order of `OPERATIONS`, without repeats, `modify` and `access` expanded. A `deny exec` also decides `load`:
   *  both implementations add that themselves. */
  readonly operations: readonly Operation[];
  readonly targets: readonly ResolvedTarget[];
  readonly except: readonly ResolvedTarget[];
  /** Of a rule over `privilege`, which has no operations; less those in its `except`. */
  readonly privileges: readonly Privilege[];
  readonly args: ResolvedArgs | null;
  /** Null where the rule always applies. */
  readonly when: ResolvedCondition | null;
  readonly because: string | null;
  readonly span: Span;
}

/** A name on PATH or at a literal path of the policy that is, or lies behind, a symbolic link, and the file it leads
 *  to; both absolute. */
export interface ProgramLink {
  readonly name: string;
  readonly target: string;
}

/** Everything from outside that the meaning of a policy depends on. */
export interface Bindings {
  /** Absolute; what `~` stands for. */
  readonly home: string;
  readonly params: Readonly<Record<string, string>>;
  /** Sorted by name; empty where the policy is not bound to a machine. */
  readonly programs: readonly ProgramLink[];
}

/** Holds where every access to what the targets cover is decided so: `deny` or `kill` for `deny`, and so on. */
export interface ResolvedAssert {
  readonly effect: Effect;
  readonly operations: readonly Operation[];
  readonly targets: readonly ResolvedTarget[];
  readonly privileges: readonly Privilege[];
  readonly when: ResolvedCondition | null;
  readonly span: Span;
}

export interface ResolvedPolicy {
  readonly name: string | null;
  /** With every parameter of the policy, defaults filled in. */
  readonly bindings: Bindings;
  readonly defaults: Readonly<Record<Operation, Effect>>;
  /** The statements that say so; for an operation that is not here the default is built in. */
  readonly defaultSpans: ReadonlyMap<Operation | "privilege", Span>;
  /** Null where none is stated: `io-uring` is allowed, everything else denied. */
  readonly privilegeDefault: Effect | null;
  readonly marks: readonly ResolvedMark[];
  readonly limits: readonly ResolvedLimit[];
  /** In source order, included files where they are included. */
  readonly rules: readonly ResolvedRule[];
  readonly asserts: readonly ResolvedAssert[];
  /** The statement that says so, of a policy that nobody has reviewed. */
  readonly draft: Span | null;
  /** The file that the user named. */
  readonly source: Source;
}
