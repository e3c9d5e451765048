/** Which of some `args` clauses hold together, for some list of arguments. */
import type { ByteString } from "../automaton/tables.js";
import type { ArgsPattern, Word } from "../ir.gen.js";
import { explore } from "./explore.js";
import type { Atoms, Truths } from "./guards.js";
import { keyWithin, type Distinctions } from "./distinctions.js";
import { Names } from "./names.js";
import { matchedPatterns, PatternTrie, type TriePattern } from "./pattern-trie.js";

export interface Arguments {
  readonly truths: Truths;
  /** Bytes as latin-1. */
  readonly args: readonly ByteString[];
}

/** Steps of clauses before it is too much to tell: some seconds. */
const STEPS_LIMIT = 2_000_000;

export class ArgumentChoices {
  private readonly known = new Map<string, readonly Arguments[]>();
  /** Whether the clauses were too many to tell what can hold together. */
  gaveUp = false;

  constructor(private readonly atoms: Atoms) {}

  /** The shortest list for each combination of what is asked, as far as it makes a difference. */
  of(asked: Truths, told: Distinctions): readonly Arguments[] {
    const clauses = [...asked].sort((a, b) => a - b).flatMap((number): readonly Clause[] => {
      const atom = this.atoms.all[number];
      return atom?.kind === "args" ? [{ atom: number, pattern: atom.args }] : [];
    });
    if (clauses.length === 0) return [{ truths: new Set(), args: [] }];
    const key = `${clauses.map(({ atom }) => atom).join()} ${told.key}`;
    const found = this.known.get(key) ?? this.search(clauses, told);
    this.known.set(key, found);
    return found;
  }

  private search(clauses: readonly Clause[], told: Distinctions): readonly Arguments[] {
    const words = this.wordsFor(clauses);
    const settle = settler(clauses, words, told);
    const begin = clauses.map(() => 0);
    const found = new Map<string, Arguments>();
    const seen = new Set([begin.join()]);
    const queue: List[] = [{ places: begin, open: begin, args: [] }];
    let steps = 0;
    for (const { places, open, args } of queue) {
      steps += words.length * clauses.length;
      if (steps > STEPS_LIMIT) {
        this.gaveUp = true;
        break;
      }
      const holding = clauses.filter((clause, i) => isDone(clause, places[i]));
      const truths = new Set(holding.map(({ atom }) => atom));
      const key = keyWithin(truths, told);
      if (!found.has(key)) found.set(key, { truths, args });
      for (const word of words) {
        const after = (from: readonly number[]): readonly number[] =>
          clauses.map(({ pattern }, i) => placeAfter(pattern, from[i] ?? DEAD, word.matched));
        const next = settle(after(open));
        if (seen.has(next.join())) continue;
        seen.add(next.join());
        queue.push({ places: after(places), open: next, args: [...args, word.text] });
      }
    }
    return [...found.values()];
  }

  /** A shortest argument for each set of the globs that one can match. */
  private wordsFor(clauses: readonly Clause[]): readonly ClassOfWords[] {
    const globs = clauses.flatMap(({ pattern: { words, without } }) =>
      [...words, ...without].flatMap((word) => word.map((component) => ({ word, component }))));
    const patterns: TriePattern[] = [
      { components: [{ kind: "any" }], owner: -1, guides: true },
      ...globs.map(({ component }, owner) => ({ components: [component], owner, guides: true })),
    ];
    const trie = new PatternTrie(patterns, () => false);
    const names = new Names(false);
    const found: ClassOfWords[] = [];
    explore(trie, names, (subset, path) => {
      const matched = new Set(matchedPatterns(subset).flatMap((number) => {
        const glob = globs[number - 1];
        return glob === undefined ? [] : [glob.word];
      }));
      found.push({ matched, text: path.slice(1) });
      return names.gaveUp;
    });
    this.gaveUp ||= names.gaveUp;
    return found;
  }
}

interface Clause {
  readonly atom: number;
  readonly pattern: ArgsPattern;
}

/** How far each clause has come after some arguments. */
interface List {
  readonly places: readonly number[];
  /** The same, but for those that make no difference any more. */
  readonly open: readonly number[];
  readonly args: readonly ByteString[];
}

interface ClassOfWords {
  /** Words of clauses; by their identity. */
  readonly matched: ReadonlySet<Word>;
  readonly text: ByteString;
}

/** A clause that can hold no more. */
const DEAD = -1;

const isDone = ({ pattern }: Clause, place: number | undefined): boolean => place === pattern.words.length;

/**
 * Takes the places of clauses, and ends those that make no difference any more: to each ladder, another matters more that
 * will hold whenever they do, for it waits for nothing else, and fails by nothing else.
 */
function settler(
  clauses: readonly Clause[], words: readonly ClassOfWords[], told: Distinctions,
): (places: readonly number[]) => readonly number[] {
  const failing = clauses.map(({ pattern: { without } }) => words.filter(({ matched }) => without.some((word) => matched.has(word))));
  const outlasts = (i: number, j: number): boolean =>
    clauses[i]?.pattern.only === false && (failing[i] ?? []).every((word) => failing[j]?.includes(word) === true);
  /** For each clause and each ladder that it matters to, those that matter more. */
  const betters = clauses.map(({ atom }, j) => (told.alone.has(atom) ? []
    : Array.from(told.rungs.get(atom) ?? [], ([ladder, rung]) => clauses.flatMap((other, i) => {
      const before = told.rungs.get(other.atom)?.get(ladder);
      return i !== j && before !== undefined && before <= rung && outlasts(i, j) ? [i] : [];
    }))));
  const rests = clauses.map(({ pattern }) => pattern.words.map((_, i) => JSON.stringify(pattern.words.slice(i))));
  return (places) => {
    const settled = [...places];
    const rest = (i: number, place: number): string | undefined => rests[i]?.[place];
    /** Whether all that the clause waits for is the end of what the other waits for. */
    const isNearer = (i: number, j: number): boolean => {
      const [own, other] = [settled[i] ?? DEAD, settled[j] ?? DEAD];
      const [wordsOf, others] = [clauses[i]?.pattern.words.length ?? 0, clauses[j]?.pattern.words.length ?? 0];
      const end = others - (wordsOf - own);
      return own !== DEAD && end >= other && rest(i, own) === rest(j, end);
    };
    for (const [j, ladders] of betters.entries()) {
      const isSettled = ladders.length > 0 && ladders.every((others) => others.some((i) => isNearer(i, j)));
      if (isSettled) settled[j] = DEAD;
    }
    return settled;
  };
}

/** How many of the clause's words have been found, after one more argument. */
function placeAfter({ only, words, without }: ArgsPattern, place: number, matched: ReadonlySet<Word>): number {
  if (place === DEAD || without.some((word) => matched.has(word))) return DEAD;
  const next = words[place];
  if (next !== undefined && matched.has(next)) return place + 1;
  return only ? DEAD : place;
}
