/** What a proposal comes to for one access, as far as wishes and probes of one request need to be fitted to each other. */
import type { OperationName } from "../../compiler/ast.js";
import type { ProposedArgs, ProposedCondition, ProposedEvent, ProposedMark, ProposedRule, ProposedStatement, Probe } from "../proposal.js";
import { covers, matches } from "./covers.js";

const GROUPS: Partial<Readonly<Record<OperationName, readonly OperationName[]>>> = {
  modify: ["write", "create", "delete", "setattr"], access: ["read", "write", "create", "delete", "setattr"],
};

export const single = (operations: readonly OperationName[]): readonly OperationName[] => [...new Set(operations.flatMap((one) => GROUPS[one] ?? [one]))];

interface Acting {
  readonly exe: string | null;
  readonly args: readonly string[];
  readonly marks: ReadonlySet<string>;
}

export function isDenied(statements: readonly ProposedStatement[], probe: Probe): boolean {
  const nobody: Acting = { exe: probe.exe, args: [], marks: new Set() };
  const marks = probe.after.reduce<ReadonlySet<string>>((set, event) => afterEvent(statements, event, { ...nobody, marks: set }), new Set());
  return single([probe.operation]).some((operation) => denies(statements, operation, probe.target, { exe: probe.exe, args: probe.args, marks }));
}

function denies(statements: readonly ProposedStatement[], operation: OperationName, target: Probe["target"], acting: Acting): boolean {
  const rules = statements.filter((one): one is ProposedRule => one.kind === "rule" && applies(one, operation, target, acting));
  if (rules.some(({ effect }) => effect === "deny" || effect === "kill")) return true;
  const isDefault = statements.some((one) => one.kind === "default" && one.effect === "deny" && single(one.operations).includes(operation));
  return isDefault && rules.length === 0;
}

const applies = (rule: ProposedRule, operation: OperationName, target: Probe["target"], acting: Acting): boolean =>
  single(rule.operations).includes(operation) && rule.targets.some((one) => covers(one, target)) && !rule.except.some((one) => covers(one, target))
  && takesArgs(rule.args, acting.args) && rule.when.every((one) => holds(one, acting)) && !(rule.unless.length > 0 && rule.unless.every((one) => holds(one, acting)));

function holds(condition: ProposedCondition, { exe, marks }: Acting): boolean {
  const is = condition.kind === "mark" ? marks.has(condition.mark) : condition.kind === "exe" && exe !== null && matches(condition.program, exe);
  return is !== condition.not;
}

/** In that order, others between them. */
function takesArgs(args: ProposedArgs | null, given: readonly string[]): boolean {
  if (args === null) return true;
  let at = 0;
  for (const word of given) if (at < args.words.length && glob(args.words[at] ?? "", word)) at++;
  return at === args.words.length && !args.without.some((word) => given.some((one) => glob(word, one)));
}

function glob(pattern: string, text: string): boolean {
  const source = pattern.replace(/\\(.)|[.+^$()|]|\*|\?|\[!|\{|\}|,/g, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return `\\x${escaped.charCodeAt(0).toString(16).padStart(2, "0")}`;
    const forms: Readonly<Record<string, string>> = { "*": ".*", "?": ".", "[!": "[^", "{": "(?:", "}": ")", ",": pattern.includes("{") ? "|" : "," };
    return forms[found] ?? `\\${found}`;
  });
  return new RegExp(`^(?:${source})$`, "s").test(text);
}

function afterEvent(statements: readonly ProposedStatement[], event: ProposedEvent, acting: Acting): ReadonlySet<string> {
  const [target] = event.targets;
  const words = event.args?.words ?? [];
  const operation: OperationName = event.operation === "success" ? "exec" : event.operation;
  // What is refused does not happen.
  if (target === undefined || denies(statements, operation, target, { ...acting, args: words })) return acting.marks;
  const marks = statements.filter((one): one is ProposedMark => one.kind === "mark");
  const happens = (one: ProposedEvent): boolean => (one.operation === "success" || event.operation === "success" ? one.operation === event.operation : single([one.operation]).includes(operation))
    && one.targets.some((other) => covers(other, target)) && !one.except.some((other) => covers(other, target)) && takesArgs(one.args, words);
  const set = marks.filter((mark) => mark.on.some(happens)).map(({ name }) => name);
  const cleared = new Set(marks.filter((mark) => mark.until.some(happens)).map(({ name }) => name));
  return new Set([...acting.marks, ...set].filter((name) => !cleared.has(name)));
}
