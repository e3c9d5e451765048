/** Who may act: every combination of programs, ancestors and arguments that makes a difference. */
import type { ByteString } from "../automaton/tables.js";
import { ArgumentChoices } from "./argument-lists.js";
import type { Atoms, Truths } from "./guards.js";
import type { Distinctions } from "./distinctions.js";
import { type MappedFile, ProgramChoices } from "./programs.js";

/** Bytes as latin-1; a list is empty where it makes no difference. */
export interface Person {
  readonly truths: Truths;
  readonly exe: readonly ByteString[];
  readonly under: readonly ByteString[];
  readonly args: readonly ByteString[];
}

/** Combinations at one target before it is too much to tell. */
const PEOPLE_LIMIT = 16_384;

export class People {
  private readonly programs: ProgramChoices;
  private readonly lists: ArgumentChoices;
  private readonly own: number;
  private tooMany = false;

  constructor(atoms: Atoms) {
    this.programs = new ProgramChoices(atoms);
    this.lists = new ArgumentChoices(atoms);
    this.own = atoms.numberOf({ kind: "own" });
  }

  get gaveUp(): boolean {
    return this.tooMany || this.programs.gaveUp || this.lists.gaveUp;
  }

  /** Those of whom the fewest words need be made first. */
  of(asked: Truths, told: Distinctions, mapped: MappedFile | null = null): readonly Person[] {
    const programs = this.programs.exe(asked, mapped, this.own, told);
    const [ancestors, lists] = [this.programs.under(asked, told), this.lists.of(asked, told)];
    if (programs.length * ancestors.length * lists.length > PEOPLE_LIMIT) {
      this.tooMany = true;
      return [];
    }
    const people = programs.flatMap((exe) =>
      ancestors.flatMap((under) =>
        lists.map((args) => ({
          truths: new Set([...exe.truths, ...under.truths, ...args.truths]),
          exe: exe.paths, under: under.paths, args: args.args,
        }))));
    return people.sort((a, b) => wordsFor(a) - wordsFor(b));
  }
}

const wordsFor = ({ exe, under, args }: Person): number => exe.length + under.length + args.length;
