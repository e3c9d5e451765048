/** Values for parameters that have none, so that a policy can be checked before anybody binds it. */
import type { Statement, StringLiteral } from "../ast.js";
import { targetKindOf } from "../operations.js";
import { partsOf, targetString, withNested } from "./walk-tree.js";

/** Where a string stands. */
type Place = "path" | "endpoint";

/** As a parameter is used, an address, an absolute path or a name; distinct ones for distinct parameters. */
export function choosePlaceholders(
  statements: readonly Statement[], bound: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const all = withNested(statements);
  const endpoints = new Set<string>();
  const inner = new Set<string>();
  /** The strings that `let`s are made of, by name. */
  const lets = new Map(all.flatMap((statement) =>
    statement.kind === "let" ? [[statement.name.text, statement.values] as const] : []));

  const visited = new Set<string>();
  const visit = (literal: StringLiteral, place: Place, atStart: boolean): void => {
    literal.parts.forEach((part, i) => {
      if (part.kind === "reference") visitName(part.name, place, atStart && i === 0);
    });
  };
  const visitName = (name: string, place: Place, atStart: boolean): void => {
    const key = `${name} ${place} ${atStart}`;
    if (visited.has(key)) return;
    visited.add(key);
    if (place === "endpoint") endpoints.add(name);
    else if (!atStart) inner.add(name);
    for (const value of lets.get(name) ?? []) visit(value, place, atStart);
  };
  for (const statement of all) {
    const operation = "operations" in statement ? statement.operations[0]?.name : undefined;
    const kind = operation !== undefined && targetKindOf(operation) === "endpoint" ? "endpoint" : "path";
    for (const target of partsOf(statement).targets) {
      const place = target.subject.kind === "unix" ? "path" : kind;
      if (target.subject.kind === "name") visitName(target.subject.text, place, true);
      for (const literal of targetString(target)) visit(literal, place, true);
    }
  }

  const free = all.flatMap((statement) => statement.kind === "param" && statement.default === null
    && !Object.hasOwn(bound, statement.name.text) ? [statement.name.text] : []);
  return Object.fromEntries(free.map((name) => [
    name, endpoints.has(name) ? UNSPECIFIED : inner.has(name) ? name : `/${name}`,
  ]));
}

/** No bit of it lies beyond any prefix. */
const UNSPECIFIED = "0.0.0.0";
