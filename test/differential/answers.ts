/** The interpreter's answers, in the terms in which another implementation's words are compared with them. */
import { POLICY_RULE_NONE } from "../../src/compiler/image/abi.gen.js";
import { decodeImage } from "../../src/compiler/image/decode.js";
import type { ResolvedPolicy } from "../../src/compiler/resolved.js";
import { OPERATION_ORDER } from "../../src/compiler/verdict.js";
import { AT_FIRST, interpreter } from "../../src/interpreter/interpret.js";
import { type Attempt, type Circumstances, NO_CIRCUMSTANCES } from "../../src/compiler/access.js";
import { knownToBe } from "../../src/simulator/circumstances.js";
import type { Query } from "../../src/simulator/query.js";
import { circumstancesOf, simulate } from "../../src/simulator/simulate.js";

/** A query, and by whom; by nobody in particular where that is not said. */
export type Asked = Query & { readonly who?: Circumstances };

/** The image's words for each query, defaults filled in: a simulator, or the kernel. */
export type Implementation = (image: Uint8Array, queries: readonly Asked[]) => readonly (readonly number[])[];

export const simulator: Implementation = (image, queries) => {
  const decoded = decodeImage(image);
  if (!decoded.ok) throw new Error(`the image is refused: ${decoded.reason}`);
  return queries.map((query) => simulate(decoded.value, query, knownToBe(circumstancesOf(decoded.value, query.who ?? NO_CIRCUMSTANCES))));
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

const EFFECTS = ["none", "allow", "audit", "deny", "kill"] as const;

/** `deny by a.pol:3`, `allow by default`. */
export function sayWord(word: number, ids: readonly string[]): string {
  const rule = POLICY_RULE_NONE - (word & POLICY_RULE_NONE);
  return `${EFFECTS[word >>> 29] ?? "?"} by ${rule === POLICY_RULE_NONE ? "default" : (ids[rule] ?? "?")}`;
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

/** The first query on which `words`, an implementation's answers, differ from the interpreter. `ids`: by IR rule. */
export function firstDisagreement(
  resolved: ResolvedPolicy, ids: readonly string[], queries: readonly Asked[], words: readonly (readonly number[])[],
): Disagreement | null {
  const decide = interpreter(resolved);
  for (const [i, query] of queries.entries()) {
    for (const access of accessesOf(query)) {
      const { effect, rule, privilege } = decide(access, { ...AT_FIRST, ...query.who });
      const implied = privilege === null ? "default" : `privilege ${privilege}`;
      const expected = `${effect} by ${rule === null ? implied : (resolved.rules[rule]?.id ?? "?")}`;
      const said = sayWord(wordOf(words[i] ?? [], access.op), ids);
      if (said !== expected) return { query, access, interpreter: expected, image: said };
    }
  }
  return null;
}
