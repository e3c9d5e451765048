/** What checks look for in a syntax tree, wherever it stands. */
import type { ArgsClause, Condition, Event, Statement, StringLiteral, Target } from "../ast.js";
import { assertNever } from "../diagnostic.js";

/** The statements and those in their blocks, in the order of the text. */
export function withNested(statements: readonly Statement[]): readonly Statement[] {
  if (!statements.some(isBlock)) return statements;
  return statements.flatMap((statement) => isBlock(statement) ? [statement, ...withNested(statement.body)] : [statement]);
}

const isBlock = (statement: Statement): statement is Extract<Statement, { kind: "for" | "task" }> =>
  statement.kind === "for" || statement.kind === "task";

export interface Parts {
  readonly targets: readonly Target[];
  /** Those that are in no target. */
  readonly strings: readonly StringLiteral[];
}

/** Of the statement alone, without those in its block. */
export function partsOf(statement: Statement): Parts {
  switch (statement.kind) {
    case "policy":
    case "task":
      return { targets: [], strings: [statement.name] };
    case "include":
      return { targets: [], strings: [statement.path] };
    case "draft":
      return { targets: [], strings: [statement.note] };
    case "param":
      return { targets: [], strings: present(statement.default) };
    case "let":
      return { targets: [], strings: statement.values };
    case "for":
      return { targets: [], strings: statement.programs };
    case "default":
      return { targets: [], strings: [] };
    case "rule":
      return {
        targets: [...statement.targets, ...statement.except],
        strings: [
          ...argsStrings(statement.args), ...conditionStrings(statement.when), ...conditionStrings(statement.unless),
          ...present(statement.because),
        ],
      };
    case "limit":
      return { targets: statement.targets, strings: present(statement.because) };
    case "assert":
      return { targets: statement.targets, strings: conditionStrings(statement.when) };
    case "mark":
      return join([...statement.on, ...statement.until].map(eventParts));
    case "test":
      return join([
        { targets: [], strings: [statement.name, ...statement.bindings.map(({ value }) => value)] },
        ...statement.cases.flatMap(({ target, exe, under, args, after }) => [
          { targets: [target], strings: [...present(exe), ...present(under), ...args ?? []] }, ...after.map(eventParts),
        ]),
      ]);
    default:
      return assertNever(statement);
  }
}

/** The string that a target is, or holds. */
export function targetString({ subject }: Target): readonly StringLiteral[] {
  if (subject.kind === "string") return [subject];
  return subject.kind === "unix" ? [subject.address] : [];
}

export function stringsOf(statement: Statement): readonly StringLiteral[] {
  const { targets, strings } = partsOf(statement);
  return [...targets.flatMap(targetString), ...strings];
}

const eventParts = ({ targets, except, args, unlessExe }: Event): Parts =>
  ({ targets: [...targets, ...except], strings: [...argsStrings(args), ...unlessExe] });

const argsStrings = (args: ArgsClause | null): readonly StringLiteral[] =>
  args === null ? [] : [...args.words, ...args.without];

const conditionStrings = (condition: Condition | null): readonly StringLiteral[] =>
  conditionLeaves(condition).flatMap((leaf) => (leaf.kind === "mark-condition" ? [] : [leaf.program]));

/** What a condition asks for, without how it is put together. */
export function conditionLeaves(
  condition: Condition | null,
): readonly Extract<Condition, { kind: "mark-condition" | "exe-condition" | "under-condition" }>[] {
  switch (condition?.kind) {
    case undefined:
      return [];
    case "mark-condition":
    case "exe-condition":
    case "under-condition":
      return [condition];
    case "not":
      return conditionLeaves(condition.operand);
    case "and":
    case "or":
      return condition.operands.flatMap(conditionLeaves);
  }
}

const present = <T>(value: T | null): readonly T[] => value === null ? [] : [value];

const join = (parts: readonly Parts[]): Parts => ({
  targets: parts.flatMap(({ targets }) => targets), strings: parts.flatMap(({ strings }) => strings),
});
