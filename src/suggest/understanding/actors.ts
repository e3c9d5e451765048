/** Programs as who acts: conditions for rules, and the marks that scripts need. */
import { SCRIPTS } from "../catalogue/known-programs.js";
import type { Command } from "../catalogue/entry.js";
import type { ProposedCondition, ProposedMark } from "../proposal.js";
import { fileTargets } from "./targets.js";
import { type Programs, slug } from "./objects.js";

const isBare = (program: string): boolean => !program.includes("/");

/** Whoever may do what others may not is where only root puts programs. */
export const trusted = (program: string): string => (isBare(program) ? `/usr/**/${program}` : program);

export interface Actors {
  /** One of them holds where one of the programs acts. */
  readonly conditions: readonly ProposedCondition[];
  readonly marks: readonly ProposedMark[];
}

/**
 * `exe` says what program a process runs. Of a script that is its interpreter, and arguments are no part of it: there the
 * process takes a mark when it starts the program.
 */
export function actorsOf(programs: readonly Programs[], isTrusted: boolean): Actors {
  const commands = programs.flatMap((one) => one.commands);
  const place = isTrusted ? trusted : (program: string): string => program;
  const plain = commands.filter(({ args }) => args === null).flatMap((command) => command.programs);
  const marked = commands.filter(({ args, programs: names }) => args !== null || names.some((name) => SCRIPTS.has(name)));
  const exe = joined(plain.filter(isBare)).map(place).concat(plain.filter((name) => !isBare(name)));
  const marks = marked.length === 0 ? [] : [markOf(marked, place)];
  return {
    conditions: [...exe.map((program): ProposedCondition => ({ not: false, kind: "exe", program })), ...marks.map(({ name }): ProposedCondition => ({ not: false, kind: "mark", mark: name }))],
    marks,
  };
}

function markOf(commands: readonly Command[], place: (program: string) => string): ProposedMark {
  const names = commands.flatMap(({ programs }) => programs);
  const words = [...names, ...commands.flatMap(({ args }) => args?.words ?? [])];
  const on = commands.map(({ programs, args }) => ({ operation: "exec" as const, targets: fileTargets(programs.filter((name) => args !== null || SCRIPTS.has(name)).map(place)), except: [], args }));
  return { kind: "mark", name: `in-${slug(words.slice(0, 3).join("-"))}`, on, until: [], perProcess: true, tracksFiles: false };
}

/** One pattern for plain names. */
function joined(names: readonly string[]): readonly string[] {
  const plain = names.filter((name) => /^[\w.+*-]+$/.test(name));
  const rest = names.filter((name) => !plain.includes(name));
  return [...(plain.length === 0 ? [] : plain.length === 1 ? plain : [`{${plain.join(",")}}`]), ...rest];
}
