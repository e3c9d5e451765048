// Real programs under the example's policy: each must do its work, and nothing may be denied but what is listed.
import { mkdirSync, readFileSync } from "node:fs";
import { brief, check, CHECKOUT, image, session, shell, suite } from "./harness.mjs";
import { join } from "node:path";

const WORKSPACE = "/srv/work";
// Installing pip into an environment takes an emulated processor minutes.
const PATIENCE = 900_000;
const FIXTURES = join(CHECKOUT, "test/e2e/fixtures");

/** What is denied for good reason, of which the program makes no more than a note. */
const EXPECTED = [
  { op: "read", target: /^\/srv\/origin\/\.git\/objects\//, reason: "widens", why: "git clone copies where it may not link" },
  { op: "write", target: /^\/srv\/origin\/\.git\/objects\//, reason: "widens", why: "git clone copies where it may not link" },
];

export function runPrograms() {
  suite("programs");
  mkdirSync(WORKSPACE, { recursive: true });
  const made = shell(`
    set -e
    mkdir /srv/origin && cd /srv/origin && git init -q -b main
    echo hello >README && git add README && git -c user.name=A -c user.email=a@example.org commit -qm first
    cp -r ${FIXTURES}/npm-project ${FIXTURES}/c-project ${WORKSPACE}/`);
  check("the fixtures are there", made.status === 0, made.err);

  const cases = readFileSync(join(FIXTURES, "programs.sh"), "utf8");
  const result = session(image("coding-agent"), ["/bin/bash", join(FIXTURES, "programs.sh"), WORKSPACE], {
    env: { ...process.env, PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", HISTFILE: "", TERM: "xterm" }, cwd: WORKSPACE, timeout: PATIENCE,
  });
  const names = [...cases.matchAll(/^try ([a-z-]+)/gm)].map(([, name]) => name);
  check("every program was tried", result.status === 0 && names.length > 0, result.err);
  for (const name of names) {
    const [, status, output] = new RegExp(`^=== ${name} (\\d+) \\d+\\n([^]*?)(?=^=== |$(?![^]))`, "m").exec(result.out) ?? [];
    check(name, status === "0", `status ${status}\n${output}`);
  }
  const strange = result.events.filter((event) => event.decision !== "audit" && !EXPECTED.some((one) =>
    one.op === event.op && (event.target === null || one.target.test(event.target)) && one.reason === event.reason));
  check("nothing is denied but what is expected", strange.length === 0,
    brief(strange).map((event, i) => `${strange[i].exe}: ${JSON.stringify(event)}`).join("\n"));
  process.stdout.write(result.out.replace(/^(?!===)[^\n]*\n/gm, "").replace(/^=== /gm, "# "));
}
