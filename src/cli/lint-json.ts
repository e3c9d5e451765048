/** Diagnostics as JSON: what editors and scripts read. */
import { type Diagnostic, positionOf, type Severity, type Span } from "../compiler/diagnostic.js";

interface Place {
  readonly file: string;
  /** Line and column from 1; the column counts characters. */
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
}

export interface DiagnosticJson extends Place {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly labels: readonly (Place & { readonly message: string })[];
  readonly help: string | null;
}

export function toJson(diagnostics: readonly Diagnostic[]): readonly DiagnosticJson[] {
  return diagnostics.map(({ code, severity, message, span, labels, help }) => ({
    code, severity, message, ...placeOf(span),
    labels: labels.map((label) => ({ message: label.message, ...placeOf(label.span) })),
    help: help ?? null,
  }));
}

export const placeOf = ({ source, start, end }: Span): Place =>
  ({ file: source.path, start: positionOf(source, start), end: positionOf(source, end) });
