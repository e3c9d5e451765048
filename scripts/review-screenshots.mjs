// Pictures of the page that `policyc review --html` writes, light and dark, wide and narrow.
// usage: node scripts/review-screenshots.mjs REVIEW.html FOLDER
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const [page, folder] = process.argv.slice(2);
const executablePath = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find((path) => existsSync(path));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
for (const colorScheme of ["light", "dark"]) {
  for (const width of [1100, 380]) {
    const tab = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    await tab.goto(`file://${resolve(page)}`);
    await tab.screenshot({ path: join(folder, `review-${colorScheme}-${width}.png`), fullPage: true });
    await tab.close();
  }
}
await browser.close();
