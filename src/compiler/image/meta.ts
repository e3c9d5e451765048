/** What an image says about its policy, for people and for events; nothing in it decides. */
import * as z from "zod/mini";
import { Budget, DEFAULT_BOUNDS } from "../automaton/bounds.js";
import { ConditionTable } from "../conditions.js";
import type { Ir, Limit, Rule } from "../ir.gen.js";
import { argsText, limitClauses, markClauses, programsText, ruleClauses } from "./clause-text.js";
import { selectorText } from "./selector-text.js";

const EFFECT = z.enum(["allow", "audit", "deny", "kill"]);
const OPERATION = z.enum(["read", "write", "create", "delete", "setattr", "exec", "load", "connect", "bind"]);

const META = z.strictObject({
  policy: z.nullable(z.string()),
  bindings: z.strictObject({
    home: z.string(),
    params: z.record(z.string(), z.string()),
    programs: z.array(z.strictObject({ name: z.string(), target: z.string() })),
  }),
  /** By number; images made before there were any have none. */
  marks: z.optional(z.array(z.string())),
  /** Likewise: what sets and clears each mark, in words. */
  markStatements: z.optional(z.array(z.strictObject({
    name: z.string(), clauses: z.array(z.string()), file: z.string(), line: z.int().check(z.minimum(1)),
  }))),
  /** By number: lists of programs that are named, and what is asked of arguments. */
  programs: z.optional(z.array(z.string())),
  arguments: z.optional(z.array(z.string())),
  /** By rule number; behind the rules, the limits. */
  rules: z.array(z.strictObject({
    id: z.string(),
    effect: EFFECT,
    operations: z.array(OPERATION),
    /** Of a rule over those. */
    privileges: z.optional(z.array(z.string())),
    /** Null where no statement says it. */
    file: z.nullable(z.string()),
    line: z.nullable(z.int().check(z.minimum(1))),
    column: z.nullable(z.int().check(z.minimum(1))),
    because: z.nullable(z.string()),
    /** What the rule covers, in words; images made before there were these have none. */
    targets: z.optional(z.array(z.string())),
    except: z.optional(z.array(z.string())),
    /** `args …`, `when …`, and of a limit `beyond … per …`. */
    clauses: z.optional(z.array(z.string())),
  })),
});
export type Meta = z.infer<typeof META>;

function sortedByKey(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const metaOf = (ir: Ir): Meta => ({ ...headOf(ir), rules: [...ir.rules.map(ruleMeta), ...ir.limits.map(limitMeta)] });

/** Keys in one order, so that equal policies give equal bytes. */
function headOf(ir: Ir): Omit<Meta, "rules"> {
  const { home, params, programs } = ir.bindings;
  const named = new ConditionTable(ir, new Budget(DEFAULT_BOUNDS));
  return {
    policy: ir.policy,
    bindings: { home, params: sortedByKey(params), programs: programs.map(({ name, target }) => ({ name, target })) },
    marks: ir.marks.map(({ name }) => name),
    markStatements: unlessEmpty(ir.marks.map((mark) =>
      ({ name: mark.name, clauses: [...markClauses(mark)], file: mark.source.file, line: mark.source.line }))),
    programs: unlessEmpty(named.programs.map((list) => programsText(list.programs))),
    arguments: unlessEmpty(named.arguments.map(({ asked }) => argsText(asked))),
  };
}

const ruleMeta = ({ id, effect, operations, source, because, match, except, privileges, ...clauses }: Rule): Meta["rules"][number] => ({
  id, effect, operations, file: source?.file ?? null, line: source?.line ?? null, column: source?.column ?? null, because,
  targets: match.map(selectorText), except: except.map(selectorText), clauses: unlessEmpty(ruleClauses(clauses)), privileges: unlessEmpty(privileges),
});

/** Most have none: left out of the JSON. */
const unlessEmpty = <T>(items: readonly T[]): T[] | undefined => (items.length === 0 ? undefined : [...items]);

/** Limits have numbers behind those of all rules. */
function limitMeta(limit: Limit): Meta["rules"][number] {
  const { id, effect, parts, source, because } = limit;
  return {
    id, effect, operations: [...new Set(parts.flatMap(({ operations }) => operations))],
    file: source.file, line: source.line, column: source.column, because,
    targets: [...new Set(parts.flatMap(({ match }) => match.map(selectorText)))], except: [], clauses: unlessEmpty(limitClauses(limit)),
  };
}

/** Rules that are written at once. */
const SOME = 1024;

/** `metaOf` as JSON, some rules at a time: as objects or as one text, many take more room than anything else. */
export function writeMeta(ir: Ir): Uint8Array {
  const parts = [Buffer.from(`${JSON.stringify(headOf(ir)).slice(0, -1)},"rules":[`)];
  const count = ir.rules.length + ir.limits.length;
  for (let from = 0; from < count; from += SOME) {
    const written = Array.from({ length: Math.min(SOME, count - from) }, (_, i) => writtenRule(ir, from + i)).join();
    parts.push(Buffer.from(from === 0 ? written : `,${written}`));
  }
  return Buffer.concat([...parts, Buffer.from("]}")]);
}

function writtenRule({ rules, limits }: Ir, number: number): string {
  const [rule, limit] = [rules[number], limits[number - rules.length]];
  return rule !== undefined ? JSON.stringify(ruleMeta(rule)) : limit === undefined ? "" : JSON.stringify(limitMeta(limit));
}

/** By number of a rule or limit; none of one that nobody wrote. */
export const metaWeights = (ir: Ir): readonly number[] =>
  [...ir.rules, ...ir.limits].map(({ source }, number) => (source === null ? 0 : writtenRule(ir, number).length));

/** Null where the bytes are not such JSON. */
export function readMeta(bytes: Uint8Array): Meta | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const parsed: unknown = JSON.parse(text);
    return META.safeParse(parsed).data ?? null;
  } catch {
    return null;
  }
}
