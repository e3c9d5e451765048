/**
 * In what two policies differ: for each rule that is not in both, each default that differs, and each pair of effects
 * that accesses change between on that account, a shortest such access.
 */
import type { ConcreteTarget, PrivilegeTarget } from "../access.js";
import { isAtLeast, PRIVILEGES } from "../ast.js";
import type { Ir, NetworkSelector, Operation } from "../ir.gen.js";
import { addressPoints } from "./addresses.js";
import type { Context } from "./contexts.js";
import { holds } from "./guards.js";
import { distinctions } from "./distinctions.js";
import { openBooks, type OpenBooks } from "./open-books.js";
import { pairUp } from "./pair-up.js";
import { defaultDiffers, differInPatterns } from "./pattern-differences.js";
import type { Note, Pair } from "./pattern-differences.js";
import type { Rulebook } from "./rulebook.js";
import { indexSelections, matchedRulings, operationsOf, plainlyMatched, selectNetworks } from "./selections.js";
import {
  atomsOfLadder, type Ladder, ladderOf, privilegeLadder, rulingsOn, type Rung, type Verdict, verdictIn,
} from "./verdicts.js";

export interface Change {
  readonly operation: Operation | "privilege";
  readonly from: Verdict;
  readonly to: Verdict;
  readonly witness: ConcreteTarget | PrivilegeTarget;
  /** Who does it, and after what. */
  readonly context: Context;
}

/** The effects are in order, from the least that is refused to the most. */
export function isNarrower({ from, to }: Change): boolean {
  return !isAtLeast(from.effect, to.effect);
}

export type Relation = "equivalent" | "narrower" | "wider" | "incomparable";

/** Of the second policy to the first. */
export function relationOf(changes: readonly Change[]): Relation {
  const narrower = changes.some(isNarrower);
  const wider = changes.some((change) => !isNarrower(change));
  if (narrower && wider) return "incomparable";
  return narrower ? "narrower" : wider ? "wider" : "equivalent";
}

/** Null where there is too much to tell. */
export function findDifferences(old: Ir, new_: Ir): readonly Change[] | null {
  const opened = openBooks([old, new_]);
  const pair = pairUp(opened);
  if (pair === null) return null;
  const found = new Changes(pair, opened);
  const note: Note = (operations, oldRulings, newRulings, witness) => {
    for (const operation of operations) {
      found.note(operation, ladderOf(pair.old, oldRulings, operation), ladderOf(pair.new, newRulings, operation),
        [oldRulings, newRulings], witness);
    }
  };
  const exact = (["path", "unix-path", "unix-abstract"] as const).every((kind) => differInPatterns(pair, kind, note));
  if (!exact) return null;
  differInAddresses(pair, note);
  for (const kind of ["anonymous", "unix-unnamed"] as const) {
    const [oldRulings, newRulings] = [plainlyMatched(pair.old.rulings, kind), plainlyMatched(pair.new.rulings, kind)];
    note(operationsOf(kind), oldRulings, newRulings, () => ({ kind }));
  }
  for (const privilege of PRIVILEGES) {
    found.note("privilege", privilegeLadder(pair.old, privilege), privilegeLadder(pair.new, privilege),
      [rulingsOn(pair.old, privilege), rulingsOn(pair.new, privilege)], () => ({ kind: "privilege", privilege }));
  }
  return opened.contexts.gaveUp ? null : found.all;
}

/** One for each of what tells changes apart. */
class Changes {
  private readonly found = new Map<string, Change>();

  constructor(private readonly pair: Pair, private readonly opened: OpenBooks) {}

  get all(): readonly Change[] {
    return [...this.found.values()];
  }

  note(
    operation: Change["operation"], before: Ladder, after: Ladder,
    matched: readonly [old: readonly number[], new_: readonly number[]], witness: () => Change["witness"],
  ): void {
    const { pair: { old, new: new_, oldOnly, newOnly }, opened: { contexts } } = this;
    const atoms = [...atomsOfLadder(before), ...atomsOfLadder(after)];
    if (atoms.length === 0 && before[0]?.effect === after[0]?.effect) return;
    const mapped = atoms.length > 0 && operation === "load" ? this.mapped(witness(), matched) : null;
    const answerOf = (only: ReadonlySet<number>) => ({ effect, ruling }: Rung): string =>
      `${effect} ${ruling !== null && only.has(ruling) ? ruling : ""}`;
    const told = distinctions(this.opened.atoms,
      [{ rungs: before, answer: answerOf(oldOnly) }, { rungs: after, answer: answerOf(newOnly) }]);
    for (const context of contexts.of(atoms, told, mapped)) {
      const [from, to] = [verdictIn(old, before, context.truths), verdictIn(new_, after, context.truths)];
      if (from.effect === to.effect) continue;
      const [oldMatched, newMatched] = matched;
      const deciders = [
        from.effect, deciderKey(old, from, { matching: oldMatched, operation, context, only: oldOnly }),
        to.effect, deciderKey(new_, to, { matching: newMatched, operation, context, only: newOnly }),
      ];
      const key = [operation, ...deciders].join(" ");
      const target = witness();
      const known = this.found.get(key);
      // Shortest paths come first, but what defaults make of them is looked at after what rules do.
      if (known === undefined || isShorter(target, known.witness)) {
        this.found.set(key, { operation, from, to, witness: target, context });
      }
    }
  }

  private mapped(target: Change["witness"], matched: readonly (readonly number[])[]) {
    return target.kind === "path" ? this.opened.mappedAt(target.path, matched) : null;
  }
}

/** Of two paths or names; what is of another kind is not compared. */
const isShorter = (one: Change["witness"], other: Change["witness"]): boolean =>
  one.kind === other.kind && lengthOf(one) < lengthOf(other);

function lengthOf(target: Change["witness"]): number {
  return "path" in target ? target.path.length : "name" in target ? target.name.length : 0;
}

interface Decided {
  readonly matching: readonly number[];
  readonly operation: Change["operation"];
  readonly context: Context;
  readonly only: ReadonlySet<number>;
}

/**
 * What tells a change from others: the first rule that says so and that its policy alone has. Which of the rules says so that
 * both have does not matter: a floating rule may meet thousands of them.
 */
function deciderKey({ rulings }: Rulebook, { effect, rule, limit }: Verdict, decided: Decided): string {
  if (rule === null && limit === null) return "default";
  const { matching, operation, context, only } = decided;
  const first = matching.reduce((least, number) => {
    const ruling = rulings[number];
    const says = ruling !== undefined && !ruling.watches && only.has(number) && ruling.effect === effect
      && (operation === "privilege" || ruling.operations.includes(operation)) && holds(ruling.guard, context.truths);
    return says ? Math.min(least, number) : least;
  }, Infinity);
  return first === Infinity ? "of both" : String(first);
}

function differInAddresses(pair: Pair, note: Note): void {
  const operations = operationsOf("network");
  const isOfOne = hasNetworks(pair.old, pair.oldOnly) || hasNetworks(pair.new, pair.newOnly);
  if (!isOfOne && !operations.some((operation) => defaultDiffers(pair, operation))) return;
  const selectors: NetworkSelector[] = [];
  const oldIndex = indexSelections(selectNetworks(pair.old.rulings, selectors));
  const newIndex = indexSelections(selectNetworks(pair.new.rulings, selectors));
  for (const { matched, target } of addressPoints(selectors)) {
    note(operations, matchedRulings(oldIndex, matched), matchedRulings(newIndex, matched), () => target);
  }
}

const hasNetworks = ({ rulings }: Rulebook, only: ReadonlySet<number>): boolean =>
  [...only].some((number) => rulings[number]?.match.some(({ kind }) => kind === "network") === true);
