/** Things → targets of rules. */
import type { OperationName } from "../../compiler/ast.js";
import type { ProposedTarget } from "../proposal.js";
import type { Doing } from "./lexicon.js";
import type { Files, Network, NetworkAddress, Thing } from "./objects.js";

export const pathTarget = (pattern: string): ProposedTarget => ({ kind: "path", pattern });

export const fileTargets = (patterns: readonly string[]): readonly ProposedTarget[] => patterns.map(pathTarget);

const networkTarget = (address: NetworkAddress, { ports, protocol }: Network): ProposedTarget => ({ kind: "network", address, ports, protocol });

const ANY: NetworkAddress = { list: "any" };

/** Ports without an address are those of every address. */
export function networkTargets(network: Network): readonly ProposedTarget[] {
  const isPorts = network.addresses.length === 0 && (network.ports.length > 0 || network.protocol !== null);
  const addresses = isPorts ? [ANY] : network.addresses;
  return [...addresses.map((address) => networkTarget(address, network)), ...network.unix.map((pattern): ProposedTarget => ({ kind: "unix", pattern }))];
}

export const networkExcept = ({ exceptAddresses }: Network): readonly ProposedTarget[] =>
  exceptAddresses.map((address) => ({ kind: "network", address, ports: [], protocol: null }));

/** Operations of the language; null: nobody does that to files. */
export function fileOperations(doings: readonly Doing[], files: Files, isAllowed: boolean): readonly OperationName[] | null {
  const relevant = doings.filter((doing) => doing !== "use" || doings.length === 1);
  if (relevant.length === 0) return [files.unsaid];
  const operations = relevant.flatMap((doing): readonly (OperationName | null)[] => {
    switch (doing) {
      case "touch": return [files.isSecret && !isAllowed ? "access" : "modify"];
      case "use": return ["access"];
      case "connect": case "bind": return [null];
      default: return [doing];
    }
  });
  return operations.includes(null) ? null : simplified(operations.flatMap((one) => one ?? []));
}

/** What a group covers is not said beside it. */
function simplified(operations: readonly OperationName[]): readonly OperationName[] {
  const all = new Set(operations);
  const inModify: readonly OperationName[] = ["write", "create", "delete", "setattr"];
  if (all.has("access") || all.has("read") && all.has("modify")) return ["access", ...["exec", "load"].filter((one): one is OperationName => all.has(one === "exec" ? "exec" : "load"))];
  return [...all].filter((one) => !all.has("modify") || !inModify.includes(one));
}

export const kindOf = (thing: Thing): Thing["kind"] => thing.kind;
