/** Every diagnostic has a page in docs/diagnostics, and each page is true: its example is run, and so is what mends it. */
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderDiagnostics } from "../../src/cli/render-diagnostics.js";
import { type Bounds, DEFAULT_BOUNDS } from "../../src/compiler/automaton/bounds.js";
import { backEnd } from "../../src/compiler/compile.js";
import { MESSAGES, severityOf } from "../../src/compiler/messages.js";
import type { Bindings } from "../../src/compiler/resolved.js";
import { folderWith } from "../support/cli.js";
import { type Example, ownFirst, type Page, pagedCodes, pathOf, readPage, TABLE, tableOf, withOutput } from "../support/diagnostic-pages.js";
import { policycIn } from "../support/in-process.js";
import { check } from "./front-end.js";

const UPDATE = process.env["UPDATE"] === "1";
const codes = Object.keys(MESSAGES).sort();

/** What no command line brings about, or only a policy of megabytes: the library is asked. */
interface InLibrary {
  readonly bindings?: Partial<Bindings>;
  readonly bounds?: Partial<Bounds>;
}
const IN_LIBRARY: Readonly<Record<string, InLibrary>> = {
  "home-not-absolute": { bindings: { home: "ada" } },
  "include-outside-std": {},
  "pattern-bad-character": { bindings: { params: { folder: "\0" } } },
  "too-many-rules": { bounds: { rules: 3 } },
  "too-much-text": { bounds: { meta: 280 } },
  "too-many-states": { bounds: { states: 60 } },
  "too-many-edges": { bounds: { edges: 12 } },
  "too-many-addresses": { bounds: { addresses: 3 } },
  "too-many-verdicts": { bounds: { records: 2 } },
  "too-many-glob-rows": { bounds: { globRows: 100 } },
  "too-many-marks": { bounds: { marks: 1 } },
  "too-many-limits": { bounds: { limits: 1 } },
  "too-many-moments": { bounds: { moments: 100 } },
  "too-many-arguments": { bounds: { arguments: 1 } },
  "too-many-program-lists": { bounds: { programs: 1 } },
  "too-many-conditions": { bounds: { conditions: 1 } },
  "too-many-terms": { bounds: { terms: 3 } },
  "too-much-work": { bounds: { work: 100 } },
};

/** Examples of which the page shows the beginning. */
const numbered = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => `${line(i)}\n`).join("");
const WHOLE: Readonly<Record<string, Example["files"]>> = {
  "nested-too-deep": { "agent.pol": `deny read ".env" when ${"not ".repeat(101)}tested\n` },
  "definitions-too-deep": { "agent.pol": `${numbered(300, (i) => `let a${i} = "\${a${i + 1}}/x"`)}let a300 = "/srv"\n` },
  "include-too-deep": Object.fromEntries(Array.from({ length: 66 }, (_, i) =>
    [i === 0 ? "agent.pol" : `part-${i}.pol`, `include "part-${i + 1}.pol"\n`])),
};

/** What is printed for it, at 80 columns and without colour. */
async function printed(page: Page, example: Example): Promise<string> {
  const inLibrary = IN_LIBRARY[page.code];
  if (inLibrary !== undefined && example.command === null) return fromLibrary(example, inLibrary);
  const folder = folderWith();
  for (const [name, text] of Object.entries(example.files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const command = example.command ?? [page.severity === "error" ? "compile" : "lint", "agent.pol"];
  const { stdout, stderr } = await policycIn(folder, ...command);
  // The report of `policyc test` is what it was run for.
  expect(command[0] === "test" ? "" : stdout).toBe("");
  return (stdout + stderr).replaceAll(realpathSync(folder), "/srv/app");
}

/** Bounds are those of what an example says itself, not of what privileges say by default. */
function fromLibrary({ files }: Example, { bindings, bounds }: InLibrary): string {
  const allowing = (text: string, i: number): string => (i === 0 && bounds !== undefined ? `${text}default allow privilege\n` : text);
  const checked = check(Object.fromEntries(Object.entries(files).map(([name, text], i) => [name, allowing(text, i)] as const)), bindings);
  const outcome = checked.ok ? backEnd(checked.value, { ...DEFAULT_BOUNDS, ...bounds }) : checked;
  return renderDiagnostics(outcome.diagnostics, { colour: false });
}

/** `error[code]: …` and what has no code, such as a mistake on the command line. */
const reported = (text: string): readonly string[] =>
  [...text.matchAll(/^(?:error|warning)(?:\[(.*?)\])?: .*/gm)].map(([line, code]) => code ?? line);

it("every code has a page, and every page a code: see docs/diagnostics/host-bits.md for the form", () => {
  expect(pagedCodes()).toEqual(codes);
});

describe("the page of (UPDATE=1 accepts what is printed)", () => {
  it.each(codes)("%s", async (code) => {
    const page = readPage(code);
    expect([page.code, page.severity]).toEqual([code, severityOf(code)]);

    const found = ownFirst(await printed(page, { ...page.example, files: WHOLE[code] ?? page.example.files }), code);
    expect(reported(found)[0]).toBe(code);
    expect(reported(found)).toEqual([code]);
    if (UPDATE) writeFileSync(pathOf(code), withOutput(page.text, found));
    else expect(page.output).toBe(found);

    const after = reported(await printed(page, page.mended));
    expect((after).filter((other) => other === code || severityOf(other) !== "warning")).toEqual([]);
  });

  it.each(Object.entries(IN_LIBRARY))("%s names the bound as it is", (code, { bounds = {} }) => {
    for (const [bound, limit] of Object.entries(DEFAULT_BOUNDS)) {
      if (Object.hasOwn(bounds, bound)) expect(readPage(code).text).toMatch(new RegExp(`\\b${limit}\\b`));
    }
  });
});

it("the table is made of the pages (UPDATE=1 writes it)", () => {
  const table = tableOf(codes.map(readPage));
  if (UPDATE) writeFileSync(TABLE, table);
  expect(readFileSync(TABLE, "utf8")).toBe(table);
});

