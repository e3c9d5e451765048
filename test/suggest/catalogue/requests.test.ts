/**
 * Requests as people write them, and what becomes of each: `understood.txt` beside this file, whose diff is read.
 * `UPDATE=1 npx vitest run test/suggest/catalogue/requests.test.ts` writes it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { understand } from "../../../src/suggest/understand.js";
import { draftOf, tryDraft } from "./draft.js";

const FOLDER = "test/suggest/catalogue";
const REQUESTS = readFileSync(`${FOLDER}/requests.txt`, "utf8").split("\n").filter((line) => line !== "");

const ask = (text: string) => understand(text, { from: null });

function shown(request: string): string {
  const proposal = ask(request);
  const policy = draftOf(proposal).split("\n").filter((line) => line !== "param workspace").map((line) => line.replace(/^rule-\d+: /, ""));
  const end = policy.findIndex((line) => line.startsWith('test "'));
  const said = proposal.untranslated.map(({ words, reason }) => `  ? ${words}: ${reason}`);
  return [`# ${request}`, ...policy.slice(0, end).map((line) => `  ${line}`), ...said, ""].join("\n");
}

describe("requests", () => {
  it("come to what is written in understood.txt", () => {
    const all = REQUESTS.map(shown).join("\n");
    if (process.env["UPDATE"] === "1") writeFileSync(`${FOLDER}/understood.txt`, all);
    expect(all).toBe(readFileSync(`${FOLDER}/understood.txt`, "utf8"));
  });

  it.each(REQUESTS)("%s: compiles, and its probes come out", (request) => {
    const proposal = ask(request);
    if (proposal.items.length === 0) return;
    const { errors, failing, text } = tryDraft(draftOf(proposal));
    expect({ errors, failing }, text).toEqual({ errors: [], failing: [] });
  });
});
