/**
 * How the strings of a policy depend on what it is bound to: what a warning says has to hold for every home directory
 * and every value of a parameter, not only for those that a policy is checked with.
 */
import type { ParamStatement, Statement, StringLiteral } from "../ast.js";
import type { Source, Span } from "../diagnostic.js";
import { lazily } from "../lazily.js";
import { collectDefinitions } from "../resolve-names.js";
import type { Definitions } from "../resolve-names.js";
import type { Bindings, ResolvedTarget } from "../resolved.js";
import { stringsOf, withNested } from "./walk-tree.js";

export type Tie =
  /** It means the same whatever the policy is bound to. */
  | { readonly kind: "free" }
  /** `${workspace}/…`, `~/…`: `depth` names of what it stands for here, then what does not depend on it. */
  | { readonly kind: "begins"; readonly unknown: string; readonly depth: number }
  /** It depends on something in another way. */
  | { readonly kind: "mixed" };

const FREE: Tie = { kind: "free" };
const MIXED: Tie = { kind: "mixed" };
/** No parameter is called like this. */
const HOME = "~";

/** `set`: the parameters that were bound on purpose. */
export interface TieInput {
  readonly statements: readonly Statement[];
  readonly bindings: Bindings;
  readonly set: Readonly<Record<string, string>>;
}

/** A piece of a string: text, what `--set` brought in, or something that is not known. */
type Piece =
  | { readonly kind: "text" | "value"; readonly text: string }
  | { readonly kind: "unknown"; readonly name: string };

export type TieOf = (target: ResolvedTarget) => Tie;

/** The ties of targets that `statements` were resolved to without an error. */
export function tieFinder({ statements, bindings, set }: TieInput): TieOf {
  const { definitions } = collectDefinitions(statements);
  const literalAt = lazily(() => indexLiterals(statements));
  const ties = new Map<StringLiteral, Tie>();
  return (target) => {
    // What is brought in is marked in patterns; of an address only the text as written can tell.
    if ("pattern" in target && target.pattern.every(({ literal }) => !literal)) return FREE;
    if (!("pattern" in target) && target.kind !== "network") return FREE;
    const literal = literalAt()(target.span);
    if (literal === undefined) return MIXED;
    const tie = ties.get(literal) ?? tieOfPieces(piecesOf(literal, definitions, set), bindings);
    ties.set(literal, tie);
    return tie;
  };
}

function indexLiterals(statements: readonly Statement[]): (span: Span) => StringLiteral | undefined {
  const bySource = new Map<Source, Map<number, StringLiteral>>();
  for (const literal of withNested(statements).flatMap(stringsOf)) {
    const { source, start } = literal.span;
    const places = bySource.get(source) ?? new Map<number, StringLiteral>();
    places.set(start, literal);
    bySource.set(source, places);
  }
  return ({ source, start }) => bySource.get(source)?.get(start);
}

function piecesOf(
  { parts }: StringLiteral, definitions: Definitions, set: Readonly<Record<string, string>>,
): readonly Piece[] {
  return parts.flatMap((part): readonly Piece[] => {
    if (part.kind === "text") return [{ kind: "text", text: part.text }];
    const param: ParamStatement | undefined = definitions.params.get(part.name);
    const [value] = definitions.lets.get(part.name)?.values ?? [];
    if (param === undefined) return value === undefined ? [] : piecesOf(value, definitions, set);
    const given = Object.hasOwn(set, part.name) ? set[part.name] : undefined;
    return given === undefined ? [{ kind: "unknown", name: part.name }] : [{ kind: "value", text: given }];
  });
}

function tieOfPieces(pieces: readonly Piece[], { home, params }: Bindings): Tie {
  const [first, ...others] = pieces;
  if (first === undefined) return FREE;
  const next = others.find((piece) => piece.kind === "unknown" || piece.text !== "");
  if (others.some(({ kind }) => kind === "unknown")) return MIXED;
  if (first.kind === "text" && first.text.startsWith("~")) return beginning(HOME, home);
  if (first.kind !== "unknown") return FREE;
  const goesOn = next === undefined || (next.kind !== "unknown" && next.text.startsWith("/"));
  return goesOn ? beginning(first.name, params[first.name] ?? "") : MIXED;
}

function beginning(unknown: string, value: string): Tie {
  if (!value.startsWith("/")) return MIXED;
  return { kind: "begins", unknown, depth: value.split("/").filter((name) => name !== "").length };
}
