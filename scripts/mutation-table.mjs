// The table of docs/kernel-hooks.md that says for each program which technique catches its mutation, from what
// test/e2e/guest/mutations.mjs tries. Fails on a program, or a technique, that one of them does not know.
// usage: node scripts/mutation-table.mjs [--stdout]
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const PAGE = join(ROOT, "docs", "kernel-hooks.md");
const MARKS = ["<!-- table: scripts/mutation-table.mjs -->\n", "<!-- end of table -->"];
/** Attached for a moment by policyd itself, not for sessions. */
const ON_DEMAND = ["probe_open"];

const textsOf = (folder, end) => readdirSync(join(ROOT, folder)).filter((name) => name.endsWith(end)).sort()
  .map((name) => readFileSync(join(ROOT, folder, name), "utf8")).join("\n");

/** Of tracepoints, and of all backends; and of those with hooks alone. */
const EVERYWHERE = ["after_exit"];
const BESIDE_HOOKS = ["after_exec", "after_fork"];

/** Names of the programs that a backend attaches. */
function programs(sections) {
  const found = [...textsOf("bpf", ".bpf.h").matchAll(/SEC\("([a-z_]+)\/[^"]*"\)\s+int (?:BPF_PROG\()?(\w+)/g)];
  const isOf = (section, name) => EVERYWHERE.includes(name)
    || (BESIDE_HOOKS.includes(name) ? sections.includes("lsm") : sections.includes(section) && !ON_DEMAND.includes(name));
  return found.filter(([, section, name]) => isOf(section, name)).map(([, , name]) => name);
}

const PREFIXES = { PRIVILEGE: "privilege-", ESCAPE: "escape-" };
const techniques = new Set([...textsOf("test/escapes", ".c").matchAll(/^\t(?:\{ |([A-Z]+)\()"([a-z0-9-]+)"/gm)]
  .map(([, family, name]) => `${PREFIXES[family] ?? ""}${name}`));

const ticked = (names) => names.map((name) => `\`${name}\``).join(", ");

function row({ hook, forms = [], behind = [], tests = [], why, history }) {
  if (history !== undefined) return `| ${ticked([hook, ...forms])} | test/e2e/guest/history.mjs: ${history} |`;
  const missing = tests.filter((name) => !techniques.has(name));
  if (missing.length > 0) throw new Error(`${hook}: there is no technique ${missing.join(", ")}`);
  const how = tests.length === 0 ? `none: ${why}` : `${ticked(tests)}${behind.length > 0 ? `, without ${ticked(behind)}` : ""}`;
  return `| ${ticked([hook, ...forms])} | ${how} |`;
}

function checkComplete(rows, sections) {
  const known = rows.flatMap(({ hook, forms = [] }) => [hook, ...forms]);
  const there = programs(sections);
  const wrong = [...there.filter((name) => !known.includes(name)), ...known.filter((name) => !there.includes(name))];
  if (wrong.length > 0) throw new Error(`not in both of bpf/*.bpf.h and hook-tests.json: ${wrong.join(", ")}`);
}

const tables = JSON.parse(readFileSync(join(ROOT, "test/e2e/guest/hook-tests.json"), "utf8"));
checkComplete(tables.lsm, ["lsm"]);
checkComplete(tables.tracepoint, ["tp_btf", "cgroup", "cgroup_skb"]);
const table = [
  "| program of `lsm` and `fmod_ret` | caught by |", "|---|---|", ...tables.lsm.map(row), "",
  "| program of `tracepoint` | caught by |", "|---|---|", ...tables.tracepoint.map(row), "",
].join("\n");

const page = readFileSync(PAGE, "utf8");
const start = page.indexOf(MARKS[0]) + MARKS[0].length;
const end = page.indexOf(MARKS[1], start);
if (start < MARKS[0].length || end < start) throw new Error(`${PAGE} lacks its markers`);
const whole = page.slice(0, start) + table + page.slice(end);
if (process.argv.includes("--stdout")) process.stdout.write(whole);
else writeFileSync(PAGE, whole);
