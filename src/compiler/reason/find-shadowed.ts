/** Rules that never decide, by which others, and which of them say what another one says. */
import type { Operation } from "../ir.gen.js";
import { verdictWord } from "../verdict.js";
import type { Allowance, Claim } from "./claims.js";
import { findIdle } from "./find-idle.js";
import { partsByRule } from "./tied-rules.js";
import type { TiedRule } from "./tied-rules.js";

export interface Shadowed {
  /** Numbers of rules in the resolved policy. */
  readonly rule: number;
  readonly deciders: readonly number[];
  /** Whether the one that decides has the same effect, operations and targets. */
  readonly same: boolean;
}

export interface ShadowQuestion {
  readonly rules: readonly TiedRule[];
  /** The operations for which it matters whether a rule decides: none where nobody asks. */
  readonly asked: (rule: TiedRule) => readonly Operation[];
  /** Whether a rule holds at all times, for every program. */
  readonly isPlain: (rule: number) => boolean;
}

/** In source order. What takes too long to tell is left out. */
export function findShadowed({ rules, asked, isPlain }: ShadowQuestion, allowance: Allowance): readonly Shadowed[] {
  const plain = rules.filter(({ rule }) => isPlain(rule));
  const subjects = plain.map((rule) => ({ ...claimOf(rule), operations: asked(rule) }))
    .filter(({ operations }) => operations.length > 0);
  if (subjects.length === 0) return [];
  const idle = findIdle(subjects, plain.map(claimOf), allowance);
  const parts = partsByRule(plain);
  return idle.map(({ id, deciders }) => {
    const inOrder = [...deciders].sort((a, b) => a - b);
    const [other, ...more] = inOrder;
    const same = other !== undefined && more.length === 0 && saySame(parts.get(id) ?? [], parts.get(other) ?? [], allowance);
    return { rule: id, deciders: inOrder, same };
  }).sort((a, b) => a.rule - b.rule);
}

function claimOf({ rule, effect, operations, match, except }: TiedRule): Claim {
  return { id: rule, word: verdictWord(effect, rule), operations, match: match.flat(), except: except.flat() };
}

/** Of rules, the first of which matches only where the second one does. */
function saySame(one: readonly TiedRule[], other: readonly TiedRule[], allowance: Allowance): boolean {
  const said = (rules: readonly TiedRule[]): string =>
    JSON.stringify([rules[0]?.effect, rules.flatMap(({ operations }) => operations).toSorted()]);
  if (said(one) !== said(other)) return false;
  const raised = one.map((rule) => ({ ...claimOf(rule), word: Infinity }));
  return findIdle(other.map(claimOf), raised, allowance).length > 0;
}
