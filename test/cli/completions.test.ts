/** Completions, asked of the real shells: bash and zsh on a terminal of their own, fish by `complete -C`. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { CHECKOUT, policycIn } from "../support/in-process.js";
import { folderWith } from "../support/cli.js";
import { unknownValues } from "../../src/cli/completions/model.js";
import { createProgram } from "../../src/cli/main.js";

type Shell = "bash" | "zsh" | "fish";
/** What policyc brings along, as a user names it. */
const SHIPPED = readdirSync(new URL("../../std/", import.meta.url)).map((file) => `std:${file.replace(/\.pol$/, "")}`).sort();

const SHELLS: readonly Shell[] = ["bash", "zsh", "fish"];
const TYPE_INTO = join(CHECKOUT, "test/support/type-into.zsh");
const ASK_FISH = 'source $argv[1]; while read -l line; echo (complete -C "$line" | string replace -r "\\t.*" "" | string join \\t); end';

/** What each line is completed to, in a folder with these files. */
function ask(shell: Shell, script: string, lines: readonly string[], cwd: string, library = ""): readonly string[] {
  const home = folderWith({ script });
  const file = join(home, "script");
  const [program, args] = shell === "fish" ? ["fish", ["--no-config", "-c", ASK_FISH, file]] : [TYPE_INTO, [shell, file]];
  const output = execFileSync(program, args, {
    cwd, encoding: "utf8", input: `${lines.join("\n")}\n`, env: { ...process.env, LIBRARY: library, HOME: home },
  });
  return output.split("\n").slice(0, -1);
}

const scripts = new Map<Shell, string>();
beforeAll(async () => {
  for (const shell of SHELLS) scripts.set(shell, (await policycIn(CHECKOUT, "completions", shell)).stdout);
});

function folder(): string {
  const cwd = folderWith({ "a.pol": "", "my policy.pol": "", "b.polc": "", "c.txt": "" });
  mkdirSync(join(cwd, "dir"));
  writeFileSync(join(cwd, "dir/x.pol"), "");
  return cwd;
}

const OPERATIONS = ["read", "write", "create", "delete", "setattr", "exec", "load", "connect", "bind"];

/** What is typed after `policyc `, and the words that it is completed to, without quoting and slashes at the end. */
const ANSWERS: readonly (readonly [string, readonly string[]])[] = [
  ["co", ["compile", "completions"]],
  ["--v", ["--version"]],
  ["explain ", ["a.pol", "my policy.pol", "dir", ...SHIPPED]],
  ["explain std:", SHIPPED],
  // Of diagnostics, which are too many to offer them before one is begun.
  ["explain unu", ["unused-let", "unused-mark", "unused-parameter"]],
  ["compile unu", []],
  ["explain m", ["my policy.pol", "mark-never-set", "misplaced-statement", "mixed-operations", "mixed-scripts"]],
  ["explain a.pol ", [...OPERATIONS, "privilege"]],
  ["explain a.pol c", ["create", "connect"]],
  ["explain a.pol privilege se", ["setns"]],
  ["explain a.pol read ", ["a.pol", "my policy.pol", "b.polc", "c.txt", "dir"]],
  ["explain a.pol connect ", ["unix:"]],
  ["explain a.pol connect unix:c", ["unix:c.txt"]],
  ["explain a.pol load an", ["anonymous"]],
  ["explain --all c", ["c.txt"]],
  ["explain --port ", []],
  ["compile --emit ", ["image", "ir", "entries"]],
  ["compile --emit=i", ["--emit=image", "--emit=ir"]],
  ["compile --emit ir a", ["a.pol"]],
  ["compile --home ", ["dir"]],
  ["compile --set x=y --home=d", ["--home=dir"]],
  ["compile -o b", ["b.polc"]],
  ["lint a.pol m", ["my policy.pol"]],
  ['lint "my', ["my policy.pol"]],
  ["lint --fo", ["--format"]],
  ["lint --format ", ["pretty", "json", "sarif", "github"]],
  ["fmt dir/", ["dir/x.pol"]],
  ["diff a.pol m", ["my policy.pol"]],
  ["inspect ", ["b.polc", "dir"]],
  ["run ", ["a.pol", "my policy.pol", "b.polc", "dir", ...SHIPPED]],
  ["run --backend ", ["auto", "lsm", "fmod_ret", "tracepoint"]],
  ["run --user roo", ["root"]],
  ["run --quiet a.pol -- mkdi", ["mkdir"]],
  ["run --user root a.pol mkdi", ["mkdir"]],
  ["doctor --j", ["--json"]],
  ["hook ", ["claude-code", "codex"]],
  ["feedback --format c", ["claude-code", "codex"]],
  ["feedback c", ["c.txt"]],
  ["completions ", ["bash", "zsh", "fish"]],
];

/** The completions in the answer, as plain words. */
function wordsIn(shell: Shell, typed: string, answer: string): readonly string[] {
  const unquoted = (word: string): string => word.replace(/\\(.)/g, "$1").replace(/^"|"$/g, "").replace(/\/$/, "");
  if (shell !== "bash") {
    // Zsh leaves out the folder that is typed already.
    const start = shell === "zsh" && typed.endsWith("/") ? typed.slice(typed.lastIndexOf(" ") + 1) : "";
    return answer === "" ? [] : answer.split("\t").map((word) => start + unquoted(word));
  }
  // The line itself; of the first completion, what it was put behind.
  const last = typed.lastIndexOf(" ", typed.includes('"') ? typed.indexOf('"') : undefined) + 1;
  const rest = answer.slice("policyc ".length + last).trimEnd();
  if (rest === typed.slice(last)) return [];
  const words = rest.match(/"[^"]*"|(?:\\.|[^\s\\])+/g) ?? [];
  const split = /^(?:--[^=]*=|[a-z]+:)(?=.)/.exec(words[0] ?? "")?.[0] ?? "";
  return words.map((word, i) => (i > 0 && typed.includes(split) && split !== "" ? split : "") + unquoted(word));
}

describe.each(SHELLS)("completion in %s", (shell) => {
  it("offers what can stand there", () => {
    const given = ask(shell, scripts.get(shell) ?? "", ANSWERS.map(([typed]) => `policyc ${typed}`), folder());
    const got = ANSWERS.map(([typed], i): readonly [string, readonly string[]] =>
      [typed, [...wordsIn(shell, typed, given[i] ?? "no answer")].sort()]);
    expect(got).toEqual(ANSWERS.map(([typed, words]) => [typed, [...words].sort()]));
  }, 180_000);

  it("offers every command and flag that --help shows, and no other", () => {
    const program = createProgram(() => undefined);
    const shown = program.createHelp().visibleCommands(program);
    const lines = ["policyc ", ...shown.map((command) => `policyc ${command.name()} --`)];
    const given = ask(shell, scripts.get(shell) ?? "", lines, folder());
    expect([...wordsIn(shell, "", given[0] ?? "")].sort()).toEqual(shown.map((command) => command.name()).sort());
    shown.forEach((command, i) => {
      const long = command.createHelp().visibleOptions(command).flatMap((option) => option.long ?? []);
      const words = wordsIn(shell, `${command.name()} --`, given[i + 1] ?? "").map((word) => word.replace(/=$/, ""));
      expect([command.name(), [...words].sort()]).toEqual([command.name(), long.sort()]);
    });
  }, 180_000);

  it("runs nothing of what is typed", () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'q"$(touch pwned)`touch pwned`.pol'), "");
    const risky = ["$(touch pwned)", '"$(touch pwned)', "`touch pwned`", "${x:-$(touch pwned)}", "$[$(touch pwned)]", "<(touch pwned)", "'; touch pwned; '"];
    const places = [
      "", "lint ", "explain a.pol exec ", "explain --all unix:", "compile --home ", "compile --home=", "run --events ",
      // There zsh itself completes, as it does without policyc: it does evaluate folders.
      ...(shell === "zsh" ? [] : ["run a.pol -- "]),
    ];
    const lines = places.flatMap((place) => risky.flatMap((text) => [`policyc ${place}${text}`, `policyc ${place}${text}/`]));
    const before = readdirSync(cwd).sort();
    const given = ask(shell, scripts.get(shell) ?? "", [...lines, "policyc lint q"], cwd);
    expect(given).toHaveLength(lines.length + 1);
    expect(given.at(-1)).toContain("touch");
    expect(readdirSync(cwd).sort()).toEqual(before);
  }, 180_000);
});

describe("completion in bash with bash-completion", () => {
  it("completes the command of `run` as if it stood alone", () => {
    const lines = ["policyc run a.pol -- mkdir --paren", "policyc run a.pol --user root -- policyc run b.polc -- policyc doctor --js"];
    expect(ask("bash", scripts.get("bash") ?? "", lines, folder(), "/usr/share/bash-completion/bash_completion"))
      .toEqual(lines.map((line) => `${line.replace(/--paren$/, "--parents").replace(/--js$/, "--json")} `));
  }, 60_000);
});

describe("policyc completions", () => {
  it("knows what every argument and value is", () => {
    // Whatever is new belongs into one of the two tables of src/cli/completions/model.ts.
    expect(unknownValues(createProgram(() => undefined))).toEqual([]);
  });

  it("says which shells there are, and how to install", async () => {
    expect(await policycIn(CHECKOUT, "completions", "tcsh")).toMatchObject({ status: 2, stdout: "" });
    const { stdout } = await policycIn(CHECKOUT, "completions", "--help");
    for (const hint of ["source <(policyc completions bash)", "~/.zfunc/_policyc", "~/.config/fish/completions/policyc.fish"]) {
      expect(stdout).toContain(hint);
    }
  });
});
