/** Whether claims ever decide over addresses, ports and protocols. */
import type { Protocol } from "../ast.js";
import type { NetworkSelector } from "../ir.gen.js";
import { addressPoints } from "./addresses.js";
import { acquit, askedOf, isSuspect, note, spend, winnerOf } from "./claims.js";
import type { Claim, Inquiry } from "./claims.js";
import type { Tied } from "./tied-rules.js";

const WIDTH = { 4: 32, 6: 128 } as const;
const ALL = ([4, 6] as const).map((family): NetworkSelector => (
  { kind: "network", family, address: "0".repeat(WIDTH[family] / 4), prefixLength: 0, ports: null, protocol: null }));

function mustCover({ selector, tie }: Tied): readonly NetworkSelector[] {
  return selector.kind === "network" && tie.kind === "free" ? [selector] : [];
}

/** An address that is not known may be any. */
function mayCover({ selector, tie }: Tied): readonly NetworkSelector[] {
  if (selector.kind !== "network") return [];
  return tie.kind === "free" ? [selector] : ALL;
}

interface Cover {
  readonly claim: Claim;
  readonly match: readonly NetworkSelector[];
  readonly except: readonly NetworkSelector[];
}

/** What covers surely match, found by the prefixes of an address. */
export class AddressIndex {
  private readonly byPrefix = new Map<string, Set<Cover>>();
  private readonly lengths = new Map<4 | 6, Set<number>>([[4, new Set()], [6, new Set()]]);

  add(cover: Cover): void {
    for (const { family, address, prefixLength } of cover.match) {
      this.lengths.get(family)?.add(prefixLength);
      const key = keyOf(family, BigInt(`0x${address}`), prefixLength);
      const known = this.byPrefix.get(key);
      if (known === undefined) this.byPrefix.set(key, new Set([cover]));
      else known.add(cover);
    }
  }

  /** Those of which some prefix holds the address. */
  around(family: 4 | 6, bits: bigint): readonly Cover[] {
    const lengths = [...this.lengths.get(family) ?? []];
    return [...new Set(lengths.flatMap((length) => [...this.byPrefix.get(keyOf(family, bits, length)) ?? []]))];
  }
}

function keyOf(family: 4 | 6, bits: bigint, length: number): string {
  return `${family}/${length}/${bits >> BigInt(WIDTH[family] - length)}`;
}

export function addressesAtLeast(covers: readonly Claim[]): AddressIndex {
  const index = new AddressIndex();
  for (const claim of covers) {
    const match = claim.match.flatMap(mustCover);
    if (match.length > 0) index.add({ claim, match, except: claim.except.flatMap(mayCover) });
  }
  return index;
}

/** Tries the first address and port of each selector. */
export function decidesSampleAddress(claim: Claim, index: AddressIndex): boolean {
  const except = claim.except.flatMap(mustCover);
  const asked = askedOf(claim, "network");
  return claim.match.flatMap(mayCover).some(({ family, address, ports, protocol }) => {
    const bits = BigInt(`0x${address}`);
    const spoken = protocol ?? (ports === null ? "other" : "tcp");
    const port = ports?.[0]?.first ?? 0;
    const isIn = (selectors: readonly NetworkSelector[]): boolean => selectors.some((selector) =>
      selector.family === family && holds(selector, bits) && covers(selector, spoken, port));
    if (isIn(except)) return false;
    const winning = index.around(family, bits).filter((cover) => isIn(cover.match) && !isIn(cover.except))
      .map((cover) => cover.claim);
    return asked.some((operation) => winnerOf(claim, operation, winning) === null);
  });
}

function holds({ family, address, prefixLength }: NetworkSelector, bits: bigint): boolean {
  const width = BigInt(WIDTH[family] - prefixLength);
  return BigInt(`0x${address}`) >> width === bits >> width;
}

function covers({ ports, protocol }: NetworkSelector, spoken: Protocol | "other", port: number): boolean {
  if (spoken === "other") return ports === null && protocol === null;
  return (protocol === null || protocol === spoken)
    && (ports === null || ports.some(({ first, last }) => first <= port && port <= last));
}

/** Acquits each claim that may decide over some address, and those of which it is too much to tell. */
export function findIdleAtAddresses(claims: readonly Claim[], inquiry: Inquiry): void {
  const all = inquiry.covers.map((claim): Cover => (
    { claim, match: claim.match.flatMap(mustCover), except: claim.except.flatMap(mayCover) }));
  for (const claim of claims) {
    const match = claim.match.flatMap(mayCover);
    if (match.length === 0 || !isSuspect(inquiry, claim)) continue;
    const near = all.filter((cover) => cover.match.some((each) => match.some((own) => meet(each, own))));
    if (spend(inquiry.allowance, all.length)) judge({ claim, match, except: claim.except.flatMap(mustCover) }, near, inquiry);
    else acquit(inquiry, claim);
  }
}

interface Placed {
  readonly claim: Claim;
  /** Indices of selectors. */
  readonly match: readonly number[];
  readonly except: readonly number[];
}

function judge(subject: Cover, others: readonly Cover[], inquiry: Inquiry): void {
  const selectors: NetworkSelector[] = [];
  const append = (own: readonly NetworkSelector[]): readonly number[] => own.map((selector) => selectors.push(selector) - 1);
  const place = ({ claim, match, except }: Cover): Placed => ({ claim, match: append(match), except: append(except) });
  const [own, placed] = [place(subject), others.map(place)];
  const { claim } = subject;
  for (const point of addressPoints(selectors)) {
    if (!spend(inquiry.allowance, 1 + point.matched.length)) {
      acquit(inquiry, claim);
      return;
    }
    const matched = new Set(point.matched);
    const isAt = ({ match, except }: Placed): boolean =>
      match.some((each) => matched.has(each)) && !except.some((each) => matched.has(each));
    if (!isAt(own)) continue;
    const winning = placed.filter(isAt).map((other) => other.claim);
    for (const operation of askedOf(claim, "network")) note(claim, winnerOf(claim, operation, winning), inquiry);
    if (!isSuspect(inquiry, claim)) return;
  }
}

/** Whether some address lies in both. */
export function meet(a: NetworkSelector, b: NetworkSelector): boolean {
  const width = BigInt(WIDTH[a.family] - Math.min(a.prefixLength, b.prefixLength));
  return a.family === b.family && BigInt(`0x${a.address}`) >> width === BigInt(`0x${b.address}`) >> width;
}
