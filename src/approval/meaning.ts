/**
 * A digest of what a policy means, wherever and for whomever it is bound: the same for another layout, other comments, another
 * order of the statements; another for every change of what is decided, and of what is said when it is.
 */
import { createHash } from "node:crypto";
import type { LoadedPolicy } from "../compiler/include.js";
import { choosePlaceholders } from "../compiler/checks/choose-placeholders.js";
import type { Diagnostic } from "../compiler/diagnostic.js";
import type { Ir } from "../compiler/ir.gen.js";
import { lower } from "../compiler/lower.js";
import { resolve } from "../compiler/resolve.js";
import { plainText, tasksIn } from "../compiler/unfold-blocks.js";

export type Meaning =
  | { readonly ok: true; readonly digest: string }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const VERSION = 1;

/**
 * What is bound from outside stands for itself in two ways that differ in each parameter: what is a reference differs between
 * them, what is text does not, so no text can pass for a reference. An address that has no bits beyond whatever prefix is
 * 0.0.0.0 alone, and beyond most, 128.0.0.0: of several parameters that are addresses, each differs once by itself.
 */
interface Variant {
  readonly home: string;
  readonly params: Readonly<Record<string, string>>;
}

const [LOWEST, HIGHEST] = ["0.0.0.0", "128.0.0.0"];

export function meaningOf(loaded: LoadedPolicy): Meaning {
  const irs: unknown[] = [];
  for (const [number, { home, params }] of variantsOf(loaded).entries()) {
    for (const task of [null, ...[...tasksIn(loaded.statements)].toSorted()]) {
      const resolved = resolve(loaded, { home, params, programs: [] }, task);
      if (!resolved.ok) return { ok: false, diagnostics: resolved.diagnostics };
      irs.push([number, task, canonical(lower(resolved.value))]);
    }
  }
  return { ok: true, digest: `sha256:${createHash("sha256").update(JSON.stringify([VERSION, paramsOf(loaded), irs])).digest("hex")}` };
}

/** With what they are when nobody binds them. */
const paramsOf = ({ statements }: LoadedPolicy): readonly unknown[] => statements
  .flatMap((one) => (one.kind === "param" ? [[one.name.text, one.default === null ? null : plainText(one.default)] as const] : []))
  .toSorted(([a], [b]) => (a < b ? -1 : 1));

/** Addresses where addresses are meant, folders where folders are, names elsewhere. */
function variantsOf({ statements }: LoadedPolicy): readonly Variant[] {
  const unbound = statements.map((one) => (one.kind === "param" ? { ...one, default: null } : one));
  const chosen = Object.entries(choosePlaceholders(unbound, {})).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const isAddress = (placeholder: string): boolean => placeholder === LOWEST;
  const variant = (side: string, highest: (name: string) => boolean): Variant => ({
    home: `/home-of-${side}`,
    params: Object.fromEntries(chosen.map(([name, placeholder]) =>
      [name, !isAddress(placeholder) ? `${placeholder}-of-${side}` : highest(name) ? HIGHEST : LOWEST])),
  });
  const addresses = chosen.filter(([, placeholder]) => isAddress(placeholder)).map(([name]) => name);
  return [variant("one", () => false), variant("other", () => false), ...addresses.map((address) => variant("one", (name) => name === address))];
}

/** Without what says where a statement stands; what has no order is sorted. */
function canonical({ irVersion, defaults, privilegeDefaults, rules, limits, marks }: Ir): unknown {
  const plain = (items: readonly { readonly source: unknown; readonly id?: string }[]): readonly string[] =>
    items.map((one) => JSON.stringify(canonicalValue({ ...one, source: null, id: null }))).toSorted();
  return canonicalValue({ irVersion, defaults, privilegeDefaults, rules: plain(rules), limits: plain(limits), marks: plain(marks) });
}

/** Of selectors, how they were written. */
const WRITTEN: readonly unknown[] = ["path", "unix-path", "unix-abstract"];

function canonicalValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonicalValue);
  if (typeof value !== "object" || value === null) return value;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  const isSelector = entries.some(([key, inner]) => key === "kind" && WRITTEN.includes(inner));
  return Object.fromEntries(entries.filter(([key]) => !(isSelector && key === "text")).toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, canonicalValue(inner)]));
}
