/** Syntax tree → text, in the one layout. Parsing the text gives the same tree again, up to spans. */
import type { Comment, LetStatement, PolicyFile, Statement, TestCase } from "./ast.js";
import { assertNever, type Span } from "./diagnostic.js";
import { commaList, fits, indent, layOut, type Segment } from "./layout.js";
import {
  type BlankLines, isApart, type Line, type Lines, printComments, setApart, toLines, toText, withNote,
} from "./print-lines.js";
import {
  printArgs, printBecause, printCase, printCondition, printEvents, printExcept, printOperations, printString,
  printStrings, printTargets,
} from "./print-parts.js";

/** Ends in a line break unless the file is empty. */
export function print(file: PolicyFile, blank: BlankLines = "by-kind"): string {
  const end = printComments(file.trailingComments, 0, blank);
  return toText([
    ...printStatements(file.statements, 0, blank),
    ...(blank === "by-kind" ? setApart(end, file.statements.length > 0) : end),
  ]);
}

function printStatements(statements: readonly Statement[], depth: number, blank: BlankLines): Lines {
  return statements.flatMap((statement, i) => {
    const lines = printStatement(statement, depth, blank);
    const previous = statements[i - 1];
    return blank === "as-written" ? lines
      : setApart(lines, previous !== undefined && (previous.kind !== statement.kind || isBlock(statement)));
  });
}

const isBlock = ({ kind }: Statement): boolean => kind === "for" || kind === "task" || kind === "test";

function printStatement(statement: Statement, depth: number, blank: BlankLines): Lines {
  const inside = statement.kind === "let" && statement.list ? commentsInside(statement) : [];
  return [
    ...printComments(statement.leading.filter((comment) => !inside.includes(comment)), depth, blank),
    ...withNote(setApart(linesOf(statement, inside, depth, blank), isApart(statement.span, blank)), statement.trailing),
  ];
}

function linesOf(statement: Statement, inside: readonly Comment[], depth: number, blank: BlankLines): Lines {
  switch (statement.kind) {
    case "let":
      return printLet(statement, inside, depth, blank);
    case "for":
    case "task": {
      const head = statement.kind === "for" ? ["exe", ...printStrings(statement.programs)] : [printString(statement.name)];
      return printBlock([statement.kind, ...head], depth, [
        ...printStatements(statement.body, depth + 1, blank),
        ...printComments(statement.trailingComments, depth + 1, blank),
      ]);
    }
    case "test": {
      const bindings = statement.bindings.map(({ name, value }) => [name.text, "=", printString(value)]);
      const head = ["test", printString(statement.name), ...(bindings.length > 0 ? ["with"] : [])];
      return printBlock([...head, ...commaList(bindings)], depth, [
        ...statement.cases.flatMap((each) => printTestCase(each, depth + 1, blank)),
        ...printComments(statement.trailingComments, depth + 1, blank),
      ]);
    }
    case "rule":
    case "limit":
      // A reason has a line of its own: it is read, and changed, apart from what it is a reason for.
      return toLines([
        ...layOut(segmentsOf(statement), depth),
        ...(statement.because === null ? [] : layOut([printBecause(statement.because)], depth + 1)),
      ]);
    default:
      return toLines(layOut(segmentsOf(statement), depth));
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

/** A list that does not fit on a line, or has comments between its values, has one value on each. */
function printLet(
  { name, list, values }: LetStatement, inside: readonly Comment[], depth: number, blank: BlankLines,
): Lines {
  const head = ["let", name.text, "="];
  if (!list) return toLines(layOut([[...head, ...printStrings(values)]], depth));
  const printed = printStrings(values);
  const line = indent(`${head.join(" ")} [${printed.join(" ")}]`, depth);
  if (inside.length === 0 && fits(line)) return toLines([line]);
  const codes = values.map((value, i) => ({ kind: "value" as const, code: printed[i] ?? "", span: value.span }));
  const items: Line[] = [];
  let before: Span | null = null;
  for (const item of [...codes, ...inside].sort((a, b) => a.span.start - b.span.start)) {
    const last = items.at(-1);
    if (item.kind === "value") {
      items.push({ code: indent(item.code, depth + 1), note: null, apart: isApart(item.span, blank) });
    } else if (before !== null && last !== undefined && isBehind(before, item.span)) {
      items.splice(-1, 1, ...withNote([last], item));
    } else {
      items.push(...printComments([item], depth + 1, blank));
    }
    before = item.kind === "value" ? item.span : null;
  }
  return [
    ...toLines([indent([...head, "["].join(" "), depth)]), ...setApart(items, false), ...toLines([indent("]", depth)]),
  ];
}

/** Those that stand after the first word of a statement. */
const commentsInside = ({ leading, span }: Statement): readonly Comment[] =>
  leading.filter((comment) => comment.span.start > span.start);

/** Whether nothing but a comma and spaces are between two places. */
const isBehind = (before: Span, after: Span): boolean =>
  /^[ \t]*,?[ \t]*$/.test(before.source.text.slice(before.end, after.start));

function printBlock(head: Segment, depth: number, body: Lines): Lines {
  if (body.length === 0) return toLines(layOut([[...head, "{}"]], depth));
  return [...toLines(layOut([[...head, "{"]], depth)), ...setApart(body, false), ...toLines([indent("}", depth)])];
}

function printTestCase(testCase: TestCase, depth: number, blank: BlankLines): Lines {
  return [
    ...printComments(testCase.leading, depth, blank),
    ...withNote(setApart(toLines(layOut(printCase(testCase), depth)), isApart(testCase.span, blank)), testCase.trailing),
  ];
}
