/** The space of addresses, protocols and ports, cut up along the edges of selectors: one point of each piece. */
import type { ConcreteTarget } from "../access.js";
import type { Protocol } from "../ast.js";
import type { NetworkSelector } from "../ir.gen.js";
import { addressBytes } from "../networks.js";

export interface AddressPoint {
  readonly target: Extract<ConcreteTarget, { kind: "network" }>;
  /** Indices of the selectors that cover the point. */
  readonly matched: readonly number[];
}

const WIDTH = { 4: 32, 6: 128 } as const;
/** ::ffff:0:0/96, whose addresses are decided as the v4 ones that they stand for. */
const MAPPED = { first: 0xffffn << 32n, last: (0xffffn << 32n) | 0xffffffffn };
const PROTOCOLS = ["tcp", "udp", "other"] as const;

interface Range {
  readonly first: bigint;
  readonly last: bigint;
  /** Null for one that only cuts. */
  readonly index: number | null;
}

export function* addressPoints(selectors: readonly NetworkSelector[]): Generator<AddressPoint> {
  for (const family of [4, 6] as const) {
    const ranges = selectors.flatMap((selector, index) => (selector.family === family ? [rangeOf(selector, index)] : []));
    for (const { first, active } of pieces(ranges, family)) {
      yield* pointsAt(family, first, active, selectors);
    }
  }
}

function rangeOf({ family, address, prefixLength }: NetworkSelector, index: number): Range {
  const first = BigInt(`0x${address}`);
  return { first, last: first | ((1n << BigInt(WIDTH[family] - prefixLength)) - 1n), index };
}

/** Prefixes lie within one another or apart, so those that are open form a stack. */
function* pieces(
  ranges: readonly Range[], family: 4 | 6,
): Generator<{ readonly first: bigint; readonly active: readonly number[] }> {
  const whole: Range = { first: 0n, last: (1n << BigInt(WIDTH[family])) - 1n, index: null };
  const cuts: readonly Range[] = family === 6 ? [{ ...MAPPED, index: null }] : [];
  const inOrder = [whole, ...ranges, ...cuts].sort((a, b) => compare(a.first, b.first) || compare(b.last, a.last));
  const stack: Range[] = [];
  let next = 0n; // the first address that is in no piece yet
  const piece = () => ({ first: next, active: stack.flatMap(({ index }) => index ?? []) });
  const isHidden = (first: bigint): boolean => family === 6 && first >= MAPPED.first && first <= MAPPED.last;
  for (const range of [...inOrder, null]) {
    for (let top = stack.at(-1); top !== undefined && (range === null || top.last < range.first); top = stack.at(-1)) {
      if (next <= top.last && !isHidden(next)) yield piece();
      if (next <= top.last) next = top.last + 1n;
      stack.pop();
    }
    if (range === null) return;
    if (next < range.first && !isHidden(next)) yield piece();
    if (next < range.first) next = range.first;
    stack.push(range);
  }
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

function* pointsAt(
  family: 4 | 6, bits: bigint, active: readonly number[], selectors: readonly NetworkSelector[],
): Generator<AddressPoint> {
  const covering = active.flatMap((index) => {
    const selector = selectors[index];
    return selector === undefined ? [] : [{ index, selector }];
  });
  const address = addressBytes({ family, bits });
  for (const protocol of PROTOCOLS) {
    const spoken = covering.filter(({ selector }) => speaksOf(selector, protocol));
    for (const port of protocol === "other" ? [0] : portsAt(spoken.map(({ selector }) => selector))) {
      const matched = spoken.filter(({ selector }) => coversPort(selector, port)).map(({ index }) => index);
      yield { target: { kind: "network", family, address, protocol, port }, matched };
    }
  }
}

function speaksOf(selector: NetworkSelector, protocol: Protocol | "other"): boolean {
  if (protocol === "other") return selector.protocol === null && selector.ports === null;
  return selector.protocol === null || selector.protocol === protocol;
}

function coversPort({ ports }: NetworkSelector, port: number): boolean {
  return ports === null || ports.some(({ first, last }) => first <= port && port <= last);
}

/** The first port of each stretch that the selectors tell apart. */
function portsAt(selectors: readonly NetworkSelector[]): readonly number[] {
  const edges = selectors.flatMap(({ ports }) => (ports ?? []).flatMap(({ first, last }) => [first, last + 1]));
  return [...new Set([0, ...edges])].filter((port) => port <= 65535).sort((a, b) => a - b);
}
