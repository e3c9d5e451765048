// What is recorded, and what is not.
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { brief, check, image, POLICYC, scratchFile, session, suite } from "./harness.mjs";

const PLACE = "/srv/e2e-events/x/y";
const DENIALS = 1000;

export function runEvents() {
  suite("events");
  mkdirSync(`${PLACE}/no-read`, { recursive: true });
  mkdirSync(`${PLACE}/free`);
  writeFileSync(`${PLACE}/no-read/file`, "secret\n");
  writeFileSync(`${PLACE}/no-read/\u001b[31mred\n`, "secret\n");
  writeFileSync(Buffer.concat([Buffer.from(`${PLACE}/no-read/bad-`), Buffer.from([0xff])]), "secret\n");
  writeFileSync(`${PLACE}/free/file`, "open\n");
  const result = session(image("techniques"), ["/bin/bash", "-c", `
    for ((i = 0; i < ${DENIALS}; i++)); do : <'${PLACE}/no-read/file'; done 2>/dev/null
    for ((i = 0; i < 200; i++)); do : <'${PLACE}/free/file'; echo x >'${PLACE}/free/new'; done
    (: <$'${PLACE}/no-read/\\e[31mred\\n') 2>/dev/null
    (: <$'${PLACE}/no-read/bad-\\xff') 2>/dev/null
    exit 3
  `]);
  check("the command's status", result.status === 3, result.err);
  const repeated = result.events.filter(({ pid }) => pid === result.events[0]?.pid);
  const sum = repeated.reduce((total, { count = 1 }) => total + count, 0);
  check(`${DENIALS} denials of one process are few events`, repeated.length > 0 && repeated.length < DENIALS / 10,
    `${repeated.length} events`);
  check(`whose counts sum to ${DENIALS}`, sum === DENIALS, brief(repeated));
  check("nothing for what is allowed", !result.events.some(({ target }) => target?.includes("/free/")), brief(result.events));
  check("the last line counts them all", result.err.includes(`${DENIALS + 2} denied`), result.err);
  const named = (name) => result.events.filter(({ target }) => target === `${PLACE}/no-read/${name}`).length === 1;
  check("control bytes are escaped", named("\\x1b[31mred\\x0a"), brief(result.events.slice(-2)));
  check("bytes that are no text are escaped", named("bad-\\xff"), brief(result.events.slice(-2)));
  // eslint-disable-next-line no-control-regex
  check("none reaches the terminal", !/[\x00-\x09\x0b-\x1f\x7f]/.test(result.err), JSON.stringify(result.err));
  const first = result.events[0] ?? {};
  check("an event says who, what, where and why", first.exe === "/usr/bin/bash" && first.op === "read"
    && first.rule === "no-read" && first.file.endsWith("techniques.pol") && first.line > 0 && first.decision === "deny"
    && first.target === `${PLACE}/no-read/file` && !Number.isNaN(Date.parse(first.time)), first);
}

const NAMES = 200;

/** One process at a time after another object, of which the kernel may keep the last one's address or say the same. */
const objects = (place) => `
import os, socket
os.chdir(${JSON.stringify(place)})
for i in range(${NAMES}):
    name = "file-%d" % i
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
    os.unlink(name)
for i in range(${NAMES}):
    folder = "folder-%d" % i
    os.mkdir(folder)
    os.close(os.open(folder + "/file", os.O_CREAT | os.O_WRONLY))
    os.rename(folder, "moved-%d" % i)
    os.unlink("moved-%d/file" % i)
    os.rmdir("moved-%d" % i)
for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
    with socket.socket(socket.AF_INET, kind) as one:
        one.connect_ex(("127.0.0.1", 9))
for i in range(${NAMES}):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("\\0name-%d" % i)
`;

/** Repeats are counted, but what is another object is told, however much it is like the last. */
export function runObjects() {
  suite("events");
  const policy = scratchFile("audit.pol");
  writeFileSync(policy, "default audit read, write, create, delete, setattr, exec, load, connect, bind, privilege\n");
  const place = `${PLACE}/objects`;
  mkdirSync(place, { recursive: true });
  const result = session(policy, ["/usr/bin/python3", "-c", objects(place)]);
  const told = new Set(result.events.map(({ op, target }) => `${op} ${target}`));
  const lacks = (...accesses) => accesses.flatMap((access) => (
    Array.from({ length: NAMES }, (_, i) => access.replaceAll("#", i)).filter((text) => !told.has(text))));
  check("the command did it all, and no event was lost", result.status === 0 && !result.events.some(({ lost }) => lost), result.err);
  const files = lacks(...["create", "write", "delete"].map((op) => `${op} ${place}/file-#`));
  check("a file in another's place is told", files.length === 0, `${files.length}: ${files.slice(0, 6).join(", ")}`);
  const within = lacks(`create ${place}/folder-#/file`, `write ${place}/folder-#/file`, `delete ${place}/moved-#/file`);
  check("and one of the same name in another folder", within.length === 0, `${within.length}: ${within.slice(0, 6).join(", ")}`);
  const protocols = ["tcp", "udp"].filter((protocol) => !told.has(`connect 127.0.0.1:9/${protocol}`));
  check("and another protocol", protocols.length === 0, protocols);
  const names = lacks("bind unix:@name-#");
  check("and another abstract name", names.length === 0, `${names.length}: ${names.slice(0, 6).join(", ")}; ${[...told].filter((text) => text.startsWith("bind")).slice(0, 3).join(", ")}`);
}

/** What the agent is told of its refusals. */
export function runFeedback() {
  suite("feedback");
  mkdirSync(`${PLACE}/no-read`, { recursive: true });
  writeFileSync(`${PLACE}/no-read/file`, "secret\n");
  const told = scratchFile("told");
  const result = session(image("techniques"), ["/bin/bash", "-c", `
    for i in 1 2 3; do cat '${PLACE}/no-read/file'; done 2>/dev/null
    until grep -q no-read '${told}'; do sleep 0.1; done
    for act in ': >>' ': >' 'rm -f' 'chmod 666' 'mv -f /etc/hostname' 'ln -f /etc/hostname'; do
      eval "$act '${told}'" 2>/dev/null && echo "$act worked"
    done
    cat '${told}'
    echo '{"hook_event_name":"PostToolUseFailure"}' | '${POLICYC}' feedback --format claude-code
    echo '{"hook_event_name":"PostToolUse"}' | '${POLICYC}' feedback --format claude-code
  `], { flags: ["--feedback", told] });
  const text = readFileSync(told, "utf8");
  const line = `denied: cat may not read ${PLACE}/no-read/file:`;
  check("a refusal is told while the session runs", result.status === 0 && result.out.startsWith(line), result);
  const said = result.out.split("\n").filter((each) => each.startsWith("{")).map((each) => JSON.parse(each).hookSpecificOutput);
  check("the agent's hook tells it once, from within", said[0]?.hookEventName === "PostToolUseFailure"
    && said[0].additionalContext.includes(`\n- ${line}`) && said.slice(1).every(({ additionalContext }) => !additionalContext.includes(line)), result);
  check("nothing in the session changes the file", !result.out.includes("worked") && text.startsWith(line), result.out);
  check("the file is its owner's", (statSync(told).mode & 0o777) === 0o600, statSync(told).mode.toString(8));
  check("each attempt to change it is told as well", text.includes(`may not write ${told}: it keeps sessions confined`), text);
}
