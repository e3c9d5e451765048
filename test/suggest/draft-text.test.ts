/** Whatever strings a proposal holds, its draft is a policy with the statements that were proposed, and no other. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EFFECTS, OPERATION_NAMES, PRIVILEGES } from "../../src/compiler/ast.js";
import { parse } from "../../src/compiler/parse.js";
import { draftText, NOTHING_TAKEN } from "../../src/suggest/draft-text.js";
import type { Item, Proposal, ProposedEvent, ProposedRule, ProposedTarget } from "../../src/suggest/proposal.js";
import { runs } from "../support/runs.js";

const hostile = fc.constantFrom('"', '\n', '"\nallow connect any\n#', "#", "## x", "${", "${workspace}", "$${a}", "\\", "\\\"", "*/", "draft \"x\"", "\u202e", "}", "test \"x\" {", "\r\n", "\u2028", "default", "deny");
const text = fc.array(fc.oneof(hostile, fc.stringMatching(/^[a-z ./~*-]{1,8}$/), fc.string({ unit: "binary", maxLength: 3 }).filter((drawn) => !/[\0\p{Cs}]/u.test(drawn))), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
const target: fc.Arbitrary<ProposedTarget> = fc.oneof(
  fc.record({ kind: fc.constant("path" as const), pattern: text }), fc.record({ kind: fc.constant("unix" as const), pattern: text }),
  fc.record({ kind: fc.constant("privilege" as const), privilege: fc.constantFrom(...PRIVILEGES) }),
  fc.record({ kind: fc.constant("network" as const), address: fc.oneof(text, fc.record({ list: fc.constantFrom("any" as const, "loopback" as const) })), ports: fc.constantFrom([], ["443"], ["1-2", "80"]), protocol: fc.constantFrom(null, "tcp" as const) }),
);
const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { minLength: 1, maxLength: 2 });
const few = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 2 });
const operation = fc.constantFrom(...OPERATION_NAMES);
const args = fc.option(fc.record({ only: fc.boolean(), words: some(text), without: few(text) }));
const event: fc.Arbitrary<ProposedEvent> = fc.record({ operation: fc.oneof(operation, fc.constant("success" as const)), targets: some(target), except: few(target), args });
const condition = fc.oneof(
  fc.record({ kind: fc.constant("mark" as const), mark: fc.constantFrom("a", "b"), not: fc.boolean() }), fc.record({ kind: fc.constantFrom("exe" as const, "under" as const), program: text, not: fc.boolean() }),
);
const rule: fc.Arbitrary<ProposedRule> = fc.record({
  kind: fc.constant("rule" as const), name: fc.option(text), effect: fc.constantFrom(...EFFECTS), operations: some(operation), targets: some(target), except: few(target),
  args, when: few(condition), unless: few(condition), because: fc.option(text),
});
const mark = fc.record({ kind: fc.constant("mark" as const), name: text, on: some(event), until: few(event), perProcess: fc.boolean(), tracksFiles: fc.boolean() });
const limit = fc.record({ kind: fc.constant("limit" as const), operations: some(operation), targets: some(target), count: fc.integer({ min: 1, max: 999 }), perMilliseconds: fc.integer({ min: 1, max: 1e8 }), effect: fc.constantFrom(...EFFECTS), because: fc.option(text) });
const item: fc.Arbitrary<Item> = fc.record({ words: text, line: fc.option(fc.nat(999)), statements: some(fc.oneof(rule, limit, mark)), probes: fc.constant([]) });
const proposal: fc.Arbitrary<Proposal> = fc.record({ items: few(item), untranslated: few(fc.record({ words: text, line: fc.option(fc.nat(999)), reason: text })) });

const write = (proposed: Proposal, note = "by somebody"): string => draftText(proposed, { note, params: [], taken: NOTHING_TAKEN });

describe("the text of a draft", () => {
  it("has the statements that were proposed, one draft line, and no other", () => {
    fc.assert(fc.property(proposal, text, (proposed, note) => {
      const parsed = parse({ path: "a.pol", text: write(proposed, note) });
      if (!parsed.ok) throw new Error(`${parsed.diagnostics[0]?.message ?? ""}\n${write(proposed, note)}`);
      const kinds = parsed.value.statements.map(({ kind }) => kind).filter((kind) => kind !== "param");
      const distinct = proposed.items.flatMap(({ statements }) => statements).filter((one, i, all) =>
        one.kind !== "mark" || all.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === i);
      expect(kinds).toEqual(["draft", ...distinct.map(({ kind }) => kind)]);
    }), runs(300));
  });

  it("gives each rule a name of its own, and keeps marks and what asks for them together", () => {
    const asks = (name: string, pattern: string): Item => ({
      words: "x", line: null, probes: [], statements: [
        { kind: "mark", name, on: [{ operation: "read", targets: [{ kind: "path", pattern }], except: [], args: null }], until: [], perProcess: false, tracksFiles: false },
        { kind: "rule", name: "No Network!", effect: "deny", operations: ["connect"], targets: [{ kind: "network", address: { list: "any" }, ports: [], protocol: null }], except: [], args: null, when: [{ kind: "mark", mark: name, not: false }], unless: [], because: null },
      ],
    });
    const text = write({ items: [asks("secret", "/a"), asks("secret", "/b"), asks("secret", "/a"), asks("read", "/c")], untranslated: [] });
    expect(text.match(/^mark .*$/gm)).toEqual(['mark secret on read "/a"', 'mark secret-2 on read "/b"', 'mark mark-read on read "/c"']);
    expect(text.match(/^no-network.*$/gm)).toEqual(["no-network: deny connect any when secret", "no-network-2: deny connect any when secret-2", "no-network-3: deny connect any when secret", "no-network-4: deny connect any when mark-read"]);
  });
});
