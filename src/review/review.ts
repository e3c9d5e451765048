/** What a draft would change, for the person who decides: everything that the terminal, the page and JSON show. */
import { accessText, type Attempt, type ConcreteTarget, type PrivilegeTarget } from "../compiler/access.js";
import { type Effect, refuses, type Statement } from "../compiler/ast.js";
import type { FrontEnd } from "../compiler/compile.js";
import { contextText } from "../compiler/context-text.js";
import type { Span } from "../compiler/diagnostic.js";
import type { LoadedPolicy } from "../compiler/include.js";
import type { Ir } from "../compiler/ir.gen.js";
import { type Change, findDifferences, isNarrower } from "../compiler/reason/find-differences.js";
import type { Verdict } from "../compiler/reason/verdicts.js";
import { type DraftComment, readComment } from "./comments.js";
import { type Folders, nameOf, placeOf } from "./places.js";

/** A policy with what it was loaded from. */
export interface Reviewed extends FrontEnd {
  readonly loaded: LoadedPolicy;
}

export interface ShownChange {
  readonly access: string;
  readonly was: string;
  readonly now: string;
  readonly to: Effect;
  /** Of the rule that decides then, `file:line` where it has none; `default`. */
  readonly name: string;
  /** That rule as it is written; null for a default. The access is an example of what it covers. */
  readonly statement: string | null;
}

/** Words of the request, and what became of them. */
export interface Wish {
  readonly words: string;
  readonly line: number | null;
  readonly statements: readonly string[];
}

/** A case of the draft's own tests. */
export interface ShownProbe {
  readonly access: string;
  readonly expected: Effect;
  readonly actual: Effect;
  readonly ok: boolean;
  /** Id of the rule that decided. */
  readonly rule: string | null;
  readonly target: ConcreteTarget | PrivilegeTarget;
  /** Of the test that it is in. */
  readonly folders: Folders;
}

export interface Broad {
  readonly rule: string;
  /** Null: no probe shows what it does. */
  readonly access: string | null;
}

export interface EverydayAccess {
  readonly activity: string;
  readonly access: string;
  readonly attempt: Attempt;
  readonly before: Effect;
  readonly after: Effect;
  /** Id of the rule that decides under the draft. */
  readonly rule: string | null;
}

export interface Review {
  /** What is permitted that was refused, or is no longer recorded. */
  readonly wider: readonly ShownChange[];
  readonly narrower: readonly ShownChange[];
  readonly wishes: readonly Wish[];
  /** Statements that no words of the request stand beside. */
  readonly unasked: readonly string[];
  readonly untranslated: readonly Extract<DraftComment, { kind: "not-translated" }>[];
  readonly probes: readonly ShownProbe[];
  readonly broad: readonly Broad[];
  /** What `policyc lint` warns of in the draft's own file. */
  readonly warnings: readonly string[];
  readonly everyday: { readonly tried: number; readonly broken: readonly EverydayAccess[] };
}

export interface ReviewInput {
  readonly draft: Reviewed;
  readonly present: Reviewed;
  readonly probes: readonly ShownProbe[];
  readonly everyday: readonly EverydayAccess[];
  readonly warnings: readonly string[];
  readonly folders: Folders;
}

/** Null where there is too much to tell apart. */
export function reviewOf(input: ReviewInput): Review | null {
  const { draft, present, probes, everyday, warnings } = input;
  const changes = findDifferences(present.ir, draft.ir);
  if (changes === null) return null;
  const shown = (some: readonly Change[]): readonly ShownChange[] => showChanges(some, present.ir, draft);
  const { wishes, unasked } = wishesOf(draft.loaded.root.statements, isAdded(present.loaded));
  return {
    wider: shown(changes.filter((change) => !isNarrower(change))), narrower: shown(changes.filter(isNarrower)),
    wishes, unasked, untranslated: untranslatedIn(draft.loaded), probes, warnings, broad: broadRules(changes, input),
    everyday: { tried: everyday.length, broken: everyday.filter(({ before, after }) => refuses(after) && !refuses(before)) },
  };
}

/** Operations on one target that change alike are shown together. */
function showChanges(changes: readonly Change[], old: Ir, { ir: new_, resolved }: Reviewed): readonly ShownChange[] {
  const written = new Map([...resolved.rules, ...resolved.limits].map(({ id, span }) => [id, textOf(span)]));
  const shown = new Map<string, { readonly change: ShownChange; readonly on: string; readonly operations: string[] }>();
  for (const { operation, witness, from, to, context } of changes) {
    const [before, after] = [deciderOf(old, from), deciderOf(new_, to)];
    const on = accessText(operation, witness).slice(operation.length) + contextText(context);
    const [was, now] = [`${from.effect} by ${before ?? "default"}`, `${to.effect} by ${after ?? "default"}`];
    const key = JSON.stringify([on, was, now]);
    const known = shown.get(key) ?? {
      change: { access: "", was, now, to: to.effect, name: after ?? "default", statement: after === null ? null : written.get(after) ?? null }, on, operations: [],
    };
    known.operations.push(operation);
    shown.set(key, known);
  }
  return Array.from(shown.values(), ({ change, on, operations }) => ({ ...change, access: operations.join(", ") + on }));
}

const deciderOf = ({ rules, limits }: Ir, { rule, limit }: Verdict): string | null =>
  (rule !== null ? rules[rule]?.id : limit !== null ? limits[limit]?.id : undefined) ?? null;

// --- the request -----------------------------------------------------------------------------------------------------

const DECIDES: readonly Statement["kind"][] = ["rule", "default", "mark", "limit", "for", "task", "include", "let"];

/** Whether the present policy has no such statement, as it is written. */
function isAdded({ root: present }: LoadedPolicy): (statement: Statement) => boolean {
  const known = new Set(present.statements.map(({ span }) => textOf(span)));
  return ({ kind, span }) => DECIDES.includes(kind) && !known.has(textOf(span));
}

const textOf = ({ source, start, end }: Span): string => source.text.slice(start, end);

/** The words stand above the first of their statements, which lie one behind the other: anything between ends them. */
function wishesOf(statements: readonly Statement[], isAdded: (statement: Statement) => boolean): Pick<Review, "wishes" | "unasked"> {
  const wishes: { words: string; line: number | null; statements: string[] }[] = [];
  const unasked: string[] = [];
  let current: string[] | null = null;
  for (const statement of statements) {
    const [asked] = statement.leading.flatMap(({ text }) => {
      const comment = readComment(text);
      return comment?.kind === "asked" ? [comment] : [];
    });
    if (asked !== undefined || statement.leading.length > 0 || !DECIDES.includes(statement.kind)) current = null;
    if (!isAdded(statement)) continue;
    if (asked !== undefined) wishes.push({ words: asked.words, line: asked.line, statements: current = [] });
    (current ?? unasked).push(textOf(statement.span));
  }
  return { wishes, unasked };
}

function untranslatedIn({ root }: LoadedPolicy): Review["untranslated"] {
  const comments = [...root.statements.flatMap(({ leading }) => leading), ...root.trailingComments];
  return comments.flatMap(({ text }) => {
    const comment = readComment(text);
    return comment?.kind === "not-translated" ? [comment] : [];
  });
}

// --- what goes far beyond its probes ---------------------------------------------------------------------------------

/** Of one rule no more are shown. */
const MOST_BROAD = 3;

/**
 * A rule is broad where it decides an access in a place that none of its probes is in, under a name that none of them has:
 * accesses are the witnesses of the difference, and those of every day.
 */
function broadRules(changes: readonly Change[], { draft, present, probes, everyday, folders }: ReviewInput): readonly Broad[] {
  const known = new Set(present.ir.rules.map(({ match, effect, operations, args }) => JSON.stringify([match, effect, operations, args])));
  const fresh = draft.ir.rules.filter(({ match, effect, operations, args }) => !known.has(JSON.stringify([match, effect, operations, args])));
  return fresh.flatMap(({ id, source }): readonly Broad[] => {
    if (source?.file.startsWith("std:") === true) return [];
    const decided = [
      ...changes.filter(({ to }) => deciderOf(draft.ir, to) === id).map(({ witness, operation, context }) => ({ target: witness, access: accessText(operation, witness) + contextText(context) })),
      ...everyday.filter(({ rule, before, after }) => rule === id && before !== after).map(({ attempt, access }) => ({ target: attempt, access })),
    ];
    const shown = probes.filter(({ rule }) => rule === id);
    if (shown.length === 0) return decided.length === 0 ? [] : [{ rule: id, access: null }];
    const [places, names] = [new Set(shown.map((one) => placeOf(one.target, one.folders))), new Set(shown.map(({ target }) => nameOf(target)))];
    const far = decided.filter(({ target }) => !places.has(placeOf(target, folders)) && (nameOf(target) === null || !names.has(nameOf(target))));
    const apart = far.filter(({ target }, i) => far.findIndex((other) => placeOf(other.target, folders) === placeOf(target, folders)) === i);
    return apart.slice(0, MOST_BROAD).map(({ access }) => ({ rule: id, access }));
  });
}
