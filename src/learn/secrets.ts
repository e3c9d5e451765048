/** What `std:credentials` denies: no pattern that is folded may reach it. */
import type { FileOperation } from "../compiler/access.js";
import { refuses } from "../compiler/ast.js";
import { invariant } from "../compiler/diagnostic.js";
import type { Component } from "../compiler/ir.gen.js";
import { matchesName } from "../compiler/pattern/match.js";
import { parsePathPattern } from "../compiler/pattern/parse-pattern.js";
import type { ResolvedPolicy } from "../compiler/resolved.js";

export type Pattern = readonly Component[];

export interface Secret {
  /** As it is written, with its quotes. */
  readonly text: string;
  readonly operations: ReadonlySet<string>;
  readonly patterns: readonly Pattern[];
  /** At any depth. */
  readonly floats: boolean;
}

export function secretsOf(policy: ResolvedPolicy): readonly Secret[] {
  return policy.rules.filter(({ effect }) => refuses(effect)).flatMap((rule) => rule.targets.flatMap((target): readonly Secret[] => {
    if (target.kind !== "path") return [];
    const { source, start, end } = target.span;
    const parsed = parsePathPattern(target.pattern, target.span);
    invariant(parsed.ok, "a resolved pattern can be parsed");
    return [{
      text: source.text.slice(start, end), operations: new Set<string>(rule.operations), patterns: parsed.value,
      floats: parsed.value.some(([first]) => first?.kind === "globstar"),
    }];
  }));
}

/** Whether a path that the pattern covers may be one of these. */
export const reaches = (pattern: Pattern, op: FileOperation, secrets: readonly Secret[]): boolean =>
  secrets.some(({ operations, patterns }) => operations.has(op) && patterns.some((secret) => mayMeet(pattern, secret)));

/** True as well where two globs of one name are too much to compare. */
export function mayMeet(one: Pattern, other: Pattern): boolean {
  const [head, ...tail] = one;
  const [first, ...rest] = other;
  if (head?.kind === "globstar") return mayMeet(tail, other) || (first !== undefined && mayMeet(one, rest));
  if (first?.kind === "globstar") return mayMeet(other, one);
  if (head === undefined || first === undefined) return head === first;
  return namesMayMeet(head, first) && mayMeet(tail, rest);
}

type Name = Exclude<Component, { readonly kind: "globstar" }>;

function namesMayMeet(one: Name, other: Name): boolean {
  if (one.kind === "literal") return matchesName(other, Buffer.from(one.name));
  return other.kind === "literal" ? matchesName(one, Buffer.from(other.name)) : true;
}
