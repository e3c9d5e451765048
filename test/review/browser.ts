/** The page of a review in Debian's Chromium. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PROGRAMS = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

/** Nothing of it reaches the network. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = PROGRAMS.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error("the tests of the page need Debian's chromium-headless-shell: `make test` installs it");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}
