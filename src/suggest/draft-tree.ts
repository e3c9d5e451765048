/**
 * A proposal as the syntax tree of a draft. Whatever its strings hold, they are strings and comments of the tree: no words can
 * become a statement.
 */
import type {
  ArgsClause, Comment, Condition, Duration, Effect, Event, Name, OperationRef, PolicyFile, PortRange, Statement, StringLiteral,
  StringPart, Target, TargetSubject, TestCase, TestStatement,
} from "../compiler/ast.js";
import { assertNever, type Span } from "../compiler/diagnostic.js";
import { durationText } from "../compiler/numbers.js";
import { writeComment } from "../review/comments.js";
import type {
  Item, Probe, Proposal, ProposedArgs, ProposedCondition, ProposedEvent, ProposedStatement, ProposedTarget,
} from "./proposal.js";

/** Whose home it is in the tests of a draft, and where the workspace lies. */
export const TEST_HOME = "/home/ada";
export const TEST_WORKSPACE = "/home/ada/project";

const span: Span = { source: { path: "draft.pol", text: "" }, start: 0, end: 0 };

export interface Header {
  /** By whom, and when; null where the policy that this is added to is a draft already. */
  readonly note: string | null;
  /** Names of parameters of the policy that this is added to. */
  readonly params: readonly string[];
}

/** What a case says will happen, where it is not simply denied or allowed. */
export type EffectOf = (probe: Probe) => Effect;

export const PLAIN_EFFECT: EffectOf = ({ expected }) => (expected === "denied" ? "deny" : "allow");

export function draftTree({ items, untranslated }: Proposal, { note, params }: Header, effectOf: EffectOf = PLAIN_EFFECT): PolicyFile {
  const shared = new Set<string>();
  const statements = items.flatMap((item) => statementsOf(item, shared));
  const needsWorkspace = !params.includes("workspace") && JSON.stringify(items).includes("${workspace}");
  const comments = untranslated.map((one) => commentOf(writeComment({ kind: "not-translated", ...one })));
  const param: readonly Statement[] = needsWorkspace
    ? [{ kind: "param", name: nameOf("workspace"), default: null, leading: [commentOf("the folder that is worked in: `--set workspace=$PWD`", true)], trailing: null, span }] : [];
  return {
    kind: "file", span, trailingComments: note === null ? comments : [],
    statements: [
      ...(note === null ? [] : [{ kind: "draft" as const, note: stringOf(note), leading: comments, trailing: null, span }]),
      ...param, ...statements, ...testsOf(items, params, effectOf),
    ],
  };
}

/** `shared`: defaults and includes that are there already. */
function statementsOf({ words, line, statements }: Item, shared: Set<string>): readonly Statement[] {
  const fresh = statements.filter((statement) => {
    if (statement.kind !== "default" && statement.kind !== "include") return true;
    const key = JSON.stringify(statement);
    if (shared.has(key)) return false;
    shared.add(key);
    return true;
  });
  const asked = commentOf(writeComment({ kind: "asked", words, line }));
  return fresh.map((statement, i) => statementOf(statement, i === 0 ? [asked] : []));
}

function statementOf(statement: ProposedStatement, leading: readonly Comment[]): Statement {
  const base = { leading, trailing: null, span };
  switch (statement.kind) {
    case "include":
      return { ...base, kind: "include", path: stringOf(`std:${statement.std}`) };
    case "default":
      return { ...base, kind: "default", effect: statement.effect, operations: statement.operations.map(operationOf) };
    case "rule":
      return {
        ...base, kind: "rule", name: statement.name === null ? null : nameOf(statement.name), effect: statement.effect,
        operations: statement.operations.map(operationOf), targets: statement.targets.map(targetOf), except: statement.except.map(targetOf),
        args: argsOf(statement.args), when: conditionOf(statement.when), unless: conditionOf(statement.unless),
        because: statement.because === null ? null : stringOf(statement.because),
      };
    case "mark":
      return {
        ...base, leading: [...leading, ...(isTrusting(statement.on) ? [commentOf(TRUSTING)] : [])], kind: "mark", name: nameOf(statement.name), on: statement.on.map(eventOf), until: statement.until.map(eventOf),
        perProcess: statement.perProcess, tracksFiles: statement.tracksFiles,
      };
    case "limit":
      return {
        ...base, kind: "limit", operations: statement.operations.map(operationOf), targets: statement.targets.map(targetOf),
        count: statement.count, per: durationOf(statement.perMilliseconds), effect: statement.effect,
        because: statement.because === null ? null : stringOf(statement.because),
      };
    default:
      return assertNever(statement);
  }
}

const TRUSTING = " programs below /usr alone: what lies elsewhere, the agent may have written itself";

/** Of a success that anybody could have by a program of their own. */
const isTrusting = (on: readonly ProposedEvent[]): boolean =>
  on.some(({ operation, targets }) => operation === "success" && targets.some((target) => target.kind === "path" && target.pattern.startsWith("/usr/**/")));

// --- tests -----------------------------------------------------------------------------------------------------------

function testsOf(items: readonly Item[], params: readonly string[], effectOf: EffectOf): readonly TestStatement[] {
  const probed = items.filter(({ probes }) => probes.length > 0);
  if (probed.length === 0) return [];
  const cases = probed.flatMap(({ probes }) => probes.map((probe) => caseOf(probe, effectOf(probe))));
  const names = ["workspace", ...params.filter((name) => name !== "workspace")]
    .filter((name) => name !== "workspace" || params.includes(name) || JSON.stringify(items).includes("${workspace}"));
  const values = names.map((name) => [name, name === "workspace" ? TEST_WORKSPACE : `/srv/${name}`] as const);
  return [{
    kind: "test", name: stringOf("what was asked for"), cases, leading: [], trailing: null, trailingComments: [], span,
    bindings: [["home", TEST_HOME] as const, ...values].map(([name, value]) => ({ kind: "binding", name: nameOf(name), value: stringOf(value), span })),
  }];
}

function caseOf({ operation, target, exe, under, args, after }: Probe, effect: Effect): TestCase {
  return {
    kind: "case", effect, operation: operationOf(operation), target: targetOf(placed(target)), marks: [],
    exe: exe === null ? null : stringOf(place(exe)), under: under === null ? null : stringOf(place(under)),
    args: args.length === 0 ? null : args.map(stringOf),
    after: after.map((event) => eventOf({ ...event, targets: event.targets.map(placed) })), leading: [], trailing: null, span,
  };
}

/** A case names no pattern but a place. */
const place = (path: string): string => path.replace(/^~(?=\/|$)/, TEST_HOME).replace(/^\$\{workspace\}/, TEST_WORKSPACE);

function placed(target: ProposedTarget): ProposedTarget {
  return target.kind === "path" || target.kind === "unix" ? { ...target, pattern: place(target.pattern) } : target;
}

// --- parts -----------------------------------------------------------------------------------------------------------

const nameOf = (text: string): Name => ({ kind: "name", text, span });
const commentOf = (text: string, doc = false): Comment => ({ kind: "comment", doc, text, span });
const operationOf = (name: OperationRef["name"]): OperationRef => ({ kind: "operation", name, span });

/** Of all references only that to the workspace is one: another is text. */
export function stringOf(text: string): StringLiteral {
  const pieces = text.split(/(\$\{workspace\})/).filter((piece) => piece !== "");
  return {
    kind: "string", span,
    parts: pieces.map((piece): StringPart => (piece === "${workspace}" ? { kind: "reference", name: "workspace", span } : { kind: "text", text: piece, span })),
  };
}

function targetOf(target: ProposedTarget): Target {
  const transport = target.kind === "network" ? { ports: target.ports.length === 0 ? null : target.ports.map(portOf), protocol: target.protocol } : { ports: null, protocol: null };
  return { kind: "target", subject: subjectOf(target), ...transport, span };
}

function subjectOf(target: ProposedTarget): TargetSubject {
  switch (target.kind) {
    case "path": return stringOf(target.pattern);
    case "unix": return { kind: "unix", address: stringOf(target.pattern), span };
    case "anonymous": return { kind: "anonymous", span };
    case "privilege": return { kind: "privilege", privilege: target.privilege, span };
    case "network": return typeof target.address === "string" ? stringOf(target.address) : { kind: "builtin", list: target.address.list, span };
    default: return assertNever(target);
  }
}

function portOf(text: string): PortRange {
  const [first, last] = text.split("-").map(Number);
  return { kind: "port-range", first: first ?? 0, last: last ?? first ?? 0, span };
}

function argsOf(args: ProposedArgs | null): ArgsClause | null {
  if (args === null || args.words.length === 0) return null;
  return { kind: "args", only: args.only, words: args.words.map(stringOf), without: args.without.map(stringOf), span };
}

function eventOf({ operation, targets, except, args }: ProposedEvent): Event {
  return {
    kind: "event", operation: operation === "success" ? operation : operationOf(operation), targets: targets.map(targetOf),
    except: except.map(targetOf), args: argsOf(args), unlessExe: [], span,
  };
}

function conditionOf(conditions: readonly ProposedCondition[]): Condition | null {
  const operands = conditions.map((condition): Condition => (condition.not ? { kind: "not", operand: plainCondition(condition), span } : plainCondition(condition)));
  const [first] = operands;
  if (first === undefined) return null;
  return operands.length === 1 ? first : { kind: "and", operands, span };
}

function plainCondition(condition: ProposedCondition): Condition {
  switch (condition.kind) {
    case "mark": return { kind: "mark-condition", mark: nameOf(condition.mark), span };
    case "exe": return { kind: "exe-condition", program: stringOf(condition.program), span };
    case "under": return { kind: "under-condition", program: stringOf(condition.program), span };
    default: return assertNever(condition);
  }
}

const durationOf = (milliseconds: number): Duration => ({ kind: "duration", milliseconds, text: durationText(milliseconds), span });
