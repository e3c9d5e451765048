/** Marks that nothing can set, and limits that nothing counts for, in words. */
import type { LimitStatement, MarkStatement } from "../ast.js";
import type { Diagnostic, Label, Span } from "../diagnostic.js";
import { report } from "../messages.js";

/** Labels, so that they can be taken in. */
const SHOWN = 4;

/** `refusers`: rules and defaults that refuse all that the statement waits for; none where all of it is excepted. */
export function reportIdleMemory(statement: MarkStatement | LimitStatement, refusers: readonly Span[]): Diagnostic {
  const labels = refusers.slice(0, SHOWN).map((span): Label => ({ message: "refused here", span }));
  return statement.kind === "mark"
    ? report("mark-never-set", statement.name.span, { name: statement.name.text, why: refusers.length === 0 ? "excepted" : "refused" },
      { labels, help: "permit what is to set it, or take the mark out" })
    : report("limit-never-counts", statement.span, {}, { labels, help: "permit what is to be counted, or take the limit out" });
}
