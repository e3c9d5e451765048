/**
 * The syntax tree of one `.pol` file: what the person wrote, nothing resolved. Names, includes and bindings are the
 * business of `resolve`. Every node has a `kind` and the `span` it was written at.
 */
import type { Span } from "./diagnostic.js";

export const EFFECTS = ["allow", "audit", "deny", "kill"] as const;
export type Effect = (typeof EFFECTS)[number];

/** In that order, at least as strict. */
export const isAtLeast = (effect: Effect, other: Effect): boolean => EFFECTS.indexOf(effect) >= EFFECTS.indexOf(other);

export const refuses = (effect: Effect): boolean => effect === "deny" || effect === "kill";

/** Operations as written; `modify` and `access` stand for several. */
export const OPERATION_NAMES = [
  "read", "write", "create", "delete", "setattr", "exec", "load", "modify", "access", "connect", "bind", "privilege",
] as const;
export type OperationName = (typeof OPERATION_NAMES)[number];

export const PRIVILEGES = [
  "ptrace", "signal", "mount", "userns", "setns", "chroot", "bpf", "module", "kexec", "reboot", "perf", "raw-disk",
  "raw-socket", "vsock", "net-admin", "kernel-settings", "handle-open", "io-uring", "keyring", "time", "swap",
  "escape-socket", "terminal",
] as const;
export type Privilege = (typeof PRIVILEGES)[number];

export const BUILTIN_LISTS = ["any", "loopback", "private", "metadata"] as const;
export type BuiltinList = (typeof BUILTIN_LISTS)[number];

export const PROTOCOLS = ["tcp", "udp"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

interface Node {
  readonly span: Span;
}

/** A name where it is defined or used: `workspace`, `no-keys`. */
export interface Name extends Node {
  readonly kind: "name";
  readonly text: string;
}

/** `"${workspace}/**"`: literal text with its escapes undone, and references. Adjacent text parts are joined. */
export interface StringLiteral extends Node {
  readonly kind: "string";
  readonly parts: readonly StringPart[];
}
export type StringPart =
  | ({ readonly kind: "text"; readonly text: string } & Node)
  | ({ readonly kind: "reference"; readonly name: string } & Node);

/** 0 to 65535; `8000-8999`, or one port with `first === last`. */
export interface PortRange extends Node {
  readonly kind: "port-range";
  readonly first: number;
  readonly last: number;
}

export interface Duration extends Node {
  readonly kind: "duration";
  readonly milliseconds: number;
  /** As written: `5m`. */
  readonly text: string;
}

/** What a rule, limit, event, case or assertion is about. */
export interface Target extends Node {
  readonly kind: "target";
  readonly subject: TargetSubject;
  /** Null where no `port` is written. */
  readonly ports: readonly PortRange[] | null;
  readonly protocol: Protocol | null;
}
export type TargetSubject =
  | StringLiteral
  /** A `let`; whether it is one is decided when names are resolved. */
  | Name
  | ({ readonly kind: "builtin"; readonly list: BuiltinList } & Node)
  | ({ readonly kind: "anonymous" } & Node)
  | ({ readonly kind: "unix"; readonly address: StringLiteral } & Node)
  | ({ readonly kind: "privilege"; readonly privilege: Privilege } & Node);

export interface OperationRef extends Node {
  readonly kind: "operation";
  readonly name: OperationName;
}

/** `args [only] "…", … [without "…", …]` */
export interface ArgsClause extends Node {
  readonly kind: "args";
  readonly only: boolean;
  readonly words: readonly StringLiteral[];
  readonly without: readonly StringLiteral[];
}

export type Condition =
  | ({ readonly kind: "mark-condition"; readonly mark: Name } & Node)
  | ({ readonly kind: "exe-condition"; readonly program: StringLiteral } & Node)
  | ({ readonly kind: "under-condition"; readonly program: StringLiteral } & Node)
  | ({ readonly kind: "not"; readonly operand: Condition } & Node)
  | ({ readonly kind: "and"; readonly operands: readonly Condition[] } & Node)
  | ({ readonly kind: "or"; readonly operands: readonly Condition[] } & Node);

/** One event of a mark or of `after`: `read "~/.ssh/**" except "…"`, `success "npm" args "test"`. */
export interface Event extends Node {
  readonly kind: "event";
  /** `success` is an event only; the others are operations. */
  readonly operation: OperationRef | "success";
  readonly targets: readonly Target[];
  readonly except: readonly Target[];
  readonly args: ArgsClause | null;
  readonly unlessExe: readonly StringLiteral[];
}

/** Comments that stand on lines of their own before a statement, and the one at its end, without the `#`. */
export interface Comment extends Node {
  readonly kind: "comment";
  /** `##`: documents the statement that follows. */
  readonly doc: boolean;
  readonly text: string;
}

interface StatementBase extends Node {
  readonly leading: readonly Comment[];
  readonly trailing: Comment | null;
}

export interface PolicyStatement extends StatementBase { readonly kind: "policy"; readonly name: StringLiteral }
export interface IncludeStatement extends StatementBase { readonly kind: "include"; readonly path: StringLiteral }
export interface ParamStatement extends StatementBase {
  readonly kind: "param";
  readonly name: Name;
  readonly default: StringLiteral | null;
}
export interface LetStatement extends StatementBase {
  readonly kind: "let";
  readonly name: Name;
  /** `let a = "x"` and `let a = ["x"]` differ: only the first can stand in `${a}`. */
  readonly list: boolean;
  readonly values: readonly StringLiteral[];
}
export interface DefaultStatement extends StatementBase {
  readonly kind: "default";
  readonly effect: Effect;
  readonly operations: readonly OperationRef[];
}
export interface RuleStatement extends StatementBase {
  readonly kind: "rule";
  readonly name: Name | null;
  readonly effect: Effect;
  readonly operations: readonly OperationRef[];
  readonly targets: readonly Target[];
  readonly except: readonly Target[];
  readonly args: ArgsClause | null;
  readonly when: Condition | null;
  readonly unless: Condition | null;
  readonly because: StringLiteral | null;
}
export interface MarkStatement extends StatementBase {
  readonly kind: "mark";
  readonly name: Name;
  readonly on: readonly Event[];
  readonly until: readonly Event[];
  readonly perProcess: boolean;
  readonly tracksFiles: boolean;
}
export interface LimitStatement extends StatementBase {
  readonly kind: "limit";
  readonly operations: readonly OperationRef[];
  readonly targets: readonly Target[];
  readonly count: number;
  readonly per: Duration;
  readonly effect: Effect;
  readonly because: StringLiteral | null;
}
export interface ForStatement extends StatementBase {
  readonly kind: "for";
  readonly programs: readonly StringLiteral[];
  readonly body: readonly Statement[];
  /** Comments after the last one inside the braces. */
  readonly trailingComments: readonly Comment[];
}
export interface TaskStatement extends StatementBase {
  readonly kind: "task";
  readonly name: StringLiteral;
  readonly body: readonly Statement[];
  /** Comments after the last one inside the braces. */
  readonly trailingComments: readonly Comment[];
}
/** `[when mark, …] [exe "…"] [under "…"] [args "…", …] [after EVENT, then EVENT, …]` */
export interface TestCase extends Node {
  readonly kind: "case";
  readonly effect: Effect;
  readonly operation: OperationRef;
  readonly target: Target;
  readonly marks: readonly Name[];
  readonly exe: StringLiteral | null;
  readonly under: StringLiteral | null;
  readonly args: readonly StringLiteral[] | null;
  readonly after: readonly Event[];
  readonly leading: readonly Comment[];
  readonly trailing: Comment | null;
}
export interface TestStatement extends StatementBase {
  readonly kind: "test";
  readonly name: StringLiteral;
  readonly bindings: readonly TestBinding[];
  readonly cases: readonly TestCase[];
  /** Comments after the last one inside the braces. */
  readonly trailingComments: readonly Comment[];
}
export interface TestBinding extends Node {
  readonly kind: "binding";
  readonly name: Name;
  readonly value: StringLiteral;
}
export interface AssertStatement extends StatementBase {
  readonly kind: "assert";
  readonly effect: Effect;
  readonly operations: readonly OperationRef[];
  readonly targets: readonly Target[];
  readonly when: Condition | null;
}
export interface DraftStatement extends StatementBase { readonly kind: "draft"; readonly note: StringLiteral }

export type Statement =
  | PolicyStatement | IncludeStatement | ParamStatement | LetStatement | DefaultStatement | RuleStatement
  | MarkStatement | LimitStatement | ForStatement | TaskStatement | TestStatement | AssertStatement | DraftStatement;

/** One file. */
export interface PolicyFile extends Node {
  readonly kind: "file";
  readonly statements: readonly Statement[];
  /** Comments after the last statement. */
  readonly trailingComments: readonly Comment[];
}
