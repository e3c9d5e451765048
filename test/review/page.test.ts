/** The page of a review: what it holds, in a browser, for everybody. */
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { escapeHtml, reviewPage } from "../../src/review/review-html.js";
import { folderWith } from "../support/cli.js";
import { startBrowser } from "./browser.js";
import { SAMPLE } from "./sample.js";

const HEADER = { draft: "draft.pol", onto: "agent.pol", date: "2026-01-01" };
const PAGE = reviewPage(SAMPLE, HEADER);
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

it("escapes whatever it shows", () => {
  expect(PAGE).not.toContain("<script");
  expect(escapeHtml(`<a href="x" onclick='y'>&\u202e`)).toBe('&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;<span class="unseen">\\u{202e}</span>');
});

it("has nothing from elsewhere, and no script", () => {
  expect(PAGE).toContain("default-src 'none'");
  expect(PAGE.match(/\b(?:src|href|action)="(?!#)[^"]*"|url\(|@import|<(?:script|link|iframe|img|form)/g)).toBeNull();
});

it("shows first what widens", () => {
  const at = (id: string): number => PAGE.indexOf(`<h2 id="${id}">`);
  const order = ["wider", "narrower", "wishes", "unasked", "untranslated", "probes", "broad", "everyday"].map(at);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(Math.min(...order)).toBeGreaterThan(0);
});

const SCHEMES = ["light", "dark"] as const;
const VIOLATIONS = z.array(z.object({ id: z.string(), impact: z.string().nullable(), nodes: z.array(z.object({ html: z.string() })) }));

describe("in a browser", { timeout: 60_000 }, () => {
  let browser: Browser | null = null;
  beforeAll(async () => { browser = await startBrowser(); }, 60_000);
  afterAll(async () => { await browser?.close(); });

  async function open(colorScheme: (typeof SCHEMES)[number], width: number, page = PAGE) {
    const folder = folderWith();
    writeFileSync(join(folder, "review.html"), page);
    const tab = await browser?.newPage({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
    if (tab === undefined) throw new Error("no browser");
    const asked: string[] = [];
    tab.on("request", (request) => { asked.push(request.url()); });
    await tab.goto(`file://${join(folder, "review.html")}`);
    return { tab, asked };
  }

  it.each(SCHEMES.flatMap((scheme) => [1200, 380].map((width) => [scheme, width] as const)))("axe finds nothing: %s, %d pixels wide", async (scheme, width) => {
    const { tab, asked } = await open(scheme, width);
    await tab.addScriptTag({ content: AXE });
    const found: unknown = await tab.evaluate("axe.run({ resultTypes: ['violations'] }).then((results) => results.violations)");
    expect(VIOLATIONS.parse(found).map(({ id, impact, nodes }) => [id, impact, nodes.map(({ html }) => html)])).toEqual([]);
    expect(asked).toHaveLength(1);
    const [scrolled, seen]: readonly number[] = z.array(z.number()).parse(await tab.evaluate("[document.documentElement.scrollWidth, innerWidth]"));
    expect(scrolled).toBeLessThanOrEqual(seen ?? 0);
    // No column of a table is out of sight.
    expect(await tab.evaluate("[...document.querySelectorAll('.wide')].filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.textContent)")).toEqual([]);
    await tab.close();
  });

  it("is found by axe where something is missing", async () => {
    const { tab } = await open("light", 1200, PAGE.replace('<html lang="en">', "<html>"));
    await tab.addScriptTag({ content: AXE });
    const found: unknown = await tab.evaluate("axe.run({ resultTypes: ['violations'] }).then((results) => results.violations)");
    expect(VIOLATIONS.parse(found).map(({ id }) => id)).toEqual(["html-has-lang"]);
    await tab.close();
  });

  it("is gone through with the keyboard", async () => {
    const { tab } = await open("light", 1200);
    await tab.keyboard.press("Tab");
    expect(await tab.evaluate("document.activeElement.textContent")).toBe("Skip to the review");
    await tab.keyboard.press("Enter");
    expect(await tab.evaluate("document.activeElement.id")).toBe("review");
    await tab.close();
  });
});
