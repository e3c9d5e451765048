// Generated from grammar/ir.schema.json by scripts/generate-ir.mjs; do not edit.

export type Effect = "allow" | "audit" | "deny" | "kill";
export type Operation = "read" | "write" | "create" | "delete" | "setattr" | "exec" | "load" | "connect" | "bind";
export type Selector =
  PathSelector | AnonymousSelector | NetworkSelector | UnixPathSelector | UnixAbstractSelector | UnixUnnamedSelector;
export type Component = GlobstarComponent | LiteralComponent | AnyComponent | AffixComponent | GlobComponent;
export type GlobItem = GlobText | GlobRun | GlobByte;
export type NameComponent = LiteralComponent | AnyComponent | AffixComponent | GlobComponent;

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
 * Matches where one of `match` does and none of `except`.
 */
export interface Rule {
  /**
   * The rule's name, or `file:line`.
   */
  id: string;
  effect: Effect;
  /**
   * In the order of the definition. A deny or kill of `exec` lists `load` too.
   *
   * @minItems 1
   */
  operations: Operation[];
  /**
   * @minItems 1
   */
  match: Selector[];
  except: Selector[];
  because: string | null;
  source: {
    file: string;
    line: number;
    column: number;
  };
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
 * A name, compared as UTF-8 bytes; 1 to 255 of them.
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
