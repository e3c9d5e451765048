/** Targets of a rule, and of its `except`, that can go without a difference. */
import type { Allowance, Claim } from "./claims.js";
import { findIdle, FRESH } from "./find-idle.js";
import { mayMeet } from "./may-meet.js";
import { matchesNames, someSample } from "./samples.js";
import { mayMatch, mustMatch, spaceOf } from "./tied-rules.js";
import type { Tied, TiedRule } from "./tied-rules.js";

/** A rule with its targets as they were written: each stands for some of the resolved ones, by their numbers. */
export interface WrittenTargets {
  /** The rule, in as many parts as its operations make of it. */
  readonly parts: readonly TiedRule[];
  readonly match: readonly (readonly number[])[];
  readonly except: readonly (readonly number[])[];
}

export interface IdleTarget {
  /** Its number among those written. */
  readonly target: number;
  /** Targets of the same list that match instead of it. */
  readonly covered: readonly number[];
  /** Excepted targets that it matches. */
  readonly excepted: readonly number[];
}

/** All of them can go at once. */
export function findIdleTargets(written: WrittenTargets, allowance: Allowance): readonly IdleTarget[] {
  const { parts, match, except } = written;
  if (match.length + except.length < 2 || match.every((_, i) => standsOut(written, i))) return [];
  const excepted = parts.flatMap((part) =>
    except.map((numbers, i): Claim => claimOf(part, part.except, numbers, -1 - i, Infinity)));
  return findIdleIn(parts.flatMap((part) =>
    match.map((numbers, i) => claimOf(part, part.match, numbers, i, 0))), excepted, allowance);
}

/** Whether something is covered by this target alone, at first sight; of most targets. */
function standsOut({ parts, match, except }: WrittenTargets, index: number): boolean {
  const own = parts[0]?.match[match[index]?.[0] ?? 0]?.[0];
  const space = own === undefined ? null : spaceOf(own);
  const [part, ...more] = parts;
  if (own === undefined || space === null || part === undefined || more.length > 0) return false;
  const others = [
    ...match.flatMap((numbers, i) => (i === index ? [] : numbers.flatMap((number) => part.match[number] ?? []))),
    ...except.flat().flatMap((number) => part.except[number] ?? []),
  ].flatMap((other) => mustMatch(other, space));
  return mayMatch(own, space).some((pattern) =>
    someSample(pattern, FRESH, (names) => others.every((other) => !matchesNames(other, names))));
}

/** Excepted targets that other excepted ones cover; all of them can go at once. */
export function findIdleExcepts({ parts, except }: WrittenTargets, allowance: Allowance): readonly IdleTarget[] {
  if (except.length < 2) return [];
  return findIdleIn(parts.flatMap((part) =>
    except.map((numbers, i) => claimOf(part, part.except, numbers, i, 0))), [], allowance);
}

function claimOf(
  { operations }: TiedRule, targets: readonly (readonly Tied[])[], numbers: readonly number[], id: number, word: number,
): Claim {
  return { id, word, operations, match: numbers.flatMap((number) => targets[number] ?? []), except: [] };
}

/** First those that earlier ones cover, then, of the rest, those that later ones do. */
function findIdleIn(claims: readonly Claim[], excepted: readonly Claim[], allowance: Allowance): readonly IdleTarget[] {
  const idleBy = (ranked: readonly Claim[]): readonly IdleTarget[] =>
    findIdle(ranked, [...ranked, ...excepted], allowance).map(({ id, deciders }) => ({
      target: id,
      covered: [...deciders].filter((decider) => decider >= 0),
      excepted: [...deciders].filter((decider) => decider < 0).map((decider) => -1 - decider),
    }));
  const later = idleBy(claims.map((claim) => ({ ...claim, word: -claim.id })));
  const gone = new Set(later.map(({ target }) => target));
  const rest = claims.filter(({ id }) => !gone.has(id));
  const earlier = rest.length < 2 ? [] : idleBy(rest.map((claim) => ({ ...claim, word: claim.id })));
  return [...later, ...earlier].sort((a, b) => a.target - b.target);
}

/** Numbers of the excepted targets that none of the targets meets. */
export function findUselessExcepts({ parts, except }: WrittenTargets, allowance: Allowance): readonly number[] {
  return [...except.keys()].filter((i) => parts.every((part) =>
    !mayMeet((except[i] ?? []).flatMap((number) => part.except[number] ?? []), part.match.flat(), allowance)));
}
