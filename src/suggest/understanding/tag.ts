/** Words → pieces: of the words from here on, the most that are one thing. */
import type { Entry } from "../catalogue/entry.js";
import { AMBIGUOUS_PROGRAMS, KNOWN_FOLDERS, KNOWN_PROGRAMS, KNOWN_SITES } from "../catalogue/known-programs.js";
import { commandLine, commandWords } from "./commands.js";
import { FUNCTION_WORDS, type FunctionTag, LONGEST_FUNCTION_WORDS } from "./lexicon.js";
import { canStandBetween, entriesNamed, entriesNear, isKnownStem, longestPhrase } from "./phrases.js";
import type { Piece, Tag } from "./pieces.js";
import { addressSlot, isFileName, isKnownFile, isKnownFolder, isProgramPath } from "./slots.js";
import { correctionsOf, isFunctionWord } from "./spelling.js";
import { stem } from "./stem.js";
import type { Word } from "./words.js";

interface Found {
  readonly tag: Tag;
  readonly length: number;
  /** A word was taken for another. */
  readonly isGuess?: boolean;
}

export function piecesOf(words: readonly Word[], request: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < words.length;) {
    for (const { tag, length } of pieceAt(words, at, pieces)) {
      const [first, last] = [words[at], words[at + length - 1]];
      if (first === undefined || last === undefined) break;
      pieces.push({ tag, from: at, to: at + length, text: request.slice(first.start, last.end) });
      at += length;
    }
  }
  return pieces;
}

function pieceAt(words: readonly Word[], at: number, before: readonly Piece[]): readonly Found[] {
  const word = words[at];
  if (word === undefined) return [];
  switch (word.kind) {
    case "comma": return [{ tag: { kind: "comma" }, length: 1 }];
    case "stop": return [{ tag: { kind: "stop" }, length: 1 }];
    case "number": return [{ tag: { kind: "number", text: word.text.replace(/^:/, "") }, length: 1 }];
    case "host": return [entryAt(words, at) ?? { tag: hostTag(word.text), length: 1 }];
    case "address": return [{ tag: addressTag(word.text), length: 1 }];
    case "path": return [{ tag: entryTag(entriesNamed([word.text.toLowerCase()])) ?? { kind: "path", written: word.text }, length: 1 }];
    case "quoted": return [{ tag: quotedTag(word.text), length: 1 }];
    case "name": case "flag": case "word": return [fileAt(words, at) ?? folderAt(words, at) ?? sharedAt(words, at) ?? phraseAt(words, at, before)];
  }
}

const hostTag = (text: string): Tag => {
  const address = addressSlot(/^https?:\/\/([^/]+)/.exec(text)?.[1] ?? text);
  return address === null ? { kind: "host", name: text } : { kind: "address", slot: address };
};

function addressTag(text: string): Tag {
  const slot = addressSlot(text);
  return slot === null ? { kind: "unknown", reason: `\`${text}\` is no address` } : { kind: "address", slot };
}

const entryTag = (entries: readonly Entry[]): Tag | null => (entries.length === 0 ? null : { kind: "thing", entries, command: null });

function quotedTag(text: string): Tag {
  const parts = text.split(/\s+/);
  const known = entryTag(entriesNamed(parts.map((part) => part.toLowerCase())));
  const [first = ""] = parts;
  // `"~/My Documents"`; a command begins with a program.
  if (parts.length > 1 && /^(?:[~/]|\.\/)/.test(text) && !isProgramPath(first)) return { kind: "path", written: text };
  if (parts.length > 1) return KNOWN_PROGRAMS.has(first) || /^[\w./~-]+$/.test(first) ? known ?? { kind: "command", command: commandLine(parts) } : known ?? { kind: "unknown", reason: null };
  const address = /^[\d[]|^localhost:|::/.test(text) ? addressSlot(text) : null;
  if (address !== null) return { kind: "address", slot: address };
  if (/[/*]|^~$/.test(text)) return { kind: "path", written: text };
  if (known !== null && known.kind === "thing") return withProgram({ tag: known, length: 1 }, KNOWN_PROGRAMS.has(text) ? { tag: { kind: "command", command: commandLine([text]) }, length: 1 } : null).tag;
  if (KNOWN_PROGRAMS.has(text)) return { kind: "command", command: commandLine([text]) };
  const isHost = /^(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|ai|app|co)$/i.test(text) && !isFileName(text);
  return isHost ? { kind: "host", name: text } : { kind: "literal", text };
}

/** `.bashrc` and `bashrc` are that file, not all that is like it. */
function fileAt(words: readonly Word[], at: number): Found | null {
  const word = words[at];
  if (word === undefined || (entryAt(words, at)?.length ?? 0) > 1 || FUNCTION_WORDS.has(word.text)) return null;
  const path = `~/.${word.text.replace(/^\./, "")}`;
  if (word.kind === "name" && !/^\.env/.test(word.text) && isKnownFolder(path)) return { tag: { kind: "path", written: `${path}/` }, length: 1 };
  return word.kind !== "flag" && /^\.\w{3,}$|^\w+(?:rc|_history|_profile|_aliases|config|pass)$/.test(word.text) && isKnownFile(path) ? { tag: { kind: "path", written: path }, length: 1 } : null;
}

/** `bash and zsh history`, `aws, gcp and azure credentials`: the last one's word is meant of all. */
function sharedAt(words: readonly Word[], at: number): Found | null {
  const word = words[at];
  if (word?.kind !== "word" || FUNCTION_WORDS.has(word.text) || (entryAt(words, at)?.length ?? 0) > 1) return null;
  for (let next = at + 1; isSeparator(words[next]);) {
    while (isSeparator(words[next])) next++;
    const last = entryAt(words, next);
    if (last === null || last.length === 1) {
      next++;
      continue;
    }
    const shared = words.slice(next + 1, next + last.length).map(({ text }) => text.toLowerCase());
    const entries = entriesNamed([word.text, ...shared]);
    if (entries.length === 0) return null;
    // By itself it is something else, which may be meant as well.
    const own = entriesNamed([word.text]).filter(({ means }) => means.kind === "programs");
    return { tag: { kind: "thing", entries: [...own, ...entries], command: null }, length: 1 };
  }
  return null;
}

const isSeparator = (word: Word | undefined): boolean => word?.kind === "comma" || word?.kind === "word" && ["and", "or", "nor", "my", "the"].includes(word.text);

/** Words that say something else where no `folder` follows. */
const FOLDER_NAMES = new Set(["data", "content", "output", "log", "logs", "build", "release", "deploy", "target", "bin", "main", "network", "host", "server", "client", "web", "api", "app", "cache", "backup"]);

/** `the build folder` */
function folderAt(words: readonly Word[], at: number): Found | null {
  const [word, next] = [words[at], words[at + 1]];
  const isFolder = next?.kind === "word" && /^(?:sub)?(?:folder|directory|dir)$/.test(next.text);
  if (word?.kind !== "word" || !isFolder || !FOLDER_NAMES.has(word.text) || (entryAt(words, at)?.length ?? 0) > 1) return null;
  return { tag: { kind: "path", written: `${word.text}/` }, length: 2 };
}

/** A name from the catalogue, words of the grammar, a program, a file; misspelt ones last. */
function phraseAt(words: readonly Word[], at: number, before: readonly Piece[]): Found {
  const grammar = functionAt(words, at);
  const named = entryAt(words, at);
  const program = programAt(words, at, before, named?.length ?? 0);
  const asked = expectsProgram(before);
  // A name with a misspelt word in it, where the words by themselves would be less.
  const near = misspeltAt(words, at);
  if (near !== null && near.length > Math.max(named?.length ?? 0, grammar?.length ?? 0, program?.length ?? 0)) return near;
  if (near !== null && grammar?.isGuess === true && near.length >= grammar.length) return near;
  if (program !== null && (program.length > (named?.length ?? 0) && (program.length > (grammar?.length ?? 0) || program.length === grammar?.length && standsAlone(words, at + program.length)) || (asked && program.length >= (named?.length ?? 0)))) {
    const same = named !== null && named.length === program.length && named.tag.kind === "thing" && program.tag.kind === "command";
    if (!same) return program;
    return withProgram(named, program);
  }
  if (named !== null && named.length > (grammar?.length ?? 0) && !goesOn(words, at, named.length, grammar)) return withProgram(named, program);
  if (grammar !== null) return grammar;
  return named ?? program ?? near ?? plainAt(words, at);
}

/** `no rm`, and not `no rm of files`. */
const standsAlone = (words: readonly Word[], at: number): boolean => {
  const next = words[at];
  return next === undefined || next.kind === "comma" || next.kind === "stop" || next.kind === "word" && ["and", "or", "nor", "unless", "except", "but"].includes(next.text);
};

/** `run container engines`: a name that begins after the verb and is longer counts. */
function goesOn(words: readonly Word[], at: number, length: number, grammar: Found | null): boolean {
  if (grammar === null || length < 2) return false;
  const next = entryAt(words, at + grammar.length);
  return next !== null && grammar.length + next.length > length;
}

/** `ssh` is a service and a program. */
const withProgram = (named: Found, program: Found | null): Found =>
  (named.tag.kind === "thing" && program?.tag.kind === "command" && program.length === 1 && named.length === 1 && named.tag.entries.every(({ means }) => means.kind !== "programs" && means.kind !== "privileges")
    ? { ...named, tag: { ...named.tag, command: program.tag.command } } : named);

const isText = ({ kind }: Word): boolean => kind === "word" || kind === "name" || kind === "flag" || kind === "host";

/** The words from here on, up to what is no word. */
function run(words: readonly Word[], at: number, most: number): readonly Word[] {
  const end = words.slice(at, at + most).findIndex((word) => !isText(word));
  return words.slice(at, end === -1 ? at + most : at + end);
}

function functionAt(words: readonly Word[], at: number): Found | null {
  const here = run(words, at, LONGEST_FUNCTION_WORDS);
  const spelt = here.map((word) => (word.kind === "word" ? correctionsOf(word.text) : [word.text]));
  for (let length = here.length; length > 0; length--) {
    const tags = choices(spelt.slice(0, length)).flatMap((text) => FUNCTION_WORDS.get(text) ?? []);
    const [tag] = tags;
    if (tag !== undefined && tags.every((other) => sameTag(other, tag))) return { tag, length, isGuess: !FUNCTION_WORDS.has(here.slice(0, length).map(({ text }) => text).join(" ")) };
  }
  return null;
}

const sameTag = (one: FunctionTag, other: FunctionTag): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Each word in each of its spellings, of which there are few. */
function choices(spelt: readonly (readonly string[])[]): readonly string[] {
  return spelt.reduce<readonly string[]>((heads, spellings) => heads.flatMap((head) => spellings.map((one) => (head === "" ? one : `${head} ${one}`))), [""]).slice(0, 64);
}

/** A name neither begins nor ends with words that may stand in it. */
const isWhole = (texts: readonly string[]): boolean => {
  const [first = "", last = first] = [texts[0], texts.at(-1)];
  return texts.length === 1 || !canStandBetween(first) && !canStandBetween(last);
};

function entryAt(words: readonly Word[], at: number): Found | null {
  const here = run(words, at, longestPhrase() + 3).map(({ text }) => text.toLowerCase());
  for (let length = here.length; length > 0; length--) {
    const texts = here.slice(0, length);
    if (!isWhole(texts)) continue;
    const entries = entriesNamed(texts);
    if (entries.length > 0) return { tag: { kind: "thing", entries, command: null }, length };
  }
  return null;
}

/** Whether the words before call for a program: `run make`, `no make`. */
function expectsProgram(before: readonly Piece[]): boolean {
  const last = before.findLast(({ tag }) => tag.kind !== "filler" && tag.kind !== "generic")?.tag;
  if (last === undefined) return false;
  if (last.kind === "conjunction" || last.kind === "comma") {
    const earlier = before.findLast(({ tag }) => tag.kind !== "filler" && tag.kind !== "conjunction" && tag.kind !== "comma")?.tag;
    return earlier?.kind === "command";
  }
  return last.kind === "doing" && last.doing === "exec";
}

function programAt(words: readonly Word[], at: number, before: readonly Piece[], nameLength: number): Found | null {
  const word = words[at];
  if (word === undefined || word.kind === "flag") return null;
  const isKnown = word.kind === "word" && KNOWN_PROGRAMS.has(word.text) || word.kind === "name" && KNOWN_PROGRAMS.has(word.text);
  if (!isKnown) return null;
  const asked = expectsProgram(before);
  if (AMBIGUOUS_PROGRAMS.has(word.text) && (!asked || FUNCTION_WORDS.get(word.text)?.kind === "preposition")) return null;
  const line = commandWords(words, at, expectsProgram(before));
  const near = line.length > 1 ? misspeltAt(words, at) : null;
  if (near !== null && near.length >= line.length) return near;
  return { tag: { kind: "command", command: commandLine(line) }, length: Math.max(line.length, line.length > 1 && nameLength > line.length ? 1 : line.length) };
}

/** One of the names that are nearest, where there is a word that nobody knows. */
function misspeltAt(words: readonly Word[], at: number): Found | null {
  const here = run(words, at, longestPhrase() + 1).map(({ text }) => text.toLowerCase());
  if (!here.slice(0, 1).every((text) => /^[.\p{L}]/u.test(text))) return null;
  for (let length = here.length; length > 0; length--) {
    const texts = here.slice(0, length);
    const unknown = texts.filter((text) => !isFunctionWord(text) && !isKnownStem(stem(text)) && !KNOWN_PROGRAMS.has(text));
    if (unknown.length === 0 || !isWhole(texts) || texts.some((text) => isFunctionWord(text) && !canStandBetween(text) && !isKnownStem(stem(text)))) continue;
    const near = entriesNear(texts);
    if (near !== null) return { tag: { kind: "thing", entries: near.entries, command: null }, length };
  }
  return null;
}

function plainAt(words: readonly Word[], at: number): Found {
  const word = words[at];
  if (word === undefined || word.kind === "flag") return { tag: { kind: "unknown", reason: null }, length: 1 };
  if (word.kind === "name") return { tag: { kind: "literal", text: word.text }, length: 1 };
  if (KNOWN_FOLDERS.has(word.text)) return { tag: { kind: "path", written: `${word.text}/` }, length: 1 };
  if (KNOWN_SITES.has(word.text)) return { tag: { kind: "host", name: word.text }, length: 1 };
  return { tag: { kind: "unknown", reason: null }, length: 1 };
}
