/** What claims to decide something: a rule, or a part of one that is looked at by itself. */
import type { Operation, Selector } from "../ir.gen.js";
import { operationsOf } from "./selections.js";
import { isIn, mayMatch, mustMatch, spaceOf } from "./tied-rules.js";
import type { Pattern, Space, Tied } from "./tied-rules.js";

export interface Claim {
  /** What it is a part of; claims with one id decide together. */
  readonly id: number;
  /** The greater one decides. */
  readonly word: number;
  readonly operations: readonly Operation[];
  readonly match: readonly Tied[];
  readonly except: readonly Tied[];
}

/** Of the operations, those that are done with what such selectors select. */
export function askedOf(claim: Claim, kind: Selector["kind"]): readonly Operation[] {
  const possible = operationsOf(kind);
  return claim.operations.filter((operation) => possible.includes(operation));
}

/** The patterns of a claim in a space: of what is to be outdone as much as it may match, of what outdoes it the least. */
export interface ClaimPatterns {
  readonly match: readonly Pattern[];
  readonly except: readonly Pattern[];
}

export function atMost(claim: Claim, space: Space): ClaimPatterns {
  return {
    match: claim.match.filter((tied) => isIn(tied, space)).flatMap((tied) => mayMatch(tied, space)),
    except: claim.except.flatMap((tied) => mustMatch(tied, space)),
  };
}

export function atLeast(claim: Claim, space: Space): ClaimPatterns {
  const match = claim.match.flatMap((tied) => mustMatch(tied, space));
  return { match, except: match.length === 0 ? [] : claim.except.flatMap((tied) => mayMatch(tied, space)) };
}

/** Each place to look in for all that the claims match. */
export function spacesOf(claims: readonly Pick<Claim, "match">[]): readonly Space[] {
  const spaces = new Map<string, Space>();
  for (const { match } of claims) {
    for (const tied of match) {
      const space = spaceOf(tied);
      if (space !== null) spaces.set(keyOfSpace(space), space);
    }
  }
  return [...spaces.values()];
}

export function keyOfSpace({ kind, beneath }: Space): string {
  return beneath === null ? kind : `${kind} ${beneath}`;
}

/** Work that may still be done; when it is used up, a question stays without an answer. */
export interface Allowance {
  left: number;
}

/** False when the work was too much. */
export function spend(allowance: Allowance, work: number): boolean {
  allowance.left -= work;
  return allowance.left >= 0;
}

/** The covers that outdo the claim for the operation; the greatest word decides. */
export function winnerOf(claim: Claim, operation: Operation, covers: Iterable<Claim>): Claim | null {
  let winner: Claim | null = null;
  for (const cover of covers) {
    if (cover.word <= (winner ?? claim).word || !cover.operations.includes(operation)) continue;
    winner = cover;
  }
  return winner;
}

/** What the parts of an answer about claims that never decide have in common. */
export interface Inquiry {
  readonly covers: readonly Claim[];
  readonly allowance: Allowance;
  /** By id, for those that may still turn out to be idle: what decides instead. */
  readonly deciders: Map<number, Set<number>>;
}

/** A claim may decide somewhere, or nobody can tell. */
export function acquit({ deciders }: Inquiry, { id }: Claim): void {
  deciders.delete(id);
}

export function isSuspect({ deciders }: Inquiry, { id }: Claim): boolean {
  return deciders.has(id);
}

/** What decides instead of the claim somewhere; null for nothing. */
export function note(claim: Claim, winner: Claim | null, inquiry: Inquiry): void {
  if (winner === null) acquit(inquiry, claim);
  else inquiry.deciders.get(claim.id)?.add(winner.id);
}
