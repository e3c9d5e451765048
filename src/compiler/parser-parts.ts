/** The half of the grammar below statements: lists, targets, clauses, events and conditions. */
import { CstParser, tokenMatcher, type CstNode, type ParserMethod, type TokenType } from "chevrotain";
import * as t from "./tokens.js";

/** Only statements, test cases and the heads of blocks catch an error; the rules within them pass it on. */
export const PASS_ON = { resyncEnabled: false };

export abstract class PartsParser extends CstParser {
  /** `skipValidations`: whether the grammar is taken to be sound. */
  constructor(skipValidations: boolean) {
    super(t.VOCABULARY, { recoveryEnabled: true, nodeLocationTracking: "onlyOffset", maxLookahead: 2, skipValidations });
  }

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

  readonly becauseClause = this.wordAndString("becauseClause", t.Because);

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

  readonly exeClause = this.wordAndString("exeClause", t.Exe);
  readonly underClause = this.wordAndString("underClause", t.Under);

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

  // --- rules that look alike ----------------------------------------------------------------------------------------

  protected wordAndString(name: string, keyword: TokenType): ParserMethod<[], CstNode> {
    return this.RULE(name, () => {
      this.CONSUME(keyword);
      this.CONSUME(t.Text);
    }, PASS_ON);
  }

  protected oneOf(rules: readonly ParserMethod<[], CstNode>[]): void {
    this.OR(rules.map((rule) => ({ ALT: () => { this.SUBRULE(rule); } })));
  }

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
