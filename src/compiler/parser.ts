/**
 * The grammar, as `grammar/policy.ebnf` has it, over tokens in which `Start` precedes every statement and two `End`
 * follow it. After an error in a statement the parser goes on at its `End`, or, where the head of a block is wrong, at
 * the `{`. Two, because an error goes to the innermost rule that the next such token can follow: the statement must
 * end in one and be followed by one. For the same reason `Open` stands between the head of a block and its `{`. What
 * the grammar leaves to `cst-to-ast`: clauses that stand twice, statements out of place.
 */
import { PartsParser, PASS_ON } from "./parser-parts.js";
import * as t from "./tokens.js";

export class PolicyParser extends PartsParser {
  constructor(skipValidations: boolean) {
    super(skipValidations);
    this.performSelfAnalysis();
  }

  readonly file = this.RULE("file", () => {
    this.MANY(() => {
      this.SUBRULE(this.statement);
      this.SUBRULE(this.end);
    });
  });

  /** The second `End` of a statement, and the first as well when an error kept the statement from taking it. */
  readonly end = this.RULE("end", () => {
    this.CONSUME(t.End);
    this.OPTION(() => { this.CONSUME2(t.End); });
  }, PASS_ON);

  readonly statement = this.RULE("statement", () => {
    this.CONSUME(t.Start);
    this.oneOf([
      this.rule, this.policyStatement, this.includeStatement, this.paramStatement, this.letStatement,
      this.defaultStatement, this.markStatement, this.limitStatement, this.forStatement, this.taskStatement,
      this.testStatement, this.assertStatement, this.draftStatement,
    ]);
    this.CONSUME(t.End);
  });

  readonly policyStatement = this.wordAndString("policyStatement", t.Policy);
  readonly includeStatement = this.wordAndString("includeStatement", t.Include);
  readonly draftStatement = this.wordAndString("draftStatement", t.Draft);

  readonly paramStatement = this.RULE("paramStatement", () => {
    this.CONSUME(t.Param);
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.Equals);
      this.CONSUME(t.Text);
    });
  }, PASS_ON);

  readonly letStatement = this.RULE("letStatement", () => {
    this.CONSUME(t.Let);
    this.CONSUME(t.Name);
    this.CONSUME(t.Equals);
    this.OR([
      { ALT: () => { this.CONSUME(t.Text); } },
      {
        ALT: () => {
          this.CONSUME(t.LSquare);
          this.SUBRULE(this.strings);
          this.CONSUME(t.RSquare);
        },
      },
    ]);
  }, PASS_ON);

  readonly defaultStatement = this.RULE("defaultStatement", () => {
    this.CONSUME(t.Default);
    this.CONSUME(t.Effect);
    this.SUBRULE(this.operations);
  }, PASS_ON);

  readonly rule = this.RULE("rule", () => {
    this.OPTION(() => {
      this.CONSUME(t.Name);
      this.CONSUME(t.Colon);
    });
    this.CONSUME(t.Effect);
    this.SUBRULE(this.operations);
    this.SUBRULE(this.targets);
    this.MANY(() => {
      this.oneOf([this.exceptClause, this.argsClause, this.whenClause, this.unlessClause, this.becauseClause]);
    });
  }, PASS_ON);

  readonly markStatement = this.RULE("markStatement", () => {
    this.CONSUME(t.Mark);
    this.CONSUME(t.Name);
    this.CONSUME(t.On);
    this.SUBRULE(this.events);
    this.MANY(() => {
      this.oneOf([this.untilClause, this.perProcess, this.tracksFiles]);
    });
  }, PASS_ON);

  readonly limitStatement = this.RULE("limitStatement", () => {
    this.CONSUME(t.Limit);
    this.SUBRULE(this.operations);
    this.SUBRULE(this.targets);
    this.CONSUME(t.To);
    this.CONSUME(t.Integer);
    this.CONSUME(t.Per);
    this.CONSUME(t.Duration);
    this.CONSUME(t.Then);
    this.CONSUME(t.Effect);
    this.OPTION(() => { this.SUBRULE(this.becauseClause); });
  }, PASS_ON);

  readonly forStatement = this.RULE("forStatement", () => {
    this.SUBRULE(this.forHead);
    this.SUBRULE(this.block);
  }, PASS_ON);

  readonly forHead = this.RULE("forHead", () => {
    this.CONSUME(t.For);
    this.CONSUME(t.Exe);
    this.SUBRULE(this.strings);
    this.CONSUME(t.Open);
  });

  readonly taskStatement = this.RULE("taskStatement", () => {
    this.SUBRULE(this.taskHead);
    this.SUBRULE(this.block);
  }, PASS_ON);

  readonly taskHead = this.RULE("taskHead", () => {
    this.CONSUME(t.Task);
    this.CONSUME(t.Text);
    this.CONSUME(t.Open);
  });

  readonly block = this.RULE("block", () => {
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.SUBRULE(this.statement);
      this.SUBRULE(this.end);
    });
    this.CONSUME(t.RCurly);
  }, PASS_ON);

  readonly testStatement = this.RULE("testStatement", () => {
    this.SUBRULE(this.testHead);
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.SUBRULE(this.testCase);
      this.SUBRULE(this.end);
    });
    this.CONSUME(t.RCurly);
  }, PASS_ON);

  readonly testHead = this.RULE("testHead", () => {
    this.CONSUME(t.Test);
    this.CONSUME(t.Text);
    this.OPTION(() => {
      this.CONSUME(t.With);
      this.SUBRULE(this.binding);
      this.MANY(() => {
        this.CONSUME(t.Comma);
        this.SUBRULE2(this.binding);
      });
    });
    this.CONSUME(t.Open);
  });

  readonly binding = this.RULE("binding", () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Equals);
    this.CONSUME(t.Text);
  }, PASS_ON);

  readonly testCase = this.RULE("testCase", () => {
    this.CONSUME(t.Start);
    this.CONSUME(t.Effect);
    this.CONSUME(t.Operation);
    this.SUBRULE(this.target);
    this.MANY(() => {
      this.oneOf([this.marksClause, this.exeClause, this.underClause, this.wordsClause, this.afterClause]);
    });
    this.CONSUME(t.End);
  });

  readonly assertStatement = this.RULE("assertStatement", () => {
    this.CONSUME(t.Assert);
    this.CONSUME(t.Effect);
    this.SUBRULE(this.operations);
    this.SUBRULE(this.targets);
    this.OPTION(() => { this.SUBRULE(this.whenClause); });
  }, PASS_ON);
}

/** Keeps state while it parses, none between two files. Its rules are checked by a test, not whenever it is made. */
export const policyParser = new PolicyParser(true);
