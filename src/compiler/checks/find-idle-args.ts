/** `args` that no arguments can match: what must be there is excluded. */
import type { ArgsClause, Statement, StringLiteral } from "../ast.js";
import type { Diagnostic, Span } from "../diagnostic.js";
import type { NameComponent } from "../ir.gen.js";
import { report } from "../messages.js";
import { matchesName } from "../pattern/match.js";
import { parseArgument } from "../pattern/parse-pattern.js";
import { printString } from "../print-parts.js";
import type { PatternText, ResolvedPolicy } from "../resolved.js";
import { withNested } from "./walk-tree.js";

export function findIdleArgs({ rules }: ResolvedPolicy, statements: readonly Statement[]): readonly Diagnostic[] {
  const written = new Map(withNested(statements).flatMap((statement) =>
    (statement.kind === "rule" && statement.args !== null ? [[statement.span, statement.args] as const] : [])));
  return rules.flatMap(({ args, span }) => {
    const clause = written.get(span);
    return args === null || clause === undefined ? [] : idleIn(clause, {
      words: args.words.map((word) => alternativesOf(word, span)), without: args.without.map((word) => alternativesOf(word, span)),
    });
  });
}

type Word = readonly NameComponent[];

function idleIn(clause: ArgsClause, { words, without }: { readonly words: readonly Word[]; readonly without: readonly Word[] }): readonly Diagnostic[] {
  for (const [i, word] of words.entries()) {
    const excluder = without.findIndex((excluded) => covers(excluded, word));
    const [needed, excluding] = [clause.words[i], clause.without[excluder]];
    if (needed !== undefined && excluding !== undefined) return [reportIdle(needed, excluding)];
  }
  return [];
}

const reportIdle = (needed: StringLiteral, excluding: StringLiteral): Diagnostic =>
  report("args-never-match", excluding.span, { needed: printString(needed), excluding: printString(excluding) },
    { labels: [{ span: needed.span, message: "this has to be among the arguments" }], help: "exclude less, or ask for other arguments" });

const alternativesOf = (word: PatternText, span: Span): Word => {
  const parsed = parseArgument(word, span);
  return parsed.ok ? parsed.value : [];
};

/** Surely: of globs, those that are written alike. */
const covers = (outer: Word, inner: Word): boolean =>
  inner.length > 0 && inner.every((one) => outer.some((other) => (one.kind === "literal"
    ? matchesName(other, Buffer.from(one.name)) : other.kind === "any" || JSON.stringify(other) === JSON.stringify(one))));
