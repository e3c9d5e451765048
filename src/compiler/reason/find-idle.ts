/**
 * Claims that never decide: wherever one may match, for each of its operations, another one with a greater word must
 * match too. A sample tells for most claims that they do decide; the rest is explored, exactly.
 */
import { acquit, askedOf, atLeast, isSuspect, keyOfSpace, note, spacesOf, winnerOf } from "./claims.js";
import type { Allowance, Claim, Inquiry } from "./claims.js";
import { addressesAtLeast, decidesSampleAddress, findIdleAtAddresses } from "./idle-addresses.js";
import { exploreClaims } from "./idle-patterns.js";
import { matchesNames, PatternIndex, someSample } from "./samples.js";
import type { PathNames } from "./samples.js";
import { mayMatch, mustMatch, spaceOf } from "./tied-rules.js";
import type { Space, Tied } from "./tied-rules.js";

/** A name that no policy speaks of. */
export const FRESH = "policyc-sample";

export interface Idle {
  readonly id: number;
  /** Ids of the claims that decide where it matches. */
  readonly deciders: ReadonlySet<number>;
}

/** Claims that are not told about in time are not among the answers. */
export function findIdle(claims: readonly Claim[], covers: readonly Claim[], allowance: Allowance): readonly Idle[] {
  const inquiry: Inquiry = { covers, allowance, deciders: new Map(claims.map(({ id }) => [id, new Set<number>()])) };
  acquitBySamples(claims, inquiry);
  const left = claims.filter((claim) => isSuspect(inquiry, claim));
  if (left.length === 0) return [];
  const relevant = { ...inquiry, covers: relevantTo(left, covers) };
  for (const space of spacesOf(left)) exploreClaims(left, space, relevant);
  findIdleAtAddresses(left, relevant);
  for (const claim of left) judgePlain(claim, relevant);
  return [...inquiry.deciders].flatMap(([id, deciders]) => (deciders.size === 0 ? [] : [{ id, deciders }]));
}

function relevantTo(claims: readonly Claim[], covers: readonly Claim[]): readonly Claim[] {
  const least = claims.reduce((word, claim) => Math.min(word, claim.word), Infinity);
  const operations = new Set(claims.flatMap((claim) => claim.operations));
  return covers.filter((cover) => cover.word > least && cover.operations.some((operation) => operations.has(operation)));
}

function acquitBySamples(claims: readonly Claim[], inquiry: Inquiry): void {
  const coverings = new Map<string, Covering>();
  const coveringOf = (space: Space): Covering => {
    const key = keyOfSpace(space);
    const covering = coverings.get(key) ?? coveringIn(space, inquiry.covers);
    coverings.set(key, covering);
    return covering;
  };
  for (const claim of claims) {
    if (isSuspect(inquiry, claim) && claim.match.some((tied) => decidesSample(claim, tied, coveringOf))) acquit(inquiry, claim);
  }
  const withAddresses = claims.filter((claim) =>
    isSuspect(inquiry, claim) && claim.match.some(({ selector }) => selector.kind === "network"));
  if (withAddresses.length === 0) return;
  const addresses = addressesAtLeast(inquiry.covers);
  for (const claim of withAddresses) if (decidesSampleAddress(claim, addresses)) acquit(inquiry, claim);
}

/** The covers that match some names. */
type Covering = (names: PathNames) => ReadonlySet<Claim>;

function coveringIn(space: Space, covers: readonly Claim[]): Covering {
  const index = new PatternIndex<{ readonly claim: Claim; readonly excepts: boolean }>();
  for (const claim of covers) {
    const { match, except } = atLeast(claim, space);
    for (const pattern of match) index.add(pattern, { claim, excepts: false });
    for (const pattern of except) index.add(pattern, { claim, excepts: true });
  }
  return (names) => {
    const matched = index.at(names);
    const claims = new Set(matched.flatMap(({ claim, excepts }) => (excepts ? [] : [claim])));
    for (const { claim, excepts } of matched) if (excepts) claims.delete(claim);
    return claims;
  };
}

function decidesSample(claim: Claim, tied: Tied, coveringOf: (space: Space) => Covering): boolean {
  const space = spaceOf(tied);
  if (space === null) return false;
  const asked = askedOf(claim, space.kind);
  const covering = coveringOf(space);
  const decides = (names: PathNames): boolean => {
    const covers = covering(names);
    return asked.some((operation) => winnerOf(claim, operation, covers) === null)
      && !claim.except.some((each) => mustMatch(each, space).some((pattern) => matchesNames(pattern, names)));
  };
  return mayMatch(tied, space).some((pattern) => someSample(pattern, FRESH, decides));
}

/** What has no place and no name. */
function judgePlain(claim: Claim, inquiry: Inquiry): void {
  for (const kind of ["anonymous", "unix-unnamed"] as const) {
    const isIn = ({ match, except }: Claim): boolean =>
      match.some(({ selector }) => selector.kind === kind) && !except.some(({ selector }) => selector.kind === kind);
    if (!isIn(claim)) continue;
    const covers = inquiry.covers.filter(isIn);
    for (const operation of askedOf(claim, kind)) note(claim, winnerOf(claim, operation, covers), inquiry);
  }
}
