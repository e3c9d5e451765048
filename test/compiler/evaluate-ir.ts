/** Decides over the IR as its schema describes it, selector by selector: what the image must agree with. */
import ipaddr from "ipaddr.js";
import type { Ir, NetworkSelector, Rule, Selector } from "../../src/compiler/ir.gen.js";
import { matchesName, matchesPath } from "../../src/compiler/pattern/match.js";
import type { Access } from "../../src/compiler/access.js";

const PRECEDENCE = ["kill", "deny", "audit", "allow"] as const;

/** The effect, and the rule that decided. */
export function evaluateIr(ir: Ir, access: Access): { readonly effect: string; readonly rule: Rule | null } {
  const matched = ir.rules.filter((rule) => rule.operations.includes(access.op)
    && rule.match.some((selector) => selects(selector, access))
    && !rule.except.some((selector) => selects(selector, access)));
  const effect = PRECEDENCE.find((candidate) => matched.some((rule) => rule.effect === candidate));
  return effect === undefined
    ? { effect: ir.defaults[access.op], rule: null }
    : { effect, rule: matched.find((rule) => rule.effect === effect) ?? null };
}

function selects(selector: Selector, access: Access): boolean {
  switch (selector.kind) {
    case "path":
      return access.kind === "path" && matchesPath(selector.components, names(access.path));
    case "unix-path":
      return access.kind === "unix-path" && matchesPath(selector.components, names(access.path));
    case "anonymous":
      return access.kind === "anonymous";
    case "unix-abstract":
      return access.kind === "unix-abstract" && matchesName(selector.name, Buffer.from(access.name, "latin1"));
    case "unix-unnamed":
      return access.kind === "unix-unnamed";
    case "network":
      return access.kind === "network" && inNetwork(selector, access) && passes(selector, access);
  }
}

function names(path: string): readonly Uint8Array[] {
  return path.split("/").filter((name) => name !== "").map((name) => Buffer.from(name, "latin1"));
}

function inNetwork(selector: NetworkSelector, access: Extract<Access, { kind: "network" }>): boolean {
  const address = ipaddr.process(ipaddr.fromByteArray(Array.from(access.address)).toString());
  const network = ipaddr.fromByteArray([...Buffer.from(selector.address, "hex")]);
  return address.kind() === network.kind() && address.match(network, selector.prefixLength);
}

function passes(selector: NetworkSelector, access: Extract<Access, { kind: "network" }>): boolean {
  return (selector.protocol === null || selector.protocol === access.protocol)
    && (selector.ports === null || (access.protocol !== "other"
      && selector.ports.some(({ first, last }) => first <= access.port && access.port <= last)));
}
