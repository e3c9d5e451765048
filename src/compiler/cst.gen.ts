// Generated from parser.ts by test/compiler/cst.test.ts with UPDATE=1. Do not edit.
import type { CstNode, ICstVisitor, IToken } from "chevrotain";

export interface OperationsCstNode extends CstNode {
  name: "operations";
  children: OperationsCstChildren;
}

export type OperationsCstChildren = {
  Operation: (IToken)[];
  Comma?: IToken[];
};

export interface StringsCstNode extends CstNode {
  name: "strings";
  children: StringsCstChildren;
}

export type StringsCstChildren = {
  Text: (IToken)[];
  Comma?: IToken[];
};

export interface TargetsCstNode extends CstNode {
  name: "targets";
  children: TargetsCstChildren;
}

export type TargetsCstChildren = {
  target: (TargetCstNode)[];
  Comma?: IToken[];
};

export interface TargetCstNode extends CstNode {
  name: "target";
  children: TargetCstChildren;
}

export type TargetCstChildren = {
  Text?: (IToken)[];
  Name?: IToken[];
  BuiltinList?: IToken[];
  PrivilegeName?: IToken[];
  Anonymous?: IToken[];
  Unix?: IToken[];
  Port?: IToken[];
  port?: (PortCstNode)[];
  Comma?: IToken[];
  Protocol?: IToken[];
};

export interface PortCstNode extends CstNode {
  name: "port";
  children: PortCstChildren;
}

export type PortCstChildren = {
  Integer?: IToken[];
  Range?: IToken[];
};

export interface ExceptClauseCstNode extends CstNode {
  name: "exceptClause";
  children: ExceptClauseCstChildren;
}

export type ExceptClauseCstChildren = {
  Except: IToken[];
  targets: TargetsCstNode[];
};

export interface ArgsClauseCstNode extends CstNode {
  name: "argsClause";
  children: ArgsClauseCstChildren;
}

export type ArgsClauseCstChildren = {
  Args: IToken[];
  Only?: IToken[];
  strings: (StringsCstNode)[];
  Without?: IToken[];
};

export interface WhenClauseCstNode extends CstNode {
  name: "whenClause";
  children: WhenClauseCstChildren;
}

export type WhenClauseCstChildren = {
  When: IToken[];
  condition: ConditionCstNode[];
};

export interface UnlessClauseCstNode extends CstNode {
  name: "unlessClause";
  children: UnlessClauseCstChildren;
}

export type UnlessClauseCstChildren = {
  Unless: IToken[];
  condition: ConditionCstNode[];
};

export interface BecauseClauseCstNode extends CstNode {
  name: "becauseClause";
  children: BecauseClauseCstChildren;
}

export type BecauseClauseCstChildren = {
  Because: IToken[];
  Text: IToken[];
};

export interface UntilClauseCstNode extends CstNode {
  name: "untilClause";
  children: UntilClauseCstChildren;
}

export type UntilClauseCstChildren = {
  Until: IToken[];
  events: EventsCstNode[];
};

export interface PerProcessCstNode extends CstNode {
  name: "perProcess";
  children: PerProcessCstChildren;
}

export type PerProcessCstChildren = {
  Per: IToken[];
  Process: IToken[];
};

export interface TracksFilesCstNode extends CstNode {
  name: "tracksFiles";
  children: TracksFilesCstChildren;
}

export type TracksFilesCstChildren = {
  Tracks: IToken[];
  Files: IToken[];
};

export interface MarksClauseCstNode extends CstNode {
  name: "marksClause";
  children: MarksClauseCstChildren;
}

export type MarksClauseCstChildren = {
  When: IToken[];
  Name: (IToken)[];
  Comma?: IToken[];
};

export interface ExeClauseCstNode extends CstNode {
  name: "exeClause";
  children: ExeClauseCstChildren;
}

export type ExeClauseCstChildren = {
  Exe: IToken[];
  Text: IToken[];
};

export interface UnderClauseCstNode extends CstNode {
  name: "underClause";
  children: UnderClauseCstChildren;
}

export type UnderClauseCstChildren = {
  Under: IToken[];
  Text: IToken[];
};

export interface WordsClauseCstNode extends CstNode {
  name: "wordsClause";
  children: WordsClauseCstChildren;
}

export type WordsClauseCstChildren = {
  Args: IToken[];
  strings: StringsCstNode[];
};

export interface AfterClauseCstNode extends CstNode {
  name: "afterClause";
  children: AfterClauseCstChildren;
}

export type AfterClauseCstChildren = {
  After: IToken[];
  event: (EventCstNode)[];
  Comma?: IToken[];
  Then?: IToken[];
};

export interface EventsCstNode extends CstNode {
  name: "events";
  children: EventsCstChildren;
}

export type EventsCstChildren = {
  event: (EventCstNode)[];
  Comma?: IToken[];
};

export interface EventCstNode extends CstNode {
  name: "event";
  children: EventCstChildren;
}

export type EventCstChildren = {
  Operation?: IToken[];
  Success?: IToken[];
  targets: TargetsCstNode[];
  exceptClause?: ExceptClauseCstNode[];
  argsClause?: ArgsClauseCstNode[];
  unlessExe?: UnlessExeCstNode[];
};

export interface UnlessExeCstNode extends CstNode {
  name: "unlessExe";
  children: UnlessExeCstChildren;
}

export type UnlessExeCstChildren = {
  Unless: IToken[];
  Exe: IToken[];
  strings: StringsCstNode[];
};

export interface ConditionCstNode extends CstNode {
  name: "condition";
  children: ConditionCstChildren;
}

export type ConditionCstChildren = {
  conjunction: (ConjunctionCstNode)[];
  Or?: IToken[];
};

export interface ConjunctionCstNode extends CstNode {
  name: "conjunction";
  children: ConjunctionCstChildren;
}

export type ConjunctionCstChildren = {
  negation: (NegationCstNode)[];
  And?: IToken[];
};

export interface NegationCstNode extends CstNode {
  name: "negation";
  children: NegationCstChildren;
}

export type NegationCstChildren = {
  Not?: IToken[];
  Name?: IToken[];
  exeClause?: ExeClauseCstNode[];
  underClause?: UnderClauseCstNode[];
  LParen?: IToken[];
  condition?: ConditionCstNode[];
  RParen?: IToken[];
};

export interface FileCstNode extends CstNode {
  name: "file";
  children: FileCstChildren;
}

export type FileCstChildren = {
  statement?: StatementCstNode[];
  end?: EndCstNode[];
};

export interface EndCstNode extends CstNode {
  name: "end";
  children: EndCstChildren;
}

export type EndCstChildren = {
  End: (IToken)[];
};

export interface StatementCstNode extends CstNode {
  name: "statement";
  children: StatementCstChildren;
}

export type StatementCstChildren = {
  Start: IToken[];
  rule?: RuleCstNode[];
  policyStatement?: PolicyStatementCstNode[];
  includeStatement?: IncludeStatementCstNode[];
  paramStatement?: ParamStatementCstNode[];
  letStatement?: LetStatementCstNode[];
  defaultStatement?: DefaultStatementCstNode[];
  markStatement?: MarkStatementCstNode[];
  limitStatement?: LimitStatementCstNode[];
  forStatement?: ForStatementCstNode[];
  taskStatement?: TaskStatementCstNode[];
  testStatement?: TestStatementCstNode[];
  assertStatement?: AssertStatementCstNode[];
  draftStatement?: DraftStatementCstNode[];
  End: IToken[];
};

export interface PolicyStatementCstNode extends CstNode {
  name: "policyStatement";
  children: PolicyStatementCstChildren;
}

export type PolicyStatementCstChildren = {
  Policy: IToken[];
  Text: IToken[];
};

export interface IncludeStatementCstNode extends CstNode {
  name: "includeStatement";
  children: IncludeStatementCstChildren;
}

export type IncludeStatementCstChildren = {
  Include: IToken[];
  Text: IToken[];
};

export interface DraftStatementCstNode extends CstNode {
  name: "draftStatement";
  children: DraftStatementCstChildren;
}

export type DraftStatementCstChildren = {
  Draft: IToken[];
  Text: IToken[];
};

export interface ParamStatementCstNode extends CstNode {
  name: "paramStatement";
  children: ParamStatementCstChildren;
}

export type ParamStatementCstChildren = {
  Param: IToken[];
  Name: IToken[];
  Equals?: IToken[];
  Text?: IToken[];
};

export interface LetStatementCstNode extends CstNode {
  name: "letStatement";
  children: LetStatementCstChildren;
}

export type LetStatementCstChildren = {
  Let: IToken[];
  Name: IToken[];
  Equals: IToken[];
  Text?: IToken[];
  LSquare?: IToken[];
  strings?: StringsCstNode[];
  RSquare?: IToken[];
};

export interface DefaultStatementCstNode extends CstNode {
  name: "defaultStatement";
  children: DefaultStatementCstChildren;
}

export type DefaultStatementCstChildren = {
  Default: IToken[];
  Effect: IToken[];
  operations: OperationsCstNode[];
};

export interface RuleCstNode extends CstNode {
  name: "rule";
  children: RuleCstChildren;
}

export type RuleCstChildren = {
  Name?: IToken[];
  Colon?: IToken[];
  Effect: IToken[];
  operations: OperationsCstNode[];
  targets: TargetsCstNode[];
  exceptClause?: ExceptClauseCstNode[];
  argsClause?: ArgsClauseCstNode[];
  whenClause?: WhenClauseCstNode[];
  unlessClause?: UnlessClauseCstNode[];
  becauseClause?: BecauseClauseCstNode[];
};

export interface MarkStatementCstNode extends CstNode {
  name: "markStatement";
  children: MarkStatementCstChildren;
}

export type MarkStatementCstChildren = {
  Mark: IToken[];
  Name: IToken[];
  On: IToken[];
  events: EventsCstNode[];
  untilClause?: UntilClauseCstNode[];
  perProcess?: PerProcessCstNode[];
  tracksFiles?: TracksFilesCstNode[];
};

export interface LimitStatementCstNode extends CstNode {
  name: "limitStatement";
  children: LimitStatementCstChildren;
}

export type LimitStatementCstChildren = {
  Limit: IToken[];
  operations: OperationsCstNode[];
  targets: TargetsCstNode[];
  To: IToken[];
  Integer: IToken[];
  Per: IToken[];
  Duration: IToken[];
  Then: IToken[];
  Effect: IToken[];
  becauseClause?: BecauseClauseCstNode[];
};

export interface ForStatementCstNode extends CstNode {
  name: "forStatement";
  children: ForStatementCstChildren;
}

export type ForStatementCstChildren = {
  forHead: ForHeadCstNode[];
  block: BlockCstNode[];
};

export interface ForHeadCstNode extends CstNode {
  name: "forHead";
  children: ForHeadCstChildren;
}

export type ForHeadCstChildren = {
  For: IToken[];
  Exe: IToken[];
  strings: StringsCstNode[];
  Open: IToken[];
};

export interface TaskStatementCstNode extends CstNode {
  name: "taskStatement";
  children: TaskStatementCstChildren;
}

export type TaskStatementCstChildren = {
  taskHead: TaskHeadCstNode[];
  block: BlockCstNode[];
};

export interface TaskHeadCstNode extends CstNode {
  name: "taskHead";
  children: TaskHeadCstChildren;
}

export type TaskHeadCstChildren = {
  Task: IToken[];
  Text: IToken[];
  Open: IToken[];
};

export interface BlockCstNode extends CstNode {
  name: "block";
  children: BlockCstChildren;
}

export type BlockCstChildren = {
  LCurly: IToken[];
  statement?: StatementCstNode[];
  end?: EndCstNode[];
  RCurly: IToken[];
};

export interface TestStatementCstNode extends CstNode {
  name: "testStatement";
  children: TestStatementCstChildren;
}

export type TestStatementCstChildren = {
  testHead: TestHeadCstNode[];
  LCurly: IToken[];
  testCase?: TestCaseCstNode[];
  end?: EndCstNode[];
  RCurly: IToken[];
};

export interface TestHeadCstNode extends CstNode {
  name: "testHead";
  children: TestHeadCstChildren;
}

export type TestHeadCstChildren = {
  Test: IToken[];
  Text: IToken[];
  With?: IToken[];
  binding?: (BindingCstNode)[];
  Comma?: IToken[];
  Open: IToken[];
};

export interface BindingCstNode extends CstNode {
  name: "binding";
  children: BindingCstChildren;
}

export type BindingCstChildren = {
  Name: IToken[];
  Equals: IToken[];
  Text: IToken[];
};

export interface TestCaseCstNode extends CstNode {
  name: "testCase";
  children: TestCaseCstChildren;
}

export type TestCaseCstChildren = {
  Start: IToken[];
  Effect: IToken[];
  Operation: IToken[];
  target: TargetCstNode[];
  marksClause?: MarksClauseCstNode[];
  exeClause?: ExeClauseCstNode[];
  underClause?: UnderClauseCstNode[];
  wordsClause?: WordsClauseCstNode[];
  afterClause?: AfterClauseCstNode[];
  End: IToken[];
};

export interface AssertStatementCstNode extends CstNode {
  name: "assertStatement";
  children: AssertStatementCstChildren;
}

export type AssertStatementCstChildren = {
  Assert: IToken[];
  Effect: IToken[];
  operations: OperationsCstNode[];
  targets: TargetsCstNode[];
  whenClause?: WhenClauseCstNode[];
};

