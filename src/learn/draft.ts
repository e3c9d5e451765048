/** What was folded, as the text of a policy: sections by place, a rule for each set of operations. */
import { quoteText } from "../compiler/print-parts.js";
import type { FoldedPath } from "./fold.js";
import { pathText } from "./pattern-text.js";
import { groupBy } from "./group.js";
import type { PathPattern } from "./paths.js";
import { type FileOp, isChange } from "./places.js";

export interface Section {
  readonly title: string;
  /** `OPERATIONS TARGETS` of each rule, without its effect. */
  readonly rules: readonly string[];
}

const OPS: readonly FileOp[] = ["read", "write", "create", "delete", "setattr", "exec", "load"];
const CHANGES = OPS.filter(isChange);

const TITLES = ["The programs that ran.", "The machine.", "The project.", "The home.", "Temporary files."] as const;
type Title = (typeof TITLES)[number];

const TEMPORARY = /^"\/(tmp|var\/tmp|dev\/shm)[/"]/;

function titleOf({ root }: PathPattern, text: string, ops: readonly FileOp[]): Title {
  if (ops.length === 1 && ops[0] === "exec") return "The programs that ran.";
  if (TEMPORARY.test(text)) return "Temporary files.";
  return root === "workspace" ? "The project." : root === "home" ? "The home." : "The machine.";
}

/** `exceptOf`: the clause that keeps a rule's patterns away from what nobody touched; empty for most. */
export function sectionsOf(
  folded: readonly FoldedPath[], exceptOf: (ops: readonly FileOp[], patterns: readonly PathPattern[]) => string,
): readonly Section[] {
  const placed = folded.flatMap((one) => apart(one)).map(({ pattern, ops }) => {
    const text = pathText(pattern);
    const sorted = OPS.filter((op) => ops.includes(op));
    return { pattern, text, sorted, title: titleOf(pattern, text, sorted), words: wordsFor(sorted) };
  });
  return TITLES.flatMap((title): readonly Section[] => {
    const here = placed.filter((one) => one.title === title);
    const groups = groupBy(here, ({ words }) => words);
    const rules = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([words, group]) => {
      const texts = [...new Set(group.map(({ text }) => text))].toSorted();
      return `${words} ${texts.join(", ")}${exceptOf(group[0]?.sorted ?? [], group.map(({ pattern }) => pattern))}`;
    });
    return rules.length === 0 ? [] : [{ title, rules }];
  });
}

/** Programs have a section of their own. */
function apart({ pattern, ops }: FoldedPath): readonly FoldedPath[] {
  const rest = ops.filter((op) => op !== "exec");
  return [
    ...(ops.includes("exec") ? [{ pattern, ops: ["exec" as const] }] : []),
    ...(rest.length > 0 ? [{ pattern, ops: rest }] : []),
  ];
}

/** `modify` where all of it was seen, `access` where reading was, too. */
function wordsFor(ops: readonly FileOp[]): string {
  if (!CHANGES.every((op) => ops.includes(op))) return ops.join(", ");
  const group = ops.includes("read") ? "access" : "modify";
  return [group, ...ops.filter((op) => op !== "read" && !isChange(op))].join(", ");
}

/** On one line of a comment, whatever it holds. */
export const inComment = (text: string): string => quoteText(text).slice(1, -1);
