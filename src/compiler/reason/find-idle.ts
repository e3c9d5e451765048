/**
 * Claims that never decide: wherever one may match, for each of its operations, another one with a greater word must
 * match too. A sample tells for most claims that they do decide; the rest is explored, exactly.
 */
import { acquit, askedOf, atLeast, atMost, isSuspect, note, spacesOf, winnerOf } from "./claims.js";
import type { Allowance, Claim, Inquiry } from "./claims.js";
import { addressesAtLeast, decidesSampleAddress, findIdleAtAddresses } from "./idle-addresses.js";
import { exploreClaims } from "./idle-patterns.js";
import { matchesNames, PatternIndex, samplePaths } from "./samples.js";
import type { Space } from "./tied-rules.js";

/** A name that no policy speaks of. */
const FRESH = "policyc-sample";

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
  for (const space of spacesOf(claims)) {
    const covering = coveringIn(space, inquiry.covers);
    for (const claim of claims) {
      if (isSuspect(inquiry, claim) && decidesSample(claim, space, covering)) acquit(inquiry, claim);
    }
  }
  const networks = addressesAtLeast(inquiry.covers);
  for (const claim of claims) {
    if (isSuspect(inquiry, claim) && decidesSampleAddress(claim, networks)) acquit(inquiry, claim);
  }
}

/** The covers that match some names. */
type Covering = (names: readonly string[]) => ReadonlySet<Claim>;

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

function decidesSample(claim: Claim, space: Space, covering: Covering): boolean {
  const { match, except } = atMost(claim, space);
  const asked = askedOf(claim, space.kind);
  return match.some((pattern) => samplePaths(pattern, FRESH).some((names) => {
    if (except.some((each) => matchesNames(each, names))) return false;
    const covers = covering(names);
    return asked.some((operation) => winnerOf(claim, operation, covers) === null);
  }));
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
