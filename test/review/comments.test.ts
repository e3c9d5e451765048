import fc from "fast-check";
import { expect, it } from "vitest";
import { parse } from "../../src/compiler/parse.js";
import { readComment, writeComment } from "../../src/review/comments.js";

const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }).filter((drawn) => !/[\0\p{Cs}]/u.test(drawn)), fc.constantFrom("a\nb", "${x}", "$${x}", "\\", '"', "#", "\u202e", "\\u{41}"));
const comment = fc.oneof(
  fc.record({ kind: fc.constant("asked" as const), words: text, line: fc.option(fc.nat()) }),
  fc.record({ kind: fc.constant("not-translated" as const), words: text, line: fc.option(fc.nat()), reason: fc.constantFrom("", "no rule says this", "a: b") }),
);

it("is one line of a policy, and is read as it was written", () => {
  fc.assert(fc.property(comment, (written) => {
    const parsed = parse({ path: "a.pol", text: `# ${writeComment(written)}\ndeny read "/a"\n` });
    expect(parsed.ok && parsed.value.statements.map(({ kind }) => kind)).toEqual(["rule"]);
    const leading = parsed.ok ? parsed.value.statements[0]?.leading.map(({ text: read }) => readComment(read)) : [];
    expect(leading).toEqual([written]);
  }));
});

it.each(["", " asked", " asked: x", ' asked, line x: "a"', ' asked: "a', " a comment"])("%j is a comment of another kind", (other) => {
  expect(readComment(other)).toBeNull();
});
