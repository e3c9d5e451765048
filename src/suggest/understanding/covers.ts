/** Which concrete accesses a target covers: for fitting wishes to each other, and for choosing probes. */
import { lazily } from "../../compiler/lazily.js";
import { ANY_ADDRESS, LOOPBACK, LOOPBACK_DESTINATIONS, METADATA, network, type Network, PRIVATE } from "../../compiler/networks.js";
import { pathMatcher } from "../../interpreter/pattern-regexp.js";
import type { ProposedTarget } from "../proposal.js";

const matchers = new Map<string, (path: string) => boolean>();

/** `~` and `${workspace}` stand for folders that nothing else is in. */
const HOME = "/home/somebody";
const WORKSPACE = "/home/somebody/work/project";

const placed = (text: string): string => text.replace(/^~(?=\/|$)/, HOME).replace(/^\$\{workspace\}/, WORKSPACE);

export function matches(pattern: string, path: string): boolean {
  const known = matchers.get(pattern) ?? pathMatcher([{ literal: false, text: placed(pattern) }]);
  matchers.set(pattern, known);
  return known(placed(path));
}

export function covers(target: ProposedTarget, concrete: ProposedTarget): boolean {
  if (target.kind === "path" && concrete.kind === "path") return matches(target.pattern, concrete.pattern);
  if (target.kind === "privilege" && concrete.kind === "privilege") return target.privilege === concrete.privilege;
  if (concrete.kind === "unix") return target.kind === "unix" ? target.pattern === concrete.pattern || !target.pattern.startsWith("@") && !concrete.pattern.startsWith("@") && matches(target.pattern, concrete.pattern) : target.kind === "network" && isAnything(target);
  if (target.kind !== "network" || concrete.kind !== "network" || typeof concrete.address !== "string") return false;
  const isPort = target.ports.length === 0 || target.ports.some((range) => within(range, concrete.ports[0] ?? ""));
  const isProtocol = target.protocol === null || concrete.protocol === target.protocol;
  return isPort && isProtocol && networksOf(target.address).some((one) => networksOf(concrete.address).every((inner) => contains(one, inner)));
}

const isAnything = (target: Extract<ProposedTarget, { readonly kind: "network" }>): boolean =>
  typeof target.address !== "string" && target.address.list === "any" && target.ports.length === 0 && target.protocol === null;

function within(range: string, port: string): boolean {
  const [first = "", last = first] = range.split("-");
  return Number(first) <= Number(port) && Number(port) <= Number(last);
}

const lists = lazily((): Readonly<Record<string, readonly Network[]>> => ({
  any: ANY_ADDRESS, loopback: [...LOOPBACK, ...LOOPBACK_DESTINATIONS], private: PRIVATE, metadata: METADATA,
}));

function networksOf(address: Extract<ProposedTarget, { readonly kind: "network" }>["address"]): readonly Network[] {
  if (typeof address !== "string") return lists()[address.list] ?? [];
  const [text = "", prefix] = address.split("/");
  return [network(text, prefix === undefined ? (text.includes(":") ? 128 : 32) : Number(prefix))];
}

const contains = (outer: Network, inner: Network): boolean => {
  if (outer.family !== inner.family || outer.prefixLength > inner.prefixLength) return false;
  const rest = BigInt((outer.family === 4 ? 32 : 128) - outer.prefixLength);
  return inner.bits >> rest === outer.bits >> rest;
};
