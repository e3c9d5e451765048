/** The clauses of rules, marks and limits in words, those of the language but for limits, with everything substituted. */
import { assertNever } from "../diagnostic.js";
import type { ArgsPattern, Condition, Event, GlobItem, Limit, Mark, NameComponent, PathSelector, Rule, Word } from "../ir.gen.js";
import { durationText } from "../numbers.js";
import { escapePattern, quoteText } from "../print-parts.js";
import { selectorText } from "./selector-text.js";

export const ruleClauses = ({ args, when }: Pick<Rule, "args" | "when">): readonly string[] =>
  [...(args === null ? [] : [argsText(args)]), ...whenClauses(when)];

export const limitClauses = ({ count, perMilliseconds, when }: Limit): readonly string[] =>
  [`beyond ${count} per ${durationText(perMilliseconds)}`, ...whenClauses(when)];

export const markClauses = ({ on, until, perProcess, tracksFiles }: Mark): readonly string[] => [
  `on ${on.map(eventText).join("; ")}`,
  ...(until.length === 0 ? [] : [`until ${until.map(eventText).join("; ")}`]),
  ...(perProcess ? ["per process"] : []),
  ...(tracksFiles ? ["tracks files"] : []),
];

const whenClauses = (when: Condition | null): readonly string[] => (when === null ? [] : [`when ${conditionText(when)}`]);

function eventText({ success, operations, match, except, args, unlessExe }: Event): string {
  const texts = (selectors: Event["match"]): string => selectors.map(selectorText).join(", ");
  return [
    success ? "success" : operations.join(", "),
    texts(match),
    ...(except.length === 0 ? [] : [`except ${texts(except)}`]),
    ...(args === null ? [] : [argsText(args)]),
    ...(unlessExe.length === 0 ? [] : [`unless exe ${programsText(unlessExe)}`]),
  ].join(" ");
}

export function argsText({ only, words, without }: ArgsPattern): string {
  const list = (all: readonly Word[]): string => all.map((word) => quoteText(wordText(word))).join(", ");
  return [
    "args", ...(only ? ["only"] : []), ...(words.length === 0 ? [] : [list(words)]),
    ...(without.length === 0 ? [] : [`without ${list(without)}`]),
  ].join(" ");
}

/** Several in parentheses: one of them. */
export const programsText = (programs: readonly PathSelector[]): string => {
  const texts = programs.map(({ text }) => quoteText(text));
  return texts.length === 1 ? texts.join("") : `(${texts.join(", ")})`;
};

export function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case "mark": return condition.mark;
    case "exe":
    case "under": return `${condition.kind} ${programsText(condition.programs)}`;
    case "not": return `not ${operandText(condition.operand)}`;
    case "and":
    case "or": return condition.operands.map(operandText).join(` ${condition.kind} `);
    default: return assertNever(condition);
  }
}

const operandText = (condition: Condition): string =>
  (condition.kind === "and" || condition.kind === "or" ? `(${conditionText(condition)})` : conditionText(condition));

function wordText(word: Word): string {
  const alternatives = word.map(componentText);
  return alternatives.length === 1 ? alternatives.join("") : `{${alternatives.join(",")}}`;
}

function componentText(component: NameComponent): string {
  switch (component.kind) {
    case "literal": return escapePattern(component.name);
    case "any": return "*";
    case "affix": return `${escapePattern(component.prefix)}*${escapePattern(component.suffix)}`;
    case "glob": return component.items.map(itemText).join("");
    default: return assertNever(component);
  }
}

function itemText(item: GlobItem): string {
  switch (item.kind) {
    case "text": return escapePattern(item.text);
    case "run": return "*";
    case "byte": return item.ranges.length === 0 ? "?" : `[${item.negated ? "!" : ""}${item.ranges.map(rangeText).join("")}]`;
    default: return assertNever(item);
  }
}

function rangeText({ first, last }: { readonly first: number; readonly last: number }): string {
  return first === last ? String.fromCharCode(first) : `${String.fromCharCode(first)}-${String.fromCharCode(last)}`;
}
