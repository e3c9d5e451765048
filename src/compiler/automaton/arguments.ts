/**
 * What is asked of arguments, as `struct policy_arguments` says it: the globs of all words as one automaton over bytes, and for
 * each set of words that an argument can be, what it moves on.
 */
import { type Budget, type Culprit, heaviest, weightsOf } from "./bounds.js";
import type { Glob, GlobTable } from "./globs.js";
import type { AskedArgs } from "../conditions.js";
import { assertNever } from "../diagnostic.js";
import type { ArgsPattern, GlobItem, NameComponent, Word } from "../ir.gen.js";
import { POLICY_ARGUMENT_WORDS } from "../image/abi.gen.js";

/** `struct policy_argument_class` */
export interface ArgumentClass {
  readonly moves: readonly bigint[];
  readonly excludes: bigint;
}

/** `struct policy_arguments` */
export interface ArgumentTables {
  readonly start: readonly bigint[];
  readonly only: readonly bigint[];
  readonly ends: readonly number[];
  readonly row: number;
  /** By class; the first is that of an argument which is none of the words. */
  readonly classes: readonly ArgumentClass[];
}

const WORD_BITS = 64;
const NO_BITS: readonly bigint[] = new Array<bigint>(POLICY_ARGUMENT_WORDS).fill(0n);
const NOTHING: ArgumentClass = { moves: NO_BITS, excludes: 0n };

/** A list of words, and its bits: one more than words, side by side in one word of the machine. */
interface Laid extends AskedArgs {
  readonly number: number;
  readonly first: number;
}

/** What they answer to has the number of the pattern. */
export function buildArgumentTables(patterns: readonly AskedArgs[], globs: GlobTable, budget: Budget): ArgumentTables {
  const words = patterns.flatMap(({ asked }) => wordsOf(asked));
  const distinct = [...new Map(words.map((word) => [keyOf(word), word])).values()];
  const blame = (): readonly Culprit[] => branching(patterns);
  const { start, classes } = globs.automaton(distinct.map((word): Glob => ({ key: keyOf(word), items: itemsOf(word) })), blame);
  budget.spend("argumentClasses", classes.length, blame);
  const laid = layOut(patterns, budget);
  return {
    start: bitsOf(laid.map(({ first }) => first)),
    only: bitsOf(laid.flatMap(({ asked, first }) => (asked.only ? [first, ...asked.words.map((_, i) => first + 1 + i)] : []))),
    ends: laid.map(({ asked, first }) => first + asked.words.length),
    row: start,
    classes: [NOTHING, ...classes.map((members) => classOf(new Set(members.map((i) => keyOf(distinct[i]))), laid))],
  };
}

const wordsOf = ({ words, without }: ArgsPattern): readonly NameComponent[] => [...words, ...without].flat();

/** Statements by how many of their words one argument may be together with others. */
function branching(patterns: readonly AskedArgs[]): readonly Culprit[] {
  return heaviest(weightsOf(patterns, ({ asked }) => wordsOf(asked).filter(({ kind }) => kind !== "literal").length));
}

/** Where the bits of each list lie. */
export function layOut(patterns: readonly AskedArgs[], budget: Budget): readonly Laid[] {
  let next = 0;
  return patterns.map(({ asked, statement }, number): Laid => {
    const size = asked.words.length + 1;
    // Bits move on within one word of the machine.
    const first = next % WORD_BITS + size > WORD_BITS ? Math.ceil(next / WORD_BITS) * WORD_BITS : next;
    const taken = size > WORD_BITS ? Infinity : first + size - next;
    next = first + size;
    budget.spend("argumentBits", taken, () => [{ statement, text: null }]);
    return { asked, statement, number, first };
  });
}

/** For an argument that is those words and no others. */
function classOf(members: ReadonlySet<string>, laid: readonly Laid[]): ArgumentClass {
  const isMember = (word: Word): boolean => word.some((component) => members.has(keyOf(component)));
  return {
    moves: bitsOf(laid.flatMap(({ asked, first }) => asked.words.flatMap((word, i) => (isMember(word) ? [first + i] : [])))),
    excludes: laid.reduce((bits, { asked, number }) => (asked.without.some(isMember) ? bits | (1n << BigInt(number)) : bits), 0n),
  };
}

function bitsOf(numbers: readonly number[]): readonly bigint[] {
  return NO_BITS.map((_, word) => numbers.filter((number) => Math.floor(number / WORD_BITS) === word)
    .reduce((bits, number) => bits | (1n << BigInt(number % WORD_BITS)), 0n));
}

const keyOf = (component: NameComponent | undefined): string => JSON.stringify(component);

function itemsOf(component: NameComponent): readonly GlobItem[] {
  switch (component.kind) {
    case "literal":
      return [{ kind: "text", text: component.name }];
    case "any":
      return [{ kind: "run" }];
    case "affix":
      return [{ kind: "text", text: component.prefix }, { kind: "run" }, { kind: "text", text: component.suffix }];
    case "glob":
      return component.items;
    default:
      return assertNever(component);
  }
}
