/** The text of what statements are made of, as words between which a line may be broken. */
import type {
  ArgsClause, Condition, Event, OperationRef, PortRange, StringLiteral, Target, TargetSubject, TestCase,
} from "./ast.js";
import { assertNever } from "./diagnostic.js";
import { commaList, glue, type Segment } from "./layout.js";

/** Characters that cannot be seen, or not told from others, are written as numbers. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;
const ESCAPES: ReadonlyMap<string, string> = new Map([['"', '\\"'], ["\\", "\\\\"], ["\n", "\\n"], ["\t", "\\t"]]);

export function printString({ parts }: StringLiteral): string {
  const written = parts.map((part, i) => {
    if (part.kind === "reference") return `\${${part.name}}`;
    const text = escapeText(part.text);
    // `$` and a reference would together read as the escape for a literal `${`.
    return parts[i + 1]?.kind === "reference" && text.endsWith("$") ? `${text.slice(0, -1)}\\u{24}` : text;
  });
  return `"${written.join("")}"`;
}

/** A pattern in which every character stands for itself. */
export const escapePattern = (text: string): string => text.replace(/[\\*?[\]{}]/g, "\\$&");

/** Text as a string of the language, quotes included. */
export const quoteText = (text: string): string => `"${escapeText(text)}"`;

/** ASCII but for what may need an escape: most strings. */
const PLAIN = /^[ !#%-[\]-~]*$/;

const escapeText = (text: string): string =>
  (PLAIN.test(text) ? text : Array.from(text, printCharacter).join("").replaceAll("${", () => "$${"));

function printCharacter(character: string): string {
  const escape = ESCAPES.get(character);
  if (escape !== undefined) return escape;
  return UNSEEN.test(character) ? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}` : character;
}

export const printStrings = (literals: readonly StringLiteral[]): Segment =>
  commaList(literals.map((literal) => [printString(literal)]));

export const printOperations = (operations: readonly OperationRef[]): Segment =>
  commaList(operations.map(({ name }) => [name]));

export const printTargets = (targets: readonly Target[]): Segment => commaList(targets.map((target) => [glue(printTarget(target))]));

export function printTarget({ subject, ports, protocol }: Target): Segment {
  return [
    ...printSubject(subject),
    ...(ports === null ? [] : ["port", ...commaList(ports.map((port) => [printPort(port)]))]),
    ...(protocol === null ? [] : [protocol]),
  ];
}

const printPort = ({ first, last }: PortRange): string => first === last ? `${first}` : `${first}-${last}`;

function printSubject(subject: TargetSubject): Segment {
  switch (subject.kind) {
    case "string": return [printString(subject)];
    case "name": return [subject.text];
    case "builtin": return [subject.list];
    case "anonymous": return ["anonymous"];
    case "unix": return ["unix", printString(subject.address)];
    case "privilege": return [subject.privilege];
    default: return assertNever(subject);
  }
}

/** A clause that is left out gives no words. */
export const printExcept = (targets: readonly Target[]): Segment =>
  targets.length === 0 ? [] : ["except", ...printTargets(targets)];

export function printArgs(args: ArgsClause | null): Segment {
  if (args === null) return [];
  const without = args.without.length === 0 ? [] : ["without", ...printStrings(args.without)];
  return ["args", ...(args.only ? ["only"] : []), ...printStrings(args.words), ...without];
}

export const printBecause = (because: StringLiteral | null): Segment =>
  because === null ? [] : ["because", printString(because)];

export function printCondition(condition: Condition): Segment {
  switch (condition.kind) {
    case "mark-condition": return [condition.mark.text];
    case "exe-condition": return [glue(["exe", printString(condition.program)])];
    case "under-condition": return [glue(["under", printString(condition.program)])];
    case "not": return ["not", ...printOperand(condition.operand, ["and", "or"])];
    case "and": return joined(condition.operands.map((operand) => printOperand(operand, ["and", "or"])), "and");
    case "or": return joined(condition.operands.map((operand) => printOperand(operand, ["or"])), "or");
    default: return assertNever(condition);
  }
}

/** In parentheses if it is one of the kinds that would otherwise bind differently. */
function printOperand(operand: Condition, kinds: readonly Condition["kind"][]): Segment {
  const words = printCondition(operand);
  if (!kinds.includes(operand.kind)) return words;
  return words.map((word, i) => `${i === 0 ? "(" : ""}${word}${i === words.length - 1 ? ")" : ""}`);
}

const joined = (operands: readonly Segment[], word: string): Segment =>
  operands.flatMap((operand, i) => i === 0 ? operand : [word, ...operand]);

export function printEvent({ operation, targets, except, args, unlessExe }: Event): Segment {
  return [
    operation === "success" ? operation : operation.name,
    ...printTargets(targets),
    ...printExcept(except),
    ...printArgs(args),
    ...(unlessExe.length === 0 ? [] : ["unless", "exe", ...printStrings(unlessExe)]),
  ];
}

export const printEvents = (events: readonly Event[]): Segment => commaList(events.map(printEvent));

/** Its `after` comes last: what follows an event would be taken for a part of it. */
export function printCase({ effect, operation, target, marks, exe, under, args, after }: TestCase): readonly Segment[] {
  const events = after.map((event, i) => i === 0 ? printEvent(event) : ["then", ...printEvent(event)]);
  return [
    [effect, operation.name, ...printTarget(target)],
    marks.length === 0 ? [] : ["when", ...commaList(marks.map(({ text }) => [text]))],
    exe === null ? [] : ["exe", printString(exe)],
    under === null ? [] : ["under", printString(under)],
    args === null ? [] : ["args", ...printStrings(args)],
    after.length === 0 ? [] : ["after", ...commaList(events)],
  ];
}
