/** A shortest access that an assertion covers and that the policy decides otherwise. */
import type { ConcreteTarget, PrivilegeTarget } from "../access.js";
import { isAtLeast } from "../ast.js";
import { invariant } from "../diagnostic.js";
import type { Condition, Effect, Ir, NetworkSelector, Operation, Privilege, Rule, Selector } from "../ir.gen.js";
import { addressPoints } from "./addresses.js";
import type { Context } from "./contexts.js";
import { explore, targetAt } from "./explore.js";
import { atomsOf, type Guard, holds } from "./guards.js";
import { distinctions } from "./distinctions.js";
import { meetingSome } from "./meeting-patterns.js";
import { Names } from "./names.js";
import { openBooks, type OpenBooks } from "./open-books.js";
import { matchedPatterns, PatternTrie } from "./pattern-trie.js";
import type { Rulebook } from "./rulebook.js";
import {
  componentsOf, indexSelections, matchedRulings, operationsOf, plainlyMatched, select, selectNetworks, silencer,
} from "./selections.js";
import type { PatternKind, PatternList } from "./selections.js";
import { atomsOfLadder, type Ladder, ladderOf, privilegeLadder, type Verdict, verdictIn } from "./verdicts.js";

/** Every access by one of the operations to what the selectors match, or every use of a privilege, wherever `when` holds. */
export interface Asserted {
  readonly effect: Effect;
  readonly operations: readonly Operation[];
  readonly match: readonly Selector[];
  readonly privileges: readonly Privilege[];
  readonly when: Condition | null;
}

export interface Counterexample {
  readonly operation: Operation | "privilege";
  readonly verdict: Verdict;
  readonly witness: ConcreteTarget | PrivilegeTarget;
  /** Who does it, and after what. */
  readonly context: Context;
}

/** `too-complex`: there is too much to tell apart. */
export type Proof =
  | { readonly kind: "holds" }
  | { readonly kind: "too-complex" }
  | ({ readonly kind: "fails" } & Counterexample);

export function prove(ir: Ir, asserted: Asserted): Proof {
  const claim = claimOf(ir, asserted);
  let complex = false;
  for (const kind of ["path", "unix-path", "unix-abstract"] as const) {
    const proof = proveOfPatterns(claim, kind);
    if (proof.kind === "fails") return proof;
    complex ||= proof.kind === "too-complex";
  }
  const rest = proveOfAddresses(claim) ?? proveOfNameless(claim) ?? proveOfPrivileges(claim);
  if (rest !== null) return { kind: "fails", ...rest };
  return { kind: complex || claim.opened.contexts.gaveUp ? "too-complex" : "holds" };
}

interface Claim extends Asserted {
  readonly opened: OpenBooks;
  /** Only its rulings for these operations match anything. */
  readonly book: Rulebook;
  readonly guard: Guard | null;
}

function claimOf(ir: Ir, asserted: Asserted): Claim {
  // What the assertion is about has to be known before anything is asked.
  const assertion = { ...ASSERTION, when: asserted.when };
  const opened = openBooks([{ ...ir, rules: [...ir.rules, assertion] }]);
  const [whole] = opened.books;
  invariant(whole !== undefined, "one policy is opened");
  const shares = (operations: readonly Operation[]): boolean =>
    operations.some((operation) => asserted.operations.includes(operation));
  const rulings = whole.rulings.map((ruling) => (shares(ruling.operations) ? ruling : { ...ruling, match: [] }));
  return { ...asserted, opened, book: { ...whole, rulings }, guard: whole.rulings[ir.rules.length]?.guard ?? null };
}

/** As a rule that matches nothing. */
const ASSERTION = {
  id: "", effect: "audit", operations: [], match: [], except: [], privileges: [], args: null, because: null,
  source: { file: "", line: 1, column: 1 },
} satisfies Omit<Rule, "when">;

/** `deny`, `kill` and `audit` say at least that much; `allow` says that nothing is refused or recorded. */
function satisfies(actual: Effect, claimed: Effect): boolean {
  return claimed === "allow" ? actual === "allow" : isAtLeast(actual, claimed);
}

/** Null where what the matching rulings and the defaults come to is as claimed. */
function violation(
  claim: Claim, decidable: readonly Operation[], rulings: readonly number[], witness: () => ConcreteTarget,
): Counterexample | null {
  for (const operation of claim.operations) {
    if (!decidable.includes(operation)) continue;
    const found = violationOf(claim, operation, ladderOf(claim.book, rulings, operation), rulings, witness);
    if (found !== null) return found;
  }
  return null;
}

function violationOf(
  { opened, book, guard, effect }: Claim, operation: Counterexample["operation"], ladder: Ladder,
  rulings: readonly number[], witness: () => Counterexample["witness"],
): Counterexample | null {
  if (ladder.every((rung) => satisfies(rung.effect, effect))) return null;
  const atoms = [...atomsOf(guard), ...atomsOfLadder(ladder)];
  const target = witness();
  const mapped = operation === "load" && target.kind === "path" ? opened.mappedAt(target.path, [rulings]) : null;
  const told = distinctions(opened.atoms,
    [{ rungs: ladder, answer: (rung) => (satisfies(rung.effect, effect) ? "satisfies" : rung.effect) }], [guard]);
  for (const context of opened.contexts.of(atoms, told, mapped)) {
    if (!holds(guard, context.truths)) continue;
    const verdict = verdictIn(book, ladder, context.truths);
    if (!satisfies(verdict.effect, effect)) return { operation, verdict, witness: target, context };
  }
  return null;
}

function proveOfPatterns(claim: Claim, kind: PatternKind): Proof {
  const list: PatternList = { kind, patterns: [], owners: [] };
  const asserted = componentsOf(claim.match, kind);
  if (asserted.length === 0) return { kind: "holds" };
  const index = indexSelections(select(claim.book, list, { guides: () => false, matters: meetingSome(asserted) }));
  const claimed = list.patterns.length;
  const owner = list.owners.push(null) - 1;
  for (const components of asserted) list.patterns.push({ components, owner, guides: true });
  const names = new Names(kind !== "unix-abstract");
  const trie = new PatternTrie(list.patterns, silencer(list));
  const decidable = operationsOf(kind);
  const found: Counterexample[] = [];
  explore(trie, names, (subset, path) => {
    const matched = matchedPatterns(subset);
    const isClaimed = matched.some((pattern) => pattern >= claimed);
    if (!isClaimed) return names.gaveUp;
    const violated = violation(claim, decidable, matchedRulings(index, matched), () => targetAt(kind, path));
    if (violated !== null) found.push(violated);
    return found.length > 0 || names.gaveUp;
  });
  const [first] = found;
  if (first !== undefined) return { kind: "fails", ...first };
  return { kind: names.gaveUp ? "too-complex" : "holds" };
}

function proveOfAddresses(claim: Claim): Counterexample | null {
  const selectors: NetworkSelector[] = [];
  const index = indexSelections(selectNetworks(claim.book.rulings, selectors));
  const claimed = selectors.length;
  for (const selector of claim.match) if (selector.kind === "network") selectors.push(selector);
  if (selectors.length === claimed) return null;
  for (const { matched, target } of addressPoints(selectors)) {
    if (!matched.some((selector) => selector >= claimed)) continue;
    const found = violation(claim, operationsOf("network"), matchedRulings(index, matched), () => target);
    if (found !== null) return found;
  }
  return null;
}

function proveOfNameless(claim: Claim): Counterexample | null {
  for (const kind of ["anonymous", "unix-unnamed"] as const) {
    if (!claim.match.some((selector) => selector.kind === kind)) continue;
    const found = violation(claim, operationsOf(kind), plainlyMatched(claim.book.rulings, kind), () => ({ kind }));
    if (found !== null) return found;
  }
  return null;
}

function proveOfPrivileges(claim: Claim): Counterexample | null {
  for (const privilege of claim.privileges) {
    const ladder = privilegeLadder(claim.book, privilege);
    const found = violationOf(claim, "privilege", ladder, [], () => ({ kind: "privilege", privilege }));
    if (found !== null) return found;
  }
  return null;
}
