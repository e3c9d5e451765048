/**
 * Names that stand for all names: those that some globs tell apart, one of each kind, none of which one of the given
 * literals has.
 */
import type { ByteString } from "../automaton/tables.js";
import type { GlobItem } from "../ir.gen.js";
import { DEAD, NameAutomaton } from "./name-automaton.js";
import type { GlobChild, TrieNode } from "./pattern-trie.js";

const NAME_MAX = 255;
/** Rows of all automata of one question: some seconds' work. */
const ROWS = 1 << 16;
const SLASH = 0x2f;

/** Readable ones first; never NUL, nor what cannot be in a name. */
const ALPHABET: readonly number[] = (() => {
  const readable = Buffer.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", "latin1");
  const others = Array.from({ length: 255 }, (_, i) => i + 1).filter((byte) => !readable.includes(byte));
  return [...readable, ...others];
})();

/** What some globs make of a name. */
export interface Kinds {
  readonly automaton: NameAutomaton;
  readonly globs: readonly GlobChild[];
  /** A shortest name of every class that a name may have, 0 for none of the globs. */
  readonly shortest: ReadonlyMap<number, ByteString>;
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
  private rows = 0;
  private readonly kinds = new Map<string, Kinds>();
  private readonly ofNodes = new Map<TrieNode, { readonly automaton: NameAutomaton; readonly globs: readonly GlobChild[] }>();
  private readonly meetings = new Map<string, boolean>();
  private readonly alphabet: readonly number[];
  private readonly never: readonly ByteString[];

  /** `arePaths`: names between slashes; else one name, perhaps empty, in which a slash is a byte like any other. */
  constructor(readonly arePaths: boolean) {
    this.alphabet = arePaths ? ALPHABET.filter((byte) => byte !== SLASH) : ALPHABET;
    this.never = arePaths ? [".", ".."] : [];
  }

  /** Whether the globs were too many to tell names apart exactly. */
  get gaveUp(): boolean {
    return this.rows > ROWS;
  }

  /** The node's globs that the name matches. */
  matching(node: TrieNode, name: ByteString): readonly GlobChild[] {
    if (node.globs.size === 0) return [];
    const known = this.ofNodes.get(node);
    const globs = known?.globs ?? [...node.globs.values()];
    const automaton = known?.automaton ?? this.automatonOf(globs);
    if (known === undefined) this.ofNodes.set(node, { automaton, globs });
    return (automaton.classes[automaton.classOf(name)] ?? []).flatMap((index) => globs[index] ?? []);
  }

  /** Says of names by numbers which of the globs they match. */
  classifier(globs: Iterable<GlobChild>): (name: ByteString) => number {
    const automaton = this.automatonOf([...new Map(Array.from(globs, (glob) => [glob.key, glob])).values()]);
    return (name) => automaton.classOf(name);
  }

  /** What the globs can tell apart. */
  kindsOf(globs: Iterable<GlobChild>): Kinds {
    const sorted = [...new Map(Array.from(globs, (glob) => [glob.key, glob])).values()]
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const key = sorted.map((glob) => glob.key).join();
    const known = this.kinds.get(key);
    if (known !== undefined) return known;
    const automaton = this.automatonOf(sorted);
    const kinds = { automaton, globs: sorted, shortest: this.shortestOf(automaton) };
    this.kinds.set(key, kinds);
    return kinds;
  }

  /** Whether names of this class match one of the globs with such a key. */
  matchesAny({ automaton, globs }: Kinds, nameClass: number, keys: ReadonlySet<string>): boolean {
    return (automaton.classes[nameClass] ?? []).some((index) => keys.has(globs[index]?.key ?? ""));
  }

  /** Whether some name matches both. */
  meet(one: GlobChild, other: GlobChild): boolean {
    if (one.key === other.key) return true;
    if (beginningsDiffer(one.items, other.items) || endsDiffer(one.items, other.items)) return false;
    const key = one.key < other.key ? `${one.key} ${other.key}` : `${other.key} ${one.key}`;
    const known = this.meetings.get(key);
    if (known !== undefined) return known;
    const { automaton, shortest } = this.kindsOf([one, other]);
    const meets = [...shortest.keys()].some((nameClass) => automaton.classes[nameClass]?.length === 2);
    this.meetings.set(key, meets);
    return meets;
  }

  /** A short name of the class that is none of `taken`, not one that `isTaken` if there is one at hand; null for none. */
  nameOf(
    kinds: Kinds, nameClass: number, isTaken: (name: ByteString) => boolean, taken: () => readonly ByteString[],
  ): ByteString | null {
    const { automaton, shortest } = kinds;
    const name = shortest.get(nameClass);
    if (name === undefined || !(isTaken(name) || this.never.includes(name))) return name ?? null;
    return this.search(automaton, nameClass, wordTrie([...taken(), ...this.never]));
  }

  private automatonOf(globs: readonly GlobChild[]): NameAutomaton {
    return new NameAutomaton(globs.map(({ items }) => items), this.alphabet, () => ++this.rows <= ROWS);
  }

  private shortestOf(automaton: NameAutomaton): ReadonlyMap<number, ByteString> {
    const words = new Map<number, ByteString>();
    if (!this.arePaths) words.set(automaton.classAt(automaton.start), "");
    const seen = new Set([automaton.start]);
    const queue = [{ row: automaton.start, word: "" }];
    for (const { row, word } of queue) {
      if (word.length >= NAME_MAX) break;
      for (const byte of automaton.bytes) {
        const next = { row: automaton.step(row, byte), word: word + String.fromCharCode(byte) };
        const nameClass = automaton.classAt(next.row);
        if (!words.has(nameClass)) words.set(nameClass, next.word);
        if (!seen.has(next.row)) queue.push(next);
        seen.add(next.row);
      }
    }
    return words;
  }

  private search(automaton: NameAutomaton, nameClass: number, avoid: WordTrie): ByteString | null {
    if (!this.arePaths && !avoid.isWord && automaton.classAt(automaton.start) === nameClass) return "";
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
    const queue: Point[] = [{ row: automaton.start, avoid, word: "" }];
    for (const point of queue) {
      if (point.word.length >= NAME_MAX) break;
      for (const byte of point.avoid === null ? automaton.bytes : this.alphabet) {
        const row = automaton.step(point.row, byte);
        if (row === DEAD && nameClass !== 0) continue;
        const near = point.avoid?.children.get(byte) ?? null;
        const next = { row, avoid: near, word: point.word + String.fromCharCode(byte) };
        if (automaton.classAt(row) === nameClass && near?.isWord !== true) return next.word;
        if (isNew(next)) queue.push(next);
      }
    }
    return null;
  }
}

/** Whether the globs begin with texts that no name begins with at once. */
function beginningsDiffer(one: readonly GlobItem[], other: readonly GlobItem[]): boolean {
  const [a, b] = [one[0], other[0]];
  return a?.kind === "text" && b?.kind === "text" && !a.text.startsWith(b.text) && !b.text.startsWith(a.text);
}

function endsDiffer(one: readonly GlobItem[], other: readonly GlobItem[]): boolean {
  const [a, b] = [one.at(-1), other.at(-1)];
  return a?.kind === "text" && b?.kind === "text" && !a.text.endsWith(b.text) && !b.text.endsWith(a.text);
}
