/** The catalogue's score on requests that it was not written from. docs/suggest.md has it; UPDATE=1 writes it there. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { missOf } from "./score.js";
import { REQUESTS } from "./table.js";

const PAGE = new URL("../../../docs/suggest.md", import.meta.url);
const SCORE = /(?<=## How good the catalogue is\n)[^]*/;

it("are at least 150, each once, and each shows what it means", () => {
  expect(REQUESTS.length).toBeGreaterThanOrEqual(150);
  expect(new Set(REQUESTS.map(({ request }) => request)).size).toBe(REQUESTS.length);
  for (const { request, d = [], a = [], un = [] } of REQUESTS) expect(d.length + a.length + un.length, request).toBeGreaterThan(0);
});

it("come out as the page says, misses included", { timeout: 120_000 }, () => {
  const misses = REQUESTS.flatMap((one) => {
    const miss = missOf(one);
    return miss === null ? [] : [`| ${one.request} | ${miss.startsWith("not understood") ? "not understood, and named" : miss.replaceAll("|", "\\|")} |`];
  });
  const right = REQUESTS.length - misses.length;
  const score = `\`test/suggest/requests/table.ts\` holds ${REQUESTS.length} requests with accesses that have to be denied and allowed afterwards. They were not written from the\n`
    + `catalogue, nor the catalogue from them: ${right} come out right, and these do not.\n\n| request | |\n|---|---|\n${misses.join("\n")}\n`;
  const page = readFileSync(PAGE, "utf8");
  if (process.env["UPDATE"] === "1") writeFileSync(PAGE, page.replace(SCORE, () => `\n${score}`));
  else expect(SCORE.exec(page)?.[0]).toBe(`\n${score}`);
});
