/**
 * The grammar, as `grammar/policy.ebnf` has it, over tokens in which `Start` precedes every statement and two `End`
 * follow it. After an error in a statement the parser goes on at its `End`, or, where the head of a block is wrong, at
 * the `{`. Two, because an error goes to the innermost rule that the next such token can follow: the statement must
 * end in one and be followed by one. For the same reason `Open` stands between the head of a block and its `{`. What the grammar leaves to `cst-to-ast`: clauses that stand twice, statements out
 * of place.
 */
import { CstParser, tokenMatcher, type TokenType } from "chevrotain";
import * as t from "./tokens.js";

/** Only statements, test cases and the heads of blocks catch an error; the rules within them pass it on. */
const PASS_ON = { resyncEnabled: false };

class PolicyParser extends CstParser {
  constructor() {
    super(t.VOCABULARY, { recoveryEnabled: true, nodeLocationTracking: "onlyOffset", maxLookahead: 2 });
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
    this.OR([
      { ALT: () => { this.SUBRULE(this.rule); } },
      { ALT: () => { this.SUBRULE(this.policyStatement); } },
      { ALT: () => { this.SUBRULE(this.includeStatement); } },
      { ALT: () => { this.SUBRULE(this.paramStatement); } },
      { ALT: () => { this.SUBRULE(this.letStatement); } },
      { ALT: () => { this.SUBRULE(this.defaultStatement); } },
      { ALT: () => { this.SUBRULE(this.markStatement); } },
      { ALT: () => { this.SUBRULE(this.limitStatement); } },
      { ALT: () => { this.SUBRULE(this.forStatement); } },
      { ALT: () => { this.SUBRULE(this.taskStatement); } },
      { ALT: () => { this.SUBRULE(this.testStatement); } },
      { ALT: () => { this.SUBRULE(this.assertStatement); } },
      { ALT: () => { this.SUBRULE(this.draftStatement); } },
    ]);
    this.CONSUME(t.End);
  });

  readonly policyStatement = this.RULE("policyStatement", () => {
    this.CONSUME(t.Policy);
    this.CONSUME(t.Text);
  }, PASS_ON);

  readonly includeStatement = this.RULE("includeStatement", () => {
    this.CONSUME(t.Include);
    this.CONSUME(t.Text);
  }, PASS_ON);

  readonly draftStatement = this.RULE("draftStatement", () => {
    this.CONSUME(t.Draft);
    this.CONSUME(t.Text);
  }, PASS_ON);

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
      this.OR([
        { ALT: () => { this.SUBRULE(this.exceptClause); } },
        { ALT: () => { this.SUBRULE(this.argsClause); } },
        { ALT: () => { this.SUBRULE(this.whenClause); } },
        { ALT: () => { this.SUBRULE(this.unlessClause); } },
        { ALT: () => { this.SUBRULE(this.becauseClause); } },
      ]);
    });
  }, PASS_ON);

  readonly markStatement = this.RULE("markStatement", () => {
    this.CONSUME(t.Mark);
    this.CONSUME(t.Name);
    this.CONSUME(t.On);
    this.SUBRULE(this.events);
    this.MANY(() => {
      this.OR([
        { ALT: () => { this.SUBRULE(this.untilClause); } },
        { ALT: () => { this.SUBRULE(this.perProcess); } },
        { ALT: () => { this.SUBRULE(this.tracksFiles); } },
      ]);
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
      this.OR([
        { ALT: () => { this.SUBRULE(this.marksClause); } },
        { ALT: () => { this.SUBRULE(this.exeClause); } },
        { ALT: () => { this.SUBRULE(this.underClause); } },
        { ALT: () => { this.SUBRULE(this.wordsClause); } },
        { ALT: () => { this.SUBRULE(this.afterClause); } },
      ]);
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

  // --- lists and targets --------------------------------------------------------------------------------------------

  readonly operations = this.RULE("operations", () => {
    this.CONSUME(t.Operation);
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.CONSUME2(t.Operation);
    });
  }, PASS_ON);

  readonly strings = this.RULE("strings", () => {
    this.CONSUME(t.Text);
    this.MANY({
      GATE: () => this.commaContinues(),
      DEF: () => {
        this.CONSUME(t.Comma);
        this.CONSUME2(t.Text);
      },
    });
  }, PASS_ON);

  readonly targets = this.RULE("targets", () => {
    this.SUBRULE(this.target);
    this.MANY({
      GATE: () => this.commaContinues(),
      DEF: () => {
        this.CONSUME(t.Comma);
        this.SUBRULE2(this.target);
      },
    });
  }, PASS_ON);

  readonly target = this.RULE("target", () => {
    this.OR([
      { ALT: () => { this.CONSUME(t.Text); } },
      { ALT: () => { this.CONSUME(t.Name); } },
      { ALT: () => { this.CONSUME(t.BuiltinList); } },
      { ALT: () => { this.CONSUME(t.PrivilegeName); } },
      { ALT: () => { this.CONSUME(t.Anonymous); } },
      {
        ALT: () => {
          this.CONSUME(t.Unix);
          this.CONSUME2(t.Text);
        },
      },
    ]);
    this.OPTION(() => {
      this.CONSUME(t.Port);
      this.SUBRULE(this.port);
      this.MANY({
        // After any other comma the next target follows.
        GATE: () => this.isNext(2, t.Integer) || this.isNext(2, t.Range),
        DEF: () => {
          this.CONSUME(t.Comma);
          this.SUBRULE2(this.port);
        },
      });
    });
    this.OPTION2(() => { this.CONSUME(t.Protocol); });
  }, PASS_ON);

  readonly port = this.RULE("port", () => {
    this.OR([
      { ALT: () => { this.CONSUME(t.Integer); } },
      { ALT: () => { this.CONSUME(t.Range); } },
    ]);
  }, PASS_ON);

  // --- clauses ------------------------------------------------------------------------------------------------------

  readonly exceptClause = this.RULE("exceptClause", () => {
    this.CONSUME(t.Except);
    this.SUBRULE(this.targets);
  }, PASS_ON);

  readonly argsClause = this.RULE("argsClause", () => {
    this.CONSUME(t.Args);
    this.OPTION(() => { this.CONSUME(t.Only); });
    this.SUBRULE(this.strings);
    this.OPTION2(() => {
      this.CONSUME(t.Without);
      this.SUBRULE2(this.strings);
    });
  }, PASS_ON);

  readonly whenClause = this.RULE("whenClause", () => {
    this.CONSUME(t.When);
    this.SUBRULE(this.condition);
  }, PASS_ON);

  readonly unlessClause = this.RULE("unlessClause", () => {
    this.CONSUME(t.Unless);
    this.SUBRULE(this.condition);
  }, PASS_ON);

  readonly becauseClause = this.RULE("becauseClause", () => {
    this.CONSUME(t.Because);
    this.CONSUME(t.Text);
  }, PASS_ON);

  readonly untilClause = this.RULE("untilClause", () => {
    this.CONSUME(t.Until);
    this.SUBRULE(this.events);
  }, PASS_ON);

  readonly perProcess = this.RULE("perProcess", () => {
    this.CONSUME(t.Per);
    this.CONSUME(t.Process);
  }, PASS_ON);

  readonly tracksFiles = this.RULE("tracksFiles", () => {
    this.CONSUME(t.Tracks);
    this.CONSUME(t.Files);
  }, PASS_ON);

  readonly marksClause = this.RULE("marksClause", () => {
    this.CONSUME(t.When);
    this.CONSUME(t.Name);
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.CONSUME2(t.Name);
    });
  }, PASS_ON);

  readonly exeClause = this.RULE("exeClause", () => {
    this.CONSUME(t.Exe);
    this.CONSUME(t.Text);
  }, PASS_ON);

  readonly underClause = this.RULE("underClause", () => {
    this.CONSUME(t.Under);
    this.CONSUME(t.Text);
  }, PASS_ON);

  readonly wordsClause = this.RULE("wordsClause", () => {
    this.CONSUME(t.Args);
    this.SUBRULE(this.strings);
  }, PASS_ON);

  readonly afterClause = this.RULE("afterClause", () => {
    this.CONSUME(t.After);
    this.SUBRULE(this.event);
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.CONSUME(t.Then);
      this.SUBRULE2(this.event);
    });
  }, PASS_ON);

  // --- events and conditions ----------------------------------------------------------------------------------------

  readonly events = this.RULE("events", () => {
    this.SUBRULE(this.event);
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.SUBRULE2(this.event);
    });
  }, PASS_ON);

  readonly event = this.RULE("event", () => {
    this.OR([
      { ALT: () => { this.CONSUME(t.Operation); } },
      { ALT: () => { this.CONSUME(t.Success); } },
    ]);
    this.SUBRULE(this.targets);
    this.OPTION(() => { this.SUBRULE(this.exceptClause); });
    this.OPTION2(() => { this.SUBRULE(this.argsClause); });
    this.OPTION3(() => { this.SUBRULE(this.unlessExe); });
  }, PASS_ON);

  readonly unlessExe = this.RULE("unlessExe", () => {
    this.CONSUME(t.Unless);
    this.CONSUME(t.Exe);
    this.SUBRULE(this.strings);
  }, PASS_ON);

  readonly condition = this.RULE("condition", () => {
    this.SUBRULE(this.conjunction);
    this.MANY(() => {
      this.CONSUME(t.Or);
      this.SUBRULE2(this.conjunction);
    });
  }, PASS_ON);

  readonly conjunction = this.RULE("conjunction", () => {
    this.SUBRULE(this.negation);
    this.MANY(() => {
      this.CONSUME(t.And);
      this.SUBRULE2(this.negation);
    });
  }, PASS_ON);

  readonly negation = this.RULE("negation", () => {
    this.MANY(() => { this.CONSUME(t.Not); });
    this.OR([
      { ALT: () => { this.CONSUME(t.Name); } },
      { ALT: () => { this.SUBRULE(this.exeClause); } },
      { ALT: () => { this.SUBRULE(this.underClause); } },
      {
        ALT: () => {
          this.CONSUME(t.LParen);
          this.SUBRULE(this.condition);
          this.CONSUME(t.RParen);
        },
      },
    ]);
  }, PASS_ON);

  // --- how the parser goes on ---------------------------------------------------------------------------------------

  private isNext(distance: number, type: TokenType): boolean {
    return tokenMatcher(this.LA(distance), type);
  }

  /** After a comma, an operation begins the next event, and `then` the next of `after`; all else goes on the list. */
  private commaContinues(): boolean {
    return !(this.isNext(2, t.Operation) || this.isNext(2, t.Success) || this.isNext(2, t.Then));
  }

  // Guessing a token in or out would take the user's next statement for the rest of this one.
  protected override canTokenTypeBeInsertedInRecovery(): boolean {
    return false;
  }

  protected override canTokenTypeBeDeletedInRecovery(): boolean {
    return false;
  }

  /** Chevrotain's own hook, missing in its types: going on within a list would report one mistake several times. */
  protected shouldInRepetitionRecoveryBeTried(): boolean {
    return false;
  }
}

/** Keeps state while it parses, none between two files. */
export const policyParser = new PolicyParser();
