/** Which of some `args` clauses hold together, for some list of arguments. */
import type { ByteString } from "../automaton/tables.js";
import type { ArgsPattern, Word } from "../ir.gen.js";
import { explore } from "./explore.js";
import { type Atoms, keyOf, type Truths } from "./guards.js";
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

  /** The shortest list for each combination of what is asked. */
  of(asked: Truths): readonly Arguments[] {
    const clauses = [...asked].sort((a, b) => a - b).flatMap((number): readonly Clause[] => {
      const atom = this.atoms.all[number];
      return atom?.kind === "args" ? [{ atom: number, pattern: atom.args }] : [];
    });
    if (clauses.length === 0) return [{ truths: new Set(), args: [] }];
    const key = clauses.map(({ atom }) => atom).join();
    const found = this.known.get(key) ?? this.search(clauses);
    this.known.set(key, found);
    return found;
  }

  private search(clauses: readonly Clause[]): readonly Arguments[] {
    const words = this.wordsFor(clauses);
    const begin = clauses.map(() => 0);
    const found = new Map<string, Arguments>();
    const seen = new Set([begin.join()]);
    const queue: List[] = [{ places: begin, args: [] }];
    let steps = 0;
    for (const { places, args } of queue) {
      steps += words.length * clauses.length;
      if (steps > STEPS_LIMIT) {
        this.gaveUp = true;
        break;
      }
      const holding = clauses.filter(({ pattern }, i) => places[i] === pattern.words.length);
      const truths = new Set(holding.map(({ atom }) => atom));
      const key = keyOf(truths);
      if (!found.has(key)) found.set(key, { truths, args });
      for (const word of words) {
        const next = clauses.map(({ pattern }, i) => placeAfter(pattern, places[i] ?? DEAD, word.matched));
        if (seen.has(next.join())) continue;
        seen.add(next.join());
        queue.push({ places: next, args: [...args, word.text] });
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
  readonly args: readonly ByteString[];
}

interface ClassOfWords {
  /** Words of clauses; by their identity. */
  readonly matched: ReadonlySet<Word>;
  readonly text: ByteString;
}

/** A clause that can hold no more. */
const DEAD = -1;

/** How many of the clause's words have been found, after one more argument. */
function placeAfter({ only, words, without }: ArgsPattern, place: number, matched: ReadonlySet<Word>): number {
  if (place === DEAD || without.some((word) => matched.has(word))) return DEAD;
  const next = words[place];
  if (next !== undefined && matched.has(next)) return place + 1;
  return only ? DEAD : place;
}
