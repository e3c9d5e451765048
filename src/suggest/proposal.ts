/**
 * What somebody proposes to put into a policy, a model or the catalogue: statements in parts, each with the words of the
 * request that it carries out and with accesses that show what is meant. `draft-text` writes it as a policy; nothing here
 * has been checked.
 */
import type { BuiltinList, Effect, OperationName, Privilege, Protocol } from "../compiler/ast.js";

export interface Proposal {
  readonly items: readonly Item[];
  readonly untranslated: readonly Untranslated[];
}

/** One wish. */
export interface Item {
  /** Of the request, as they are written there. */
  readonly words: string;
  /** The line of the file that they are in, from 1; null where the request is not a file. */
  readonly line: number | null;
  readonly statements: readonly ProposedStatement[];
  readonly probes: readonly Probe[];
}

/** Words of the request that became nothing, and why: a sentence for the user, without a full stop. */
export interface Untranslated {
  readonly words: string;
  readonly line: number | null;
  readonly reason: string;
}

export type ProposedStatement = ProposedRule | ProposedDefault | ProposedMark | ProposedLimit | ProposedInclude;

export interface ProposedRule {
  readonly kind: "rule";
  /** Kebab-case; null: the rule has none. Two of one name are told apart by `draft-text`. */
  readonly name: string | null;
  readonly effect: Effect;
  readonly operations: readonly OperationName[];
  readonly targets: readonly ProposedTarget[];
  readonly except: readonly ProposedTarget[];
  readonly args: ProposedArgs | null;
  /** All of them hold. */
  readonly when: readonly ProposedCondition[];
  /** The rule does not apply where all of them hold; empty: it always does. */
  readonly unless: readonly ProposedCondition[];
  readonly because: string | null;
}

export interface ProposedDefault {
  readonly kind: "default";
  readonly effect: Effect;
  readonly operations: readonly OperationName[];
}

export interface ProposedMark {
  readonly kind: "mark";
  readonly name: string;
  readonly on: readonly ProposedEvent[];
  readonly until: readonly ProposedEvent[];
  readonly perProcess: boolean;
  readonly tracksFiles: boolean;
}

export interface ProposedLimit {
  readonly kind: "limit";
  readonly operations: readonly OperationName[];
  readonly targets: readonly ProposedTarget[];
  readonly count: number;
  readonly perMilliseconds: number;
  readonly effect: Effect;
  readonly because: string | null;
}

/** A policy that comes with policyc: `base`, `git`. */
export interface ProposedInclude {
  readonly kind: "include";
  readonly std: string;
}

/** Patterns are in the language's own form: `~/.ssh/**`, `.env`, `${workspace}/**`. */
export type ProposedTarget =
  | { readonly kind: "path"; readonly pattern: string }
  | { readonly kind: "unix"; readonly pattern: string }
  | { readonly kind: "anonymous" }
  | { readonly kind: "privilege"; readonly privilege: Privilege }
  /** `address`: an address or a CIDR, or a built-in list. `ports`: `443`, `8000-8999`; none: whichever. */
  | {
    readonly kind: "network"; readonly address: string | { readonly list: BuiltinList };
    readonly ports: readonly string[]; readonly protocol: Protocol | null;
  };

export interface ProposedArgs {
  readonly only: boolean;
  readonly words: readonly string[];
  readonly without: readonly string[];
}

export type ProposedCondition = { readonly not: boolean } & (
  | { readonly kind: "mark"; readonly mark: string }
  | { readonly kind: "exe" | "under"; readonly program: string }
);

export interface ProposedEvent {
  readonly operation: OperationName | "success";
  readonly targets: readonly ProposedTarget[];
  readonly except: readonly ProposedTarget[];
  readonly args: ProposedArgs | null;
}

/** One access, and what is to become of it. A path begins with `/`, `~/` or `${workspace}/` and holds no pattern. */
export interface Probe {
  readonly expected: "denied" | "allowed";
  readonly operation: OperationName;
  readonly target: ProposedTarget;
  readonly exe: string | null;
  readonly under: string | null;
  readonly args: readonly string[];
  /** Done before, one after the other. */
  readonly after: readonly ProposedEvent[];
}
