/** Syntax tree → text, in the one layout. Parsing the text gives the same tree again, up to spans. */
import type { Comment, LetStatement, PolicyFile, Statement, TestCase } from "./ast.js";
import { assertNever } from "./diagnostic.js";
import { commaList, fits, indent, layOut, type Segment } from "./layout.js";
import {
  printArgs, printBecause, printCase, printCondition, printEvents, printExcept, printOperations, printString,
  printStrings, printTargets,
} from "./print-parts.js";

type Lines = readonly string[];

/** Ends in a line break unless the file is empty. */
export function print(file: PolicyFile): string {
  const lines = [
    ...printStatements(file.statements, 0),
    ...(file.statements.length > 0 && file.trailingComments.length > 0 ? [""] : []),
    ...printComments(file.trailingComments, 0),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** A blank line stands between different kinds of statements, and around blocks. */
function printStatements(statements: readonly Statement[], depth: number): Lines {
  return statements.flatMap((statement, i) => {
    const previous = statements[i - 1];
    const apart = previous !== undefined && (previous.kind !== statement.kind || isBlock(statement));
    return [...(apart ? [""] : []), ...printStatement(statement, depth)];
  });
}

const isBlock = ({ kind }: Statement): boolean => kind === "for" || kind === "task" || kind === "test";

const printComments = (comments: readonly Comment[], depth: number): Lines =>
  comments.map((comment) => indent(printComment(comment), depth));

function printComment({ doc, text }: Comment): string {
  const marker = doc ? "##" : "#";
  return text === "" ? marker : `${marker} ${text}`;
}

interface Commented {
  readonly leading: readonly Comment[];
  readonly trailing: Comment | null;
}

function withComments({ leading, trailing }: Commented, lines: Lines, depth: number): Lines {
  const last = lines.at(-1);
  const ended = trailing === null || last === undefined
    ? lines
    : [...lines.slice(0, -1), `${last} ${printComment(trailing)}`];
  return [...printComments(leading, depth), ...ended];
}

function printStatement(statement: Statement, depth: number): Lines {
  return withComments(statement, linesOf(statement, depth), depth);
}

function linesOf(statement: Statement, depth: number): Lines {
  switch (statement.kind) {
    case "let":
      return printLet(statement, depth);
    case "for":
      return printBlock(["for", "exe", ...printStrings(statement.programs)], depth, [
        ...printStatements(statement.body, depth + 1), ...printComments(statement.trailingComments, depth + 1),
      ]);
    case "task":
      return printBlock(["task", printString(statement.name)], depth, [
        ...printStatements(statement.body, depth + 1), ...printComments(statement.trailingComments, depth + 1),
      ]);
    case "test": {
      const bindings = statement.bindings.map(({ name, value }) => [name.text, "=", printString(value)]);
      const head = ["test", printString(statement.name), ...(bindings.length > 0 ? ["with"] : [])];
      return printBlock([...head, ...commaList(bindings)], depth, [
        ...statement.cases.flatMap((each) => printTestCase(each, depth + 1)),
        ...printComments(statement.trailingComments, depth + 1),
      ]);
    }
    default:
      return layOut(segmentsOf(statement), depth);
  }
}

function segmentsOf(statement: Exclude<Statement, { kind: "let" | "for" | "task" | "test" }>): readonly Segment[] {
  switch (statement.kind) {
    case "policy":
      return [["policy", printString(statement.name)]];
    case "include":
      return [["include", printString(statement.path)]];
    case "draft":
      return [["draft", printString(statement.note)]];
    case "param": {
      const value = statement.default === null ? [] : ["=", printString(statement.default)];
      return [["param", statement.name.text, ...value]];
    }
    case "default":
      return [["default", statement.effect, ...printOperations(statement.operations)]];
    case "rule":
      return [
        [
          ...(statement.name === null ? [] : [`${statement.name.text}:`]), statement.effect,
          ...printOperations(statement.operations), ...printTargets(statement.targets),
        ],
        printExcept(statement.except),
        printArgs(statement.args),
        statement.when === null ? [] : ["when", ...printCondition(statement.when)],
        statement.unless === null ? [] : ["unless", ...printCondition(statement.unless)],
        printBecause(statement.because),
      ];
    case "mark":
      return [
        ["mark", statement.name.text],
        ["on", ...printEvents(statement.on)],
        statement.until.length === 0 ? [] : ["until", ...printEvents(statement.until)],
        statement.perProcess ? ["per", "process"] : [],
        statement.tracksFiles ? ["tracks", "files"] : [],
      ];
    case "limit":
      return [
        ["limit", ...printOperations(statement.operations), ...printTargets(statement.targets)],
        ["to", `${statement.count}`, "per", statement.per.text, "then", statement.effect],
        printBecause(statement.because),
      ];
    case "assert":
      return [
        ["assert", statement.effect, ...printOperations(statement.operations), ...printTargets(statement.targets)],
        statement.when === null ? [] : ["when", ...printCondition(statement.when)],
      ];
    default:
      return assertNever(statement);
  }
}

/** A list that does not fit on a line has one value on each. */
function printLet({ name, list, values }: LetStatement, depth: number): Lines {
  const head = ["let", name.text, "="];
  if (!list) return layOut([[...head, ...printStrings(values)]], depth);
  const line = indent(`${head.join(" ")} [${printStrings(values).join(" ")}]`, depth);
  if (fits(line)) return [line];
  return [
    indent([...head, "["].join(" "), depth),
    ...printStrings(values).map((value) => indent(value, depth + 1)),
    indent("]", depth),
  ];
}

function printBlock(head: Segment, depth: number, body: Lines): Lines {
  if (body.length === 0) return layOut([[...head, "{}"]], depth);
  return [...layOut([[...head, "{"]], depth), ...body, indent("}", depth)];
}

function printTestCase(testCase: TestCase, depth: number): Lines {
  return withComments(testCase, layOut(printCase(testCase), depth), depth);
}
