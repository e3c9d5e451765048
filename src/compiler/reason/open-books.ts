/** Policies that are looked at together, as questions are asked about them. */
import type { ByteString } from "../automaton/tables.js";
import type { Ir } from "../ir.gen.js";
import { Contexts } from "./contexts.js";
import { Atoms, atomsOf, programsOf } from "./guards.js";
import type { MappedFile } from "./programs.js";
import { type Rulebook, rulebook, watch, watching } from "./rulebook.js";

export interface OpenBooks {
  /** In the order of the policies. */
  readonly books: readonly Rulebook[];
  readonly atoms: Atoms;
  readonly contexts: Contexts;
  /** Of a path, and of the rulings of each policy that match it. */
  readonly mappedAt: (path: ByteString, matched: readonly (readonly number[])[]) => MappedFile;
}

export function openBooks(irs: readonly Ir[]): OpenBooks {
  const atoms = new Atoms();
  const plain = irs.map((ir, side) => rulebook(ir, side, atoms));
  const contexts = new Contexts(plain, atoms);
  const own = atoms.numberOf({ kind: "own" });
  // Where it makes a difference whether a process maps its own program, so does which program that is.
  const isAsked = plain.some(({ rulings }) => rulings.some(({ guard }) => atomsOf(guard).includes(own)));
  const programs = isAsked ? programsOf(atoms, "exe") : [];
  const books = plain.map((book) => watching(book, programs.map((known) => watch(["load"], known.programs))));
  return {
    books, atoms, contexts,
    mappedAt: (path, matched) => {
      const truths = matched.flatMap((rulings, side) =>
        rulings.flatMap((number) => programs[number - (plain[side]?.rulings.length ?? 0)]?.atom ?? []));
      return { path, truths: new Set(truths) };
    },
  };
}
