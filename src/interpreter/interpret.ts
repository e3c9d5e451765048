/**
 * What a policy means, said as plainly as it can be: each rule is tried on the access, one after the other. Slow, and
 * shares nothing with the compiler but the tree, so that the two can be compared. Patterns were checked by `resolve`.
 */
import { assertNever } from "../compiler/diagnostic.js";
import type { Access } from "../compiler/access.js";
import type { Effect } from "../compiler/ast.js";
import type { Operation, ResolvedPolicy, ResolvedRule, ResolvedTarget, TransportFilter } from "../compiler/resolved.js";
import { anyOf, parseCidr } from "./cidr.js";
import { nameMatcher, pathMatcher } from "./pattern-regexp.js";

export interface Decision {
  readonly effect: Effect;
  /** Index into the policy's rules of the one that decided; null for the default. */
  readonly rule: number | null;
  /** Every rule that matched, in source order. */
  readonly matched: readonly number[];
}

type Matcher = (access: Access) => boolean;

const PRECEDENCE = ["kill", "deny", "audit", "allow"] as const;

export function decide(policy: ResolvedPolicy, access: Access): Decision {
  return interpreter(policy)(access);
}

/** `decide` for many accesses: patterns are read once. */
export function interpreter(policy: ResolvedPolicy): (access: Access) => Decision {
  const matchers = policy.rules.map(ruleMatcher);
  return (access) => {
    const matched = matchers.flatMap((matches, index) => (matches(access) ? [index] : []));
    for (const effect of PRECEDENCE) {
      const rule = matched.find((index) => policy.rules[index]?.effect === effect);
      if (rule !== undefined) return { effect, rule, matched };
    }
    return { effect: policy.defaults[access.op], rule: null, matched };
  };
}

/** Positions of a rule, and of a target of its `except` that kept the rule from matching. */
export interface Exclusion {
  readonly rule: number;
  readonly except: number;
}

/** What `except` does to an access. */
export function excluder(policy: ResolvedPolicy): (access: Access) => readonly Exclusion[] {
  const rules = policy.rules.map((rule) => ({
    rule, targets: rule.targets.map(targetMatcher), except: rule.except.map(targetMatcher),
  }));
  return (access) => rules.flatMap(({ rule, targets, except }, number) =>
    covers(rule, access.op) && targets.some((matches) => matches(access))
      ? except.flatMap((matches, index) => (matches(access) ? [{ rule: number, except: index }] : [])) : []);
}

function ruleMatcher(rule: ResolvedRule): Matcher {
  const targets = rule.targets.map(targetMatcher);
  const except = rule.except.map(targetMatcher);
  return (access) => covers(rule, access.op)
    && targets.some((matches) => matches(access)) && !except.some((matches) => matches(access));
}

/** A `deny` or `kill` of `exec` also holds for `load`. */
function covers(rule: ResolvedRule, op: Operation): boolean {
  const refuses = rule.effect === "deny" || rule.effect === "kill";
  return rule.operations.includes(op) || (op === "load" && refuses && rule.operations.includes("exec"));
}

function targetMatcher(target: ResolvedTarget): Matcher {
  switch (target.kind) {
    case "path": {
      const matches = pathMatcher(target.pattern);
      return (access) => access.kind === "path" && matches(access.path)
        && (target.viaLink !== true || access.op === "exec" || access.op === "load");
    }
    case "anonymous":
      return (access) => access.kind === "anonymous";
    case "unix-path": {
      const matches = pathMatcher(target.pattern);
      return (access) => access.kind === "unix-path" && matches(access.path);
    }
    case "unix-abstract": {
      const matches = nameMatcher(target.pattern);
      return (access) => access.kind === "unix-abstract" && matches(access.name);
    }
    case "network": {
      const contains = parseCidr(`${target.address}/${target.prefixLength}`);
      return (access) => access.kind === "network" && contains(access) && passes(target, access);
    }
    case "list":
      return listMatcher(target);
    default:
      return assertNever(target);
  }
}

function passes(filter: TransportFilter, access: Extract<Access, { kind: "network" }>): boolean {
  if (filter.protocol !== null && access.protocol !== filter.protocol) return false;
  if (filter.ports === null) return true;
  return access.protocol !== "other"
    && filter.ports.some((interval) => interval.first <= access.port && access.port <= interval.last);
}

const METADATA = anyOf(
  "169.254.169.254/32", "169.254.170.2/32", "100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::254/128");
const PRIVATE = anyOf(
  "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10");
const LOOPBACK = anyOf("127.0.0.0/8", "::1/128");
const UNSPECIFIED = anyOf("0.0.0.0/32", "::/128");

function listMatcher(target: Extract<ResolvedTarget, { kind: "list" }>): Matcher {
  return (access) => {
    if (access.kind === "path" || access.kind === "anonymous") return false;
    if (access.kind !== "network") return target.list === "any" && target.ports === null && target.protocol === null;
    if (!passes(target, access)) return false;
    switch (target.list) {
      case "any":
        return true;
      case "loopback":
        return LOOPBACK(access) || (access.op === "connect" && UNSPECIFIED(access));
      case "private":
        return PRIVATE(access) && !METADATA(access);
      case "metadata":
        return METADATA(access);
      default:
        return assertNever(target.list);
    }
  };
}
