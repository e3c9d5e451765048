/** `policyc explain --all TARGET`: every operation on one target, as a small table. */
import { type Attempt as Asked, transportText } from "../compiler/access.js";
import { PRIVILEGES } from "../compiler/ast.js";
import { impliedByDefault } from "../compiler/escape-sockets.js";
import { OPERATIONS, type Operation, type ResolvedPolicy } from "../compiler/resolved.js";
import type { Decision } from "../interpreter/interpret.js";
import { isProgramName, programNamed, type Question, questionOf, type Surroundings, type TargetOptions } from "./access.js";
import { type Attempt, succeed } from "./exit.js";
import { placeOf, placeOfDefault } from "./rule-places.js";
import { type Paint, printable } from "./terminal.js";

export interface Answer {
  readonly question: Question;
  readonly decision: Decision;
}

const WIDTH = 80;
const OF_ENDPOINTS: readonly Operation[] = ["connect", "bind"];
const OF_PATHS: readonly Asked["op"][] = OPERATIONS.filter((op) => !OF_ENDPOINTS.includes(op));
const OF_ANONYMOUS: readonly Operation[] = ["exec", "load"];

/** One question for each operation that the target can have: a name alone is the program that PATH leads to. */
export function questionsAbout(
  target: string, surroundings: Surroundings, options: TargetOptions,
): Attempt<readonly Question[]> {
  const ops = operationsOn(target);
  const isName = ops === OF_PATHS && isProgramName(target);
  const place = isName ? programNamed(target, surroundings.searchPath) : succeed(target);
  if (!place.ok) return place;
  const questions: Question[] = [];
  for (const op of ops) {
    const question = questionOf(op, place.value, surroundings, options);
    if (!question.ok) return question;
    questions.push(isName ? { ...question.value, written: target } : question.value);
  }
  return succeed(questions);
}

function operationsOn(target: string): readonly Asked["op"][] {
  if (PRIVILEGES.some((privilege) => privilege === target)) return ["privilege"];
  if (target === "anonymous") return OF_ANONYMOUS;
  // An address is digits, dots and colons; any other word is a path with a mistake.
  const isEndpoint = target.startsWith("unix:") || /^[[\]0-9a-f.:]*[.:][[\]0-9a-f.:]*$/i.test(target);
  return isEndpoint ? OF_ENDPOINTS : OF_PATHS;
}

/** At most 80 columns wide, as far as names of rules and files allow. */
export function tableOf(policy: ResolvedPolicy, answers: readonly Answer[], paint: Paint): string {
  const ops = Math.max(...answers.map(({ question }) => question.access.op.length));
  const effects = Math.max(...answers.map(({ decision }) => decision.effect.length));
  const row = ({ question, decision }: Answer): readonly string[] => {
    const start = `  ${question.access.op.padEnd(ops)}  `;
    const effect = paint(styleOf(decision), decision.effect) + " ".repeat(effects - decision.effect.length);
    const indent = start.length + effects + 2;
    const [by = "", ...more] = reasonLines(policy, question.access.op, decision, WIDTH - indent);
    return [`${start}${effect}  ${by}`, ...more.map((line) => " ".repeat(indent) + line)];
  };
  // Not every operation follows a link, so that one target may lead to two places.
  const heads = [...new Set(answers.map(({ question }) => headOf(question)))];
  const lines = heads.flatMap((head) =>
    [printable(head), ...answers.filter(({ question }) => headOf(question) === head).flatMap(row)]);
  return `${lines.join("\n")}\n`;
}

/** The target, and how it was written where that leads elsewhere. */
export function headOf({ access, target, written }: Question): string {
  return `${target}${transportText(access)}${written === target ? "" : ` (written ${written})`}`;
}

export const styleOf = ({ effect }: Decision): "green" | "yellow" | "red" =>
  effect === "allow" ? "green" : effect === "audit" ? "yellow" : "red";

/** On one line, or the name and the place on two where they do not fit. */
function reasonLines(policy: ResolvedPolicy, op: Asked["op"], { rule, privilege }: Decision, room: number): readonly string[] {
  const decided = rule === null ? undefined : policy.rules[rule];
  if (decided === undefined) {
    const place = placeOfDefault(policy, privilege === null ? op : "privilege");
    if (privilege !== null) {
      const { id } = impliedByDefault(policy);
      return place === null ? [`${id} by default`] : fitted(`${id} by the default`, place, room);
    }
    return place === null ? ["the built-in default"] : fitted("the default", place, room);
  }
  const place = placeOf(decided.span);
  return decided.id === place ? [printable(place)] : fitted(decided.id, place, room);
}

function fitted(what: string, place: string, room: number): readonly string[] {
  const line = printable(`${what} at ${place}`);
  return line.length <= room ? [line] : [printable(what), printable(`at ${place}`)];
}
