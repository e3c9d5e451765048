// The table of docs/escapes.md: what became of every technique of test/escapes, by the logs of the end-to-end tests.
// usage: node scripts/escape-table.mjs "BACKEND KERNEL=LOG"…      (`make test` leaves logs in build/test-logs)
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const PAGE = join(ROOT, "docs", "escapes.md");
const MARKS = ["<!-- table: scripts/escape-table.mjs -->", "<!-- end of table -->"];

const columns = process.argv.slice(2).map((argument) => {
  const at = argument.indexOf("=");
  return { title: argument.slice(0, at), results: resultsIn(readFileSync(argument.slice(at + 1), "utf8")) };
});
if (columns.length === 0) throw new Error('usage: node scripts/escape-table.mjs "BACKEND KERNEL=LOG"…');

/** By technique, what its runs on the two file systems came to. */
function resultsIn(log) {
  const results = new Map();
  for (const [, not, name, comment] of log.matchAll(/^(not )?ok techniques: (\S+) on (?:overlay|tmpfs)(?: # (.*))?$/gm)) {
    results.set(name, [...results.get(name) ?? [], outcomeOf(not !== undefined, comment)]);
  }
  return results;
}

/** What a backend that is late says of itself stands behind the name. */
function outcomeOf(hasFailed, comment = "") {
  if (comment.startsWith("SKIP")) return "skipped";
  return comment !== "" ? comment : hasFailed ? "failed" : "passed";
}

const LATE = new Map([
  ["before", "stopped"], ["before, unsaid", "stopped, no event"], ["before, honest too", "stopped for all"],
  ["before, unsaid, honest too", "stopped for all, no event"], ["after", "killed after"], ["after, unsaid", "killed after, no event"],
  ["never", "**not stopped**"], ["refused", "stopped for all"],
]);

/** One file system that cannot do it says nothing of the other. */
function cell(runs = []) {
  const late = [...LATE.keys()].find((outcome) => runs.includes(outcome));
  if (late !== undefined) return LATE.get(late);
  if (runs.includes("failed")) return "**not stopped**";
  return runs.includes("passed") ? "stopped" : runs.includes("skipped") ? "cannot be done" : "";
}

const NOT_REFUSED = "permitted, as documented";
const STOPPED_BY = { refused: "refused", killed: "killed" };

function row({ name, guard, op, reason, expect }) {
  const what = op === "privilege" ? `\`privilege ${guard.replace(/^no-/, "")}\`` : `\`${op}\``;
  const how = expect === "permitted" ? NOT_REFUSED : `${STOPPED_BY[expect]}${reason === "" ? "" : `: ${reason}`}`;
  const cells = columns.map(({ results }) => {
    const text = cell(results.get(name));
    return expect === "permitted" && text === "stopped" ? "as expected" : text;
  });
  return `| \`${name}\` | ${what} | ${[how, ...cells].join(" | ")} |`;
}

const techniques = execFileSync(join(ROOT, "build/e2e/probe"), ["list"], { encoding: "utf8" })
  .trim().split("\n").map((line) => JSON.parse(line));
const counts = columns.map(({ title, results }) => {
  const all = techniques.map(({ name }) => cell(results.get(name)));
  const of = (...texts) => all.filter((one) => texts.some((text) => one === text || one.startsWith(`${text}, `))).length;
  return `| ${title} | ${of("stopped", "stopped for all")} | ${of("killed after")} | ${of("**not stopped**")} | ${of("cannot be done")} | ${of("")} |`;
});
const head = `| technique | asks for | outcome | ${columns.map(({ title }) => title).join(" | ")} |`;
const rule = `|---|---|---|${columns.map(() => "---|").join("")}`;
const sections = [...new Set(techniques.map(({ reach }) => reach))].flatMap((reach) =>
  ["", `### ${reach[0].toUpperCase()}${reach.slice(1)}`, head, rule, ...techniques.filter((one) => one.reach === reach).map(row)]);

const page = readFileSync(PAGE, "utf8");
const [before, after] = [page.indexOf(MARKS[0]), page.indexOf(MARKS[1])];
if (before === -1 || after === -1) throw new Error(`${PAGE} has no place for the table`);
writeFileSync(PAGE, [page.slice(0, before) + MARKS[0], "| backend, kernel | stopped | killed after | not stopped | cannot be done there | not tried there |",
  "|---|--:|--:|--:|--:|--:|", ...counts, ...sections, page.slice(after)].join("\n"));
