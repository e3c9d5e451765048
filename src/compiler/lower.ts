/**
 * Resolved policy → IR: every target becomes selectors that hold for each of the rule's operations alike. Where a
 * target means something else for some of them (`loopback` for `connect` and `bind`), the rule becomes several that
 * follow one another and share its id and source.
 */
import { assertNever, invariant } from "./diagnostic.js";
import type { Outcome, Position, Span } from "./diagnostic.js";
import type { Component, Ir, NetworkSelector, Rule, Selector } from "./ir.gen.js";
import { lineIndex } from "./line-index.js";
import { ANY_ADDRESS, LOOPBACK, LOOPBACK_DESTINATIONS, METADATA, network, networkToHex, PRIVATE } from "./networks.js";
import type { Network } from "./networks.js";
import { patternToText } from "./pattern/context.js";
import { parseAbstractName, parsePathPattern } from "./pattern/parse-pattern.js";
import { OPERATIONS } from "./resolved.js";
import type {
  Operation, PortInterval, ResolvedAssert, ResolvedPolicy, ResolvedRule, ResolvedTarget, TransportFilter,
} from "./resolved.js";

type NetworkList = Extract<ResolvedTarget, { kind: "list" }>["list"];

const EVERY_FILE: readonly Component[] = [{ kind: "globstar" }];
const EVERY_UNIX_SOCKET: readonly Selector[] = [
  { kind: "unix-path", text: "/**", components: [...EVERY_FILE] },
  { kind: "unix-abstract", text: "*", name: { kind: "any" } },
  { kind: "unix-unnamed" },
];

/** The patterns of `policy` have been checked by `resolve`. */
export function lower(policy: ResolvedPolicy): Ir {
  const positionOf = lineIndex();
  return {
    irVersion: 1,
    policy: policy.name,
    bindings: {
      home: policy.bindings.home,
      params: { ...policy.bindings.params },
      programs: policy.bindings.programs.map((link) => ({ name: link.name, target: link.target })),
    },
    defaults: { ...policy.defaults },
    rules: policy.rules.flatMap((rule) => lowerRule(rule, positionOf)),
  };
}

/** By the number of a rule of the IR: the rule that it was made from. */
export function originsOf(policy: ResolvedPolicy): readonly ResolvedRule[] {
  const positionOf = lineIndex();
  return policy.rules.flatMap((rule) => lowerRule(rule, positionOf).map(() => rule));
}

/** What an assertion says of some of its operations. */
export interface AssertedGroup {
  readonly assertion: ResolvedAssert;
  readonly operations: readonly Operation[];
  readonly match: readonly Selector[];
}

/** In source order. */
export function lowerAsserts(policy: ResolvedPolicy): readonly AssertedGroup[] {
  return policy.asserts.flatMap((assertion) =>
    groupOperations(assertion.operations, { targets: assertion.targets, except: [] })
      .map(({ operations, match }) => ({ assertion, operations, match })));
}

function lowerRule(rule: ResolvedRule, positionOf: (span: Span) => Position): readonly Rule[] {
  const { line, column } = positionOf(rule.span);
  return groupOperations(operationsOf(rule), rule).map((group) => ({
    id: rule.id,
    effect: rule.effect,
    operations: [...group.operations],
    match: [...group.match],
    except: [...group.except],
    because: rule.because,
    source: { file: rule.span.source.path, line, column },
  }));
}

/** What a program may not be started as, it may not be handed to the dynamic loader as either. */
function operationsOf(rule: ResolvedRule): readonly Operation[] {
  const refuses = rule.effect === "deny" || rule.effect === "kill";
  const withLoad = refuses && rule.operations.includes("exec") ? [...rule.operations, "load"] : rule.operations;
  return OPERATIONS.filter((operation) => withLoad.includes(operation));
}

/** Operations for which the targets of a rule stand for the same, and what each target stands for. */
export interface TargetGroup {
  readonly operations: readonly Operation[];
  readonly match: readonly (readonly Selector[])[];
  readonly except: readonly (readonly Selector[])[];
}

/** What `lower` makes of a rule, target by target. */
export function lowerByTarget(rule: ResolvedRule): readonly TargetGroup[] {
  return groupByMeaning(operationsOf(rule), rule).flatMap((operations) => {
    const [first] = operations;
    if (first === undefined) return [];
    const each = (targets: readonly ResolvedTarget[]): readonly (readonly Selector[])[] =>
      targets.map((target) => lowerTarget(target, first));
    return [{ operations, match: each(rule.targets), except: each(rule.except) }];
  });
}

interface OperationGroup {
  readonly operations: readonly Operation[];
  readonly match: readonly Selector[];
  readonly except: readonly Selector[];
}

type Targets = Pick<ResolvedRule, "targets" | "except">;

/** Operations for which the targets stand for the same selectors stay together; the first decides the order. */
function groupOperations(operations: readonly Operation[], rule: Targets): readonly OperationGroup[] {
  return groupByMeaning(operations, rule).flatMap((group): readonly OperationGroup[] => {
    const [first] = group;
    invariant(first !== undefined, "a group without operations");
    const match = lowerTargets(rule.targets, first);
    return match.length === 0 ? [] : [{ operations: group, match, except: lowerTargets(rule.except, first) }];
  });
}

function groupByMeaning(operations: readonly Operation[], rule: Targets): readonly (readonly Operation[])[] {
  const targets = [...rule.targets, ...rule.except];
  const differs = targets.some((target) => target.kind === "list" && target.list === "loopback")
    || targets.some((target) => target.kind === "path" && target.viaLink === true);
  const classes = new Map<string, Operation[]>();
  for (const operation of operations) {
    const key = differs ? operationClass(operation) : "";
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

/** Each selector once. */
function lowerTargets(targets: readonly ResolvedTarget[], operation: Operation): readonly Selector[] {
  const selectors = targets.flatMap((target) => lowerTarget(target, operation));
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
