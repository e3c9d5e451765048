/** The catalogue's score on requests that it was not written from. docs/suggest.md has it; UPDATE=1 writes it there. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { AskedFor } from "./accesses.js";
import { missOf } from "./score.js";
import { SECOND } from "./second-table.js";
import { REQUESTS } from "./table.js";

const PAGE = new URL("../../../docs/suggest.md", import.meta.url);
const SCORE = /(?<=## How good the catalogue is\n)[^]*/;
const NAMED = "not understood, and named";

it.each([["the first table", REQUESTS], ["the second", SECOND]] as const)("%s: are at least 150, each once, and each shows what it means", (_, requests) => {
  expect(requests.length).toBeGreaterThanOrEqual(150);
  expect(new Set(requests.map(({ request }) => request)).size).toBe(requests.length);
  for (const { request, d = [], a = [], un = [] } of requests) expect(d.length + a.length + un.length, request).toBeGreaterThan(0);
});

interface Score {
  readonly right: number;
  readonly named: number;
  readonly wrong: number;
  readonly table: string;
}

const inTable = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ⏎ ");

function scoreOf(requests: readonly AskedFor[]): Score {
  const misses = requests.flatMap((one) => {
    const miss = missOf(one);
    return miss === null ? [] : [{ request: one.request, miss: miss.startsWith("not understood") ? NAMED : miss }];
  });
  const named = misses.filter(({ miss }) => miss === NAMED).length;
  const rows = misses.map(({ request, miss }) => `| ${inTable(request)} | ${inTable(miss)} |`);
  return { right: requests.length - misses.length, named, wrong: misses.length - named, table: `| request | |\n|---|---|\n${rows.join("\n")}` };
}

it("come out as the page says, misses included", { timeout: 240_000 }, () => {
  const [first, second] = [scoreOf(REQUESTS), scoreOf(SECOND)];
  const score = `\`test/suggest/requests/table.ts\` holds ${REQUESTS.length} requests with accesses that have to be denied and allowed afterwards. They were not written from the
catalogue, nor the catalogue from them, but beside the code that reads them: ${first.right} come out right, ${first.named} are not understood and named,
${first.wrong} otherwise.

${first.table}

\`second-table.ts\` beside it holds ${SECOND.length} more that somebody else wrote, to be taken wrongly, before the code knew of them: negations, exceptions, conditions,
quantities, wishes that no rule can carry out. Of the first 233, when they were first tried, 161 came out right, 31 were not understood and named, and
41 came out otherwise; what was found by them has been mended since. Now ${second.right} come out right, ${second.named} are not understood and named, and ${second.wrong} otherwise.

${second.table}
`;
  const page = readFileSync(PAGE, "utf8");
  if (process.env["UPDATE"] === "1") writeFileSync(PAGE, page.replace(SCORE, () => `\n${score}`));
  else expect(SCORE.exec(page)?.[0]).toBe(`\n${score}`);
});
