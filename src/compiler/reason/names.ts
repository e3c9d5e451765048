/**
 * Names that stand for all names: those that the globs of some trie nodes tell apart, one of each kind, none of which
 * one of the given literals has.
 */
import { Budget, DEFAULT_BOUNDS } from "../automaton/bounds.js";
import { GlobTable } from "../automaton/globs.js";
import type { GlobAutomaton } from "../automaton/globs.js";
import type { ByteString } from "../automaton/tables.js";
import type { GlobChild, TrieNode } from "./pattern-trie.js";

const NAME_MAX = 255;
/** Rows of all byte automata of one question: some seconds' work. */
const GLOB_ROWS = 1 << 14;
const SLASH = 0x2f;

/** Readable ones first; never NUL, nor what cannot be in a name. */
const ALPHABET: readonly number[] = (() => {
  const readable = Buffer.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", "latin1");
  const others = Array.from({ length: 255 }, (_, i) => i + 1).filter((byte) => !readable.includes(byte));
  return [...readable, ...others];
})();

/** What the globs of some nodes make of a name: classes of a byte automaton. */
export interface Kinds {
  readonly automaton: GlobAutomaton;
  readonly globs: readonly GlobChild[];
  /** Every class that a name may have, 0 for none of the globs. */
  readonly classes: readonly number[];
}

interface WordTrie {
  readonly children: Map<number, WordTrie>;
  isWord: boolean;
}

function wordTrie(words: Iterable<ByteString>): WordTrie {
  const root: WordTrie = { children: new Map(), isWord: false };
  for (const word of words) {
    let at = root;
    for (let i = 0; i < word.length; i++) {
      const next = at.children.get(word.charCodeAt(i)) ?? { children: new Map<number, WordTrie>(), isWord: false };
      at.children.set(word.charCodeAt(i), next);
      at = next;
    }
    at.isWord = true;
  }
  return root;
}

export class Names {
  private readonly budget = new Budget({ ...DEFAULT_BOUNDS, globRows: GLOB_ROWS });
  private readonly table = new GlobTable(this.budget);
  private readonly kinds = new Map<string, Kinds>();
  private readonly shortest = new Map<number, ReadonlyMap<number, ByteString>>();
  private readonly alphabet: readonly number[];
  private readonly never: readonly ByteString[];
  private readonly mayBeEmpty: boolean;

  /** `isPath`: names between slashes; else one name, perhaps empty, in which a slash is a byte like any other. */
  constructor(isPath: boolean) {
    this.mayBeEmpty = !isPath;
    this.alphabet = isPath ? ALPHABET.filter((byte) => byte !== SLASH) : ALPHABET;
    this.never = isPath ? [".", ".."] : [];
  }

  /** Whether the globs were too many to tell names apart exactly. */
  get gaveUp(): boolean {
    return this.budget.exceeded !== null;
  }

  /** What the nodes' globs can tell apart. */
  kindsOf(nodes: readonly TrieNode[]): Kinds {
    const globs = [...new Map(nodes.flatMap((node) => [...node.globs])).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    const key = globs.map((glob) => glob.key).join();
    const known = this.kinds.get(key);
    if (known !== undefined) return known;
    const automaton = this.table.automaton(globs, () => []);
    const kinds = { automaton, globs, classes: [...this.table.classesAfter(automaton.start, "")].sort((a, b) => a - b) };
    this.kinds.set(key, kinds);
    return kinds;
  }

  classOf({ automaton }: Kinds, name: ByteString): number {
    return this.table.classify(automaton.start, name);
  }

  /** Whether names of this class match the glob. */
  holds({ automaton, globs }: Kinds, nameClass: number, glob: GlobChild): boolean {
    return (automaton.classes[nameClass - 1] ?? []).some((index) => globs[index]?.key === glob.key);
  }

  /** A shortest name of the class that is none of `taken`; null where there is none. */
  nameOf(kinds: Kinds, nameClass: number, taken: readonly ByteString[]): ByteString | null {
    const { start } = kinds.automaton;
    const shortest = this.shortestOf(start).get(nameClass) ?? null;
    if (shortest === null || !(taken.includes(shortest) || this.never.includes(shortest))) return shortest;
    return this.search(start, nameClass, wordTrie([...taken, ...this.never]));
  }

  /** A shortest name of each class, whether it is taken or not. */
  private shortestOf(start: number): ReadonlyMap<number, ByteString> {
    const known = this.shortest.get(start);
    if (known !== undefined) return known;
    const { rows } = this.table;
    const words = new Map<number, ByteString>();
    if (this.mayBeEmpty) words.set(rows[start]?.accept ?? 0, "");
    const seen = new Set([start]);
    const queue = [{ row: start, word: "" }];
    for (const { row, word } of queue) {
      if (word.length >= NAME_MAX) break;
      for (const byte of this.alphabet) {
        const next = { row: rows[row]?.next[byte] ?? 0, word: word + String.fromCharCode(byte) };
        const nameClass = rows[next.row]?.accept ?? 0;
        if (!words.has(nameClass)) words.set(nameClass, next.word);
        if (!seen.has(next.row)) queue.push(next);
        seen.add(next.row);
      }
    }
    this.shortest.set(start, words);
    return words;
  }

  private search(start: number, nameClass: number, avoid: WordTrie): ByteString | null {
    const { rows } = this.table;
    if (this.mayBeEmpty && !avoid.isWord && (rows[start]?.accept ?? 0) === nameClass) return "";
    type Point = { readonly row: number; readonly avoid: WordTrie | null; readonly word: ByteString };
    const seen = new Set<number>();
    const seenAvoiding = new Map<WordTrie, Set<number>>();
    const isNew = ({ row, avoid: near }: Point): boolean => {
      const set = near === null ? seen : seenAvoiding.get(near) ?? new Set<number>();
      if (near !== null) seenAvoiding.set(near, set);
      if (set.has(row)) return false;
      set.add(row);
      return true;
    };
    const queue: Point[] = [{ row: start, avoid, word: "" }];
    for (const point of queue) {
      if (point.word.length >= NAME_MAX) break;
      for (const byte of this.alphabet) {
        const row = rows[point.row]?.next[byte] ?? 0;
        if (row === 0 && nameClass !== 0) continue;
        const near = point.avoid?.children.get(byte) ?? null;
        const next = { row, avoid: near, word: point.word + String.fromCharCode(byte) };
        if ((rows[row]?.accept ?? 0) === nameClass && near?.isWord !== true) return next.word;
        if (isNew(next)) queue.push(next);
      }
    }
    return null;
  }
}
