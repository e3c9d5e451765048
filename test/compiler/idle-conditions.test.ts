/** Warnings of conditions and arguments that are idle: sure ones, compared with the interpreter's opinion of every circumstance. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_CIRCUMSTANCES } from "../../src/compiler/access.js";
import { conditionMatcher } from "../../src/interpreter/interpret.js";
import { accepted } from "./front-end.js";
import { linted } from "./linted.js";

const MARKS = ["a", "b", "c"] as const;
const BEFORE = `default deny write, connect\ndefault allow exec\n${MARKS.map((name) => `mark ${name} on read "/${name}"\ndeny write "/${name}" when ${name}\n`).join("")}`;
const IDLE = new Set(["never-counts", "needless-condition", "args-never-match"]);

const idle = (text: string): readonly string[] =>
  linted(BEFORE + text).filter(({ code }) => IDLE.has(code)).map(({ code, span }) => `${code} ${span.source.text.slice(span.start, span.end)}`);

describe("idle conditions", () => {
  it.each<[string, readonly string[]]>([
    ['deny read "/x" when a and not a', ["never-counts a and not a"]],
    ['deny read "/x" unless a or not a', ["never-counts a or not a"]],
    ['deny read "/x" when a unless a', ["never-counts a"]],
    ['deny read "/x" when a or not a', ["needless-condition a or not a"]],
    ['deny read "/x" unless a and not a', ["needless-condition a and not a"]],
    ['deny read "/x" when exe "p" and not exe "p"', ['never-counts exe "p" and not exe "p"']],
    ['deny read "/x" when exe "p" and not under "p"', []],
    ['deny read "/x" when exe "p" and not exe "q"', []],
    ['for exe "p", "q" { deny read "/x" unless exe "p" or exe "q" }', ['never-counts exe "p" or exe "q"']],
    ['for exe "p" { deny read "/x" when a or exe "p" }', ['needless-condition a or exe "p"']],
    ['for exe "p", "q" { deny read "/x" when exe "p" }', []],
    ['for exe "p" { for exe "q" { deny read "/x" when a and not exe "q" } }', ['never-counts a and not exe "q"']],
    ['assert deny read "/x" when a and not a', ["never-counts a and not a"]],
    ['deny read "/x" when a', []],
  ])("%s", (text, expected) => { expect(idle(text)).toEqual(expected); });

  const condition = fc.letrec<{ any: string; leaf: string; not: string; joined: string }>((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, tie("leaf"), tie("not"), tie("joined")),
    leaf: fc.constantFrom(...MARKS),
    not: tie("any").map((operand) => `not (${operand})`),
    joined: fc.tuple(tie("any"), fc.constantFrom("and", "or"), tie("any")).map(([one, word, other]) => `(${one}) ${word} (${other})`),
  })).any;

  it("are those that no marks, or all, make true", () => {
    fc.assert(fc.property(condition, fc.constantFrom("when", "unless"), (text, word) => {
      const statement = `deny read "/x" ${word} ${text}`;
      const when = accepted(BEFORE + statement).resolved.rules.at(-1)?.when ?? null;
      const holds = conditionMatcher(when);
      const held = Array.from({ length: 2 ** MARKS.length }, (_, bits) =>
        holds({ ...NO_CIRCUMSTANCES, marks: new Set(MARKS.filter((_mark, i) => (bits & (1 << i)) !== 0)) }));
      const expected = held.every((one) => !one) ? ["never-counts"] : held.every((one) => one) ? ["needless-condition"] : [];
      expect(idle(statement).map((said) => said.split(" ")[0])).toEqual(expected);
    }), { numRuns: 300 });
  });
});

it.each<[string, readonly string[]]>([
  ['deny exec "git" args "push" without "push"', ['args-never-match "push"']],
  ['deny exec "git" args "push", "--force" without "--*"', ['args-never-match "--*"']],
  ['deny exec "git" args "p*" without "p*"', ['args-never-match "p*"']],
  ['deny exec "git" args "{push,pull}" without "p*"', ['args-never-match "p*"']],
  ['deny exec "git" args "{push,fetch}" without "p*"', []],
  ['deny exec "git" args "p*" without "push"', []],
  ['deny exec "git" args without "push"', []],
])("idle arguments: %s", (text, expected) => { expect(idle(text)).toEqual(expected); });
