import { describe, expect, it } from "vitest";
import { buildImage } from "../../src/compiler/image/build.js";
import { decodeImage } from "../../src/compiler/image/decode.js";
import { invariant } from "../../src/compiler/diagnostic.js";
import { PRIVILEGES } from "../../src/compiler/ast.js";
import { deniedTo, shortcomingsOf } from "../../src/runtime/tracepoints.js";
import { accepted } from "../compiler/front-end.js";
import { readIn, startRun } from "../support/cli.js";

function imageOf(text: string) {
  const built = buildImage(accepted(text).ir);
  invariant(built.ok, "too large");
  const decoded = decodeImage(built.value);
  invariant(decoded.ok, "not an image");
  return decoded.value;
}

const shortcomings = (text: string): readonly string[] =>
  shortcomingsOf(imageOf(text)).map(({ rule, operation }) => `${rule?.id ?? "default"} ${operation}`);

const CLOSED = "default allow read, exec, load, setattr\ndefault deny write, create, delete, connect, bind\n";

describe("what the tracepoint backend cannot hold", () => {
  it.each<[string, string, readonly string[]]>([
    ["nothing of what is denied wherever", `${CLOSED}deny read "/etc/shadow"`, []],
    ["addresses", 'default allow read, write, create, delete, setattr, exec, load, bind\ndeny connect "10.0.0.0/8"', []],
    ["a place where something may be made", `${CLOSED}allow create "/tmp/**"`,
      ["default create", "default write", "default bind"]],
    ["a file that may be renamed", 'default allow create, delete, write, setattr, bind\ndeny read "/a"', ["a.pol:2 read"]],
    ["removals", 'default allow create, write, setattr, bind\ndeny delete "/a"', ["a.pol:2 delete"]],
    ["attributes", 'default allow create, delete, write, bind\nkill setattr "/a"', ["a.pol:2 setattr"]],
    ["a socket that may be renamed", 'default allow create, delete, write, setattr, connect\ndeny connect unix "/s"', ["a.pol:2 connect"]],
    ["a socket that may be put in another's place", 'default allow create, delete, write, setattr, bind\ndefault deny connect\nallow connect unix "/s"',
      ["default connect"]],
    ["abstract sockets", 'default allow create, delete, write, setattr, connect\ndeny connect unix "@s"', []],
    ["audits", 'default allow create, delete, write, setattr, bind\naudit delete "/a"', ["a.pol:2 delete"]],
    ["privileges that act unseen", `${CLOSED}allow privilege raw-socket`, ["a.pol:3 privilege"]],
    ["what is open when a mark is set", `${CLOSED}mark m on read "/s"\nallow connect loopback unless m`, ["a.pol:4 connect"]],
    ["marks of what is named only", `${CLOSED}mark m on create "/s" until read "/t"\ndeny read "/u" when m`, ["mark m create"]],
    ["marks that files carry", `${CLOSED}mark m on read "/s" per process tracks files\ndeny read "/u" when m`, ["mark m write"]],
    ["scripts", `${CLOSED}deny read "/u" unless exe "npm"\ndeny exec "git" args "push"`, ["a.pol:3 read", "a.pol:4 exec", "a.pol:4 load"]],
    ["privileges of some", `${CLOSED}allow privilege userns when exe "npm"`, ["a.pol:3 privilege"]],
    ["what came before, otherwise", `${CLOSED}mark m on read "/s"\ndeny read "/u" when m\nlimit read "/v" to 3 per 1s then deny`, []],
  ])("%s", (_, text, expected) => {
    expect(shortcomings(text)).toEqual(expected);
  });
});

describe("what the command is not given", () => {
  const bitsOf = (text: string): readonly number[] => {
    const bytes = deniedTo(imageOf(text));
    return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1);
  };
  const OPERATION = 32;

  it("is every privilege that is denied", () => {
    const all = bitsOf("default allow read").filter((bit) => bit < PRIVILEGES.length);
    const but = bitsOf("default allow read\nallow privilege mount").filter((bit) => bit < PRIVILEGES.length);
    expect(all).toContain(PRIVILEGES.indexOf("mount"));
    expect(but).toEqual(all.filter((bit) => bit !== PRIVILEGES.indexOf("mount")));
  });

  it("is each operation that is denied wherever", () => {
    const operations = (text: string): readonly number[] =>
      bitsOf(text).filter((bit) => bit >= OPERATION && bit < 48).map((bit) => bit - OPERATION);
    expect(operations(CLOSED)).toEqual([1, 2, 3, 7, 8]);
    expect(operations(`${CLOSED}allow write "/dev/null"`)).toEqual([2, 3, 7, 8]);
    expect(operations('default allow write, create, delete\ndeny write "/a"')).toEqual([]);
  });

  it("is what hides an address, where any is watched", () => {
    expect(bitsOf("default allow connect").filter((bit) => bit >= 48)).toEqual([]);
    expect(bitsOf(CLOSED).filter((bit) => bit >= 48 && bit < 50)).toEqual([48, 49]);
    expect(bitsOf('default allow connect\ndeny connect unix "/run/x"').filter((bit) => bit >= 48)).toEqual([49]);
  });

  it("is what writes to, or tells of, a file that it names, where any is denied", () => {
    const paths = (text: string): readonly number[] => bitsOf(`default allow read, write, connect\n${text}`).filter((bit) => bit >= 48);
    expect(paths('audit read, write "/a"')).toEqual([]);
    expect(paths('deny write "/a"')).toEqual([50]);
    expect(paths('kill read "/a"')).toEqual([51]);
    expect(bitsOf('default deny write\nallow write "/a"')).toContain(50);
  });
});

describe("policyc run with the tracepoint backend", () => {
  const fake = { backend: "tracepoint" };
  const policy = 'default allow read, write, create, delete, setattr, exec, load, bind\ndeny read "/secret"\n';

  it("refuses what it cannot hold, and names the statement", async () => {
    const run = startRun(["echo", "ran"], { fake, policy });
    expect(await run.result).toMatchObject({
      status: 3, stdout: "", stderr: "error: the backend `tracepoint` cannot hold 1 statement of this policy:\n"
        + "  a.pol:2, read: a file that is renamed or linked keeps no rule\n"
        + "help: `--allow-degraded` runs it without them; `policyc doctor` says what a better backend needs\n",
    });
  });

  it.each([
    // Of a group there are two lines each.
    ["access", 5, "  and 1 more statement\n"], ["access", 6, "  and 2 more statements\n"], ["read", 8, null],
  ])("counts statements, not lines: of %s, %i", async (operations, count, rest) => {
    const rules = Array.from({ length: count }, (_, i) => `deny ${operations} "/secret-${i}"\n`).join("");
    const { stderr } = await startRun(["true"], { fake, policy: policy.replace(/deny .*\n/, rules) }).result;
    expect(stderr).toContain(`cannot hold ${count} statements of this policy:\n`);
    expect(/^ {2}and .*\n/m.exec(stderr)?.[0] ?? null).toBe(rest);
  });

  it("runs it where the user says so, and says what is not enforced", async () => {
    const run = startRun(["echo", "ran"], { fake, policy, options: { allowDegraded: true } });
    expect(await run.result).toMatchObject({
      status: 0, stdout: "ran\n", stderr: "policyc: not enforced by the backend `tracepoint`:\n"
        + "  a.pol:2, read: a file that is renamed or linked keeps no rule\npolicyc: nothing denied\n",
    });
  });

  it("hands the launcher what the command is not given; other backends take nothing away", async () => {
    const [late, early] = [startRun(["true"], { fake, policy: CLOSED }), startRun(["true"], { policy: CLOSED })];
    expect(await late.result).toMatchObject({ status: 0 });
    expect(Buffer.from(readIn(late.folder, "denied"), "utf8").length).toBeGreaterThan(0);
    expect(await early.result).toMatchObject({ status: 0 });
    expect(readIn(early.folder, "denied")).toBe("");
  });
});
