/** Whether one thing may be matched on both sides; true as well where that is too much to tell. */
import type { NetworkSelector } from "../ir.gen.js";
import { spacesOf } from "./claims.js";
import type { Allowance } from "./claims.js";
import { exploreWithin } from "./explore-within.js";
import { meet } from "./idle-addresses.js";
import type { TriePattern } from "./pattern-trie.js";
import { matchesNames, partAtOnce, someSample } from "./samples.js";
import { isIn, isPatternKind, mayMatch } from "./tied-rules.js";
import type { Pattern, Space, Tied } from "./tied-rules.js";

export function mayMeet(own: readonly Tied[], others: readonly Tied[], allowance: Allowance): boolean {
  const isPlain = ({ selector }: Tied): boolean => !isPatternKind(selector.kind);
  if (own.filter(isPlain).some((one) => others.some((other) => mayMeetPlainly(one, other)))) return true;
  return spacesOf([{ match: own }]).some((space) => mayMeetIn(space, own, others, allowance));
}

function mayMeetPlainly(a: Tied, b: Tied): boolean {
  if (a.selector.kind !== "network" || b.selector.kind !== "network") return a.selector.kind === b.selector.kind;
  return a.tie.kind !== "free" || b.tie.kind !== "free" || mayMeetAddresses(a.selector, b.selector);
}

function mayMeetAddresses(a: NetworkSelector, b: NetworkSelector): boolean {
  return meet(a, b) && (a.protocol === null || b.protocol === null || a.protocol === b.protocol)
    && (a.ports === null || b.ports === null
      || a.ports.some((one) => b.ports?.some((other) => one.first <= other.last && other.first <= one.last)));
}

/** Of the first ones those that belong to the space: beneath the same unknown what goes on from there, else all of it. */
function mayMeetIn(space: Space, own: readonly Tied[], others: readonly Tied[], allowance: Allowance): boolean {
  const anywhere: Space = { kind: space.kind, beneath: null };
  const isHere = (tied: Tied): boolean => isIn(tied, space);
  const here = own.filter(isHere);
  const patternsIn = (ties: readonly Tied[], where: Space): readonly Pattern[] => ties.flatMap((tied) => mayMatch(tied, where));
  if (space.beneath === null) return mayMeetPatterns(patternsIn(here, anywhere), patternsIn(others, anywhere), space, allowance);
  return mayMeetPatterns(patternsIn(here, space), patternsIn(others.filter(isHere), space), space, allowance)
    || mayMeetPatterns(patternsIn(here, anywhere), patternsIn(others.filter((tied) => !isHere(tied)), anywhere), space, allowance);
}

function mayMeetPatterns(a: readonly Pattern[], b: readonly Pattern[], { kind }: Space, allowance: Allowance): boolean {
  const near = a.filter((one) => b.some((other) => !partAtOnce(one, other)));
  const nearOthers = b.filter((other) => near.some((one) => !partAtOnce(one, other)));
  if (near.length === 0) return false;
  const isIn = (ones: readonly Pattern[], others: readonly Pattern[]): boolean =>
    ones.some((one) => someSample(one, "a", (names) => others.some((other) => matchesNames(other, names))));
  if (isIn(near, nearOthers) || isIn(nearOthers, near)) return true;
  const patterns: readonly TriePattern[] = [
    ...near.map((components) => ({ components, owner: 0, guides: true })),
    ...nearOthers.map((components) => ({ components, owner: 1, guides: false })),
  ];
  const answer = { met: false };
  const told = exploreWithin(patterns, kind, allowance, (owners) => {
    answer.met = owners.size === 2;
    return answer.met;
  });
  return answer.met || !told;
}
