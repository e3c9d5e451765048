/** In what two policies differ on paths, or on the abstract names of sockets. */
import type { ConcreteTarget } from "../access.js";
import type { Component, Operation } from "../ir.gen.js";
import { lazily } from "../lazily.js";
import { explore, targetAt } from "./explore.js";
import { type LikenessOf, skipLikeSiblings } from "./like-siblings.js";
import { meetingSome } from "./meeting-patterns.js";
import { Names } from "./names.js";
import { matchedPatterns, PatternTrie } from "./pattern-trie.js";
import type { Rulebook, Ruling } from "./rulebook.js";
import { componentsOf, indexSelections, isUnconditional, matchedRulings, operationsOf, select, silences } from "./selections.js";
import type { Owner, PatternKind, PatternList, Selection } from "./selections.js";

export interface Pair {
  readonly old: Rulebook;
  readonly new: Rulebook;
  /** Numbers of the rulings that the other has not. */
  readonly oldOnly: ReadonlySet<number>;
  readonly newOnly: ReadonlySet<number>;
}

/** Is told of a target, and of the rulings of both policies that match it. */
export type Note = (operations: readonly Operation[], oldRulings: readonly number[], newRulings: readonly number[],
  witness: () => ConcreteTarget) => void;

interface Question {
  readonly pair: Pair;
  readonly kind: PatternKind;
  /** The rules that speak of one of them speak of all. */
  readonly operations: readonly Operation[];
  readonly near: Near;
}

/** Numbers of the rulings that may match something that one matches which the other policy has not. */
type Near = (book: Rulebook) => readonly number[];

/**
 * False where the globs are too many to tell names apart. What changes is decided, on one side, by a rule that the other
 * has not, or on both by the default.
 */
export function differInPatterns(pair: Pair, kind: PatternKind, note: Note): boolean {
  const near = nearIn(pair, kind);
  return groupOperations(pair, kind).every((operations) => {
    const question = { pair, kind, operations, near };
    return (!hasOwnRules(question) || search(question, "rules", note))
      && (!operations.some((operation) => defaultDiffers(pair, operation)) || search(question, "defaults", note));
  });
}

/** Each operation has few of its own; far away from all of them together lie most of the rulings. */
function nearIn({ old, new: new_, oldOnly, newOnly }: Pair, kind: PatternKind): Near {
  const matched = ({ rulings }: Rulebook, only: ReadonlySet<number>): readonly (readonly Component[])[] =>
    [...only].flatMap((number) => componentsOf(rulings[number]?.match ?? [], kind));
  const meets = lazily(() => meetingSome([...matched(old, oldOnly), ...matched(new_, newOnly)]));
  const nearOf = ({ rulings }: Rulebook, only: ReadonlySet<number>): readonly number[] =>
    rulings.flatMap(({ match }, number) => (only.has(number) || componentsOf(match, kind).some(meets()) ? [number] : []));
  const [nearOld, nearNew] = [lazily(() => nearOf(old, oldOnly)), lazily(() => nearOf(new_, newOnly))];
  return (book) => (book === old ? nearOld() : nearNew());
}

export function defaultDiffers({ old, new: new_ }: Pair, operation: Operation): boolean {
  return old.ir.defaults[operation] !== new_.ir.defaults[operation];
}

/** Operations of which the same rules speak are looked at together. */
function groupOperations(pair: Pair, kind: PatternKind): readonly (readonly Operation[])[] {
  const groups = new Map<string, Operation[]>();
  for (const operation of operationsOf(kind)) {
    const speaks = ({ rulings }: Rulebook): string =>
      rulings.map(({ operations }) => (operations.includes(operation) ? 1 : 0)).join("");
    const key = [speaks(pair.old), speaks(pair.new), defaultDiffers(pair, operation)].join(" ");
    groups.set(key, [...groups.get(key) ?? [], operation]);
  }
  return [...groups.values()];
}

const speaksOf = ({ operations }: Question, ruling: Ruling | undefined): boolean =>
  operations.some((operation) => ruling?.operations.includes(operation) === true);

function hasOwnRules(question: Question): boolean {
  const { old, new: new_, oldOnly, newOnly } = question.pair;
  return [...oldOnly].some((number) => speaksOf(question, old.rulings[number]))
    || [...newOnly].some((number) => speaksOf(question, new_.rulings[number]));
}

/** `subject`: whether to look where rules match that one policy has alone, or for something that no rule matches. */
function search(question: Question, subject: "rules" | "defaults", note: Note): boolean {
  const { pair, kind, operations, near } = question;
  const list: PatternList = { kind, patterns: [], owners: [] };
  const own = [...ownPatterns(question, pair.old, pair.oldOnly), ...ownPatterns(question, pair.new, pair.newOnly)];
  const matters = subject === "rules" ? meetingSome(own) : () => true;
  const index = (book: Rulebook, only: ReadonlySet<number>): ReadonlyMap<number, Selection> => indexSelections(select(book, list, {
    among: subject === "rules" ? near(book) : book.rulings.keys(), guides: (number) => subject === "rules" && only.has(number),
    counts: (ruling) => speaksOf(question, ruling), matters,
  }));
  const oldIndex = index(pair.old, pair.oldOnly);
  const newIndex = index(pair.new, pair.newOnly);
  if (subject === "defaults") {
    const everything = { kind: kind === "unix-abstract" ? "any" : "globstar" } as const;
    list.patterns.push({ components: [everything], owner: list.owners.push(null) - 1, guides: true });
  }
  const ownerAt = (number: number): Owner | null => list.owners[number] ?? null;
  const trie = new PatternTrie(list.patterns,
    (one, other) => outdoes(question, ownerAt(one), ownerAt(other)), coverLikeness(question, ownerAt));
  const arePaths = kind !== "unix-abstract";
  skipLikeSiblings(trie, arePaths, likenessOfAll(question, ownerAt));
  const names = new Names(arePaths);
  explore(trie, names, (subset, path) => {
    const matched = matchedPatterns(subset);
    const [oldRulings, newRulings] = [matchedRulings(oldIndex, matched), matchedRulings(newIndex, matched)];
    note(operations, oldRulings, newRulings, () => targetAt(kind, path));
    return names.gaveUp || (subject === "defaults" && oldRulings.length + newRulings.length === 0);
  });
  return !names.gaveUp;
}

/** What the rulings match that the other policy has not. */
function ownPatterns(question: Question, { rulings }: Rulebook, only: ReadonlySet<number>): readonly (readonly Component[])[] {
  return [...only].flatMap((number) => {
    const ruling = rulings[number];
    return ruling !== undefined && speaksOf(question, ruling) ? componentsOf(ruling.match, question.kind) : [];
  });
}

/** The owner of everything is null: a rule that always matches leaves nothing to the default. */
function outdoes({ pair, kind, operations }: Question, one: Owner | null, other: Owner | null): boolean {
  if (one === null) return false;
  if (other === null) return isUnconditional(one, kind);
  // Changes are told apart by the rules of one policy, even where a rule of both is first that says the same.
  const isTold = one.ruling.effect === other.ruling.effect && isOfOne(pair, other) && !isOfOne(pair, one);
  return !isTold && silences(one, other, kind, operations);
}

const isOfOne = ({ old, oldOnly, newOnly }: Pair, { policy, number }: Owner): boolean =>
  (policy === old ? oldOnly : newOnly).has(number);

/** What a rule says that both policies have: it does not matter which one of those that say the same decides. */
function meaningOf({ pair }: Question, owner: Owner): string | null {
  const { policy: { side }, ruling: { effect, guard, watches } } = owner;
  return isOfOne(pair, owner) || watches ? null : `${side} ${effect} ${JSON.stringify(guard)}`;
}

/** Of owners that cover all that lies beneath. */
function coverLikeness(question: Question, ownerAt: OwnerAt): (number: number) => string | null {
  return (number) => {
    const owner = ownerAt(number);
    return owner === null || !isUnconditional(owner, question.kind) ? null : meaningOf(question, owner);
  };
}

function likenessOfAll(question: Question, ownerAt: OwnerAt): LikenessOf {
  return (number) => {
    const owner = ownerAt(number);
    const meaning = owner === null ? null : meaningOf(question, owner);
    if (owner === null || meaning === null) return null;
    const hasExcepts = owner.ruling.except.some(({ kind }) => kind === question.kind);
    const exceptsOf = hasExcepts ? `${owner.policy.side} ${owner.number}` : null;
    return { meaning: owner.excepts ? `except from ${meaning}` : meaning, exceptsOf };
  };
}

type OwnerAt = (number: number) => Owner | null;
