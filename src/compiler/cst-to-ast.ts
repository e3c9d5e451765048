/**
 * From chevrotain's concrete tree to ours. The only file that knows the concrete one. Statements in which the parser
 * found an error are left out; what can be said about the others is.
 */
import type { CstNode, IToken } from "chevrotain";
import {
  BUILTIN_LISTS, EFFECTS, OPERATION_NAMES, PRIVILEGES, PROTOCOLS, type ArgsClause, type Condition, type Duration,
  type Effect, type Event, type ForStatement, type Name, type OperationRef, type PolicyFile, type PortRange,
  type RuleStatement, type Statement, type StringLiteral, type Target, type TargetSubject, type TestCase,
} from "./ast.js";
import { checkBlock, checkPolicies, checkPrivileges } from "./check-placement.js";
import { Comments } from "./comments.js";
import type * as cst from "./cst.gen.js";
import { invariant, type Diagnostic, type Source, type Span } from "./diagnostic.js";
import { endOf, isVirtual } from "./mark-statements.js";
import { report } from "./messages.js";
import { readCount, readDuration, readPorts, type Read } from "./numbers.js";
import { readString } from "./strings.js";
import * as t from "./tokens.js";

/** `root` is what the parser's `file` rule returned, `comments` what the lexer set aside. */
export function cstToAst(
  source: Source, root: CstNode, comments: readonly IToken[],
): { readonly file: PolicyFile; readonly diagnostics: readonly Diagnostic[] } {
  invariant(isFile(root), "the parser returned no file");
  const converter = new Converter(source, new Comments(source, comments));
  return { file: converter.file(root), diagnostics: converter.diagnostics };
}

const isFile = (node: CstNode): node is cst.FileCstNode => node.name === "file";
/** Of a list that the grammar makes non-empty. */
function first<T>(list: readonly T[] | undefined): T {
  const item = list?.[0];
  invariant(item !== undefined, "the parser left out a required part");
  return item;
}

/** The member of `words` that a keyword's token is. */
function word<W extends string>(words: readonly W[], token: IToken): W {
  return first(words.filter((candidate) => candidate === token.image));
}

type Attached = Pick<Statement, "leading" | "trailing" | "span">;
type ConditionClause = cst.WhenClauseCstNode | cst.UnlessClauseCstNode;
type Body = Pick<ForStatement, "body" | "trailingComments">;

class Converter {
  readonly diagnostics: Diagnostic[] = [];

  constructor(private readonly source: Source, private readonly comments: Comments) {}

  file(node: cst.FileCstNode): PolicyFile {
    const statements = this.statements(node.children.statement);
    this.diagnostics.push(...checkPolicies(statements));
    const trailingComments = this.comments.before(Infinity);
    return { kind: "file", statements, trailingComments, span: this.between(0, this.source.text.length) };
  }

  private statements(nodes: readonly cst.StatementCstNode[] | undefined): readonly Statement[] {
    return (nodes ?? []).flatMap((node) => this.statement(node) ?? []);
  }

  // --- statements ---------------------------------------------------------------------------------------------------

  private statement({ children, recoveredNode }: cst.StatementCstNode): Statement | undefined {
    if (recoveredNode === true) return undefined;
    const span = this.between(first(children.Start).startOffset, first(children.End).startOffset);
    const block = children.forStatement?.[0]?.children.block[0] ?? children.taskStatement?.[0]?.children.block[0];
    const brace = first(block?.children.LCurly ?? children.testStatement?.[0]?.children.LCurly ?? children.End);
    const leading = this.comments.before(brace.startOffset);
    /** To be called when the comments inside the statement are taken. */
    const attached = (): Attached => ({ leading, trailing: this.comments.onLineOf(span.end), span });

    const { policyStatement: policy, includeStatement: include, draftStatement: draft } = children;
    if (policy) return { kind: "policy", name: this.text(first(policy).children), ...attached() };
    if (include) return { kind: "include", path: this.text(first(include).children), ...attached() };
    if (draft) return { kind: "draft", note: this.text(first(draft).children), ...attached() };
    if (children.rule) return this.rule(first(children.rule), attached());
    if (children.paramStatement) return this.param(first(children.paramStatement), attached());
    if (children.letStatement) return this.let(first(children.letStatement), attached());
    if (children.defaultStatement) {
      const parts = first(children.defaultStatement).children;
      return {
        kind: "default", effect: this.effect(parts), operations: this.operations(parts.operations), ...attached(),
      };
    }
    if (children.markStatement) return this.mark(first(children.markStatement), attached());
    if (children.limitStatement) return this.limit(first(children.limitStatement), attached());
    if (children.assertStatement) return this.assert(first(children.assertStatement), attached());
    if (children.testStatement) return this.test(first(children.testStatement), attached);
    if (children.forStatement) {
      const { forHead: [head], block: blocks } = first(children.forStatement).children;
      const body = this.body(first(blocks), "for");
      if (head === undefined || head.recoveredNode === true) return undefined;
      return { kind: "for", programs: this.strings(head.children.strings), ...body, ...attached() };
    }
    const { taskHead: [head], block: blocks } = first(children.taskStatement).children;
    const body = this.body(first(blocks), "task");
    if (head === undefined || head.recoveredNode === true) return undefined;
    return { kind: "task", name: this.text(head.children), ...body, ...attached() };
  }

  private body({ children }: cst.BlockCstNode, block: "for" | "task"): Body {
    const body = this.statements(children.statement);
    const close = first(children.RCurly);
    // Behind a block that the user forgot to close, everything looks out of place.
    if (!isVirtual(close)) this.diagnostics.push(...checkBlock(body, block, this.span(first(children.LCurly))));
    return { body, trailingComments: this.comments.before(close.startOffset) };
  }

  private param({ children }: cst.ParamStatementCstNode, attached: Attached): Statement {
    const value = children.Text?.[0];
    const name = this.name(first(children.Name));
    return { kind: "param", name, default: value === undefined ? null : this.string(value), ...attached };
  }

  private let({ children }: cst.LetStatementCstNode, attached: Attached): Statement {
    const single = children.Text?.[0];
    const values = single === undefined ? this.strings(children.strings) : [this.string(single)];
    return { kind: "let", name: this.name(first(children.Name)), list: single === undefined, values, ...attached };
  }

  private rule({ children }: cst.RuleCstNode, attached: Attached): RuleStatement {
    const { exceptClause, argsClause, whenClause, unlessClause, becauseClause, Name: name } = children;
    [exceptClause, argsClause, whenClause, unlessClause, becauseClause].forEach((all) => { this.checkOnce(all); });
    const operations = this.operations(children.operations);
    return {
      kind: "rule",
      name: name === undefined ? null : this.name(first(name)),
      effect: this.effect(children),
      operations,
      targets: this.targetsOf(operations, children.targets),
      except: exceptClause === undefined ? [] : this.targetsOf(operations, first(exceptClause).children.targets),
      args: this.args(argsClause),
      when: this.clauseCondition(whenClause),
      unless: this.clauseCondition(unlessClause),
      because: this.because(becauseClause),
      ...attached,
    };
  }

  private mark({ children }: cst.MarkStatementCstNode, attached: Attached): Statement {
    [children.untilClause, children.perProcess, children.tracksFiles].forEach((all) => { this.checkOnce(all); });
    return {
      kind: "mark",
      name: this.name(first(children.Name)),
      on: this.events(children.events),
      until: children.untilClause === undefined ? [] : this.events(first(children.untilClause).children.events),
      perProcess: children.perProcess !== undefined,
      tracksFiles: children.tracksFiles !== undefined,
      ...attached,
    };
  }

  private limit({ children }: cst.LimitStatementCstNode, attached: Attached): Statement {
    const operations = this.operations(children.operations);
    const count = first(children.Integer);
    return {
      kind: "limit",
      operations,
      targets: this.targetsOf(operations, children.targets),
      count: this.read(readCount(count.image, this.span(count))),
      per: this.duration(first(children.Duration)),
      effect: this.effect(children),
      because: this.because(children.becauseClause),
      ...attached,
    };
  }

  private assert({ children }: cst.AssertStatementCstNode, attached: Attached): Statement {
    const operations = this.operations(children.operations);
    const targets = this.targetsOf(operations, children.targets);
    const when = this.clauseCondition(children.whenClause);
    return { kind: "assert", effect: this.effect(children), operations, targets, when, ...attached };
  }

  private test({ children }: cst.TestStatementCstNode, attached: () => Attached): Statement | undefined {
    const cases = (children.testCase ?? []).flatMap((node) => this.testCase(node) ?? []);
    const trailingComments = this.comments.before(first(children.RCurly).startOffset);
    const head = first(children.testHead);
    if (head.recoveredNode === true) return undefined;
    const bindings = (head.children.binding ?? []).map((node) => {
      const name = this.name(first(node.children.Name));
      const value = this.text(node.children);
      return { kind: "binding" as const, name, value, span: this.across(name, value) };
    });
    return { kind: "test", name: this.text(head.children), bindings, cases, trailingComments, ...attached() };
  }

  private testCase({ children, recoveredNode }: cst.TestCaseCstNode): TestCase | undefined {
    if (recoveredNode === true) return undefined;
    const { marksClause, exeClause, underClause, wordsClause, afterClause } = children;
    [marksClause, exeClause, underClause, wordsClause, afterClause].forEach((all) => { this.checkOnce(all); });
    const span = this.between(first(children.Start).startOffset, first(children.End).startOffset);
    const operation = this.operation(first(children.Operation));
    const target = this.target(first(children.target));
    this.diagnostics.push(...checkPrivileges([operation], [target]));
    return {
      kind: "case",
      leading: this.comments.before(span.end),
      effect: this.effect(children),
      operation,
      target,
      marks: (marksClause?.[0]?.children.Name ?? []).map((token) => this.name(token)),
      exe: exeClause === undefined ? null : this.text(first(exeClause).children),
      under: underClause === undefined ? null : this.text(first(underClause).children),
      args: wordsClause === undefined ? null : this.strings(first(wordsClause).children.strings),
      after: (afterClause?.[0]?.children.event ?? []).map((event) => this.event(event)),
      trailing: this.comments.onLineOf(span.end),
      span,
    };
  }

  /** Of a clause that may stand in any place but only once. */
  private checkOnce(clauses: readonly CstNode[] | undefined): void {
    const [original, ...again] = (clauses ?? []).map((clause) => this.spanOf(clause));
    if (original === undefined) return;
    for (const span of again) {
      const clause = /^(?:per\s+process|tracks\s+files|[a-z]+)/.exec(this.source.text.slice(span.start))?.[0] ?? "";
      const labels = [{ message: "first here", span: original }];
      this.diagnostics.push(report("duplicate-clause", span, { clause }, { labels }));
    }
  }

  // --- parts of statements ------------------------------------------------------------------------------------------

  private effect(parts: { readonly Effect: readonly IToken[] }): Effect {
    return word(EFFECTS, first(parts.Effect));
  }

  private operation(token: IToken): OperationRef {
    return { kind: "operation", name: word(OPERATION_NAMES, token), span: this.span(token) };
  }

  private operations(nodes: readonly cst.OperationsCstNode[]): readonly OperationRef[] {
    return first(nodes).children.Operation.map((token) => this.operation(token));
  }

  private targets(nodes: readonly cst.TargetsCstNode[]): readonly Target[] {
    return first(nodes).children.target.map((node) => this.target(node));
  }

  private targetsOf(operations: readonly OperationRef[], nodes: readonly cst.TargetsCstNode[]): readonly Target[] {
    const targets = this.targets(nodes);
    this.diagnostics.push(...checkPrivileges(operations, targets));
    return targets;
  }

  private target(node: cst.TargetCstNode): Target {
    const { children } = node;
    const [protocol] = children.Protocol ?? [];
    return {
      kind: "target",
      subject: this.subject(node),
      ports: children.port === undefined ? null : children.port.map((port) => this.port(port)),
      protocol: protocol === undefined ? null : word(PROTOCOLS, protocol),
      span: this.spanOf(node),
    };
  }

  private subject({ children }: cst.TargetCstNode): TargetSubject {
    const [text] = children.Text ?? [];
    const [unix] = children.Unix ?? [];
    if (text !== undefined) {
      const address = this.string(text);
      return unix === undefined ? address : { kind: "unix", address, span: this.across(this.name(unix), address) };
    }
    if (children.Name) return this.name(first(children.Name));
    const [builtin] = children.BuiltinList ?? [];
    if (builtin) return { kind: "builtin", list: word(BUILTIN_LISTS, builtin), span: this.span(builtin) };
    const [privilege] = children.PrivilegeName ?? [];
    if (privilege) return { kind: "privilege", privilege: word(PRIVILEGES, privilege), span: this.span(privilege) };
    return { kind: "anonymous", span: this.span(first(children.Anonymous)) };
  }

  private port({ children }: cst.PortCstNode): PortRange {
    const token = first(children.Integer ?? children.Range);
    return { kind: "port-range", ...this.read(readPorts(token.image, this.span(token))), span: this.span(token) };
  }

  private duration(token: IToken): Duration {
    const span = this.span(token);
    return { kind: "duration", milliseconds: this.read(readDuration(token.image, span)), text: token.image, span };
  }

  private args(nodes: readonly cst.ArgsClauseCstNode[] | undefined): ArgsClause | null {
    const node = nodes?.[0];
    if (node === undefined) return null;
    const [words, without] = node.children.strings;
    return {
      kind: "args",
      only: node.children.Only !== undefined,
      words: this.strings(words ? [words] : []),
      without: without === undefined ? [] : this.strings([without]),
      span: this.spanOf(node),
    };
  }

  private because(nodes: readonly cst.BecauseClauseCstNode[] | undefined): StringLiteral | null {
    return nodes === undefined ? null : this.text(first(nodes).children);
  }

  // --- events and conditions ----------------------------------------------------------------------------------------

  private events(nodes: readonly cst.EventsCstNode[]): readonly Event[] {
    return first(nodes).children.event.map((node) => this.event(node));
  }

  private event(node: cst.EventCstNode): Event {
    const { children } = node;
    const { exceptClause, unlessExe } = children;
    return {
      kind: "event",
      operation: children.Operation === undefined ? "success" : this.operation(first(children.Operation)),
      targets: this.targets(children.targets),
      except: exceptClause === undefined ? [] : this.targets(first(exceptClause).children.targets),
      args: this.args(children.argsClause),
      unlessExe: unlessExe === undefined ? [] : this.strings(first(unlessExe).children.strings),
      span: this.spanOf(node),
    };
  }

  private clauseCondition(nodes: readonly ConditionClause[] | undefined): Condition | null {
    return nodes === undefined ? null : this.condition(first(first(nodes).children.condition));
  }

  private condition(node: cst.ConditionCstNode): Condition {
    const operands = node.children.conjunction.map((operand) => this.conjunction(operand));
    return operands.length === 1 ? first(operands) : { kind: "or", operands, span: this.spanOf(node) };
  }

  private conjunction(node: cst.ConjunctionCstNode): Condition {
    const operands = node.children.negation.map((operand) => this.negation(operand));
    return operands.length === 1 ? first(operands) : { kind: "and", operands, span: this.spanOf(node) };
  }

  private negation(node: cst.NegationCstNode): Condition {
    const end = this.spanOf(node).end;
    return (node.children.Not ?? []).reduceRight<Condition>(
      (operand, not) => ({ kind: "not", operand, span: this.between(not.startOffset, end) }),
      this.atom(node),
    );
  }

  private atom({ children }: cst.NegationCstNode): Condition {
    const { Name: mark, exeClause, underClause, condition } = children;
    if (mark) return { kind: "mark-condition", mark: this.name(first(mark)), span: this.span(first(mark)) };
    if (condition) return this.condition(first(condition));
    const clause = exeClause ? first(exeClause) : first(underClause);
    return {
      kind: exeClause ? "exe-condition" : "under-condition",
      program: this.text(clause.children),
      span: this.spanOf(clause),
    };
  }

  // --- tokens -------------------------------------------------------------------------------------------------------

  private name(token: IToken): Name {
    return { kind: "name", text: token.image, span: this.span(token) };
  }

  private text(parts: { readonly Text: readonly IToken[] }): StringLiteral {
    return this.string(first(parts.Text));
  }

  private strings(nodes: readonly cst.StringsCstNode[] | undefined): readonly StringLiteral[] {
    return first(nodes).children.Text.map((token) => this.string(token));
  }

  private string(token: IToken): StringLiteral {
    const span = this.span(token);
    // Whatever stands in for a string is an error already, and its text no string's.
    if (token.tokenType !== t.Text) return { kind: "string", parts: [], span };
    const { literal, diagnostics } = readString(this.source, span, span.start + 1, span.end - 1);
    this.diagnostics.push(...diagnostics);
    return literal;
  }

  private read<T>({ value, diagnostic }: Read<T>): T {
    if (diagnostic !== undefined) this.diagnostics.push(diagnostic);
    return value;
  }

  private between(start: number, end: number): Span {
    return { source: this.source, start, end };
  }

  private span(token: IToken): Span {
    return this.between(token.startOffset, endOf(token));
  }

  private across(from: { readonly span: Span }, to: { readonly span: Span }): Span {
    return this.between(from.span.start, to.span.end);
  }

  private spanOf({ location }: CstNode): Span {
    return this.between(location?.startOffset ?? 0, (location?.endOffset ?? -1) + 1);
  }
}
