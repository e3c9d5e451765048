/**
 * Resolved policy → IR: every target becomes selectors that hold for each of the rule's operations alike. Where a
 * target means something else for some of them (`loopback` for `connect` and `bind`), the rule becomes several that
 * follow one another and share its id and source.
 */
import { refuses } from "./ast.js";
import type { Condition, Ir, Privilege, Rule, Selector } from "./ir.gen.js";
import { lineIndex } from "./line-index.js";
import { lowerArgs, lowerCondition, lowerLimit, lowerMark, placeAt, type PlaceOf } from "./lower-conditions.js";
import { addEscapeSockets, type LoweredRule } from "./lower-escape-sockets.js";
import { groupByTarget, groupOperations, type OperationGroup, type TargetGroup } from "./lower-targets.js";
import { OPERATIONS } from "./resolved.js";
import type { Operation, ResolvedAssert, ResolvedPolicy, ResolvedRule } from "./resolved.js";

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
    privilegeDefaults: privilegeDefaultsOf(policy),
    marks: policy.marks.map((mark) => lowerMark(mark, positionOf)),
    limits: policy.limits.map((limit) => lowerLimit(limit, positionOf)),
    rules: lowerRules(policy, positionOf).map(({ rule }) => rule),
  };
}

/** Nothing leaves the sandbox unasked. */
function privilegeDefaultsOf({ privilegeDefault }: ResolvedPolicy): Ir["privilegeDefaults"] {
  const others = privilegeDefault ?? "deny";
  return {
    ptrace: others,
    signal: others,
    mount: others,
    userns: others,
    setns: others,
    chroot: others,
    bpf: others,
    module: others,
    kexec: others,
    reboot: others,
    perf: others,
    "raw-disk": others,
    "raw-socket": others,
    vsock: others,
    "net-admin": others,
    "kernel-settings": others,
    "handle-open": others,
    "io-uring": privilegeDefault ?? "allow",
    keyring: others,
    time: others,
    swap: others,
    "escape-socket": others,
    terminal: others,
  };
}

/** By the number of a rule of the IR: the rule that it was made from; null for what a privilege's default says. */
export function originsOf(policy: ResolvedPolicy): readonly (ResolvedRule | null)[] {
  return lowerRules(policy, lineIndex()).map(({ origin }) => origin);
}

function lowerRules(policy: ResolvedPolicy, positionOf: PlaceOf): readonly LoweredRule[] {
  const lowered = policy.rules.flatMap((origin) => lowerRule(origin, positionOf).map((rule) => ({ rule, origin })));
  return addEscapeSockets(lowered, policy, (span) => placeAt(span, positionOf));
}

/** What an assertion says of some of its operations, or of privileges. */
export interface AssertedGroup {
  readonly assertion: ResolvedAssert;
  readonly operations: readonly Operation[];
  readonly match: readonly Selector[];
  readonly privileges: readonly Privilege[];
  readonly when: Condition | null;
}

/** In source order. */
export function lowerAsserts(policy: ResolvedPolicy): readonly AssertedGroup[] {
  return policy.asserts.flatMap((assertion): readonly AssertedGroup[] => {
    const { operations, targets, privileges } = assertion;
    const shared = { assertion, when: assertion.when === null ? null : lowerCondition(assertion.when) };
    if (privileges.length > 0) return [{ ...shared, operations: [], match: [], privileges }];
    return groupOperations(operations, { targets, except: [], args: null })
      .map((group) => ({ ...shared, operations: group.operations, match: group.match, privileges: [] }));
  });
}

function lowerRule(rule: ResolvedRule, positionOf: PlaceOf): readonly Rule[] {
  const { id, effect, because, span, privileges } = rule;
  const args = rule.args === null ? null : lowerArgs(rule.args, span);
  const when = rule.when === null ? null : lowerCondition(rule.when);
  const source = placeAt(span, positionOf);
  const groups = privileges.length > 0 ? [NOTHING] : groupOperations(operationsOf(rule), rule);
  return groups.map(({ operations, match, except }) => ({
    id, effect, operations: [...operations], match: [...match], except: [...except],
    privileges: [...privileges], args, when, because, source,
  }));
}

const NOTHING: OperationGroup = { operations: [], match: [], except: [] };

/** What a program may not be started as, it may not be handed to the dynamic loader as either. */
function operationsOf(rule: ResolvedRule): readonly Operation[] {
  const withLoad = refuses(rule.effect) && rule.operations.includes("exec") ? [...rule.operations, "load"] : rule.operations;
  return OPERATIONS.filter((operation) => withLoad.includes(operation));
}

/** What `lower` makes of a rule, target by target. */
export function lowerByTarget(rule: ResolvedRule): readonly TargetGroup[] {
  return groupByTarget(operationsOf(rule), rule);
}
