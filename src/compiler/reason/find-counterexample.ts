/** A shortest access that an assertion covers and that the policy decides otherwise. */
import type { ConcreteTarget } from "../access.js";
import { EFFECTS } from "../ast.js";
import type { Effect, Ir, NetworkSelector, Operation, Selector } from "../ir.gen.js";
import { addressPoints } from "./addresses.js";
import { explore, targetAt } from "./explore.js";
import { Names } from "./names.js";
import { matchedPatterns, PatternTrie } from "./pattern-trie.js";
import {
  componentsOf, indexSelections, matchedRules, operationsOf, plainlyMatched, select, selectNetworks, silencer, verdictOf,
} from "./selections.js";
import type { PatternKind, PatternList, Verdict } from "./selections.js";

/** Every access by one of the operations to what the selectors match. */
export interface Asserted {
  readonly effect: Effect;
  readonly operations: readonly Operation[];
  readonly match: readonly Selector[];
}

export interface Counterexample {
  readonly operation: Operation;
  readonly verdict: Verdict;
  readonly witness: ConcreteTarget;
}

/** `too-complex`: the globs are too many to tell names apart. */
export type Proof =
  | { readonly kind: "holds" }
  | { readonly kind: "too-complex" }
  | ({ readonly kind: "fails" } & Counterexample);

export function prove(ir: Ir, asserted: Asserted): Proof {
  // Only these rules can decide.
  const policy = { ...ir, rules: ir.rules.map((rule) => shares(rule.operations, asserted) ? rule : { ...rule, match: [] }) };
  let complex = false;
  for (const kind of ["path", "unix-path", "unix-abstract"] as const) {
    const proof = proveOfPatterns(policy, asserted, kind);
    if (proof.kind === "fails") return proof;
    complex ||= proof.kind === "too-complex";
  }
  const rest = proveOfAddresses(policy, asserted) ?? proveOfNameless(policy, asserted);
  if (rest !== null) return { kind: "fails", ...rest };
  return { kind: complex ? "too-complex" : "holds" };
}

const shares = (operations: readonly Operation[], asserted: Asserted): boolean =>
  operations.some((operation) => asserted.operations.includes(operation));

/** `deny`, `kill` and `audit` say at least that much; `allow` says that nothing is refused or recorded. */
function satisfies(actual: Effect, claimed: Effect): boolean {
  return claimed === "allow" ? actual === "allow" : EFFECTS.indexOf(actual) >= EFFECTS.indexOf(claimed);
}

/** Null where what the matching rules and the defaults come to is as claimed. */
function violation(
  ir: Ir, asserted: Asserted, decidable: readonly Operation[], rules: readonly number[], witness: () => ConcreteTarget,
): Counterexample | null {
  for (const operation of asserted.operations) {
    if (!decidable.includes(operation)) continue;
    const verdict = verdictOf(ir, rules, operation);
    if (!satisfies(verdict.effect, asserted.effect)) return { operation, verdict, witness: witness() };
  }
  return null;
}

function proveOfPatterns(ir: Ir, asserted: Asserted, kind: PatternKind): Proof {
  const list: PatternList = { kind, patterns: [], owners: [] };
  const index = indexSelections(select(ir, list, () => false));
  const claimed = list.patterns.length;
  const owner = list.owners.push(null) - 1;
  for (const components of componentsOf(asserted.match, kind)) list.patterns.push({ components, owner, guides: true });
  if (list.patterns.length === claimed) return { kind: "holds" };
  const names = new Names(kind !== "unix-abstract");
  const trie = new PatternTrie(list.patterns, silencer(list));
  const decidable = operationsOf(kind);
  const found: Counterexample[] = [];
  explore(trie, names, (subset, path) => {
    const matched = matchedPatterns(subset);
    const isClaimed = matched.some((pattern) => pattern >= claimed);
    if (!isClaimed) return names.gaveUp;
    const violated = violation(ir, asserted, decidable, matchedRules(index, matched), () => targetAt(kind, path));
    if (violated !== null) found.push(violated);
    return found.length > 0 || names.gaveUp;
  });
  const [first] = found;
  if (first !== undefined) return { kind: "fails", ...first };
  return { kind: names.gaveUp ? "too-complex" : "holds" };
}

function proveOfAddresses(ir: Ir, asserted: Asserted): Counterexample | null {
  const selectors: NetworkSelector[] = [];
  const index = indexSelections(selectNetworks(ir.rules, selectors));
  const claimed = selectors.length;
  for (const selector of asserted.match) if (selector.kind === "network") selectors.push(selector);
  if (selectors.length === claimed) return null;
  for (const { matched, target } of addressPoints(selectors)) {
    if (!matched.some((selector) => selector >= claimed)) continue;
    const found = violation(ir, asserted, operationsOf("network"), matchedRules(index, matched), () => target);
    if (found !== null) return found;
  }
  return null;
}

function proveOfNameless(ir: Ir, asserted: Asserted): Counterexample | null {
  for (const kind of ["anonymous", "unix-unnamed"] as const) {
    if (!asserted.match.some((selector) => selector.kind === kind)) continue;
    const found = violation(ir, asserted, operationsOf(kind), plainlyMatched(ir.rules, kind), () => ({ kind }));
    if (found !== null) return found;
  }
  return null;
}
