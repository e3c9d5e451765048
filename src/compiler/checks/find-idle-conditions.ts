/**
 * Conditions that hold always, or never, whatever the marks and programs are: each leaf counts as a question of its own, so
 * that what is warned of is sure.
 */
import type { AssertStatement, Condition, RuleStatement, Statement, StringLiteral } from "../ast.js";
import { assertNever, type Diagnostic } from "../diagnostic.js";
import { onOneLine } from "../layout.js";
import { report } from "../messages.js";
import { printCondition, printString } from "../print-parts.js";
import { unfold } from "../unfold-blocks.js";

/** What is asked more than this many different questions is left alone: there are twice as many answers for each. */
const MOST_QUESTIONS = 10;

export function findIdleConditions(statements: readonly Statement[]): readonly Diagnostic[] {
  return unfold(statements).flatMap(({ statement, programs }) => {
    if (statement.kind !== "rule" && statement.kind !== "assert") return [];
    if (statement.when === null && unlessOf(statement) === null) return [];
    return idleIn(statement, programs.map(runsOneOf));
  });
}

const unlessOf = (statement: RuleStatement | AssertStatement): Condition | null => (statement.kind === "rule" ? statement.unless : null);

/** One at most: where nothing counts, all else is idle as well. */
function idleIn(statement: RuleStatement | AssertStatement, given: readonly Formula[]): readonly Diagnostic[] {
  const clauses = [
    ...(statement.when === null ? [] : [{ word: "when", condition: statement.when, formula: formulaOf(statement.when) }]),
    ...clauseOfUnless(unlessOf(statement)),
  ];
  const never = clauses.find(({ formula }) => !canBe([...given, formula]));
  if (never !== undefined) return [reportNever(never)];
  const [first, second] = clauses;
  if (first !== undefined && second !== undefined && !canBe([...given, first.formula, second.formula])) return [reportNever(second, first)];
  return clauses.filter(({ formula }) => !canBe([...given, not(formula)])).map(({ word, condition }) =>
    report("needless-condition", condition.span, { clause: clauseText(word, condition) }, { help: "take it out, or ask for something else" }));
}

interface Clause {
  readonly word: string;
  readonly condition: Condition;
  /** What is needed for the statement to count. */
  readonly formula: Formula;
}

const clauseOfUnless = (condition: Condition | null): readonly Clause[] =>
  (condition === null ? [] : [{ word: "unless", condition, formula: not(formulaOf(condition)) }]);

function reportNever({ word, condition }: Clause, other?: Clause): Diagnostic {
  const together = other === undefined ? "" : `${clauseText(other.word, other.condition)} and `;
  return report("never-counts", condition.span, { clauses: together + clauseText(word, condition) },
    { help: "nothing is decided by this statement: correct the condition, or take the statement out" });
}

const clauseText = (word: string, condition: Condition): string => `\`${word} ${onOneLine(printCondition(condition))}\``;

// --- formulas --------------------------------------------------------------------------------------------------------

/** Its value, by which of the questions are answered with yes. */
interface Formula {
  readonly questions: ReadonlySet<string>;
  readonly holds: (yes: ReadonlySet<string>) => boolean;
}

const ask = (question: string): Formula => ({ questions: new Set([question]), holds: (yes) => yes.has(question) });

const not = ({ questions, holds }: Formula): Formula => ({ questions, holds: (yes) => !holds(yes) });

const questionsOf = (formulas: readonly Formula[]): ReadonlySet<string> => new Set(formulas.flatMap(({ questions }) => [...questions]));

const every = (formulas: readonly Formula[]): Formula =>
  ({ questions: questionsOf(formulas), holds: (yes) => formulas.every(({ holds }) => holds(yes)) });

const some = (formulas: readonly Formula[]): Formula =>
  ({ questions: questionsOf(formulas), holds: (yes) => formulas.some(({ holds }) => holds(yes)) });

const runs = (program: StringLiteral): Formula => ask(`exe ${printString(program)}`);

const runsOneOf = (programs: readonly StringLiteral[]): Formula => some(programs.map(runs));

function formulaOf(condition: Condition): Formula {
  switch (condition.kind) {
    case "mark-condition": return ask(`mark ${condition.mark.text}`);
    case "exe-condition": return runs(condition.program);
    case "under-condition": return ask(`under ${printString(condition.program)}`);
    case "not": return not(formulaOf(condition.operand));
    case "and": return every(condition.operands.map(formulaOf));
    case "or": return some(condition.operands.map(formulaOf));
    default: return assertNever(condition);
  }
}

/** Whether they can all hold together; true as well where that is too much to try. */
function canBe(formulas: readonly Formula[]): boolean {
  const all = every(formulas);
  const questions = [...all.questions];
  if (questions.length > MOST_QUESTIONS) return true;
  return Array.from({ length: 2 ** questions.length }, (_, answers) => answers)
    .some((answers) => all.holds(new Set(questions.filter((_, i) => (answers & (1 << i)) !== 0))));
}
