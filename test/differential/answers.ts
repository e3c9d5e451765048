/** The interpreter's answers, in the terms in which another implementation's words are compared with them. */
import {
  POLICY_FACT_CLEARS, POLICY_FACT_COUNTS, POLICY_FACT_SETS, POLICY_FACT_SUCCESS_CLEARS, POLICY_FACT_SUCCESS_SETS, POLICY_RULE_NONE,
} from "../../src/compiler/image/abi.gen.js";
import { type Circumstances as Bits, NOBODY } from "../../src/compiler/conditions.js";
import { decodeImage, type Image } from "../../src/compiler/image/decode.js";
import type { ResolvedPolicy } from "../../src/compiler/resolved.js";
import { OPERATION_ORDER } from "../../src/compiler/verdict.js";
import { deedsOf } from "../../src/interpreter/history.js";
import { AT_FIRST, type Decision, interpreter } from "../../src/interpreter/interpret.js";
import { type Attempt, type Circumstances, NO_CIRCUMSTANCES } from "../../src/compiler/access.js";
import type { Who } from "../../src/simulator/circumstances.js";
import type { Query } from "../../src/simulator/query.js";
import { circumstancesOf, simulate } from "../../src/simulator/simulate.js";

/** A query, and by whom; by nobody in particular where that is not said. `unknown`: bits that are not known of them. */
export type Asked = Query & { readonly who?: Circumstances; readonly unknown?: Bits };

/** Who asks, as an image has it: nothing is known and not known at once. */
export function whoAsks(image: Image, { who, unknown = NOBODY }: Asked): Who {
  const known = circumstancesOf(image, who ?? NO_CIRCUMSTANCES);
  const without = (kind: keyof Bits): bigint => known[kind] & ~unknown[kind];
  return { known: { marks: without("marks"), exe: without("exe"), under: without("under"), args: without("args") }, unknown };
}

/** The image's words for each query, defaults filled in: a simulator, or the kernel. */
export type Implementation = (image: Uint8Array, queries: readonly Asked[]) => readonly (readonly number[])[];

export const simulator: Implementation = (image, queries) => {
  const decoded = decodeImage(image);
  if (!decoded.ok) throw new Error(`the image is refused: ${decoded.reason}`);
  return queries.map((query) => simulate(decoded.value, query, whoAsks(decoded.value, query)));
};

const FILE_OPERATIONS = ["read", "write", "create", "delete", "setattr", "exec", "load"] as const;
const SOCKET_OPERATIONS = ["connect", "bind"] as const;

/** What a query asks, one access after the other. */
export function accessesOf(query: Query): readonly Attempt[] {
  switch (query.kind) {
    case "path": {
      const path = `/${Buffer.from(query.path).toString("latin1")}`;
      return [
        ...FILE_OPERATIONS.map((op) => ({ kind: "path", op, path }) as const),
        ...SOCKET_OPERATIONS.map((op) => ({ kind: "unix-path", op, path }) as const),
      ];
    }
    case "abstract": {
      const name = Buffer.from(query.name).toString("latin1");
      return SOCKET_OPERATIONS.map((op) => ({ kind: "unix-abstract", op, name }) as const);
    }
    case "anonymous":
      return [{ kind: "anonymous", op: "exec" }, { kind: "anonymous", op: "load" }];
    case "unnamed":
      return SOCKET_OPERATIONS.map((op) => ({ kind: "unix-unnamed", op }) as const);
    case "privilege":
      return [{ kind: "privilege", op: "privilege", privilege: query.privilege }];
    case "address": {
      const { address, port, protocol } = query;
      const family = address.length === 4 ? 4 : 6;
      return SOCKET_OPERATIONS.map((op) => ({ kind: "network", op, family, address, port, protocol }) as const);
    }
  }
}

/** By number. */
export const bitsOfMarks = ({ marks }: ResolvedPolicy, names: Iterable<string>): bigint => {
  const all = new Set(names);
  return marks.reduce((bits, { name }, number) => (all.has(name) ? bits | (1n << BigInt(number)) : bits), 0n);
};

/** What an access would leave behind, by the interpreter: bits by `enum policy_fact`. */
export function factsOfAccess(resolved: ResolvedPolicy): (access: Attempt, who: Circumstances) => ReadonlyMap<number, bigint> {
  const deeds = deedsOf(resolved);
  const marks = (names: readonly string[]): bigint => bitsOfMarks(resolved, names);
  return (access, who) => {
    const { sets, clears, successSets, successClears, counts } = deeds(access, who);
    return new Map([
      [POLICY_FACT_SETS, marks(sets)], [POLICY_FACT_CLEARS, marks(clears)],
      [POLICY_FACT_SUCCESS_SETS, marks(successSets)], [POLICY_FACT_SUCCESS_CLEARS, marks(successClears)],
      [POLICY_FACT_COUNTS, counts.reduce((bits, limit) => bits | (1n << BigInt(limit)), 0n)],
    ]);
  };
}

const EFFECTS = ["none", "allow", "audit", "deny", "kill"] as const;

/** `deny by a.pol:3`, `allow by default`. */
export function sayWord(word: number, ids: readonly string[]): string {
  const rule = POLICY_RULE_NONE - (word & POLICY_RULE_NONE);
  return `${EFFECTS[word >>> 29] ?? "?"} by ${rule === POLICY_RULE_NONE ? "default" : (ids[rule] ?? "?")}`;
}

/** The same of the interpreter. */
export function sayDecision({ rules, limits }: ResolvedPolicy, { effect, rule, limit, privilege }: Decision): string {
  const implied = privilege === null ? "default" : `privilege ${privilege}`;
  const statement = rule === null ? limits[limit ?? -1] : rules[rule];
  return `${effect} by ${rule === null && limit === null ? implied : statement?.id ?? "?"}`;
}

/** What an answer says of the operation; of a privilege there is one word. */
export const wordOf = (words: readonly number[], op: Attempt["op"]): number =>
  words[op === "privilege" ? 0 : OPERATION_ORDER.indexOf(op)] ?? 0;

export interface Disagreement {
  readonly query: Asked;
  readonly access: Attempt;
  readonly interpreter: string;
  readonly image: string;
}

export function describe({ query, access, interpreter: expected, image }: Disagreement): string {
  const object = query.kind === "path" ? `/${Buffer.from(query.path).toString("latin1")}`
    : query.kind === "abstract" ? `@${Buffer.from(query.name).toString("latin1")}`
      : query.kind === "address" ? `${Buffer.from(query.address).toString("hex")} port ${query.port} ${query.protocol}` : query.kind;
  const { marks, exe, under, args } = query.who ?? NO_CIRCUMSTANCES;
  const who = query.who === undefined ? "" : ` by ${JSON.stringify({ marks: [...marks], exe, under, args })}`;
  return `${access.op} ${object}${who}: interpreter says ${expected}, image says ${image}`;
}

/** Arguments are none that count, where another file is mapped than the program that is run: hooks leave them out. */
export const saysAll = ({ who = NO_CIRCUMSTANCES }: Asked, access: Attempt): boolean =>
  access.op !== "load" || who.args.length === 0 || (access.kind === "path" && who.exe.includes(access.path));

/** The first query on which `words`, an implementation's answers, differ from the interpreter. `ids`: by IR rule. */
export function firstDisagreement(
  resolved: ResolvedPolicy, ids: readonly string[], queries: readonly Asked[], words: readonly (readonly number[])[],
): Disagreement | null {
  const decide = interpreter(resolved);
  for (const [i, query] of queries.entries()) {
    for (const access of accessesOf(query).filter((one) => saysAll(query, one))) {
      const expected = sayDecision(resolved, decide(access, { ...AT_FIRST, ...query.who }));
      const said = sayWord(wordOf(words[i] ?? [], access.op), ids);
      if (said !== expected) return { query, access, interpreter: expected, image: said };
    }
  }
  return null;
}
