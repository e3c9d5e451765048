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
  /** What has to be so for a rule to hold; null of one that is to be left out. */
  readonly needsOf: (rule: number) => Needs | null;
}

/** Conditions as they are written, all of them together; none of a rule that holds at all times, for every program. */
export type Needs = ReadonlySet<string>;

/**
 * In source order. What takes too long to tell is left out. A rule is outdone by those that hold whenever it holds: by
 * rules that need no more than it does.
 */
export function findShadowed({ rules, asked, needsOf }: ShadowQuestion, allowance: Allowance): readonly Shadowed[] {
  const groups = new Map<string, { readonly needs: Needs; readonly rules: TiedRule[] }>();
  for (const rule of rules) {
    const needs = needsOf(rule.rule);
    if (needs === null) continue;
    const key = JSON.stringify([...needs].sort());
    const group = groups.get(key) ?? { needs, rules: [] };
    group.rules.push(rule);
    groups.set(key, group);
  }
  const parts = partsByRule(rules);
  return [...groups.values()].flatMap((group): readonly Shadowed[] => {
    const subjects = group.rules.map((rule) => ({ ...claimOf(rule), operations: asked(rule) }))
      .filter(({ operations }) => operations.length > 0);
    if (subjects.length === 0) return [];
    const covers = [...groups.values()].filter(({ needs }) => [...needs].every((need) => group.needs.has(need)))
      .flatMap((other) => other.rules);
    return findIdle(subjects, covers.map(claimOf), allowance).map(({ id, deciders }) => {
      const inOrder = [...deciders].sort((a, b) => a - b);
      const [other, ...more] = inOrder;
      const same = other !== undefined && more.length === 0 && needsOf(other)?.size === group.needs.size
        && saySame(parts.get(id) ?? [], parts.get(other) ?? [], allowance);
      return { rule: id, deciders: inOrder, same };
    });
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
