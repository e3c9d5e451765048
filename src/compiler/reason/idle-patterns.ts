/** Whether claims ever decide over paths and names: every kind of path is looked at, once for all claims. */
import { acquit, askedOf, atLeast, atMost, isSuspect, note, winnerOf } from "./claims.js";
import type { Claim, ClaimPatterns, Inquiry } from "./claims.js";
import { exploreWithin } from "./explore-within.js";
import type { TriePattern } from "./pattern-trie.js";
import type { Pattern, Space } from "./tied-rules.js";

/** Patterns of a claim in one of its roles: which of its owners match, and which except. */
interface Part {
  readonly claim: Claim;
  readonly match: number;
  readonly except: number;
}

/** Acquits each claim that may decide somewhere in `space`, and all of them where that is too much to tell. */
export function exploreClaims(claims: readonly Claim[], space: Space, inquiry: Inquiry): void {
  const patterns: TriePattern[] = [];
  let owners = 0;
  const append = (own: readonly Pattern[], guides: boolean): number => {
    const owner = owners++;
    for (const components of own) patterns.push({ components, owner, guides });
    return owner;
  };
  const partsOf = (part: Claim, { match, except }: ClaimPatterns, guides: boolean): readonly Part[] =>
    match.length === 0 ? [] : [{ claim: part, match: append(match, guides), except: append(except, false) }];
  const suspects = claims.filter((claim) => isSuspect(inquiry, claim)).flatMap((claim) => partsOf(claim, atMost(claim, space), true));
  const covers = inquiry.covers.flatMap((claim) => partsOf(claim, atLeast(claim, space), false));
  if (suspects.length === 0) return;
  const [suspectOf, coverOf] = [suspects, covers].map(indexParts);
  const found = new Set<Part>();
  const isFinished = (): boolean => suspects.every(({ claim }) => !isSuspect(inquiry, claim));
  const told = exploreWithin(patterns, space.kind, inquiry.allowance, (matched) => {
    const matching = matchingParts(coverOf, matched).map(({ claim }) => claim);
    for (const part of matchingParts(suspectOf, matched)) {
      found.add(part);
      for (const operation of askedOf(part.claim, space.kind)) {
        note(part.claim, winnerOf(part.claim, operation, matching), inquiry);
      }
    }
    return isFinished();
  });
  // What was never met is wholly excepted, or has names without end: the first is for others to tell.
  for (const part of suspects) if (!told || !found.has(part)) acquit(inquiry, part.claim);
}

function indexParts(parts: readonly Part[]): ReadonlyMap<number, Part> {
  return new Map(parts.map((part) => [part.match, part]));
}

function matchingParts(byOwner: ReadonlyMap<number, Part> | undefined, matched: ReadonlySet<number>): readonly Part[] {
  return [...matched].flatMap((owner) => {
    const part = byOwner?.get(owner);
    return part === undefined || matched.has(part.except) ? [] : [part];
  });
}
