/** A `for` block of which fixes leave nothing goes with them; a task is chosen by its name, and stays. */
import type { ForStatement, Statement } from "../ast.js";
import type { Diagnostic, Fix } from "../diagnostic.js";
import { removal } from "./remove-statement.js";
import { withNested } from "./walk-tree.js";

/** Diagnostics that are left: what is ignored empties no block. */
export function removeEmptied(statements: readonly Statement[], diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  // The inner ones first.
  const blocks = withNested(statements).filter((one): one is ForStatement => one.kind === "for").toReversed();
  return blocks.reduce(removeIfEmptied, diagnostics);
}

function removeIfEmptied(diagnostics: readonly Diagnostic[], block: ForStatement): readonly Diagnostic[] {
  const inBlock = ({ span, replacement }: Fix): boolean => replacement === ""
    && span.source === block.span.source && block.span.start <= span.start && span.end <= block.span.end;
  const inside = diagnostics.flatMap(({ fixes = [] }) => fixes.filter(inBlock));
  if (inside.length === 0 || !/^\s*\{\s*\}$/.test(leftBehindHead(block, inside))) return diagnostics;
  const whole = removal(block);
  return diagnostics.map((one) => one.fixes?.some(inBlock) === true
    ? { ...one, fixes: one.fixes.map((fix) => inBlock(fix) ? whole : fix) } : one);
}

function leftBehindHead({ programs, span: { source, start, end } }: ForStatement, removals: readonly Fix[]): string {
  let [left, at] = ["", programs.at(-1)?.span.end ?? start];
  for (const { span } of removals.toSorted((a, b) => a.span.start - b.span.start)) {
    left += source.text.slice(at, Math.max(at, span.start));
    at = Math.max(at, span.end);
  }
  return left + source.text.slice(at, end);
}
