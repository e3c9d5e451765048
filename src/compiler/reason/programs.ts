/** Which programs a process, and its ancestors, may be running at once: every combination that some files make up. */
import type { ByteString } from "../automaton/tables.js";
import type { Component } from "../ir.gen.js";
import { explore } from "./explore.js";
import { type Atoms, pick, programsOf, type Truths } from "./guards.js";
import { keyWithin, type Distinctions } from "./distinctions.js";
import { Names } from "./names.js";
import { matchedPatterns, PatternTrie, type TriePattern } from "./pattern-trie.js";

/** Some programs, and what holds of a process that runs them all. */
export interface Programs {
  readonly truths: Truths;
  /** Absolute, bytes as latin-1. None stands for those that nothing asks for. */
  readonly paths: readonly ByteString[];
}

/** The file that a process maps, and what of `exe` holds where it is its own program. */
export interface MappedFile {
  readonly path: ByteString;
  readonly truths: Truths;
}

interface FileClass {
  readonly atoms: Truths;
  readonly path: ByteString;
  /** Whether there is no other file of this class. */
  readonly isOnly: boolean;
}

const EVERY_FILE: readonly Component[] = [{ kind: "globstar" }];

export class ProgramChoices {
  private readonly classes = new Map<"exe" | "under", readonly FileClass[]>();
  /** Whether there was too much to tell programs apart. */
  gaveUp = false;

  constructor(private readonly atoms: Atoms) {}

  /** Of a process: of a script, the script and its interpreters. `own`: the atom of mapping its own program. */
  exe(asked: Truths, mapped: MappedFile | null, own: number, told: Distinctions): readonly Programs[] {
    const ownIsAsked = mapped !== null && asked.has(own);
    if (!ownIsAsked) return this.orGiveUp(unions(this.filesOf("exe", asked, told), [], told));
    const others = this.filesOf("exe", asked, told, mapped.path);
    const first = { truths: new Set([own, ...within(mapped.truths, asked)]), paths: [mapped.path] };
    return [...this.orGiveUp(unions(others, [], told)), ...this.orGiveUp(unions(others, [first], told))];
  }

  /** Of its ancestors, of which there need not be any. */
  under(asked: Truths, told: Distinctions): readonly Programs[] {
    return this.orGiveUp(unions(this.filesOf("under", asked, told), [{ truths: new Set(), paths: [] }], told));
  }

  private orGiveUp(programs: readonly Programs[] | null): readonly Programs[] {
    this.gaveUp ||= programs === null;
    return programs ?? [];
  }

  /** By what is asked of them. */
  private filesOf(
    kind: "exe" | "under", asked: Truths, told: Distinctions, but: ByteString | null = null,
  ): readonly Programs[] {
    const known = this.classes.get(kind) ?? this.classify(kind);
    this.classes.set(kind, known);
    const files = new Map<string, Programs>();
    for (const { atoms, path, isOnly } of known) {
      if (isOnly && path === but) continue;
      const truths = within(atoms, asked);
      const key = keyWithin(truths, told);
      if (!files.has(key)) files.set(key, { truths, paths: truths.size === 0 ? [] : [path] });
    }
    return [...files.values()];
  }

  private classify(kind: "exe" | "under"): readonly FileClass[] {
    // The root is no program: a pattern of its own keeps it apart from what is one.
    const patterns: TriePattern[] = [
      { components: EVERY_FILE, owner: -1, guides: true }, { components: [], owner: -2, guides: true },
    ];
    const atomOf = new Map<number, number>();
    for (const { atom, programs } of programsOf(this.atoms, kind)) {
      for (const { components } of programs) atomOf.set(patterns.push({ components, owner: atom, guides: true }) - 1, atom);
    }
    const trie = new PatternTrie(patterns, () => false);
    const names = new Names(true);
    const found: FileClass[] = [];
    explore(trie, names, (subset, path) => {
      const matched = matchedPatterns(subset);
      const isOnly = matched.some((number) => patterns[number]?.components.every(({ kind: sort }) => sort === "literal"));
      const own = new Set(matched.flatMap((number) => atomOf.get(number) ?? []));
      if (path !== "/") found.push({ atoms: own, path, isOnly });
      return names.gaveUp;
    });
    this.gaveUp ||= names.gaveUp;
    return found;
  }
}

/** Combinations that are looked at before it is too much to tell. */
const UNIONS_LIMIT = 4_096;

/**
 * Every union of one or more files, or of `begin` with any number of them; those of the fewest files first. Null where
 * there are too many.
 */
function unions(
  files: readonly Programs[], begin: readonly Programs[], told: Distinctions,
): readonly Programs[] | null {
  const found = new Map<string, Programs>();
  const add = (programs: Programs): void => {
    const key = keyWithin(programs.truths, told);
    if (!found.has(key)) found.set(key, programs);
  };
  for (const one of begin.length > 0 ? begin : files) add(one);
  for (const one of found.values()) {
    if (found.size > UNIONS_LIMIT) return null;
    for (const file of files) {
      add({ truths: new Set([...one.truths, ...file.truths]), paths: [...one.paths, ...file.paths] });
    }
  }
  return [...found.values()];
}

const within = (truths: Truths, asked: Truths): Truths => pick(truths, (atom) => asked.has(atom));
