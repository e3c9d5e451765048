// Tools under the standard policy that is made for them: their ordinary work is done without a denial, and what the policy
// leaves out is denied. Run by name only: the tools are more than a gigabyte (`make test-tools`).
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brief, check, CHECKOUT, exec, image, session, suite } from "./harness.mjs";

const FIXTURES = join(CHECKOUT, "test/e2e/fixtures/tools");
const TOOLS = ["node", "python", "rust", "go", "java", "git", "docker-build", "editors", "credentials"];
const WORKSPACE = "/srv/work";
const [USER, ID, HOME] = ["ada", 4242, "/home/ada"];
// What a tool does in seconds takes an emulated processor minutes.
const PATIENCE = 10_800_000;
const ENVIRONMENT = {
  PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", LANG: "C.UTF-8", TERM: "xterm", XDG_RUNTIME_DIR: `/run/user/${ID}`,
};

/** What a script says must be there, must be refused, and by which rule. */
function directives(script) {
  return [...script.matchAll(/^(given|refused|unreadable) (\S+)(?: (\S+))?$/gm)]
    .map(([, kind, file, rule]) => ({ kind, file: file.replace(/^~/, HOME), rule: rule ?? null }));
}

/** An empty home, with the files and folders that a script asks for, and an empty workspace; then what comes before. */
function prepare(script, wanted) {
  rmSync(HOME, { recursive: true, force: true });
  rmSync(WORKSPACE, { recursive: true, force: true });
  for (const folder of [HOME, WORKSPACE, ENVIRONMENT.XDG_RUNTIME_DIR]) mkdirSync(folder, { recursive: true });
  for (const { kind, file } of wanted.filter((one) => one.file.startsWith(HOME))) {
    mkdirSync(dirname(file), { recursive: true });
    if (kind !== "refused") writeFileSync(file, "given\n");
  }
  for (const folder of [HOME, WORKSPACE, ENVIRONMENT.XDG_RUNTIME_DIR]) exec("/bin/chown", ["-R", `${ID}:${ID}`, folder]);
  for (const [, before] of script.matchAll(/^before <<'SH'\n([^]*?)^SH$/gm)) {
    exec("/usr/bin/setpriv", ["--reuid", String(ID), "--regid", String(ID), "--clear-groups", "/bin/bash", "-ec", before],
      { env: { ...ENVIRONMENT, HOME }, cwd: WORKSPACE, timeout: PATIENCE });
  }
}

function runTool(tool) {
  const script = readFileSync(join(FIXTURES, `${tool}.sh`), "utf8");
  const wanted = directives(script);
  prepare(script, wanted);
  const result = session(image(`tool-${tool}`), ["/bin/bash", join(FIXTURES, "run.sh"), tool, join(WORKSPACE, tool)], {
    env: ENVIRONMENT, cwd: WORKSPACE, flags: ["--user", USER], timeout: PATIENCE,
  });
  const names = [...script.matchAll(/^try ([a-z-]+)/gm)].map(([, name]) => name);
  check(`${tool} was tried`, result.status === 0 && names.length > 0, result);
  const report = (kind, name) => {
    const heading = `=== ${kind} ${name} `;
    const start = result.out.indexOf(`\n${heading}`) + 1;
    if (!result.out.startsWith(heading, start)) return { status: "none", output: result.out };
    const [, status, output] = /^(\d+) \d+\n([^]*?)(?=\n=== |$(?![^]))/.exec(result.out.slice(start + heading.length)) ?? [];
    return { status, output };
  };
  for (const name of names) {
    const { status, output } = report("try", name);
    check(`${tool}: ${name}`, status === "0", `status ${status}\n${output.slice(-500)}`);
  }
  const denied = wanted.filter(({ kind }) => kind !== "given")
    .map((one) => ({ ...one, file: one.file.startsWith("/") ? one.file : join(WORKSPACE, tool, one.file) }));
  for (const { kind, file, rule } of denied) {
    const { status, output } = report(kind, file);
    const event = result.events.find(({ target, decision }) => target === file && decision === "deny");
    check(`${tool}: ${kind} ${file}`, status === "1" && event !== undefined && event.rule === rule,
      `status ${status}, ${JSON.stringify(event)}\n${output}`);
  }
  const strange = result.events.filter(({ target }) => denied.every(({ file }) => file !== target));
  check(`${tool}: nothing else is denied`, strange.length === 0,
    strange.map(({ exe }, i) => `${exe}: ${JSON.stringify(brief(strange.slice(i, i + 1))[0])}`).join("\n"));
  process.stdout.write(result.out.replace(/^(?!=== try)[^\n]*\n/gm, "").replace(/^=== try/gm, `# ${tool}:`));
}

/** `chosen`: some of them; all without any. */
export function runTools(chosen) {
  suite("tools");
  exec("/usr/sbin/groupadd", ["-g", String(ID), USER]);
  const made = exec("/usr/sbin/useradd", ["-M", "-u", String(ID), "-g", String(ID), "-d", HOME, "-s", "/bin/bash", USER]);
  if (!check("there is a user", made.status === 0, made.err)) return;
  for (const tool of chosen.length > 0 ? chosen : TOOLS) {
    const start = Date.now();
    runTool(tool);
    process.stdout.write(`# ${tool}: ${Math.round((Date.now() - start) / 1000)} s\n`);
  }
}
