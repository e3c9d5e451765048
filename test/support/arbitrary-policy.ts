/** Random syntax trees: every kind of statement, clause and target, strings with odd characters, comments. */
import fc from "fast-check";
import {
  BUILTIN_LISTS, EFFECTS, OPERATION_NAMES, PRIVILEGES, PROTOCOLS, type ArgsClause, type Comment, type Condition,
  type Event, type Name, type OperationRef, type PolicyFile, type PortRange, type Statement, type StringLiteral,
  type StringPart, type Target, type TargetSubject, type TestCase,
} from "../../src/compiler/ast.js";
import type { Span } from "../../src/compiler/diagnostic.js";
import { RESERVED_WORDS } from "../../src/compiler/tokens.js";

export const NOWHERE: Span = { source: { path: "generated.pol", text: "" }, start: 0, end: 0 };
const span = fc.constant(NOWHERE);

const kind = <K extends string>(value: K): fc.Arbitrary<K> => fc.constant(value);
const some = <T>(item: fc.Arbitrary<T>, maxLength = 3): fc.Arbitrary<T[]> =>
  fc.array(item, { minLength: 1, maxLength });
const few = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { maxLength: 2 });
const perhaps = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(item, { freq: 2 });

// --- words and strings ----------------------------------------------------------------------------------------------

const nameText = fc.oneof(
  fc.constantFrom("a", "keys", "no-keys", "x-1", "reads", "exec2", "denied", "homes-"),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/),
).filter((text) => !RESERVED_WORDS.has(text));
export const name: fc.Arbitrary<Name> = fc.record({ kind: kind("name"), text: nameText, span });

const ODD = [
  "\"", "\\", "\n", "\t", "\r", "$", "${", "$${", "{", "}", "#", "##", "'", "é", "\u{1f512}", "\u202e", "\ufeff",
  "\u2028", "\u0001", "\u007f", " ", "*", "/", "~",
];
const text = fc.array(fc.oneof(
  fc.constantFrom(...ODD),
  fc.string({ unit: "binary", maxLength: 3 }).filter((drawn) => !/[\0\p{Cs}]/u.test(drawn)),
  fc.stringMatching(/^[a-z./]{1,5}$/),
), { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(""));
const stringPart: fc.Arbitrary<StringPart> = fc.oneof(
  fc.record({ kind: kind("text"), text: text.filter((drawn) => drawn !== ""), span }),
  fc.record({ kind: kind("reference"), name: nameText, span }),
);
/** Two pieces of text side by side are one. */
const separated = (parts: readonly StringPart[]): StringPart[] =>
  parts.filter((part, i) => part.kind === "reference" || parts[i - 1]?.kind !== "text");
export const string: fc.Arbitrary<StringLiteral> = fc.record({
  kind: kind("string"), parts: fc.array(stringPart, { maxLength: 4 }).map(separated), span,
});
const strings = some(string);

// --- targets --------------------------------------------------------------------------------------------------------

const portNumber = fc.oneof(fc.constantFrom(0, 443, 65_535), fc.nat(65_535));
const port: fc.Arbitrary<PortRange> = fc.tuple(portNumber, portNumber).map(([a, b]) => ({
  kind: "port-range", first: Math.min(a, b), last: Math.max(a, b), span: NOWHERE,
}));
const subject: fc.Arbitrary<TargetSubject> = fc.oneof(
  string,
  fc.record({ kind: kind("builtin"), list: fc.constantFrom(...BUILTIN_LISTS), span }),
  fc.record({ kind: kind("anonymous"), span }),
  fc.record({ kind: kind("unix"), address: string, span }),
  fc.record({ kind: kind("privilege"), privilege: fc.constantFrom(...PRIVILEGES), span }),
);
const targetOf = (subjects: fc.Arbitrary<TargetSubject>): fc.Arbitrary<Target> => fc.record({
  kind: kind("target"), subject: subjects, ports: perhaps(some(port)), protocol: perhaps(fc.constantFrom(...PROTOCOLS)),
  span,
});
const target = targetOf(fc.oneof(subject, name));

const operation: fc.Arbitrary<OperationRef> = fc.record({
  kind: kind("operation"), name: fc.constantFrom(...OPERATION_NAMES), span,
});
const effect = fc.constantFrom(...EFFECTS);

/** Where only privileges are meant, a name is an error. */
const operationsAndTargets = some(operation).chain((operations) => {
  const targets = operations.every((each) => each.name === "privilege") ? targetOf(subject) : target;
  return fc.record({ operations: fc.constant(operations), targets: some(targets), except: few(targets) });
});

// --- clauses --------------------------------------------------------------------------------------------------------

const args: fc.Arbitrary<ArgsClause> = fc.record({
  kind: kind("args"), only: fc.boolean(), words: strings, without: few(string), span,
});

const { condition } = fc.letrec<{ condition: Condition; leaf: Condition }>((tie) => ({
  leaf: fc.oneof(
    fc.record({ kind: kind("mark-condition"), mark: name, span }),
    fc.record({ kind: kind("exe-condition"), program: string, span }),
    fc.record({ kind: kind("under-condition"), program: string, span }),
  ),
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie("leaf"),
    fc.record({ kind: kind("not"), operand: tie("condition"), span }),
    fc.record({ kind: kind("and"), operands: fc.array(tie("condition"), { minLength: 2, maxLength: 3 }), span }),
    fc.record({ kind: kind("or"), operands: fc.array(tie("condition"), { minLength: 2, maxLength: 3 }), span }),
  ),
}));

export const event: fc.Arbitrary<Event> = fc.record({
  kind: kind("event"), operation: fc.oneof(operation, kind("success")), targets: some(target), except: few(target),
  args: perhaps(args), unlessExe: few(string), span,
});

// --- statements -----------------------------------------------------------------------------------------------------

const commentText = fc.oneof(fc.constantFrom("", "x", " two spaces", "# not doc", "\"", "{"), fc.string())
  .map((drawn) => drawn.replace(/[\n\r]/g, "").trimEnd());
const comment = (doc: fc.Arbitrary<boolean>): fc.Arbitrary<Comment> =>
  fc.record({ kind: kind("comment"), doc, text: commentText, span });
const comments = few(comment(fc.boolean()));
/** A doc comment at a statement's end would belong to the next. */
const trailing = fc.option(comment(fc.constant(false)), { freq: 4 });
const base = { leading: comments, trailing, span };

const rule: fc.Arbitrary<Statement> = operationsAndTargets.chain((parts) => fc.record({
  kind: kind("rule"), name: perhaps(name), effect, operations: fc.constant(parts.operations),
  targets: fc.constant(parts.targets), except: fc.constant(parts.except), args: perhaps(args), when: perhaps(condition),
  unless: perhaps(condition), because: perhaps(string), ...base,
}));
const duration = fc.tuple(fc.nat(1000), fc.constantFrom(["ms", 1], ["s", 1000], ["m", 60_000], ["h", 3_600_000]))
  .map(([count, [unit, factor]]) => ({
    kind: "duration" as const, milliseconds: count * factor, text: `${count}${unit}`, span: NOWHERE,
  }));
const limit: fc.Arbitrary<Statement> = operationsAndTargets.chain((parts) => fc.record({
  kind: kind("limit"), operations: fc.constant(parts.operations), targets: fc.constant(parts.targets),
  count: fc.nat(4_294_967_295), per: duration, effect, because: perhaps(string), ...base,
}));
const assertion: fc.Arbitrary<Statement> = operationsAndTargets.chain((parts) => fc.record({
  kind: kind("assert"), effect, operations: fc.constant(parts.operations), targets: fc.constant(parts.targets),
  when: perhaps(condition), ...base,
}));
const mark: fc.Arbitrary<Statement> = fc.record({
  kind: kind("mark"), name, on: some(event, 2), until: few(event), perProcess: fc.boolean(), tracksFiles: fc.boolean(),
  ...base,
});
const letStatement: fc.Arbitrary<Statement> = fc.oneof(
  fc.record({ kind: kind("let"), name, list: fc.constant(false), values: fc.tuple(string), ...base }),
  fc.record({ kind: kind("let"), name, list: fc.constant(true), values: some(string, 8), ...base }),
);
const defaultStatement: fc.Arbitrary<Statement> =
  fc.record({ kind: kind("default"), effect, operations: some(operation), ...base });

const testCase: fc.Arbitrary<TestCase> = operation.chain((chosen) => fc.record({
  kind: kind("case"), effect, operation: fc.constant(chosen),
  target: chosen.name === "privilege" ? targetOf(subject) : target,
  marks: few(name), exe: perhaps(string), under: perhaps(string), args: perhaps(strings), after: few(event), ...base,
}));
const test: fc.Arbitrary<Statement> = fc.record({
  kind: kind("test"), name: string, bindings: few(fc.record({ kind: kind("binding"), name, value: string, span })),
  cases: few(testCase), trailingComments: comments, ...base,
});

const plain = [rule, rule, limit, assertion, mark, letStatement, defaultStatement];
const { inner } = fc.letrec<{ inner: Statement }>((tie) => ({
  inner: fc.oneof(
    { maxDepth: 2 },
    ...plain,
    fc.record({ kind: kind("for"), programs: strings, body: few(tie("inner")), trailingComments: comments, ...base }),
    fc.record({ kind: kind("task"), name: string, body: few(tie("inner")), trailingComments: comments, ...base }),
  ),
}));
const outer: fc.Arbitrary<Statement> = fc.oneof(
  inner, inner, inner, test,
  fc.record({ kind: kind("include"), path: string, ...base }),
  fc.record({ kind: kind("param"), name, default: perhaps(string), ...base }),
  fc.record({ kind: kind("draft"), note: string, ...base }),
);
const policy: fc.Arbitrary<Statement> = fc.record({ kind: kind("policy"), name: string, ...base });

export const policyFile: fc.Arbitrary<PolicyFile> = fc.record({
  kind: kind("file"),
  statements: fc.tuple(perhaps(policy), fc.array(outer, { maxLength: 6 }))
    .map(([first, others]) => first === null ? others : [first, ...others]),
  trailingComments: comments,
  span,
});

/** The same tree as plain data, for comparison. */
export function withoutSpans(tree: unknown): unknown {
  const json = JSON.stringify(tree, (key: string, value: unknown) => key === "span" ? undefined : value);
  const plainTree: unknown = JSON.parse(json);
  return plainTree;
}
