// The table of docs/kernel-hooks.md, from the output of `harness verify` on several kernels; see scripts/hook-table.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const LIMIT = 250_000;
const [root, work, ...rest] = process.argv.slice(2);
const kernels = rest.filter((word) => word !== "--print");

/** Program name → section, in the order of the sources. */
function sections() {
  const found = new Map();
  for (const file of readdirSync(join(root, "bpf")).filter((name) => name.endsWith(".bpf.h")).sort()) {
    const text = readFileSync(join(root, "bpf", file), "utf8");
    for (const [, section, , program] of text.matchAll(/SEC\("([^".][^"]*)"\)\s+int (BPF_PROG\()?(\w+)/g)) {
      found.set(program, { section, file });
    }
  }
  return found;
}

/** For each backend a heading, `RELEASE BACKEND`, then a line for each program. */
const results = kernels.flatMap((kernel) => {
  const parts = readFileSync(join(work, kernel), "utf8").trimEnd().split(/^(?=\d\S* \w+$)/m);
  return parts.map((part) => {
    const [heading, ...lines] = part.trimEnd().split("\n");
    return { release: heading, counts: new Map(lines.map((line) => line.split(" ")).map(([name, count]) => [name, Number(count)])) };
  });
});

const cell = (count) => (count === undefined ? "–" : `${count.toLocaleString("en")}${count > LIMIT ? " **too many**" : ""}`);
const known = sections();
const unknown = results.flatMap(({ counts }) => [...counts.keys()].filter((name) => !known.has(name)));
if (unknown.length > 0) throw new Error(`no source for ${unknown.join(", ")}`);

const table = [
  `| program | attached to | source | ${results.map(({ release }) => release).join(" | ")} |`,
  `|---|---|---|${results.map(() => "--:").join("|")}|`,
  ...[...known].map(([program, { section, file }]) =>
    `| \`${program}\` | \`${section}\` | \`bpf/${file}\` | ${results.map(({ counts }) => cell(counts.get(program))).join(" | ")} |`),
].join("\n");

if (rest.includes("--print")) {
  process.stdout.write(`${table}\n`);
} else {
  const page = join(root, "docs", "kernel-hooks.md");
  const text = readFileSync(page, "utf8");
  const [start, end] = ["<!-- table: scripts/hook-table -->\n", "<!-- end of table -->"];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} lacks its markers`);
  writeFileSync(page, `${text.slice(0, from + start.length)}${table}\n${text.slice(to)}`);
}
if (results.some(({ counts }) => [...counts.values()].some((count) => count > LIMIT))) process.exitCode = 1;
