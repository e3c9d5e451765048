/** Conditions, arguments, privileges, marks and limits, as the cases of tests try them. */
import { describe, expect, it } from "vitest";
import { testFile } from "../../src/cli/run-tests.js";
import { resultsOf } from "../../src/cli/test-results.js";

/** Cases that come out otherwise than they say. */
function failures(policy: string, cases: string, task: string | null = null): readonly string[] {
  const text = `${policy}\ntest "t" {\n${cases}\n}\n`;
  const outcome = testFile("a.pol", (path) => ({ path, text }), { home: "/home/ada", params: {}, task });
  if (!outcome.ok) throw new Error(outcome.diagnostics.map(({ message }) => message).join("\n"));
  return resultsOf(outcome.value).filter(({ ok }) => !ok)
    .map(({ span, actual }) => `${text.slice(span.start, span.end)} is ${actual ?? "?"}`);
}

function mistakes(policy: string): readonly string[] {
  const outcome = testFile("a.pol", (path) => ({ path, text: `${policy}\ntest "t" { allow read "/x" }` }),
    { home: "/home/ada", params: {}, task: null });
  return outcome.diagnostics.map(({ code }) => code);
}

describe("cases", () => {
  it.each<[string, string, string]>([
    ["a condition over a mark", "mark m on read \"/secret\"\ndeny connect any when m except loopback", `
      allow connect "192.0.2.1" port 443
      deny connect "192.0.2.1" port 443 when m
      allow connect "127.0.0.1" port 443 when m
      deny connect "192.0.2.1" port 443 after read "/secret"
      allow connect "192.0.2.1" port 443 after read "/other"`],
    ["unless, and, or, not", `mark a on read "/a"\nmark b on read "/b"\nmark c on read "/c"
      deny read "/x" when a and (b or not c) unless b and c`, `
      allow read "/x"
      deny read "/x" when a
      deny read "/x" when a, b
      allow read "/x" when a, c
      allow read "/x" when a, b, c`],
    ["a refused event marks nothing", "mark m on read \"/s\"\ndeny read \"/s\"\ndeny write \"/w\" when m", `
      allow write "/w" after read "/s"`],
    ["until clears, and wins in one event", `mark m on read "/a", read "/both" until write "/b", read "/both"
      deny read "/x" when m`, `
      deny read "/x" after read "/a"
      allow read "/x" after read "/a", then write "/b"
      deny read "/x" after write "/b", then read "/a"
      allow read "/x" after read "/a", then read "/both"`],
    ["a limit permits nothing that is not permitted without it", `mark tested on read "/ok" until read "/no"
      default deny connect\nallow connect "10.0.0.1" when tested\nlimit connect any to 1 per 10m then audit`, `
      deny connect "192.0.2.1" port 443 after read "/ok", then connect "10.0.0.1" port 1
      audit connect "10.0.0.1" port 2 after read "/ok", then connect "10.0.0.1" port 1
      deny connect "10.0.0.1" port 2 after read "/ok", then connect "10.0.0.1" port 1, then read "/no"`],
    ["nor does it say anything milder than the default", `default kill connect\nallow connect "10.0.0.1"
      limit connect any to 1 per 10m then deny`, `
      deny connect "10.0.0.1" port 2 after connect "10.0.0.1" port 1
      kill connect "192.0.2.1" port 2 after connect "10.0.0.1" port 1`],
    ["what a file carries is taken whatever reading it clears", `mark m on read "/a" until read "/b" tracks files
      deny read "/x" when m`, `
      deny read "/x" after read "/a", then write "/b", then read "/b"
      allow read "/x" after read "/b"`],
    ["success", "mark tested on success \"npm\" args \"test\" until write \"/src/**\"\ndeny exec \"git\" args \"commit\" unless tested", `
      deny exec "/usr/bin/git" args "commit"
      allow exec "/usr/bin/git" args "status"
      allow exec "/usr/bin/git" args "-C", "/w", "commit" after success "/usr/bin/npm" args "test"
      deny exec "/usr/bin/git" args "commit" after success "/usr/bin/npm" args "install"
      deny exec "/usr/bin/git" args "commit" after exec "/usr/bin/npm" args "test"
      deny exec "/usr/bin/git" args "commit" after success "/usr/bin/npm" args "test", then write "/src/a"`],
    ["what a started program executes marks the session, not the process", `
      mark session on exec "/bin/a"\nmark own on exec "/bin/a" per process
      deny read "/s" when session\ndeny read "/o" when own`, `
      deny read "/s" after success "/bin/a"
      allow read "/o" after success "/bin/a"
      deny read "/o" after exec "/bin/a"`],
    ["events except, and unless a program", "mark m on read \"/k/**\" except \"/k/*.pub\" unless exe \"ssh\"\ndeny read \"/x\" when m", `
      deny read "/x" after read "/k/id"
      allow read "/x" after read "/k/id.pub"
      allow read "/x" exe "/usr/bin/ssh" after read "/k/id"`],
    ["files carry tracked marks", "mark m on read \"/s\" until read \"/clear\" tracks files\ndeny connect any when m", `
      deny connect "192.0.2.1" port 1 after read "/s", then write "/f", then read "/clear", then read "/f"
      allow connect "192.0.2.1" port 1 after read "/s", then write "/f", then read "/clear"
      allow connect "192.0.2.1" port 1 after write "/f", then read "/s", then read "/clear", then read "/f"`],
    ["programs and ancestors", "deny read \"/x\" when exe \"/bin/{a,b}\" and not under \"cron\"\nfor exe \"curl\" { deny connect any }", `
      deny read "/x" exe "/bin/a"
      allow read "/x" exe "/bin/c"
      allow read "/x" exe "/bin/a" under "/usr/sbin/cron"
      deny connect "192.0.2.1" port 1 exe "/usr/bin/curl"
      allow connect "192.0.2.1" port 1 exe "/usr/bin/wget"`],
    ["blocks in blocks", "for exe \"a\", \"b\" { for exe \"/x/**\" { deny read \"/f\" } }", `
      deny read "/f" exe "/x/a"
      allow read "/f" exe "/x/c"
      allow read "/f" exe "/y/a"`],
    ["arguments in their order, others between them", "deny exec \"git\" args \"push\", \"--force*\"", `
      deny exec "/usr/bin/git" args "push", "--force"
      deny exec "/usr/bin/git" args "-C", "/a/b", "push", "origin", "--force-with-lease=/a"
      allow exec "/usr/bin/git" args "--force", "push"
      allow exec "/usr/bin/git"`],
    ["only, and without", "deny exec \"make\"\nallow exec \"x\"\ndeny exec \"npm\" args only \"run\", \"*\"\ndeny exec \"git\" args \"push\" without \"--dry-run\", \"-n\"", `
      deny exec "/bin/npm" args "run", "a/b"
      allow exec "/bin/npm" args "run"
      allow exec "/bin/npm" args "run", "a", "b"
      deny exec "/bin/git" args "push"
      allow exec "/bin/git" args "push", "-n"`],
    ["what a program was started with counts when it is handed to the loader", "deny exec \"/bin/g\" args \"push\"", `
      deny load "/bin/g" exe "/bin/g" args "push"
      allow load "/bin/g" exe "/bin/ld.so" args "push"
      allow load "/bin/g" exe "/bin/g"`],
    ["privileges are denied unless allowed, io_uring excepted", "allow privilege userns, mount except mount\nkill privilege ptrace", `
      allow privilege userns
      deny privilege mount
      kill privilege ptrace
      allow privilege io-uring`],
    ["a default for privileges is for all of them", "default audit privilege", "audit privilege mount\naudit privilege io-uring"],
    ["limits count what is permitted", "limit connect any to 2 per 1m then kill\ndeny connect \"192.0.2.9\"", `
      allow connect "192.0.2.1" port 1
      allow connect "192.0.2.1" port 1 after connect "192.0.2.1" port 1
      kill connect "192.0.2.1" port 1 after connect "192.0.2.1" port 1, then connect "192.0.2.2" port 1
      allow connect "192.0.2.1" port 1 after connect "192.0.2.9" port 1, then connect "192.0.2.9" port 1
      kill connect "192.0.2.9" port 1 after connect "192.0.2.1" port 1, then connect "192.0.2.2" port 1`],
  ])("%s", (_, policy, cases) => {
    expect(failures(policy, cases)).toEqual([]);
    // Each of the cases can fail.
    const others = cases.replace(/^(\s*)(allow|audit|deny|kill) /gm, (__, space: string, effect: string) =>
      `${space}${effect === "allow" ? "deny" : "allow"} `);
    expect(failures(policy, others)).toHaveLength(cases.trim().split("\n").length);
  });

  it("a task's statements count where it is chosen", () => {
    const policy = "default deny exec\ntask \"release\" { allow exec \"git\" for exe \"x\" { allow exec \"npm\" } }\ntask \"docs\" { }";
    expect(failures(policy, "deny exec \"/bin/git\"")).toEqual([]);
    expect(failures(policy, "allow exec \"/bin/git\"\nallow exec \"/bin/npm\" exe \"/bin/x\"\ndeny exec \"/bin/npm\"", "release")).toEqual([]);
    expect(() => failures(policy, "deny exec \"/bin/git\"", "relaese")).toThrow("the policy has no task `relaese`");
  });

  it.each<[string, readonly string[]]>([
    ["deny read \"/x\" when nope", ["unknown-name"]],
    ["mark secret on read \"/s\"\ndeny read \"/x\" unless secert", ["unknown-name"]],
    ["test \"u\" { deny read \"/x\" when nope }", ["unknown-name"]],
    ["deny read \"/x\" args \"y\"", ["args-not-here"]],
    ["deny exec \"x\" args \"[\"", ["pattern-unterminated"]],
    ["mark m on privilege mount", ["privilege-event"]],
    ["for exe \"x\" { default deny read mark m on read \"/x\" }", ["misplaced-statement", "misplaced-statement"]],
    ["deny read \"/x\" when exe \"a/b\"", ["pattern-relative"]],
    ["test \"u\" { deny read \"/x\" exe \"ssh\" }", ["target-not-concrete"]],
    ["test \"u\" { deny read \"/x\" after read \"/*\" }", ["target-not-concrete"]],
    ["test \"u\" { deny read \"/x\" after read \"/a\" except \"/b\" }", ["event-not-concrete"]],
    ["test \"u\" { deny read \"/x\" after exec \"/a\" args only \"b\" }", ["event-not-concrete"]],
  ])("%s is a mistake", (policy, codes) => {
    expect(mistakes(policy)).toEqual(codes);
  });
});
