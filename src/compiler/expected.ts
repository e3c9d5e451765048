/** What the grammar would have taken at a place, in the user's words. */
import type { TokenType } from "chevrotain";
import * as t from "./tokens.js";

interface Group {
  readonly label: string;
  /** All of these must be expected for the label to fit. */
  readonly all: readonly TokenType[];
  /** What the label then stands for. */
  readonly covers: readonly TokenType[];
}

// In the order in which they are tried: a statement can begin with what else would be a rule's effect, and so on.
const GROUPS: readonly Group[] = [
  { label: "a statement", all: [t.Let, t.Effect], covers: [...t.STATEMENT_KEYWORDS, t.Effect, t.Name] },
  {
    label: "a target", all: [t.Anonymous, t.Text],
    covers: [t.Text, t.Name, t.BuiltinList, t.PrivilegeName, t.Anonymous, t.Unix],
  },
  { label: "a condition", all: [t.LParen, t.Exe], covers: [t.Name, t.Exe, t.Under, t.Not, t.LParen] },
  { label: "an event", all: [t.Success, t.Operation], covers: [t.Success, t.Operation] },
  { label: "a port", all: [t.Integer, t.Range], covers: [t.Integer, t.Range] },
  { label: "a clause", all: [t.When, t.Unless], covers: [t.Except, t.Args, t.When, t.Unless, t.Because] },
  { label: "a clause", all: [t.When, t.After], covers: [t.When, t.Exe, t.Under, t.Args, t.After] },
];

const LABELS: ReadonlyMap<TokenType, string> = new Map([
  [t.Text, "a string"], [t.Name, "a name"], [t.Effect, "an effect"], [t.Operation, "an operation"],
  [t.Protocol, "a protocol"], [t.Integer, "a number"], [t.Duration, "a duration like `10s`"],
  [t.Open, "`{`"],
]);

/** `a target, `port` or the next statement`. */
export function describeExpected(expected: readonly TokenType[], inTest: boolean): string {
  const left = new Set(expected);
  const words: string[] = [];
  for (const { label, all, covers } of GROUPS) {
    if (!all.every((type) => left.has(type))) continue;
    words.push(label);
    covers.forEach((type) => left.delete(type));
  }
  const end = left.delete(t.End) ? [inTest ? "the next case" : "the next statement"] : [];
  const single = [...left].map((type) => LABELS.get(type) ?? `\`${t.wordOf(type) ?? punctuation(type)}\``);
  return oneOf([...words, ...single, ...end]);
}

const punctuation = (type: TokenType): string => typeof type.PATTERN === "string" ? type.PATTERN : type.name;

function oneOf(words: readonly string[]): string {
  const last = words.at(-1) ?? "something else";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

/** Every keyword among the expected tokens, those of categories too: what a misspelt word may have been. */
export function wordsOf(expected: readonly TokenType[]): readonly string[] {
  return [...t.RESERVED_WORDS].flatMap(([word, type]) =>
    expected.some((wanted) => wanted === type || (type.CATEGORIES?.includes(wanted) ?? false)) ? [word] : []);
}
