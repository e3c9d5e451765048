/** Wishes about networks → statements and probes. */
import type { Effect, OperationName } from "../../compiler/ast.js";
import type { ProposedTarget, Probe } from "../proposal.js";
import { covers } from "./covers.js";
import { concreteNetwork } from "./history.js";
import type { Doing } from "./lexicon.js";
import { type Acting, type Circumstance, done, failed, type Outcome, probe, rule } from "./make.js";
import { ANYWHERE, type Network } from "./objects.js";
import { networkExcept, networkTargets } from "./targets.js";

export interface NetworkWish {
  readonly effect: Effect;
  readonly doings: readonly Doing[];
  readonly networks: readonly Network[];
  readonly except: readonly Network[];
  readonly circumstance: Circumstance;
  readonly acting: Acting;
  readonly others: Acting | null;
}

/** `listen` is about this end, everything else about the other. */
export function networkOperations(doings: readonly Doing[], networks: readonly Network[], effect: Effect): readonly OperationName[] {
  const binds = doings.includes("bind");
  if (binds) return doings.some((doing) => doing === "connect") ? ["connect", "bind"] : ["bind"];
  // Without any network nobody answers either.
  const isNone = networks.some(({ id }) => id === "network") && doings.every((doing) => doing === "access" || doing === "use");
  return isNone && effect !== "audit" ? ["connect", "bind"] : ["connect"];
}

const ESCAPES = new Set(["docker-socket", "dbus"]);

export function networkRules(wish: NetworkWish): Outcome {
  const { effect, doings, networks, except, circumstance } = wish;
  const operations = networkOperations(doings, networks, effect);
  const exceptTargets = except.flatMap(networkTargets);
  const rules = networks.map((network) => {
    const prefix = effect === "allow" ? null : effect === "audit" ? "log" : "no";
    const all = effect === "allow" ? exceptTargets : [...networkExcept(network), ...exceptTargets];
    return rule(prefix === null ? null : `${prefix}-${network.id}`, effect, operations, networkTargets(network), circumstance, all);
  });
  const denied = effect === "allow" && except.length > 0 ? [rule(`no-${except[0]?.id ?? "others"}`, "deny", operations, exceptTargets, circumstance)] : [];
  // Who may speak to these may leave the sandbox, which is a privilege.
  const privilege = effect === "allow" && networks.some(({ id }) => ESCAPES.has(id)) ? [rule(null, "allow", ["privilege"], [{ kind: "privilege", privilege: "escape-socket" }], circumstance)] : [];
  return done([...circumstance.marks, ...rules, ...privilege, ...denied], networkProbes(wish, operations));
}

function networkProbes({ effect, networks, except, acting, others }: NetworkWish, operations: readonly OperationName[]): readonly Probe[] {
  const expected = effect === "deny" || effect === "kill" ? "denied" : "allowed";
  const excepted = [...networks.flatMap(networkExcept), ...except.flatMap(networkTargets)];
  const inside = networks.flatMap((network) => networkTargets(network).slice(0, 3).flatMap((target) => concreteBut(target, excepted)));
  const outside = except.flatMap((network) => networkTargets(network).slice(0, 2).flatMap((target) => concrete(target)));
  return [
    ...inside.flatMap((target) => operations.filter((operation) => operation === "connect" || operations.length === 1).map((operation) => probe(expected, operation, target, acting))),
    ...(effect === "audit" ? [] : outside.map((target) => probe(expected === "denied" ? "allowed" : "denied", operations[0] ?? "connect", target, acting))),
    ...(expected === "denied" && others !== null ? inside.slice(0, 1).map((target) => probe("allowed", operations[0] ?? "connect", target, others)) : []),
  ];
}

const concrete = (target: ProposedTarget): readonly ProposedTarget[] => {
  const one = concreteNetwork(target);
  return one === null ? [] : [one];
};

/** One that is no exception. */
function concreteBut(target: ProposedTarget, excepted: readonly ProposedTarget[]): readonly ProposedTarget[] {
  const ports = target.kind === "network" && target.ports.length === 0 ? [["443"], ["8443"], ["4444"]] : [null];
  const found = ports.flatMap((some) => concrete(some !== null && target.kind === "network" ? { ...target, ports: some } : target));
  return found.filter((one) => !excepted.some((other) => covers(other, one))).slice(0, 1);
}

/** Nothing but these addresses. Sockets of this machine are no network. */
export function onlyNetworks({ doings, networks, except, circumstance, acting }: NetworkWish): Outcome {
  const operations: readonly OperationName[] = doings.includes("bind") ? ["bind"] : ["connect"];
  const allowed = networks.flatMap(networkTargets);
  const every = networkTargets(ANYWHERE);
  if (allowed.some((target) => target.kind === "network" && typeof target.address !== "string" && target.address.list === "any" && target.ports.length === 0 && target.protocol === null)) return failed("what of the network only that is meant of is not clear");
  const isUnix = allowed.length > 0 && allowed.every(({ kind }) => kind === "unix");
  const targets: readonly ProposedTarget[] = isUnix ? [{ kind: "network", address: { list: "any" }, ports: [], protocol: null }] : every;
  const name = `only-${networks[0]?.id ?? "these"}`;
  const more = except.flatMap(networkTargets);
  const inner = networks.flatMap(networkExcept);
  return done([
    ...circumstance.marks, rule(name, "deny", operations, targets, circumstance, allowed),
    ...(more.length + inner.length === 0 ? [] : [rule(`${name}-but`, "deny", operations, [...more, ...inner], circumstance)]),
  ], [
    ...deniedElsewhere(networks).map((target) => probe("denied", operations[0] ?? "connect", target, acting)),
    ...allowed.slice(0, 3).flatMap(concrete).map((target) => probe("allowed", operations[0] ?? "connect", target, acting)),
  ]);
}

/** Addresses that are none of those. */
function deniedElsewhere(networks: readonly Network[]): readonly ProposedTarget[] {
  const hasPorts = networks.some(({ addresses }) => addresses.length === 0);
  const ports = networks.flatMap((network) => network.ports);
  const unused = ["4444", "9", "7"].find((port) => !ports.includes(port)) ?? "1";
  const addresses = networks.flatMap((network) => network.addresses);
  const isWide = addresses.some((address) => typeof address === "string" && /\/0$/.test(address) || typeof address !== "string" && address.list === "any");
  if (isWide) return [];
  const isTaken = addresses.some((address) => typeof address === "string" && address.startsWith("203.0.113."));
  return isTaken ? [] : [{ kind: "network", address: "203.0.113.9", ports: [hasPorts ? unused : "443"], protocol: null }];
}
