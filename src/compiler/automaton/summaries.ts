/**
 * What can still be said beneath a state, so that renaming a directory can be decided without looking into it:
 * `tightest` and `loosest`, and whether a state permits nothing that its fallback does not. Sets of classes are bits:
 * three an operation, deny (1), none (2), allow (4), in the order of POLICY_TIGHT_*.
 */
import { POLICY_FACT_PROGRAMS, POLICY_OPS, POLICY_TIGHT_ALLOW, POLICY_TIGHT_DENY } from "../image/abi.gen.js";
import { tightnessOf, wordsFor } from "../verdict.js";
import type { VerdictRecord } from "../verdict.js";
import type { DraftState } from "./determinize.js";
import type { RecordTable } from "./records.js";

const OPS = Array.from({ length: POLICY_OPS }, (_, op) => op);
const DENY_BITS = OPS.reduce((bits, op) => bits | (1 << (3 * op)), 0);
const NONE_BITS = DENY_BITS << 1;
const ALLOW_BITS = DENY_BITS << 2;

/** Sets of classes, all operations in one number. */
type ClassSets = number;

/** Of a record with cases: the classes in all circumstances, and perhaps some more. */
function classesOf(record: VerdictRecord): ClassSets {
  if (record.when.size === 0) return OPS.reduce((bits, op) => bits | (1 << (3 * op + tightnessOf(record.words[op] ?? 0))), 0);
  return OPS.reduce((bits, op) =>
    wordsFor(record, op).reduce((sets, word) => sets | (1 << (3 * op + tightnessOf(word))), bits), 0);
}

/** The classes of max(a word of any of the classes `latched`, any of `beneath`). */
function latch(latched: ClassSets, beneath: ClassSets): ClassSets {
  const open = (latched & NONE_BITS) >> 1;
  const allowed = (latched & ALLOW_BITS) >> 2;
  const lifted = (beneath & ~NONE_BITS) | ((beneath & NONE_BITS) << 1);
  return (latched & DENY_BITS) | (beneath & (open * 7)) | (lifted & (allowed * 7));
}

/** What can be reached from a state (`at`) and by at least one name (`below`). */
export interface Reach {
  readonly at: readonly ClassSets[];
  readonly below: readonly ClassSets[];
  /** Of the state's own path, and of its sticky record alone. */
  readonly here: readonly ClassSets[];
  readonly latched: readonly ClassSets[];
}

function beneath(draft: DraftState, at: readonly ClassSets[], below: readonly ClassSets[]): ClassSets {
  let sets = draft.fallback === 0 ? (at[draft.other] ?? 0) : (below[draft.fallback] ?? 0);
  for (const target of draft.literals.values()) sets |= at[target] ?? 0;
  for (const { target } of draft.classes) sets |= at[target] ?? 0;
  return sets;
}

/**
 * The least fixpoint over all states. A fallback's literal edges are taken as reachable even where the state's own
 * edge of that name stands before them: the sets may be too large, never too small.
 */
export function reachOf(drafts: readonly DraftState[], records: RecordTable): Reach {
  const known: ClassSets[] = [];
  const classes = (record: number): ClassSets => (known[record] ??= classesOf(records.at(record)));
  const latched = drafts.map((draft) => classes(draft.sticky));
  const here = drafts.map((draft) => classes(records.join(draft.accept, draft.sticky)));
  const at = [...here];
  const below = drafts.map((_, state) => (state === 0 ? NONE_BITS : 0));
  for (let changed = true; changed;) {
    changed = false;
    // States are numbered as they are found: from the last to the first, one pass does almost everything.
    for (let state = drafts.length - 1; state > 0; state--) {
      const draft = drafts[state];
      if (draft === undefined) continue;
      const next = beneath(draft, at, below);
      const all = (here[state] ?? 0) | latch(latched[state] ?? 0, next);
      if (next === below[state] && all === at[state]) continue;
      below[state] = next;
      at[state] = all;
      changed = true;
    }
  }
  return { at, below, here, latched };
}

/** States at which, or beneath which, something is remembered or counted. What a path is as a program goes with no place. */
export function statesWithFacts(drafts: readonly DraftState[], records: RecordTable): ReadonlySet<number> {
  const remembers = (record: number): boolean => records.at(record).facts.some(({ kind }) => kind !== POLICY_FACT_PROGRAMS);
  const found = new Set(drafts.flatMap(({ accept, sticky }, state) => (remembers(accept) || remembers(sticky) ? [state] : [])));
  const before = new Map<number, number[]>();
  for (const [state, draft] of drafts.entries()) {
    if (found.size === 0) break;
    const next = [draft.other, draft.fallback, ...draft.literals.values(), ...draft.classes.map(({ target }) => target)];
    for (const target of next.filter((number) => number !== 0)) {
      const known = before.get(target);
      if (known === undefined) before.set(target, [state]);
      else known.push(state);
    }
  }
  for (const state of found) for (const earlier of before.get(state) ?? []) found.add(earlier);
  return found;
}

function eachOp(sets: ClassSets, choose: (classes: number) => number): number {
  return OPS.reduce((packed, op) => packed | (choose((sets >> (3 * op)) & 7) << (2 * op)), 0);
}

/** Two bits an operation: the least permissive class in the set. */
export function tightestOf(sets: ClassSets): number {
  return eachOp(sets, (classes) => (classes & 1 ? POLICY_TIGHT_DENY : classes & 2 ? 1 : POLICY_TIGHT_ALLOW));
}

/** Two bits an operation: the most permissive class in the set. */
export function loosestOf(sets: ClassSets): number {
  return eachOp(sets, (classes) => (classes & 4 ? POLICY_TIGHT_ALLOW : classes & 2 ? 1 : POLICY_TIGHT_DENY));
}

/** Bits of the operations (at their deny bit) for which every class in `a` is at most as permissive as all in `b`. */
export function atMost(a: ClassSets, b: ClassSets): number {
  const aNone = (a & NONE_BITS) >> 1;
  const aAllow = (a & ALLOW_BITS) >> 2;
  const bDeny = b & DENY_BITS;
  const bNone = (b & NONE_BITS) >> 1;
  return DENY_BITS & ~((aAllow & (bNone | bDeny)) | (aNone & bDeny));
}

export const ALL_OPS = DENY_BITS;

/** The classes of operations that have one only. */
function single(sets: ClassSets): ClassSets {
  const deny = sets & DENY_BITS;
  const none = (sets & NONE_BITS) >> 1;
  const allow = (sets & ALLOW_BITS) >> 2;
  return sets & ~(((deny & none) | (deny & allow) | (none & allow)) * 7);
}

/** Operations whose latched words keep the order of what follows: equal, or none on the left and allow on the right;
 *  or deny on the left, whatever follows. */
export function keepsOrder(a: ClassSets, b: ClassSets): { readonly settled: number; readonly monotone: number } {
  const [left, right] = [single(a), single(b)];
  const settled = left & DENY_BITS;
  const same = (left & right & DENY_BITS) | ((left & right & NONE_BITS) >> 1) | ((left & right & ALLOW_BITS) >> 2);
  const lifts = ((left & NONE_BITS) >> 1) & ((right & ALLOW_BITS) >> 2);
  return { settled, monotone: same | lifts };
}
