/** Targets → selectors that hold for each of some operations alike. Patterns have been checked by `resolve`. */
import { assertNever, invariant } from "./diagnostic.js";
import type { Outcome, Span } from "./diagnostic.js";
import type { Component, NameComponent, NetworkSelector, PathSelector, Selector } from "./ir.gen.js";
import { ANY_ADDRESS, LOOPBACK, LOOPBACK_DESTINATIONS, METADATA, network, networkToHex, PRIVATE } from "./networks.js";
import type { Network } from "./networks.js";
import { patternToText } from "./pattern/context.js";
import { parseAbstractName, parseArgument, parsePathPattern } from "./pattern/parse-pattern.js";
import type { Operation, PatternText, PortInterval, ResolvedRule, ResolvedTarget, TransportFilter } from "./resolved.js";

type NetworkList = Extract<ResolvedTarget, { kind: "list" }>["list"];

const EVERY_FILE: readonly Component[] = [{ kind: "globstar" }];
const EVERY_UNIX_SOCKET: readonly Selector[] = [
  { kind: "unix-path", text: "/**", components: [...EVERY_FILE] },
  { kind: "unix-abstract", text: "*", name: { kind: "any" } },
  { kind: "unix-unnamed" },
];

/** Operations for which the targets of a statement stand for the same, and what each target stands for. */
export interface TargetGroup {
  readonly operations: readonly Operation[];
  readonly match: readonly (readonly Selector[])[];
  readonly except: readonly (readonly Selector[])[];
}

export interface OperationGroup {
  readonly operations: readonly Operation[];
  readonly match: readonly Selector[];
  readonly except: readonly Selector[];
}

export type Targets = Pick<ResolvedRule, "targets" | "except" | "args">;

/** Operations for which the targets stand for the same selectors stay together; the first decides the order. */
export function groupOperations(operations: readonly Operation[], written: Targets): readonly OperationGroup[] {
  return groupByMeaning(operations, written).flatMap((group): readonly OperationGroup[] => {
    const match = lowerSelectors(written.targets, firstOf(group));
    return match.length === 0 ? []
      : [{ operations: group, match, except: lowerSelectors(written.except, firstOf(group)) }];
  });
}

/** The same, target by target. */
export function groupByTarget(operations: readonly Operation[], written: Targets): readonly TargetGroup[] {
  return groupByMeaning(operations, written).map((group) => {
    const each = (targets: readonly ResolvedTarget[]): readonly (readonly Selector[])[] =>
      targets.map((target) => lowerTarget(target, firstOf(group)));
    return { operations: group, match: each(written.targets), except: each(written.except) };
  });
}

function firstOf([first]: readonly Operation[]): Operation {
  invariant(first !== undefined, "a group without operations");
  return first;
}

function groupByMeaning(operations: readonly Operation[], written: Targets): readonly (readonly Operation[])[] {
  // Whose arguments they are differs between `exec` and `load`.
  if (written.args !== null) return operations.map((operation) => [operation]);
  const targets = [...written.targets, ...written.except];
  const differs = targets.some((target) => target.kind === "list" && target.list === "loopback")
    || targets.some((target) => target.kind === "path" && target.viaLink === true);
  if (!differs) return operations.length === 0 ? [] : [operations];
  const classes = new Map<string, Operation[]>();
  for (const operation of operations) {
    const key = operationClass(operation);
    classes.set(key, [...(classes.get(key) ?? []), operation]);
  }
  return [...classes.values()];
}

function operationClass(operation: Operation): string {
  if (operation === "connect" || operation === "bind") return operation;
  return isProgramOperation(operation) ? "program" : "file";
}

function isProgramOperation(operation: Operation): boolean {
  return operation === "exec" || operation === "load";
}

/** Patterns of programs, and of what their names lead to. */
export function lowerPrograms(programs: readonly ResolvedTarget[]): PathSelector[] {
  return lowerSelectors(programs, "exec").filter((selector) => selector.kind === "path");
}

export const lowerWord = (word: PatternText, span: Span): NameComponent[] => [...checked(parseArgument(word, span))];

/** What the targets stand for, each selector once. */
export function lowerSelectors(targets: readonly ResolvedTarget[], operation: Operation): readonly Selector[] {
  const selectors = targets.flatMap((target) => lowerTarget(target, operation));
  if (selectors.length < 2) return selectors;
  // Patterns of other texts are other patterns, and most are.
  const texts = new Set(selectors.map((selector) => ("text" in selector ? `${selector.kind} ${selector.text}` : null)));
  if (texts.size === selectors.length && !texts.has(null)) return selectors;
  return [...new Map(selectors.map((selector) => [JSON.stringify(selector), selector])).values()];
}

function lowerTarget(target: ResolvedTarget, operation: Operation): readonly Selector[] {
  switch (target.kind) {
    case "path":
      return target.viaLink === true && !isProgramOperation(operation) ? [] : pathSelectors("path", target);
    case "anonymous":
      return [{ kind: "anonymous" }];
    case "list":
      return lowerList(target.list, target, operation);
    case "network":
      return [networkSelector(network(target.address, target.prefixLength), target)];
    case "unix-path":
      return pathSelectors("unix-path", target);
    case "unix-abstract": {
      const text = patternToText(target.pattern);
      return checked(parseAbstractName(target.pattern, target.span)).map((name) => ({ kind: "unix-abstract", text, name }));
    }
    default:
      return assertNever(target);
  }
}

function pathSelectors(
  kind: "path" | "unix-path", target: Pick<Extract<ResolvedTarget, { kind: "path" }>, "pattern" | "span">,
): readonly Selector[] {
  const text = patternToText(target.pattern);
  return checked(parsePathPattern(target.pattern, target.span))
    .map((components) => ({ kind, text, components: [...components] }));
}

function lowerList(list: NetworkList, filter: TransportFilter, operation: Operation): readonly Selector[] {
  const networks = networksOf(list, operation).map((entry) => networkSelector(entry, filter));
  const addressesAlone = list !== "any" || filter.ports !== null || filter.protocol !== null;
  return addressesAlone ? networks : [...networks, ...EVERY_UNIX_SOCKET];
}

function networksOf(list: NetworkList, operation: Operation): readonly Network[] {
  switch (list) {
    case "any":
      return ANY_ADDRESS;
    case "loopback":
      return operation === "connect" ? [...LOOPBACK, ...LOOPBACK_DESTINATIONS] : LOOPBACK;
    case "private":
      return PRIVATE;
    case "metadata":
      return METADATA;
    default:
      return assertNever(list);
  }
}

function networkSelector(entry: Network, filter: TransportFilter): NetworkSelector {
  return {
    kind: "network",
    family: entry.family,
    address: networkToHex(entry),
    prefixLength: entry.prefixLength,
    ports: filter.ports === null ? null : mergePorts(filter.ports),
    protocol: filter.protocol,
  };
}

/** Sorted, disjoint, and with a gap between neighbours. */
function mergePorts(intervals: readonly PortInterval[]): PortInterval[] {
  const merged: PortInterval[] = [];
  for (const next of [...intervals].sort((a, b) => a.first - b.first)) {
    const previous = merged.at(-1);
    if (previous !== undefined && next.first <= previous.last + 1) {
      merged.splice(-1, 1, { first: previous.first, last: Math.max(previous.last, next.last) });
    } else {
      merged.push({ first: next.first, last: next.last });
    }
  }
  return merged;
}

function checked<T>(outcome: Outcome<T>): T {
  invariant(outcome.ok, "a pattern reached `lower` unchecked");
  return outcome.value;
}
