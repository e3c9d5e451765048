/** Wishes about programs and privileges → statements and probes. */
import type { Effect } from "../../compiler/ast.js";
import type { Command } from "../catalogue/entry.js";
import type { Probe, ProposedStatement } from "../proposal.js";
import { type Acting, type Circumstance, done, failed, type Outcome, probe, rule } from "./make.js";
import { ANY_PROGRAM, type Privileges, type Programs } from "./objects.js";
import { fileTargets, pathTarget } from "./targets.js";

export interface ProgramWish {
  readonly effect: Effect;
  readonly programs: readonly Programs[];
  readonly except: readonly Programs[];
  readonly circumstance: Circumstance;
  readonly acting: Acting;
  readonly others: Acting | null;
}

const lineProbe = (expected: Probe["expected"], [program = "", ...words]: readonly string[], acting: Acting): Probe =>
  probe(expected, "exec", pathTarget(program), acting, words);

const isAny = (programs: readonly Programs[]): boolean => programs.length === 1 && programs[0] === ANY_PROGRAM;

export function programRules(wish: ProgramWish): Outcome {
  const { effect, programs, except, circumstance, acting, others } = wish;
  const isPlain = circumstance.when.length === 0 && circumstance.unless.length === 0;
  if (isAny(programs) && effect === "deny" && except.length > 0 && isPlain) return onlyPrograms(except);
  const rules: ProposedStatement[] = [];
  for (const one of programs) {
    const prefix = effect === "allow" ? null : effect === "audit" ? "log" : "no";
    for (const command of one.commands) {
      const made = commandRule(prefix === null ? null : `${prefix}-${one.id}`, command, wish);
      if (made === null && effect !== "allow") return failed("exceptions of a program are its commands: name them, as in `git except git status`");
      rules.push(...(made ?? [rule(null, effect, ["exec"], fileTargets(command.programs), circumstance, [], command.args)]));
    }
  }
  if (effect === "allow") rules.push(...except.flatMap((one) => one.commands.map((command) => rule(`no-${one.id}`, "deny", ["exec"], fileTargets(command.programs), circumstance, [], command.args))));
  const expected = effect === "deny" || effect === "kill" ? "denied" : "allowed";
  const inside = programs.flatMap((one) => one.inside).slice(0, 4);
  const outside = [...programs.flatMap((one) => one.outside).slice(0, 1), ...except.flatMap((one) => one.inside)];
  return done([...circumstance.marks, ...rules], [
    ...inside.map((line) => lineProbe(expected, line, acting)),
    ...(effect === "allow" ? except.flatMap((one) => one.inside.slice(0, 1)).map((line) => lineProbe("denied", line, acting)) : []),
    ...(expected === "denied" ? outside.map((line) => lineProbe("allowed", line, acting)) : []),
    ...(expected === "denied" && others !== null ? inside.slice(0, 1).map((line) => lineProbe("allowed", line, others)) : []),
  ]);
}

/** Programs that are excepted are excepted whole; commands of the same program by their words. Null: neither. */
function commandRule(name: string | null, { programs, args }: Command, { effect, except, circumstance }: ProgramWish): readonly ProposedStatement[] | null {
  const commands = except.flatMap((one) => one.commands);
  const whole = commands.filter((one) => one.args === null).flatMap((one) => one.programs);
  const parts = commands.filter((one) => one.args !== null);
  if (parts.length === 0) return [rule(name, effect, ["exec"], fileTargets(programs), circumstance, fileTargets(whole), args)];
  if (parts.some((one) => !one.programs.every((program) => programs.includes(program)) || one.args?.words.length !== 1)) return null;
  const words = parts.flatMap((one) => one.args?.words ?? []);
  const kept = { only: false, words: args?.words ?? ["*"], without: [...args?.without ?? [], ...words] };
  return [rule(name, effect, ["exec"], fileTargets(programs), circumstance, fileTargets(whole), kept)];
}

/** Nothing but these. */
export function onlyPrograms(programs: readonly Programs[]): Outcome {
  const rules = programs.flatMap((one) => one.commands).map(({ programs: names, args }) => rule(null, "allow", ["exec"], fileTargets(names), undefined, [], args));
  const names = new Set(programs.flatMap((one) => one.inside.map(([program]) => program)));
  const other = ["/usr/bin/xxd", "/usr/bin/cat"].find((program) => !names.has(program)) ?? "/usr/bin/xxd";
  return done([{ kind: "default", effect: "deny", operations: ["exec"] }, ...rules], [
    lineProbe("denied", [other], { exe: null, after: [] }),
    ...programs.flatMap((one) => one.inside).slice(0, 4).map((line) => lineProbe("allowed", line, { exe: null, after: [] })),
  ]);
}

export function privilegeRules(effect: Effect, privileges: readonly Privileges[], circumstance: Circumstance, acting: Acting): Outcome {
  const names = [...new Set(privileges.flatMap((one) => one.privileges))];
  const targets = names.map((privilege) => ({ kind: "privilege" as const, privilege }));
  const expected = effect === "deny" || effect === "kill" ? "denied" : "allowed";
  const name = effect === "allow" ? null : `${effect === "audit" ? "log" : "no"}-${privileges[0]?.id ?? "privileges"}`;
  return done([...circumstance.marks, rule(name, effect, ["privilege"], targets, circumstance)], targets.slice(0, 4).map((target) => probe(expected, "privilege", target, acting)));
}
