/** `--from AGENTS.md`: what of an agent's instructions the kernel can enforce, drafted, and why the rest cannot be. */
import { type Directive, directivesOf } from "./directives.js";
import { withoutHidden } from "./hidden.js";
import type { Proposal, Untranslated } from "./proposal.js";
import { ADVICE } from "./understanding/frame.js";
import { reconcile } from "./understanding/reconcile.js";

/** Each directive is drafted whole, but for advice beside it, or named with the reason why it is not. */
export function fromInstructions(markdown: string, draft: (sentence: string) => Proposal): Proposal {
  const drafted = directivesOf(markdown).map((directive) => draftOne(directive, draft));
  return reconcile({ items: drafted.flatMap(({ items }) => items), untranslated: drafted.flatMap(({ untranslated }) => untranslated) });
}

function draftOne({ text, line, barrier }: Directive, draft: (sentence: string) => Proposal): Proposal {
  const not = (reason: string): Proposal => ({ items: [], untranslated: [{ words: text, line, reason }] });
  if (barrier !== null) return not(barrier);
  const { items, untranslated } = draft(text);
  // `Use pnpm, not npm.`: what is to be done instead takes nothing from what is not to be done.
  if (items.length > 0 && untranslated.every(({ reason }) => reason === ADVICE)) return { items: items.map((item) => ({ ...item, line })), untranslated: untranslated.map((one) => ({ ...one, line })) };
  return not(reasonFor(text, untranslated));
}

/** What kinds of instructions no access shows; the first that fits. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:ask|confirm|approval|permission from|check with|sign-?off|tell (?:me|us|the user))\b/i, "it needs somebody's answer: no rule asks"],
  [/\b(?:indent|tabs?\b|spaces|naming|camelCase|snake_case|comments?|docstrings?|style|readable|concise|type hints?|typed|idiomatic|format(?:ting)?|imports?|conventional commits?|commit messages?|quotes|semicolons?)\b/i, "it is about what is written, and not about which file"],
  [/\b(?:polite|tone|respond|answer|explain|summar|language|english|markdown|emoji|verbose|think|plan|reason)\b/i, "it is about what the agent says or thinks"],
  [/\b(?:prefer|consider|try to|when possible|if possible|usually|ideally|generally)\b/i, "it leaves a choice: a rule leaves none"],
  [/\b(?:hour|morning|weekend|friday|night|daily|weekly|monday|today)\b/i, "rules do not know what time it is"],
  [/\bhttps?:\/\/|\b[a-z0-9-]+\.(?:com|org|io|net|dev|ai)\b/i, "it names a host: host names are not enforced yet, addresses are"],
  [/\b(?:tests?|coverage|changelog|documentation|docs|readme|refactor|simple|small|performance|secure|errors?|edge cases?)\b/i, "it is about the quality of the work, which no access shows"],
];

function reasonFor(text: string, untranslated: readonly Untranslated[]): string {
  return REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? untranslated[0]?.reason ?? "no rule says this";
}

/** What a model is given of the file: what a reader sees of it. */
export const visibleText = (markdown: string): string => withoutHidden(markdown.replace(/<!--[^]*?(?:-->|$)/g, (comment) => comment.replace(/[^\n]/g, "")));
