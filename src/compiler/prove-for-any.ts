/** Which assertions hold whatever parameters that nobody has bound stand for. */
import { tieFinder } from "./checks/find-ties.js";
import { partsOf, targetString, withNested } from "./checks/walk-tree.js";
import { refuses, type Statement, type StringLiteral } from "./ast.js";
import { lower } from "./lower.js";
import { refuteAsserts } from "./prove-asserts.js";
import type { ResolvedAssert, ResolvedPolicy, ResolvedRule, ResolvedTarget } from "./resolved.js";

/** Bound to placeholders for parameters that nobody has bound. */
export interface Unbound {
  readonly statements: readonly Statement[];
  readonly resolved: ResolvedPolicy;
  readonly placeholders: Readonly<Record<string, string>>;
}

/**
 * Those that are proved of the widest policy that any values could make: what permits depends on no value, and what
 * refuses by one is left out. More may be true; that `allow` or `audit` is asserted, or that it depends on a value
 * who acts, is not looked into.
 */
export function provedForAny({ statements, resolved, placeholders }: Unbound): ReadonlySet<ResolvedAssert> {
  const { bindings } = resolved;
  if (!onlyTargetsHold(statements, namesHolding(statements, new Set(Object.keys(placeholders))))) return new Set();
  const set = Object.fromEntries(Object.entries(bindings.params).filter(([name]) => !Object.hasOwn(placeholders, name)));
  const tieOf = tieFinder({ statements, bindings, set });
  const isOpen = (target: ResolvedTarget): boolean => {
    const tie = tieOf(target);
    return tie.kind === "mixed" || (tie.kind === "begins" && Object.hasOwn(placeholders, tie.unknown));
  };
  const asserts = resolved.asserts.filter(({ effect, targets }) => refuses(effect) && !targets.some(isOpen));
  const widest = { ...resolved, asserts, rules: resolved.rules.flatMap((rule) => widened(rule, isOpen)) };
  const refuted = new Set(refuteAsserts({ resolved: widest, ir: lower(widest) }).map(({ assertion }) => assertion));
  return new Set(asserts.filter((assertion) => !refuted.has(assertion)));
}

function widened(rule: ResolvedRule, isOpen: (target: ResolvedTarget) => boolean): readonly ResolvedRule[] {
  const { effect, targets, except, privileges } = rule;
  if (!refuses(effect)) {
    return [{
      ...rule, except: except.filter((target) => !isOpen(target)),
      targets: targets.flatMap((target) => (isOpen(target) ? everyLike(target) : [target])),
    }];
  }
  const left = targets.filter((target) => !isOpen(target));
  return except.some(isOpen) || (left.length === 0 && privileges.length === 0) ? [] : [{ ...rule, targets: left }];
}

/** What a value could make of the target, and more. */
function everyLike(target: ResolvedTarget): readonly ResolvedTarget[] {
  const { span } = target;
  switch (target.kind) {
    case "path":
      return [{ kind: "path", pattern: [{ literal: false, text: "/**" }], span }];
    case "unix-path":
    case "unix-abstract":
      return [
        { kind: "unix-path", pattern: [{ literal: false, text: "/**" }], span },
        { kind: "unix-abstract", pattern: [{ literal: false, text: "*" }], span },
      ];
    case "network":
      return [{ kind: "list", list: "any", ports: target.ports, protocol: target.protocol, span }];
    case "list":
    case "anonymous":
      return [target];
  }
}

/** `params`, and the lets that hold one of them. */
function namesHolding(statements: readonly Statement[], params: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set(params);
  const lets = withNested(statements).filter((statement) => statement.kind === "let");
  const holders = (): readonly string[] => lets.filter(({ name, values }) => !names.has(name.text) && values.some((value) => holds(value, names)))
    .map(({ name }) => name.text);
  for (let found = holders(); found.length > 0; found = holders()) found.forEach((name) => { names.add(name); });
  return names;
}

const holds = ({ parts }: StringLiteral, names: ReadonlySet<string>): boolean =>
  parts.some((part) => part.kind === "reference" && names.has(part.name));

/** Whether nothing but targets of rules and assertions holds one of `names`. */
const onlyTargetsHold = (statements: readonly Statement[], names: ReadonlySet<string>): boolean =>
  withNested(statements).filter(({ kind }) => !DEFINITIONS.has(kind)).every((statement) => {
    const { targets, strings } = partsOf(statement);
    const isWidened = statement.kind === "rule" || statement.kind === "assert";
    return !strings.some((literal) => holds(literal, names)) && (isWidened || !targets.some((target) =>
      targetString(target).some((literal) => holds(literal, names))
        || (target.subject.kind === "name" && names.has(target.subject.text))));
  });

const DEFINITIONS: ReadonlySet<Statement["kind"]> = new Set(["param", "let", "test"]);
