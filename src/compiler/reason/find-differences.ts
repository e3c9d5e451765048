/**
 * In what two policies differ: for each rule that is not in both, each default that differs, and each pair of effects
 * that accesses change between on that account, a shortest such access.
 */
import type { ConcreteTarget } from "../access.js";
import { EFFECTS } from "../ast.js";
import type { Ir, NetworkSelector, Operation, Rule } from "../ir.gen.js";
import { addressPoints } from "./addresses.js";
import { defaultDiffers, differInPatterns } from "./pattern-differences.js";
import type { Note, Pair } from "./pattern-differences.js";
import { indexSelections, matchedRules, operationsOf, plainlyMatched, selectNetworks, verdictOf } from "./selections.js";
import type { Verdict } from "./selections.js";

export interface Change {
  readonly operation: Operation;
  readonly from: Verdict;
  readonly to: Verdict;
  readonly witness: ConcreteTarget;
}

/** The effects are in order, from the least that is refused to the most. */
export function isNarrower({ from, to }: Change): boolean {
  return EFFECTS.indexOf(to.effect) > EFFECTS.indexOf(from.effect);
}

export type Relation = "equivalent" | "narrower" | "wider" | "incomparable";

/** Of the second policy to the first. */
export function relationOf(changes: readonly Change[]): Relation {
  const narrower = changes.some(isNarrower);
  const wider = changes.some((change) => !isNarrower(change));
  if (narrower && wider) return "incomparable";
  return narrower ? "narrower" : wider ? "wider" : "equivalent";
}

/** Null where the globs are too many to tell. */
export function findDifferences(old: Ir, new_: Ir): readonly Change[] | null {
  const pair = pairUp(old, new_);
  const changes = new Map<string, Change>();
  const note: Note = (operations, oldRules, newRules, witness) => {
    for (const operation of operations) {
      const from = verdictOf(pair.old, oldRules, operation);
      const to = verdictOf(pair.new, newRules, operation);
      if (from.effect === to.effect) continue;
      const before = [from.effect, deciderOf(pair.old, from, oldRules, operation, pair.oldOnly)];
      const after = [to.effect, deciderOf(pair.new, to, newRules, operation, pair.newOnly)];
      const key = [operation, ...before, ...after].join(" ");
      if (!changes.has(key)) changes.set(key, { operation, from, to, witness: witness() });
    }
  };
  const exact = (["path", "unix-path", "unix-abstract"] as const).every((kind) => differInPatterns(pair, kind, note));
  if (!exact) return null;
  differInAddresses(pair, note);
  for (const kind of ["anonymous", "unix-unnamed"] as const) {
    note(operationsOf(kind), plainlyMatched(old.rules, kind), plainlyMatched(new_.rules, kind), () => ({ kind }));
  }
  return [...changes.values()];
}

/**
 * What tells a change from others: the rule that decides if its policy alone has it. Where a rule of both says so as well
 * it does not matter which: a floating rule may meet thousands of them.
 */
function deciderOf(
  { rules }: Ir, { effect, rule }: Verdict, matching: readonly number[], operation: Operation, only: ReadonlySet<number>,
): string {
  if (rule === null) return "default";
  const isOfBoth = matching.some((number) =>
    !only.has(number) && rules[number]?.effect === effect && rules[number].operations.includes(operation));
  return isOfBoth ? "of both" : String(rule);
}

/** Rules that say the same, whatever they are called and wherever they stand. */
function pairUp(old: Ir, new_: Ir): Pair {
  const said = (rules: readonly Rule[]): ReadonlySet<string> => new Set(rules.map(meaningOf));
  const only = (rules: readonly Rule[], others: ReadonlySet<string>): ReadonlySet<number> =>
    new Set(rules.flatMap((rule, number) => (others.has(meaningOf(rule)) ? [] : [number])));
  return { old, new: new_, oldOnly: only(old.rules, said(new_.rules)), newOnly: only(new_.rules, said(old.rules)) };
}

function meaningOf({ effect, operations, match, except }: Rule): string {
  return JSON.stringify([effect, operations, match, except]);
}

function differInAddresses(pair: Pair, note: Note): void {
  if (pair.oldOnly.size + pair.newOnly.size === 0 && operationsOf("network").every((operation) => !defaultDiffers(pair, operation))) return;
  const selectors: NetworkSelector[] = [];
  const oldIndex = indexSelections(selectNetworks(pair.old.rules, selectors));
  const newIndex = indexSelections(selectNetworks(pair.new.rules, selectors));
  for (const { matched, target } of addressPoints(selectors)) {
    note(operationsOf("network"), matchedRules(oldIndex, matched), matchedRules(newIndex, matched),
      () => target);
  }
}
