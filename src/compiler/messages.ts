/**
 * The catalogue of diagnostics: every code once, with its severity and its words. Stages call `report`; nothing else
 * makes a `Diagnostic`. Messages: lower case, no full stop, the user's own text in backticks.
 */
import type { Diagnostic, Label, Severity, Span } from "./diagnostic.js";

interface Entry<A> {
  readonly severity: Severity;
  readonly message: (args: A) => string;
}

const error = <A>(message: (args: A) => string): Entry<A> => ({ severity: "error", message });

export const MESSAGES = {
  // --- text and grammar -------------------------------------------------------------------------------------------
  "unexpected-token": error((a: { found: string; expected: string }) => `expected ${a.expected}, found ${a.found}`),

  // --- names, includes, bindings ----------------------------------------------------------------------------------

  // --- patterns and endpoints -------------------------------------------------------------------------------------

  // --- what cannot be enforced ------------------------------------------------------------------------------------
  "not-enforced-yet": error((a: { what: string }) => `${a.what} cannot be enforced yet`),

  // --- bounds of the image ----------------------------------------------------------------------------------------
} as const;

export type Code = keyof typeof MESSAGES;
type ArgsOf = { [C in Code]: Parameters<(typeof MESSAGES)[C]["message"]>[0] };
const CATALOGUE: { readonly [C in Code]: Entry<ArgsOf[C]> } = MESSAGES;

export interface Extras {
  readonly labels?: readonly Label[];
  readonly help?: string | undefined;
}

/** Makes the diagnostic `code` about `span`. */
export function report<C extends Code>(code: C, span: Span, args: ArgsOf[C], extras: Extras = {}): Diagnostic {
  const entry: Entry<ArgsOf[C]> = CATALOGUE[code];
  return {
    code,
    severity: entry.severity,
    message: entry.message(args),
    span,
    labels: extras.labels ?? [],
    ...(extras.help === undefined ? {} : { help: extras.help }),
  };
}
