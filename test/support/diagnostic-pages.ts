/** The pages of docs/diagnostics: their parts, and the table that is generated from them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const PAGES = fileURLToPath(new URL("../../docs/diagnostics/", import.meta.url));
export const TABLE = join(PAGES, "README.md");

/** What is run: policies by file name, and a command where it is not the usual one. */
export interface Example {
  readonly files: Readonly<Record<string, string>>;
  readonly command: readonly string[] | null;
}

export interface Page {
  readonly code: string;
  readonly severity: string;
  /** All of it. */
  readonly text: string;
  readonly example: Example;
  /** What it is said to print. */
  readonly output: string;
  /** The same with the mistake mended: files that are not shown again are those of the example. */
  readonly mended: Example;
}

export const pathOf = (code: string): string => join(PAGES, `${code}.md`);

/** The codes that have a page. */
export const pagedCodes = (): readonly string[] =>
  readdirSync(PAGES).filter((file) => file !== "README.md").map((file) => file.replace(/\.md$/, "")).sort();

/** Throws where the page is not of the form that the others have. */
export function readPage(code: string): Page {
  const text = readFileSync(pathOf(code), "utf8");
  const [, title, severity, example, advice] = FORM.exec(text) ?? [];
  if (title === undefined || severity === undefined || example === undefined || advice === undefined) {
    throw new Error(`${code}.md is not of the form "# code", "Severity: …", text, "## An example", "## What to do"`);
  }
  const output = blocksOf(example).filter(({ language }) => language === "text");
  if (output.length !== 1) throw new Error(`${code}.md does not show one output`);
  const shown = exampleOf(example);
  const mended = exampleOf(advice);
  if (mended.command === null && Object.keys(mended.files).length === 0) throw new Error(`${code}.md mends nothing`);
  return {
    code: title, severity, text, example: shown, output: output[0]?.content ?? "",
    mended: { files: { ...shown.files, ...mended.files }, command: mended.command ?? shown.command },
  };
}

const FORM = /^# (\S+)\n\nSeverity: (\S+)\n\n[^#]*?\n\n## An example\n\n([^]*)\n\n## What to do\n\n([^]*)$/;

interface Block {
  readonly language: string;
  /** Of a file. */
  readonly name: string | undefined;
  readonly content: string;
}

const blocksOf = (markdown: string): readonly Block[] =>
  [...markdown.matchAll(/^```(\w+)(?: (\S+))?\n([^]*?)^```$/gm)]
    .map(([, language = "", name, content = ""]) => ({ language, name, content }));

function exampleOf(markdown: string): Example {
  const blocks = blocksOf(markdown);
  const files = blocks.filter(({ language }) => language === "pol")
    .map(({ name, content }) => [name ?? "agent.pol", content] as const);
  const command = blocks.find(({ language }) => language === "sh")?.content.trim().split(" ");
  if (command !== undefined && command[0] !== "policyc") throw new Error(`not a command of policyc: ${command.join(" ")}`);
  return { files: Object.fromEntries(files), command: command?.slice(1) ?? null };
}

/** The page with another output. */
export const withOutput = (text: string, output: string): string =>
  text.replace(/^```text\n[^]*?^```$/m, () => `\`\`\`text\n${output}\`\`\``);

/** The diagnostic that the page is about before those that its example cannot do without. */
export function ownFirst(output: string, code: string): string {
  const paragraphs = output.split("\n\n");
  const isOwn = (paragraph: string): boolean => new RegExp(`^\\w+\\[${code}\\]: `).test(paragraph);
  const isOther = (paragraph: string): boolean => /^\w+\[\S+\]: /.test(paragraph) && !isOwn(paragraph);
  const first = paragraphs.findIndex(isOther);
  const own = paragraphs.findIndex(isOwn);
  if (first === -1 || own < first) return output;
  return [
    ...paragraphs.slice(0, first), ...paragraphs.filter(isOwn), ...paragraphs.slice(first).filter((one) => !isOwn(one)),
  ].join("\n\n");
}

// --- the table -------------------------------------------------------------------------------------------------------

/** `docs/diagnostics/README.md`: one line for each page. */
export function tableOf(pages: readonly Page[]): string {
  const rows = pages.map((page) => [
    `[${page.code}](${page.code}.md)`, page.severity, escaped(messageOf(page)), `\`\` ${escaped(placeOf(page))} \`\``,
  ]);
  return [
    "# Diagnostics", "",
    "What `policyc` can say about a policy: `policyc explain CODE` shows the page. Each example is run by a test; this",
    "table is made from the pages by `npm run -s accept-diagnostics`.", "",
    ...[["code", "severity", "message", "for example about"], ["---", "---", "---", "---"], ...rows]
      .map((cells) => `| ${cells.join(" | ")} |`),
    "",
  ].join("\n");
}

function messageOf({ output }: Page): string {
  return /^\w+\[\S+\]: (.*)/m.exec(output)?.[1] ?? "";
}

/** The line that the output points at, or what was at fault instead. */
function placeOf({ example, output }: Page): string {
  const [, line] = /^ *--> .*:(\d+):\d+$/m.exec(output) ?? [];
  const shown = line === undefined ? undefined : new RegExp(`^ *${line} \\| (.*)$`, "m").exec(output)?.[1];
  const [first = ""] = Object.values(example.files);
  return shown?.trim() ?? (example.command === null ? first.split("\n")[0] ?? "" : ["policyc", ...example.command].join(" "));
}

const escaped = (cell: string): string => cell.replaceAll("|", "\\|");
