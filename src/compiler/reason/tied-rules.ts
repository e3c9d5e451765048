/**
 * Rules whose patterns know what they depend on, and what of a pattern holds whatever the policy is bound to: where it
 * must match, and where it may. Without parameters and `~` the two are the same.
 */
import type { Tie, TieOf } from "../checks/find-ties.js";
import type { Component, Effect, Operation, Selector } from "../ir.gen.js";
import { lowerByTarget } from "../lower.js";
import { groupByTarget, type TargetGroup, type Targets } from "../lower-targets.js";
import type { ResolvedPolicy, ResolvedRule, ResolvedTarget } from "../resolved.js";
import type { PatternKind } from "./selections.js";

export interface Tied {
  readonly selector: Selector;
  readonly tie: Tie;
}

/** Targets that mean the same for all of the operations. */
export interface TiedTargets {
  readonly operations: readonly Operation[];
  /** By target. */
  readonly match: readonly (readonly Tied[])[];
  readonly except: readonly (readonly Tied[])[];
}

/** A rule, or a part of one. */
export interface TiedRule extends TiedTargets {
  /** Its number in the resolved policy. */
  readonly rule: number;
  readonly effect: Effect;
}

export function tieRules({ rules }: ResolvedPolicy, tieOf: TieOf): readonly TiedRule[] {
  return rules.flatMap((rule, number) => tieRule(rule, number, tieOf));
}

const tieRule = (rule: ResolvedRule, number: number, tieOf: TieOf): readonly TiedRule[] =>
  tieGroups(lowerByTarget(rule), rule, tieOf).map((part) => ({ rule: number, effect: rule.effect, ...part }));

/** Of what has no rule of its own. */
export const tieTargets = (operations: readonly Operation[], written: Targets, tieOf: TieOf): readonly TiedTargets[] =>
  tieGroups(groupByTarget(operations, written), written, tieOf);

function tieGroups(groups: readonly TargetGroup[], { targets, except: left }: Targets, tieOf: TieOf): readonly TiedTargets[] {
  const tied = (written: readonly ResolvedTarget[], selectors: readonly (readonly Selector[])[]) =>
    written.map((target, i): readonly Tied[] => {
      const tie = tieOf(target);
      return (selectors[i] ?? []).map((selector) => ({ selector, tie }));
    });
  return groups.map(({ operations, match, except }) => ({ operations, match: tied(targets, match), except: tied(left, except) }));
}

/** The parts of each rule, by its number. */
export function partsByRule(rules: readonly TiedRule[]): ReadonlyMap<number, readonly TiedRule[]> {
  const parts = new Map<number, TiedRule[]>();
  for (const part of rules) {
    const known = parts.get(part.rule);
    if (known === undefined) parts.set(part.rule, [part]);
    else known.push(part);
  }
  return parts;
}

export type Pattern = readonly Component[];

/** Places of one kind: all of them, or those beneath what is not known, as they go on from there. */
export interface Space {
  readonly kind: PatternKind;
  readonly beneath: string | null;
}

/** Where to look for all that the pattern matches; null for what is no pattern. */
export function spaceOf({ selector, tie }: Tied): Space | null {
  if (!isPatternKind(selector.kind)) return null;
  return { kind: selector.kind, beneath: tie.kind === "begins" ? tie.unknown : null };
}

/** Whether this is where to look for what the pattern matches. */
export function isIn(tied: Tied, { kind, beneath }: Space): boolean {
  const own = spaceOf(tied);
  return own?.kind === kind && own.beneath === beneath;
}

export function isPatternKind(kind: Selector["kind"]): kind is PatternKind {
  return kind === "path" || kind === "unix-path" || kind === "unix-abstract";
}

const GLOBSTAR: Component = { kind: "globstar" };

/** Patterns that match only what `tied` matches in `space`, whatever the policy is bound to. */
export function mustMatch({ selector, tie }: Tied, { kind, beneath }: Space): readonly Pattern[] {
  if (selector.kind !== kind || tie.kind === "mixed") return [];
  const components = componentsOf(selector);
  if (tie.kind === "begins") return tie.unknown === beneath ? [components.slice(tie.depth)] : [];
  // A globstar takes in whatever the unknown may be.
  return beneath === null || components[0]?.kind === "globstar" ? [components] : [];
}

/** Patterns that match all that `tied` may match in `space`, whatever the policy is bound to. */
export function mayMatch({ selector, tie }: Tied, { kind, beneath }: Space): readonly Pattern[] {
  if (selector.kind !== kind) return [];
  if (tie.kind === "mixed") return [[kind === "unix-abstract" ? { kind: "any" } : GLOBSTAR]];
  const components = componentsOf(selector);
  const floating = tie.kind === "free" ? components : [GLOBSTAR, ...components.slice(tie.depth)];
  if (tie.kind === "begins" && tie.unknown === beneath) return [components.slice(tie.depth)];
  // The unknown may be what any beginning of the pattern matches.
  return beneath === null ? [floating] : [...floating.map((_, i) => floating.slice(i)), []];
}

function componentsOf(selector: Selector): Pattern {
  if (selector.kind === "unix-abstract") return [selector.name];
  return "components" in selector ? selector.components : [];
}
