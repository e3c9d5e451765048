/** An agent's instruction file, in Markdown → the sentences that tell it what to do, with the lines they begin in. */
import { hidesSomething, withoutHidden } from "./hidden.js";

export interface Directive {
  /** As it reads: without marks of Markdown at its ends, on one line. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** Why no rule may be drafted from it; null where that is not said here. */
  readonly barrier: string | null;
}

const IN_COMMENT = "it stands in a comment, which nobody sees who reads the page";
const HIDDEN = "it holds characters that cannot be seen";

interface Block {
  readonly lines: string[];
  readonly line: number;
  readonly barrier: string | null;
}

export function directivesOf(markdown: string): readonly Directive[] {
  return blocksOf(markdown).flatMap(({ lines, line, barrier }) => sentencesOf(lines, line)
    .filter(({ text }) => isDirective(withoutHidden(text)))
    .map((sentence) => ({ ...sentence, text: withoutHidden(sentence.text), barrier: barrier ?? (hidesSomething(sentence.text) ? HIDDEN : null) })));
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?/;
const HEADING = /^ {0,3}#{1,6}(?:\s|$)|^ {0,3}(?:=+|-{2,}|\*{3,}|_{3,})\s*$/;
const TABLE = /^\s*\|/;

/** Paragraphs, items and cells of tables; neither code nor headings. */
function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  // Whether the last of them may go on.
  let goesOn = false;
  let fence: string | null = null;
  let comment = false;
  const begin = (text: string, line: number): void => {
    blocks.push({ lines: [text], line, barrier: comment ? IN_COMMENT : null });
    goesOn = true;
  };
  const addPart = (text: string, line: number): void => {
    const plain = text.replace(/^\s*(?:>\s?)*/, "");
    const isTable = TABLE.test(text);
    if (text.trim() === "" || HEADING.test(text)) goesOn = false;
    else if (isTable) for (const cell of text.split("|")) begin(cell.trim(), line);
    else if (ITEM.test(text)) begin(text.replace(ITEM, ""), line);
    else if (goesOn) blocks.at(-1)?.lines.push(plain);
    else begin(plain, line);
    if (isTable) goesOn = false;
  };
  for (const [i, whole] of withoutFrontMatter(markdown.split(/\r?\n/)).entries()) {
    const line = i + 1;
    const mark = FENCE.exec(whole)?.[1] ?? null;
    if (fence !== null) {
      if (mark?.startsWith(fence) === true) fence = null;
      continue;
    }
    if (mark !== null) {
      [fence, goesOn] = [mark, false];
      continue;
    }
    // What stands before and behind a comment is read apart from it.
    const { parts, within } = partsOf(whole, comment);
    for (const { text, inside } of parts) {
      if (inside !== comment) [comment, goesOn] = [inside, false];
      addPart(text, line);
    }
    if (within !== comment) [comment, goesOn] = [within, false];
  }
  return blocks;
}

/** What of a line stands in a comment, and what does not; `within`: whether a comment goes on beyond it. */
function partsOf(text: string, inside: boolean): { readonly parts: readonly { readonly text: string; readonly inside: boolean }[]; readonly within: boolean } {
  const parts: { text: string; inside: boolean }[] = [];
  let [rest, within] = [text, inside];
  for (;;) {
    const mark = within ? "-->" : "<!--";
    const at = rest.indexOf(mark);
    parts.push({ text: at === -1 ? rest : rest.slice(0, at), inside: within });
    if (at === -1) break;
    [rest, within] = [rest.slice(at + mark.length), !within];
  }
  return { parts: parts.length === 1 ? parts : parts.filter((part) => part.text.trim() !== ""), within };
}

/** Its lines are there, and empty: those below keep their numbers. */
function withoutFrontMatter(lines: readonly string[]): readonly string[] {
  if (lines[0]?.trim() !== "---") return lines;
  const end = lines.findIndex((line, i) => i > 0 && line.trim() === "---");
  return end === -1 ? lines : lines.map((line, i) => (i <= end ? "" : line));
}

/** Sentences, each with the line that it begins in. A point within backticks, a path or a number ends none. */
function sentencesOf(lines: readonly string[], first: number): readonly { readonly text: string; readonly line: number }[] {
  const text = lines.join("\n");
  const sentences: { text: string; line: number }[] = [];
  let start = 0;
  const take = (end: number): void => {
    const raw = text.slice(start, end);
    const at = start + raw.length - raw.trimStart().length;
    const plain = raw.replace(/\s+/g, " ").trim().replace(/\*\*|__|^[*_]+|[*_]+(?=[.:;!]?$)/g, "").trim();
    if (plain !== "") sentences.push({ text: plain, line: first + (text.slice(0, at).match(/\n/g)?.length ?? 0) });
    start = end;
  };
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "`") quoted = !quoted;
    if (!quoted && /[.!?;]/.test(text[i] ?? "") && /^\s|^$|^\*\*/.test(text.slice(i + 1)) && !/\b(?:e\.g|i\.e|etc|vs)$/.test(text.slice(0, i))) take(i + 1);
  }
  take(text.length);
  return sentences;
}

const ORDERS = /\b(?:never|must(?: not)?|don't|do not|don’t|avoid|only|always|should(?: not)?|shall|may not|cannot|can't|not allowed|forbidden|prohibited|no\b|without|unless|off[- ]limits|require[sd]?|make sure|ensure|before|after|you may|(?:is|are) (?:fine|ok|okay|allowed|permitted)|feel free)/i;
const IMPERATIVE = /^(?:please\s+)?(?:add|allow|ask|block|build|bump|call|change|check|commit|connect|create|delete|deny|disable|do|edit|ensure|execute|fix|follow|format|forbid|generate|install|keep|leave|let|limit|lint|look|make|modify|open|permit|prefer|publish|push|put|read|rebase|refuse|remove|restrict|run|send|set|stay|stop|store|test|touch|treat|update|upload|use|verify|work|write)\b/i;

/** Of a word alone nobody knows what to do. */
const isDirective = (text: string): boolean => text.includes(" ") && (ORDERS.test(text) || IMPERATIVE.test(text));
