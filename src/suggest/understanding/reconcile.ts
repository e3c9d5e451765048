/** Wishes of one request, fitted to each other: what one allows is an exception of what another denies. */
import type { OperationName } from "../../compiler/ast.js";
import type { Item, ProposedMark, ProposedRule, ProposedStatement, ProposedTarget, Proposal } from "../proposal.js";
import { covers } from "./covers.js";
import { isDenied, single } from "./evaluate.js";
import { concreteNetwork } from "./history.js";
import { samplePath, samplePrograms } from "./samples.js";
import { pathTarget } from "./targets.js";

export function reconcile(proposal: Proposal): Proposal {
  const named = withOwnMarks(proposal.items);
  const contradicted = named.filter((item) => named.some((other) => other !== item && contradicts(other, item)));
  const left = named.filter((item) => !contradicted.includes(item));
  const allows = left.flatMap(({ statements }) => statements.filter(isAllow));
  const fitted = left.map((item): Item => ({ ...item, statements: item.statements.flatMap((one) => withExceptions(one, allows, item)) }));
  return {
    items: withoutFailing(withoutRepeats(fitted)),
    untranslated: [...proposal.untranslated, ...contradicted.map(({ words, line }) => ({ words, line, reason: "the request denies the same elsewhere: say which holds" }))],
  };
}

const isAllow = (one: ProposedStatement): one is ProposedRule => one.kind === "rule" && one.effect === "allow" && one.args === null;
const isDeny = (one: ProposedStatement): one is ProposedRule => one.kind === "rule" && (one.effect === "deny" || one.effect === "kill") && one.args === null;

/** Concrete targets that stand for it; empty where there is none to be had. */
function samples(target: ProposedTarget, isExec: boolean): readonly ProposedTarget[] {
  const one = target.kind === "path" ? (isExec && !target.pattern.includes("/") ? samplePrograms(target.pattern) : samplePath(target.pattern)) : null;
  if (one !== null) return [pathTarget(one)];
  const concrete = target.kind === "privilege" ? target : concreteNetwork(target);
  return concrete === null ? [] : [concrete];
}

type Relation = "inside" | "same" | "apart";

/** Of what is allowed to what is denied. */
function relation(allowed: ProposedRule, denied: ProposedRule): Relation {
  const isExec = denied.operations.includes("exec");
  const inDenied = (target: ProposedTarget): boolean => denied.targets.some((one) => covers(one, target)) && !denied.except.some((one) => covers(one, target));
  const inAllowed = (target: ProposedTarget): boolean => allowed.targets.some((one) => covers(one, target)) && !allowed.except.some((one) => covers(one, target));
  const narrow = allowed.targets.flatMap((one) => samples(one, isExec));
  const wide = denied.targets.flatMap((one) => samples(one, isExec));
  if (narrow.length === 0 || !narrow.every(inDenied)) return "apart";
  return wide.every(inAllowed) ? "same" : "inside";
}

const shared = (one: ProposedRule, other: ProposedRule): readonly OperationName[] => single(one.operations).filter((operation) => single(other.operations).includes(operation));

/** It denies all that the item allows, and no more: one of the two is not meant. */
function contradicts(denying: Item, allowing: Item): boolean {
  const allows = allowing.statements.filter(isAllow);
  const denies = denying.statements.filter(isDeny).filter(({ when, unless }) => when.length === 0 && unless.length === 0);
  return allows.length > 0 && allows.length === allowing.statements.length && allows.every((allowed) => denies.some((denied) =>
    shared(allowed, denied).length === single(allowed.operations).length && relation(allowed, denied) === "same"));
}

/** A rule for the operations that both name, with the exceptions, and one for the others. */
function withExceptions(statement: ProposedStatement, allows: readonly ProposedRule[], { statements }: Item): readonly ProposedStatement[] {
  if (!isDeny(statement)) return [statement];
  return allows.filter((allowed) => !statements.includes(allowed)).reduce<readonly ProposedRule[]>((rules, allowed) => rules.flatMap((denied) => {
    const both = shared(allowed, denied);
    const isSame = allowed.when.length > 0 || allowed.unless.length > 0;
    if (both.length === 0 || isSame || relation(allowed, denied) !== "inside") return [denied];
    const others = single(denied.operations).filter((operation) => !both.includes(operation));
    const excepted: ProposedRule = { ...denied, operations: grouped(both), except: [...denied.except, ...allowed.targets] };
    return others.length === 0 ? [{ ...excepted, operations: denied.operations }] : [excepted, { ...denied, operations: grouped(others) }];
  }), [statement]);
}

const MODIFY: readonly OperationName[] = ["write", "create", "delete", "setattr"];

const grouped = (operations: readonly OperationName[]): readonly OperationName[] =>
  (MODIFY.every((one) => operations.includes(one)) ? [...operations.filter((one) => !MODIFY.includes(one)), "modify"] : operations);

/** Two marks of one name get names of their own. */
function withOwnMarks(items: readonly Item[]): readonly Item[] {
  const known = new Map<string, string>();
  return items.map((item) => {
    const renamed = new Map<string, string>();
    for (const mark of item.statements.filter((one): one is ProposedMark => one.kind === "mark")) {
      const text = JSON.stringify(mark);
      let name = mark.name;
      for (let i = 2; known.has(name) && known.get(name) !== text; i++) name = `${mark.name}-${String(i)}`;
      known.set(name, text);
      renamed.set(mark.name, name);
    }
    return [...renamed].every(([from, to]) => from === to) ? item : { ...item, statements: item.statements.map((one) => rename(one, renamed)) };
  });
}

function rename(statement: ProposedStatement, names: ReadonlyMap<string, string>): ProposedStatement {
  const nameOf = (name: string): string => names.get(name) ?? name;
  if (statement.kind === "mark") return { ...statement, name: nameOf(statement.name) };
  if (statement.kind !== "rule") return statement;
  const conditions = (all: ProposedRule["when"]): ProposedRule["when"] => all.map((one) => (one.kind === "mark" ? { ...one, mark: nameOf(one.mark) } : one));
  return { ...statement, when: conditions(statement.when), unless: conditions(statement.unless) };
}

/** What an earlier wish brought along already. */
function withoutRepeats(items: readonly Item[]): readonly Item[] {
  const seen = new Set<string>();
  return items.map((item) => ({
    ...item,
    statements: item.statements.filter((statement) => {
      const text = JSON.stringify(statement);
      const isNew = !seen.has(text);
      seen.add(text);
      return isNew;
    }),
  }));
}

/** Probes of one wish that another wish decides; at least what shows the wish itself stays. */
function withoutFailing(items: readonly Item[]): readonly Item[] {
  const statements = items.flatMap((item) => item.statements);
  return items.map((item) => {
    const holding = item.probes.filter((probe) => isDenied(statements, probe) === (probe.expected === "denied"));
    // What is refused anyway is not followed by anything.
    const idle = item.probes.filter((probe) => probe.expected === "denied" && probe.after.some((event) => event.targets.some((target) => isDenied(statements, { ...probe, operation: event.operation === "success" ? "exec" : event.operation, target, args: event.args?.words ?? [], after: [] }))));
    const lost = item.probes.some(({ expected }) => expected === "denied") && !holding.some(({ expected }) => expected === "denied");
    return { ...item, probes: lost ? item.probes.filter((probe) => !idle.includes(probe)) : holding };
  });
}
