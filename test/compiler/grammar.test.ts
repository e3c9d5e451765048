/** What chevrotain can tell about tokens and rules by themselves: the command takes it as given when it starts. */
import { createToken, Lexer } from "chevrotain";
import { describe, expect, it } from "vitest";
import { PartsParser } from "../../src/compiler/parser-parts.js";
import { PolicyParser } from "../../src/compiler/parser.js";
import * as t from "../../src/compiler/tokens.js";

describe("tokens", () => {
  it("can all be told apart", () => {
    expect(() => new Lexer(t.LEXER_TOKENS, { ensureOptimizations: true })).not.toThrow();
  });

  it("one that is never reached would be noticed", () => {
    const shadowed = createToken({ name: "Shadowed", pattern: "policy" });
    expect(() => new Lexer([...t.LEXER_TOKENS, shadowed])).toThrow("Shadowed");
  });
});

describe("rules", () => {
  class Ambiguous extends PartsParser {
    constructor() {
      super(false);
      this.performSelfAnalysis();
    }

    readonly twice = this.RULE("twice", () => {
      this.OR([{ ALT: () => { this.CONSUME(t.Name); } }, { ALT: () => { this.CONSUME2(t.Name); } }]);
    });
  }

  it("are not ambiguous", () => {
    expect(() => new PolicyParser(false)).not.toThrow();
  });

  it("one that is would be noticed", () => {
    expect(() => new Ambiguous()).toThrow("Ambiguous");
  });
});
