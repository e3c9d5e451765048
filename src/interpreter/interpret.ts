/**
 * What a policy means, said as plainly as it can be: each rule is tried on the access, one after the other. Slow, and
 * shares nothing with the compiler but the tree, so that the two can be compared. Patterns were checked by `resolve`.
 */
import { assertNever } from "../compiler/diagnostic.js";
import { type Attempt, type Circumstances, NO_CIRCUMSTANCES } from "../compiler/access.js";
import { type Effect, isAtLeast, type Privilege } from "../compiler/ast.js";
import { ESCAPE_SOCKET, escapeSockets } from "../compiler/escape-sockets.js";
import { lazily } from "../compiler/lazily.js";
import type {
  Operation, ResolvedArgs, ResolvedCondition, ResolvedEvent, ResolvedLimit, ResolvedPolicy, ResolvedRule, ResolvedTarget,
  TransportFilter,
} from "../compiler/resolved.js";
import { anyOf, parseCidr } from "./cidr.js";
import { nameMatcher, pathMatcher } from "./pattern-regexp.js";

export interface Decision {
  readonly effect: Effect;
  /** Index into the policy's rules of the one that decided; null for a limit or the default. */
  readonly rule: number | null;
  /** Index of the limit that decided. */
  readonly limit: number | null;
  /** What the access takes besides, where that decided: by the rule, or by the default of privileges. */
  readonly privilege: Privilege | null;
  /** Every rule that matched, in source order. */
  readonly matched: readonly number[];
}

/** Who tries it, and which of the limits count no more. */
export interface Situation extends Circumstances {
  readonly spent: ReadonlySet<number>;
}

export const AT_FIRST: Situation = { ...NO_CIRCUMSTANCES, spent: new Set() };

type Matcher = (attempt: Attempt, who: Circumstances) => boolean;

const PRECEDENCE = ["kill", "deny", "audit", "allow"] as const;

export function decide(policy: ResolvedPolicy, attempt: Attempt, situation: Situation = AT_FIRST): Decision {
  return interpreter(policy)(attempt, situation);
}

/** `decide` for many attempts: patterns are read once. */
export function interpreter(policy: ResolvedPolicy): (attempt: Attempt, situation?: Situation) => Decision {
  const decideAlone = decider(policy);
  const besides = besidesOf(policy);
  return (attempt, situation = AT_FIRST) => {
    const needed = besides(attempt);
    const decision = decideAlone(attempt, situation);
    return needed === null ? decision : stronger(decision, decideAlone(needed, situation));
  };
}

/** The use of a privilege that an access takes besides; null for most. */
export function besidesOf({ bindings: { home }, source }: ResolvedPolicy): (attempt: Attempt) => Attempt | null {
  const sockets = lazily(() => escapeSockets(home, { source, start: 0, end: 0 }).map(targetMatcher));
  return (attempt) => attempt.op === "connect" && sockets().some((matches) => matches(attempt))
    ? { kind: "privilege", op: "privilege", privilege: ESCAPE_SOCKET } : null;
}

/** Of the access and of the privilege that it takes besides. Of two rules, the first in the source; a rule rather than a default. */
function stronger(access: Decision, privilege: Decision): Decision {
  const matched = [...access.matched, ...privilege.matched].toSorted((one, other) => one - other);
  const isFirst = access.rule === null || (privilege.rule !== null && privilege.rule < access.rule);
  const decides = privilege.effect !== "allow" && isAtLeast(privilege.effect, access.effect)
    && (privilege.effect !== access.effect || isFirst);
  return decides ? { ...privilege, privilege: ESCAPE_SOCKET, matched } : { ...access, matched };
}

/** Of the access alone. */
function decider(policy: ResolvedPolicy): (attempt: Attempt, situation: Situation) => Decision {
  const matchers = policy.rules.map(ruleMatcher);
  const limits = policy.limits.map(limitMatcher);
  return (attempt, situation) => {
    const matched = matchers.flatMap((matches, index) => (matches(attempt, situation) ? [index] : []));
    // A limit takes nothing back from a default: it permits nothing that is not permitted without it.
    const least = matched.length > 0 ? "allow" : defaultOf(policy, attempt);
    const exceeded = limits.flatMap((matches, index) => (situation.spent.has(index) && matches(attempt, situation)
      && isAtLeast(policy.limits[index]?.effect ?? "deny", least) ? [index] : []));
    for (const effect of PRECEDENCE) {
      const rule = matched.find((index) => policy.rules[index]?.effect === effect) ?? null;
      const limit = exceeded.find((index) => policy.limits[index]?.effect === effect) ?? null;
      if (rule !== null || limit !== null) return { effect, rule, limit: rule === null ? limit : null, privilege: null, matched };
    }
    return { effect: defaultOf(policy, attempt), rule: null, limit: null, privilege: null, matched };
  };
}

/** The effect where nothing matches. */
export function defaultOf(policy: ResolvedPolicy, attempt: Attempt): Effect {
  if (attempt.op !== "privilege") return policy.defaults[attempt.op];
  return policy.privilegeDefault ?? (attempt.privilege === "io-uring" ? "allow" : "deny");
}

/** Positions of a rule, and of a target of its `except` that kept the rule from matching. */
export interface Exclusion {
  readonly rule: number;
  readonly except: number;
}

/** What `except` does to an attempt. */
export function excluder(policy: ResolvedPolicy): (attempt: Attempt, who: Circumstances) => readonly Exclusion[] {
  const rules = policy.rules.map((rule) => ({ without: ruleMatcher({ ...rule, except: [] }), except: rule.except.map(targetMatcher) }));
  return (attempt, who) => rules.flatMap(({ without, except }, rule) => (without(attempt, who)
    ? except.flatMap((matches, index) => (matches(attempt) ? [{ rule, except: index }] : [])) : []));
}

function ruleMatcher(rule: ResolvedRule): Matcher {
  const targets = rule.targets.map(targetMatcher);
  const except = rule.except.map(targetMatcher);
  const holds = conditionMatcher(rule.when);
  const argsMatch = argsMatcher(rule.args);
  return (attempt, who) => {
    if (!holds(who)) return false;
    if (attempt.op === "privilege") return rule.privileges.includes(attempt.privilege);
    if (!covers(rule, attempt.op) || !argsMatch(who.args)) return false;
    // The arguments are those of the program that the process was started as.
    if (rule.args !== null && attempt.op === "load" && !(attempt.kind === "path" && who.exe.includes(attempt.path))) return false;
    return targets.some((matches) => matches(attempt)) && !except.some((matches) => matches(attempt));
  };
}

/** Whether an operation is one that the limit counts. */
export function limitMatcher({ operations, targets, when }: ResolvedLimit): Matcher {
  const matchers = targets.map(targetMatcher);
  const holds = conditionMatcher(when);
  return (attempt, who) => attempt.op !== "privilege" && operations.includes(attempt.op) && holds(who)
    && matchers.some((matches) => matches(attempt));
}

/** Whether an operation is the event; of `success`, whether the program is. */
export function eventMatcher(event: ResolvedEvent): Matcher {
  const targets = event.targets.map(targetMatcher);
  const except = event.except.map(targetMatcher);
  const argsMatch = argsMatcher(event.args);
  const isOther = programMatcher(event.unlessExe);
  const operations = event.operations === "success" ? ["exec"] : event.operations;
  return (attempt, who) => operations.some((operation) => operation === attempt.op) && argsMatch(who.args) && !isOther(who.exe)
    && targets.some((matches) => matches(attempt)) && !except.some((matches) => matches(attempt));
}

/** Whether it holds for somebody. */
export function conditionMatcher(condition: ResolvedCondition | null): (who: Circumstances) => boolean {
  switch (condition?.kind) {
    case undefined:
      return () => true;
    case "mark": {
      const { mark } = condition;
      return (who) => who.marks.has(mark);
    }
    case "exe": {
      const matches = programMatcher(condition.programs);
      return (who) => matches(who.exe);
    }
    case "under": {
      const matches = programMatcher(condition.programs);
      return (who) => matches(who.under);
    }
    case "not": {
      const operand = conditionMatcher(condition.operand);
      return (who) => !operand(who);
    }
    case "and": {
      const operands = condition.operands.map(conditionMatcher);
      return (who) => operands.every((holds) => holds(who));
    }
    case "or": {
      const operands = condition.operands.map(conditionMatcher);
      return (who) => operands.some((holds) => holds(who));
    }
  }
}

function programMatcher(programs: readonly ResolvedTarget[]): (paths: readonly string[]) => boolean {
  const matchers = programs.map(targetMatcher);
  return (paths) => paths.some((path) => matchers.some((matches) => matches({ kind: "path", op: "exec", path })));
}

/** The words in their order, others between them; with `only` none but them; with `without` none of those. */
function argsMatcher(args: ResolvedArgs | null): (argv: readonly string[]) => boolean {
  if (args === null) return () => true;
  const words = args.words.map(nameMatcher);
  const without = args.without.map(nameMatcher);
  return (argv) => {
    if (argv.some((word) => without.some((matches) => matches(word)))) return false;
    if (args.only) return argv.length === words.length && words.every((matches, i) => matches(argv[i] ?? ""));
    let next = 0;
    for (const word of argv) if (words[next]?.(word) === true) next++;
    return next === words.length;
  };
}

/** A `deny` or `kill` of `exec` also holds for `load`. */
function covers(rule: ResolvedRule, op: Operation): boolean {
  const refuses = rule.effect === "deny" || rule.effect === "kill";
  return rule.operations.includes(op) || (op === "load" && refuses && rule.operations.includes("exec"));
}

function targetMatcher(target: ResolvedTarget): (access: Attempt) => boolean {
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

function passes(filter: TransportFilter, access: Extract<Attempt, { kind: "network" }>): boolean {
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

function listMatcher(target: Extract<ResolvedTarget, { kind: "list" }>): (access: Attempt) => boolean {
  return (access) => {
    if (access.kind === "path" || access.kind === "anonymous" || access.kind === "privilege") return false;
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
