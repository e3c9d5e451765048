/** Texts with the fixes of diagnostics made in them. */
import type { Diagnostic, Fix, Source } from "../compiler/diagnostic.js";

/** Of fixes that touch one another, the first is made; the rest is for another run. */
export function applyFixes(diagnostics: readonly Diagnostic[]): ReadonlyMap<Source, string> {
  const bySource = new Map<Source, Fix[]>();
  for (const fix of diagnostics.flatMap(({ fixes }) => fixes ?? [])) {
    bySource.set(fix.span.source, [...bySource.get(fix.span.source) ?? [], fix]);
  }
  return new Map([...bySource].map(([source, fixes]) => [source, apply(source, fixes)]));
}

function apply({ text }: Source, fixes: readonly Fix[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { span, replacement } of fixes.toSorted((a, b) => a.span.start - b.span.start)) {
    if (span.start < at) continue;
    pieces.push(text.slice(at, span.start), replacement);
    at = span.end;
  }
  return [...pieces, text.slice(at)].join("");
}
