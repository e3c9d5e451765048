/** Who may act: every combination of programs, ancestors and arguments that makes a difference. */
import type { ByteString } from "../automaton/tables.js";
import { ArgumentChoices } from "./argument-lists.js";
import type { Atoms, Truths } from "./guards.js";
import { type MappedFile, ProgramChoices } from "./programs.js";

/** Bytes as latin-1; a list is empty where it makes no difference. */
export interface Person {
  readonly truths: Truths;
  readonly exe: readonly ByteString[];
  readonly under: readonly ByteString[];
  readonly args: readonly ByteString[];
}

export class People {
  private readonly programs: ProgramChoices;
  private readonly lists: ArgumentChoices;
  private readonly own: number;

  constructor(atoms: Atoms) {
    this.programs = new ProgramChoices(atoms);
    this.lists = new ArgumentChoices(atoms);
    this.own = atoms.numberOf({ kind: "own" });
  }

  get gaveUp(): boolean {
    return this.programs.gaveUp || this.lists.gaveUp;
  }

  /** Those of whom the fewest words need be made first. */
  of(asked: Truths, mapped: MappedFile | null = null): readonly Person[] {
    const people = this.programs.exe(asked, mapped, this.own).flatMap((exe) =>
      this.programs.under(asked).flatMap((under) =>
        this.lists.of(asked).map((args) => ({
          truths: new Set([...exe.truths, ...under.truths, ...args.truths]),
          exe: exe.paths, under: under.paths, args: args.args,
        }))));
    return people.sort((a, b) => wordsFor(a) - wordsFor(b));
  }
}

const wordsFor = ({ exe, under, args }: Person): number => exe.length + under.length + args.length;
