/** `policyc explain CODE`, and what it is not taken for. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
// Before what it replaces a part of.
import { policycIn } from "../support/in-process.js";
import { renderPage } from "../../src/cli/explain-code.js";
import { painter } from "../../src/cli/terminal.js";
import { MESSAGES } from "../../src/compiler/messages.js";
import { folderWith } from "../support/cli.js";
import { pathOf, readPage } from "../support/diagnostic-pages.js";

describe("the code of a diagnostic", () => {
  it("prints its page, laid out for a terminal", async () => {
    expect(await policycIn(folderWith(), "explain", "host-bits")).toEqual({ status: 0, stderr: "", stdout: `host-bits

Severity: error

The address has bits set where the prefix says that they do not count. Either
the address or the prefix is not the one that was meant, and they differ by many
addresses.

An example

  deny connect "10.1.2.3/8"

  error[host-bits]: \`10.1.2.3/8\` has bits set beyond its prefix of 8
   --> agent.pol:1:14
    |
  1 | deny connect "10.1.2.3/8"
    |              ^^^^^^^^^^^^
  help: \`"10.0.0.0/8"\`

  1 error

What to do

Write the network, or a longer prefix: \`"10.1.2.3"\` is this one address.

  deny connect "10.0.0.0/8"
` });
  });

  it.each(Object.keys(MESSAGES))("%s fits a terminal and shows no fences", (code) => {
    const plain = renderPage(readPage(code).text, painter(false));
    expect(plain).not.toMatch(/^ *(```|#+ (An|What))/m);
    // But for words that are longer.
    for (const line of plain.split("\n")) if (!/^\S*$/.test(line.trim())) expect(line.length).toBeLessThanOrEqual(80);
    // Nothing is left out.
    const words = (text: string): string => text.replace(/^```.*$|^#+ (?=\S+$|An example$|What to do$)/gm, "").replace(/\s+/g, " ").trim();
    expect(words(plain).replaceAll("\\u{200b}", "\u200b")).toBe(words(readPage(code).text).replaceAll("\\u{200b}", "\u200b"));
  });

  it("prints its page as JSON", async () => {
    const { status, stdout, stderr } = await policycIn(folderWith(), "explain", "--json", "deny-escaped");
    expect([status, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({ code: "deny-escaped", severity: "warning", text: readPage("deny-escaped").text });
  });

  it("is coloured where there is colour", () => {
    expect(renderPage("# a-b\n\n```pol\ndeny\n```\n", painter(true))).toBe("\x1b[1ma-b\x1b[0m\n\n  \x1b[36mdeny\x1b[0m\n");
  });

  it.each(["host-bit", "hostbits"])("is proposed for %s", async (name) => {
    expect(await policycIn(folderWith(), "explain", name)).toEqual(
      { status: 2, stdout: "", stderr: `error: there is no diagnostic \`${name}\`\nhelp: did you mean \`policyc explain host-bits\`?\n` });
  });

  it.each([["a file of that name", "host-bits"], ["a name that is like none", "something-else"], ["a path", "./host-bits"]])(
    "is not %s", async (_, name) => {
      const folder = folderWith();
      writeFileSync(join(folder, "host-bits"), "");
      const { status, stdout, stderr } = await policycIn(folder, "explain", name);
      expect([status, stdout]).toEqual([2, ""]);
      expect(stderr).toContain("an operation and a target are missing");
    });
});

it("the pages are where the command looks for them", async () => {
  expect(pathOf("host-bits").endsWith("/docs/diagnostics/host-bits.md")).toBe(true);
  const { stdout } = await policycIn(folderWith({ "a.pol": "deny raed \"/x\"\n" }), "lint", "--format", "sarif", "a.pol");
  expect(JSON.parse(stdout)).toMatchObject({ runs: [{ tool: { driver: { rules: [{
    id: "unexpected-token", help: { text: "policyc explain unexpected-token", markdown: readPage("unexpected-token").text },
  }] } } }] });
});
