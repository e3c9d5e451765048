/** A text that positions refer to: one `.pol` file, as read. */
export interface Source {
  /** As the user named it, or as an include names it relative to that. */
  readonly path: string;
  readonly text: string;
}

/** A half-open range of UTF-16 offsets into `source.text`. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export type Severity = "error" | "warning";

export interface Label {
  readonly message: string;
  readonly span: Span;
}

/** A change of the text after which the policy means the same and the diagnostic is gone. */
export interface Fix {
  readonly span: Span;
  readonly replacement: string;
}

/** One thing to tell the user. The terminal, JSON and every other output print this same object. */
export interface Diagnostic {
  /** Stable, kebab-case; a key of the catalogue in `messages.ts`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  /** Other places that the mistake involves. */
  readonly labels: readonly Label[];
  /** What to do; can be pasted where that is possible. */
  readonly help?: string;
  /** To be made together, by `lint --fix`. */
  readonly fixes?: readonly Fix[];
}

/** A stage's answer: its value, or every error of that stage. Warnings may accompany a value. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Line and column from 1; the column counts characters (code points), not UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export function positionOf(source: Source, offset: number): Position {
  const before = source.text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  let line = 1;
  for (let i = before.indexOf("\n"); i !== -1; i = before.indexOf("\n", i + 1)) line++;
  return { line, column: [...before.slice(lineStart)].length + 1 };
}

/** For our own bugs only; a user's mistake is a `Diagnostic`. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`internal error: ${message}`);
}

/** Ends a `switch` over a union: the compiler complains when a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`internal error: unexpected ${JSON.stringify(value)}`);
}

/** Each once: a mistake in a definition shows at every use. */
export function once(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const { code, message, span } = diagnostic;
    const key = JSON.stringify([code, message, span.source.path, span.start, span.end]);
    if (!seen.has(key)) seen.set(key, diagnostic);
  }
  return [...seen.values()];
}
