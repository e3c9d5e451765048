/** What things are called, found with minisearch: forms of words, other order, misspelt. */
import MiniSearch from "minisearch";
import { lazily } from "../../compiler/lazily.js";
import { CATALOGUE } from "../catalogue/all.js";
import type { Entry } from "../catalogue/entry.js";
import { distance, mostWrong, singular, stem } from "./stem.js";

/** Words for what logs in. */
const SECRET = ["credential", "cred", "key", "token", "secret", "password", "login", "config", "configuration", "setting", "auth", "session", "access key", "api key", "api token",
  "access token", "auth token", "secret key", "access credential", "account", "profile", "login token", "authentication", "secrets and credential", "cli config", "login credential", "login data", "password file", "credential store", "passphrase", "private key", "oauth token", "keypair"];

/** May stand between the words of a name. */
const BETWEEN = new Set(["the", "my", "our", "your", "its", "their", "a", "an", "of", "for", "any", "all", "his", "her"]);

/** A word as it is compared with others: what it has in common with its forms, and itself. */
interface Form {
  readonly stem: string;
  readonly word: string;
  readonly written: string;
}

const LONGEST_WORD = 40;

interface Phrase {
  readonly id: string;
  readonly entry: Entry;
  readonly forms: readonly Form[];
}

/** `a|b c?` → `a c`, `b c`, `a`, `b`. */
export function unfold(pattern: string): readonly string[] {
  return pattern.split(" ").reduce<readonly string[]>((heads, part) => {
    const optional = part.endsWith("?");
    const bare = optional ? part.slice(0, -1) : part;
    const choices = bare === "@secret" ? SECRET : bare.split("|");
    return heads.flatMap((head) => [...choices, ...(optional ? [""] : [])].map((choice) => `${head} ${choice}`.trim()));
  }, [""]).filter((text) => text !== "");
}

const partsOf = (text: string): readonly string[] => text.toLowerCase().split(/\s+/).filter((part) => part !== "");

/** The words of a name that count, in one order. */
function formsOf(words: readonly string[]): readonly Form[] {
  const counted = words.filter((word) => !BETWEEN.has(word));
  const forms = (counted.length === 0 ? words : counted).map((word) => ({ stem: stem(word), word: singular(word), written: word }));
  return forms.toSorted((one, other) => (one.stem < other.stem ? -1 : one.stem > other.stem ? 1 : 0));
}

const spellings = (form: Form): readonly string[] => [form.stem, form.word, form.written];

const keyOf = (words: readonly string[]): string => formsOf(words).map((form) => form.stem).join(" ");

export const canStandBetween = (word: string): boolean => BETWEEN.has(word);

interface Index {
  readonly byKey: ReadonlyMap<string, readonly Entry[]>;
  readonly longest: number;
  readonly vocabulary: ReadonlySet<string>;
  readonly search: (forms: readonly Form[]) => readonly Phrase[];
}

const index = lazily((): Index => {
  const byKey = namedBy(CATALOGUE);
  const phrases = phrasesOf(byKey);
  const known = new Map(phrases.map((phrase) => [phrase.id, phrase]));
  const engine = new MiniSearch<{ id: string; text: string }>({
    fields: ["text"], tokenize: (text) => text.split(" "), processTerm: (term) => term,
    // One more than may be wrong: to it, two letters that changed places are two.
    searchOptions: { fuzzy: (term) => (term.length < 3 ? false : mostWrong(term.length) + 1), prefix: (term) => term.length >= 5 },
  });
  engine.addAll(phrases.map(({ id, forms }) => ({ id, text: [...new Set(forms.flatMap(spellings))].join(" ") })));
  return {
    byKey, longest: Math.max(...[...byKey.keys()].map((key) => key.split(" ").length)),
    vocabulary: new Set(phrases.flatMap(({ forms }) => forms.map((form) => form.stem))),
    search: (forms) => engine.search({ combineWith: "AND", queries: forms.map((form) => ({ combineWith: "OR", queries: [...new Set(spellings(form))] })) })
      .flatMap((hit) => known.get(String(hit.id)) ?? []),
  };
});

/** One for each name that a thing is found by. */
function phrasesOf(byKey: ReadonlyMap<string, readonly Entry[]>): readonly Phrase[] {
  const phrases = new Map<string, Phrase>();
  for (const entry of CATALOGUE) {
    for (const text of [entry.title, ...entry.phrases].flatMap(unfold)) {
      const forms = formsOf(partsOf(text));
      const key = forms.map((form) => form.stem).join(" ");
      const id = `${entry.id} ${key}`;
      if (!phrases.has(id) && byKey.get(key)?.includes(entry) === true) phrases.set(id, { id, entry, forms });
    }
  }
  return [...phrases.values()];
}

interface Named {
  readonly entry: Entry;
  /** What somebody thought of counts before what follows from a pattern. */
  readonly weight: number;
}

function namedBy(catalogue: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const named = new Map<string, readonly Named[]>();
  for (const entry of catalogue) {
    for (const pattern of [entry.title, ...entry.phrases]) {
      const weight = pattern === entry.title ? 2 : pattern.includes("@secret") ? 0 : 1;
      for (const text of unfold(pattern)) {
        const key = keyOf(partsOf(text));
        named.set(key, withName(named.get(key) ?? [], { entry, weight }));
      }
    }
  }
  return new Map([...named].map(([key, all]) => [key, all.map(({ entry }) => entry)]));
}

/** Of things of one kind the one with the most weight stays. */
function withName(all: readonly Named[], one: Named): readonly Named[] {
  if (all.some(({ entry, weight }) => entry === one.entry && weight >= one.weight)) return all;
  const others = all.filter(({ entry }) => entry !== one.entry);
  const rivals = others.filter(({ entry }) => entry.means.kind === one.entry.means.kind);
  if (rivals.some(({ weight }) => weight > one.weight)) return others;
  return [...others.filter((other) => !rivals.includes(other) || other.weight === one.weight), one];
}

export const longestPhrase = (): number => index().longest;

export const isKnownStem = (word: string): boolean => index().vocabulary.has(word);

/** By name, as it is written. */
export const entriesNamed = (words: readonly string[]): readonly Entry[] => index().byKey.get(keyOf(words)) ?? [];

/** How far a written word is from one of a phrase: letters, or more than one where it is the beginning of it. Null: too far. */
function apart(written: Form, meant: Form, least: number): number | null {
  if (written.stem === meant.stem) return 0;
  const letters = Math.min(...(["stem", "word", "written"] as const).map((form) => {
    const most = Math.max(least, mostWrong(Math.min(written[form].length, meant[form].length)));
    const by = distance(written[form], meant[form], most);
    return by > most ? Infinity : by;
  }));
  if (letters !== Infinity) return letters;
  return written.word.length >= 5 && meant.word.startsWith(written.word) && meant.word.length - written.word.length <= 4 ? 1.5 : null;
}

/** By name, misspelt: those that are nearest, and how far they are. */
export function entriesNear(words: readonly string[]): { readonly entries: readonly Entry[]; readonly far: number } | null {
  const forms = formsOf(words);
  // Too short to tell what was meant, or longer than any word that is known.
  if (forms.some(({ written }) => written.length > LONGEST_WORD) || forms.length === 1 && forms.every(({ word }) => word.length < 4)) return null;
  const found = index().search(forms).filter((phrase) => phrase.forms.length === forms.length).flatMap((phrase) => {
    const far = matching(forms, phrase.forms);
    return far === null ? [] : [{ entry: phrase.entry, far }];
  });
  const nearest = Math.min(...found.map(({ far }) => far));
  const entries = CATALOGUE.filter((entry) => found.some((one) => one.entry === entry && one.far === nearest));
  return entries.length === 0 ? null : { entries, far: nearest };
}

/** Each with another one; words that are known are not misspelt ones of others. */
function matching(written: readonly Form[], meant: readonly Form[]): number | null {
  // Beside a word that is right, one of three letters may be wrong, too.
  const isMeant = (form: Form): boolean => meant.some((other) => other.stem === form.stem);
  const inName = written.some(isMeant);
  let left = [...meant];
  let far = 0;
  for (const form of [...written].toSorted((a, b) => Number(isMeant(b)) - Number(isMeant(a)))) {
    if (index().vocabulary.has(form.stem) && !left.some((other) => other.stem === form.stem)) return null;
    const ranked = left.flatMap((other) => {
      const by = apart(form, other, inName && form.word.length === 3 ? 1 : 0);
      return by === null ? [] : [{ other, by }];
    }).toSorted((a, b) => a.by - b.by);
    const [best] = ranked;
    if (best === undefined) return null;
    far += best.by;
    left = left.filter((other) => other !== best.other);
  }
  return far;
}
