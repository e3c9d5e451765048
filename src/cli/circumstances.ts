/** `--exe`, `--under`, `--mark` and `--arg`: who acts, and which marks are set. */
import type { ResolvedPolicy } from "../compiler/resolved.js";
import { closest } from "../compiler/suggest-name.js";
import { AT_FIRST, type Situation } from "../interpreter/interpret.js";
import { questionOf, type Surroundings } from "./access.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";

export interface CircumstanceOptions {
  readonly exe?: readonly string[];
  readonly under?: readonly string[];
  readonly mark?: readonly string[];
  readonly arg?: readonly string[];
}

export function situationOf(
  options: CircumstanceOptions, { marks }: ResolvedPolicy, surroundings: Surroundings,
): Attempt<Situation> {
  const exe = programsOf(options.exe, surroundings);
  if (!exe.ok) return exe;
  const under = programsOf(options.under, surroundings);
  if (!under.ok) return under;
  const names = marks.map(({ name }) => name);
  const unknown = (options.mark ?? []).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const near = closest(unknown, names);
    return fail(STATUS.usage, `the policy has no mark \`${unknown}\``,
      near !== undefined ? `did you mean \`${near}\`?` : names.length === 0 ? "it has no marks" : `it has ${names.join(", ")}`);
  }
  const args = (options.arg ?? []).map((word) => Buffer.from(word, "utf8").toString("latin1"));
  return succeed({ ...AT_FIRST, exe: exe.value, under: under.value, args, marks: new Set(options.mark) });
}

/** Where they lead, as of what is executed. */
function programsOf(programs: readonly string[] | undefined, surroundings: Surroundings): Attempt<readonly string[]> {
  const paths: string[] = [];
  for (const program of programs ?? []) {
    const question = questionOf("exec", program, surroundings, {});
    if (!question.ok) return question;
    if (question.value.access.kind !== "path") return fail(STATUS.usage, `\`${program}\` is no program with a path`);
    paths.push(question.value.access.path);
  }
  return succeed(paths);
}
