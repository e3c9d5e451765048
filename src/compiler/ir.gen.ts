// Generated from grammar/ir.schema.json by scripts/generate-ir.mjs; do not edit.

export type Effect = "allow" | "audit" | "deny" | "kill";
export type Operation = "read" | "write" | "create" | "delete" | "setattr" | "exec" | "load" | "connect" | "bind";
export type Selector =
  PathSelector | AnonymousSelector | NetworkSelector | UnixPathSelector | UnixAbstractSelector | UnixUnnamedSelector;
export type Component = GlobstarComponent | LiteralComponent | AnyComponent | AffixComponent | GlobComponent;
export type GlobItem = GlobText | GlobRun | GlobByte;
export type NameComponent = LiteralComponent | AnyComponent | AffixComponent | GlobComponent;
/**
 * null: whatever the arguments.
 */
export type Args = null | ArgsPattern;
/**
 * An argument that one of these matches, in which `/` is an ordinary byte.
 *
 * @minItems 1
 */
export type Word = NameComponent[];
/**
 * null: at any time.
 */
export type When = null | Condition;
/**
 * Of who acts: the marks that are set, the program that the process runs, and those of its ancestors.
 */
export type Condition = MarkCondition | ProgramCondition | NotCondition | JoinedCondition;
export type Privilege =
  | "ptrace"
  | "signal"
  | "mount"
  | "userns"
  | "setns"
  | "chroot"
  | "bpf"
  | "module"
  | "kexec"
  | "reboot"
  | "perf"
  | "raw-disk"
  | "raw-socket"
  | "vsock"
  | "net-admin"
  | "kernel-settings"
  | "handle-open"
  | "io-uring"
  | "keyring"
  | "time"
  | "swap"
  | "escape-socket"
  | "terminal";

/**
 * A policy with nothing left to look up: every rule a set of selectors over operations. `policyc compile --emit ir` prints it; the automata and tries are built from it alone.
 */
export interface Ir {
  irVersion: 1;
  /**
   * The name given by the `policy` statement.
   */
  policy: string | null;
  bindings: Bindings;
  /**
   * The effect where no rule matches.
   */
  defaults: {
    read: Effect;
    write: Effect;
    create: Effect;
    delete: Effect;
    setattr: Effect;
    exec: Effect;
    load: Effect;
    connect: Effect;
    bind: Effect;
  };
  /**
   * The effect where no rule names the privilege.
   */
  privilegeDefaults: {
    ptrace: Effect;
    signal: Effect;
    mount: Effect;
    userns: Effect;
    setns: Effect;
    chroot: Effect;
    bpf: Effect;
    module: Effect;
    kexec: Effect;
    reboot: Effect;
    perf: Effect;
    "raw-disk": Effect;
    "raw-socket": Effect;
    vsock: Effect;
    "net-admin": Effect;
    "kernel-settings": Effect;
    "handle-open": Effect;
    "io-uring": Effect;
    keyring: Effect;
    time: Effect;
    swap: Effect;
    "escape-socket": Effect;
    terminal: Effect;
  };
  /**
   * In source order; no two have one name.
   */
  marks: Mark[];
  /**
   * In source order. What a limit says comes after what rules with the same effect say.
   */
  limits: Limit[];
  /**
   * In source order: the position is the rule's number in the image and in events.
   */
  rules: Rule[];
}
export interface Bindings {
  home: string;
  params: {
    [k: string]: string;
  };
  /**
   * Programs that a pattern covers through symbolic links.
   */
  programs: {
    name: string;
    target: string;
  }[];
}
/**
 * Set when one of `on` is permitted and happens, cleared by one of `until`; by what is both it is cleared.
 */
export interface Mark {
  name: string;
  on: Event[];
  until: Event[];
  perProcess: boolean;
  tracksFiles: boolean;
  source: Place;
}
/**
 * What is done, by a process that runs none of `unlessExe`. With `success`, that a process which executed what is matched exited with status 0.
 */
export interface Event {
  success: boolean;
  /**
   * @minItems 1
   */
  operations: Operation[];
  match: Selector[];
  except: Selector[];
  args: Args;
  unlessExe: PathSelector[];
}
/**
 * A file, by the components of its place in the tree.
 */
export interface PathSelector {
  kind: "path";
  /**
   * The pattern with everything substituted, for messages.
   */
  text: string;
  components: Component[];
}
/**
 * `**`: any number of components, none included.
 */
export interface GlobstarComponent {
  kind: "globstar";
}
/**
 * A name, compared as UTF-8 bytes; 1 to 255 of them, of an argument any number.
 */
export interface LiteralComponent {
  kind: "literal";
  name: string;
}
/**
 * `*`: one component, whatever its name.
 */
export interface AnyComponent {
  kind: "any";
}
/**
 * `pre*`, `*suf` or `pre*suf`, as UTF-8 bytes; not both empty; each at most 248 bytes (longer ones are globs). The two do not overlap in a name that matches.
 */
export interface AffixComponent {
  kind: "affix";
  prefix: string;
  suffix: string;
}
/**
 * Any other glob, over bytes.
 */
export interface GlobComponent {
  kind: "glob";
  /**
   * @minItems 1
   */
  items: GlobItem[];
}
/**
 * These bytes (UTF-8), one after the other.
 */
export interface GlobText {
  kind: "text";
  text: string;
}
/**
 * Any run of bytes, the empty one included.
 */
export interface GlobRun {
  kind: "run";
}
/**
 * One byte: one in `ranges`, or with `negated` any other. `?` is the negation of nothing.
 */
export interface GlobByte {
  kind: "byte";
  negated: boolean;
  ranges: {
    first: number;
    last: number;
  }[];
}
/**
 * A file that has no place: memfd, pipe, anonymous inode.
 */
export interface AnonymousSelector {
  kind: "anonymous";
}
export interface NetworkSelector {
  kind: "network";
  family: 4 | 6;
  /**
   * Lower-case hexadecimal, 8 digits (v4) or 32 (v6), network order, host bits zero.
   */
  address: string;
  prefixLength: number;
  /**
   * Sorted and disjoint; null: any port, and protocols that have none.
   */
  ports:
    | null
    | {
        first: number;
        last: number;
      }[];
  /**
   * null: any; with ports, TCP and UDP.
   */
  protocol: "tcp" | "udp" | null;
}
/**
 * A unix socket, by the place of its file.
 */
export interface UnixPathSelector {
  kind: "unix-path";
  text: string;
  components: Component[];
}
/**
 * A unix socket by its abstract name, matched as one component (in which `/` is an ordinary byte).
 */
export interface UnixAbstractSelector {
  kind: "unix-abstract";
  text: string;
  name: NameComponent;
}
/**
 * A unix socket without an address; only `any` covers it.
 */
export interface UnixUnnamedSelector {
  kind: "unix-unnamed";
}
/**
 * Over the arguments after argv[0]: `words` occur in this order, with `only` and no others; none of `without` occurs. Of `load`, those that the process was started with, where what is mapped is its own program.
 */
export interface ArgsPattern {
  only: boolean;
  words: Word[];
  without: Word[];
}
export interface Place {
  file: string;
  line: number;
  column: number;
}
/**
 * The effect of what it covers past `count` permitted ones within the window.
 */
export interface Limit {
  /**
   * `file:line`
   */
  id: string;
  effect: Effect;
  /**
   * All that it counts: operations with what they are done to.
   */
  parts: Part[];
  when: When;
  count: number;
  perMilliseconds: number;
  because: string | null;
  source: Place;
}
export interface Part {
  /**
   * @minItems 1
   */
  operations: Operation[];
  match: Selector[];
}
export interface MarkCondition {
  kind: "mark";
  mark: string;
}
/**
 * `exe`: one of the files that the process runs (a script and its interpreters) is matched. `under`: one that an ancestor ran when it started the next of the line.
 */
export interface ProgramCondition {
  kind: "exe" | "under";
  programs: PathSelector[];
}
export interface NotCondition {
  kind: "not";
  operand: Condition;
}
export interface JoinedCondition {
  kind: "and" | "or";
  /**
   * @minItems 1
   */
  operands: Condition[];
}
/**
 * Matches where one of `match` does and none of `except`, or what is named by `privileges` is used; and `args` and `when` hold.
 */
export interface Rule {
  /**
   * The rule's name, or `file:line`; `privilege NAME` of what that privilege's default says of operations.
   */
  id: string;
  effect: Effect;
  /**
   * In the order of the definition. A deny or kill of `exec` lists `load` too. None of a rule over privileges.
   */
  operations: Operation[];
  match: Selector[];
  except: Selector[];
  privileges: Privilege[];
  args: Args;
  when: When;
  because: string | null;
  /**
   * null: no statement says it; it is built in.
   */
  source: null | Place;
}
