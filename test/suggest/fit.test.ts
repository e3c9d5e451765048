/** Wishes of one request or one file that stand up together, and what is said of those that do not. */
import { describe, expect, it } from "vitest";
import { readSource } from "../../src/cli/read-sources.js";
import { composeFitted } from "../../src/suggest/fit.js";
import { fromInstructions } from "../../src/suggest/instructions.js";
import { understand } from "../../src/suggest/understand.js";

const drafted = (...lines: readonly string[]) =>
  composeFitted(fromInstructions(lines.map((line) => `- ${line}\n`).join(""), (text) => understand(text, { from: "AGENTS.md" })), "a test", null, readSource);
const asked = (text: string) => composeFitted(understand(text, { from: null }), "a test", null, readSource);

describe("wishes that leave open what others deny", () => {
  it.each<readonly string[]>([
    ["Never push to main.", "Never force push."],
    ["Commit only after the tests pass.", "Do not use `git commit --no-verify`."],
    ["Never push to main.", "Never force push.", "Do not read `.env`.", "Block ssh keys."],
  ])("%s %s", (...lines) => {
    const { text, problems, untranslated } = drafted(...lines);
    expect([problems, untranslated]).toEqual([[], []]);
    for (const line of lines) expect(text).toContain(`"${line.replace(/\.$/, "")}"`);
  });
});

it("what the policy denies that is added to stays denied, and the wishes are drafted", () => {
  const onto = { text: 'no-keys: deny access "~/.ssh/**"\n', params: [], taken: { rules: ["no-keys"], marks: [] }, isDraft: false };
  const { text, problems, refused } = composeFitted(understand("block ssh keys, and no force push", { from: null }), "a test", onto, readSource);
  expect(problems).toEqual([]);
  expect(text).toContain("no-git-force-push");
  expect(refused.map(({ words }) => words)).toContain("block ssh keys");
});

it("a wish that breaks a test of the policy that it is added to is named, with the test", () => {
  const text = 'allow modify "/srv/**"\ntest "the data is open" {\n  allow modify "/srv/data/a"\n}\n';
  const onto = { text, params: [], taken: { rules: [], marks: [] }, isDraft: false };
  const { text: drafted, problems, untranslated } = composeFitted(understand("no deletions in /srv/data, and no sudo", { from: null }), "a test", onto, readSource);
  expect(problems).toEqual([]);
  expect(drafted).toContain("no-sudo");
  expect(untranslated).toEqual([{ words: "no deletions in /srv/data", line: null, reason:
    "the policy that it is added to says otherwise: test `the data is open`: this was to be allowed, and is decided `deny` by `no-srv-data`: allow modify \"/srv/data/a\"" }]);
});

it("a wish that does not stand up is left out, and named", () => {
  const { items, untranslated: none } = understand("no ping, and no sudo", { from: null });
  const mistaken = items.map((item, i) => (i === 0 ? { ...item, probes: item.probes.map((probe) => ({ ...probe, operation: "read" as const, args: [] })) } : item));
  const { text, untranslated } = composeFitted({ items: mistaken, untranslated: none }, "a test", null, readSource);
  expect(untranslated.map(({ words }) => words)).toEqual(["no ping"]);
  expect(text).toContain("no-sudo");
});

describe("a negation goes no further than it is said", () => {
  it.each<[string, string]>([
    ["never use npm, use pnpm", "use pnpm"], ["never use pip, always use uv", "always use uv"], ["don't touch /etc, write to /tmp", "write to /tmp"],
    ["never edit dist, edit src", "edit src"], ["no npm, use pnpm instead", "use pnpm"], ["don't read .env, read .env.example instead", "read .env.example"],
    ["never use npm and use pnpm instead", "use pnpm"],
  ])("%s", (text, left) => {
    const { untranslated, problems } = asked(text);
    expect(problems).toEqual([]);
    expect(untranslated.map(({ words, reason }) => [words, reason.includes("is not clear")])).toEqual([[left, true]]);
  });

  it("but over a list", () => {
    expect(asked("do not read ssh keys, aws keys or gpg keys").untranslated).toEqual([]);
    expect(asked("never push to main and never force push").untranslated).toEqual([]);
  });
});

it.each<[string, string]>([
  ["stop it from touching the database at 10.1.2.3 unless running migrate.sh", 'when not exe "/usr/**/migrate.sh"'],
  ["no writes to package-lock.json unless running npm", 'when not exe "/usr/**/npm"'],
  ["no commits unless the tests passed", "unless passed-tests"],
])("%s: who acts, or what came before", (text, clause) => { expect(asked(text).text).toContain(clause); });
