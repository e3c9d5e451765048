/** `policyc review` and `approve`, as a user meets them. */
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { EVERYDAY } from "../../src/review/everyday.js";
import { folderWith, policyc, POLICYC, start, startRun } from "../support/cli.js";

const PRESENT = 'default deny connect\nno-env: deny read ".env"\n';
const DRAFT = `${PRESENT}\ndraft "a model, 2026-01-01"\n
# not translated: "be nice": no rule speaks of tone
# asked: "block ssh keys"
ssh-keys: deny access "~/.ssh/**" except "~/.ssh/known_hosts"
  because "private keys stay here"

# asked, line 7: "the API may be reached"
api: allow connect "192.0.2.0/24" port 443

test "what was asked for" with home = "/home/ada" {
  deny read "/home/ada/.ssh/id_ed25519"
  allow connect "192.0.2.1" port 443
}
`;

const REVIEW = z.object({
  wider: z.array(z.object({ access: z.string(), name: z.string() })), narrower: z.array(z.object({ access: z.string(), name: z.string() })),
  wishes: z.array(z.object({ words: z.string(), line: z.number().nullable(), statements: z.array(z.string()) })), unasked: z.array(z.string()),
  untranslated: z.array(z.object({ words: z.string(), reason: z.string() })), probes: z.array(z.object({ ok: z.boolean() })),
  broad: z.array(z.object({ rule: z.string(), access: z.string().nullable() })), warnings: z.array(z.string()), everyday: z.object({ tried: z.number(), broken: z.array(z.object({ access: z.string() })) }),
});

async function reviewed(draft: string, present: string | null = PRESENT): Promise<z.infer<typeof REVIEW>> {
  const folder = folderWith({ "draft.pol": draft, ...(present === null ? {} : { "agent.pol": present }) });
  const { stdout, stderr } = await policyc(["review", "draft.pol", "--json", "--home", "/home/ada", ...(present === null ? [] : ["--onto", "agent.pol"])], { cwd: folder });
  expect(stderr).toBe("");
  return REVIEW.parse(JSON.parse(stdout));
}

describe("a review", () => {
  it("shows what widens before all else, and what was asked for beside the rules", async () => {
    const folder = folderWith({ "draft.pol": DRAFT, "agent.pol": PRESENT });
    const { status, stdout } = await policyc(["review", "draft.pol", "--onto", "agent.pol", "--home", "/home/ada"], { cwd: folder });
    expect(status).toBe(0);
    expect(stdout).toMatchSnapshot();
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("says the same as JSON", async () => {
    const { wider, narrower, wishes, unasked, untranslated, probes } = await reviewed(DRAFT);
    expect(wider.map(({ name }) => name)).toEqual(["api"]);
    expect(narrower).toEqual([expect.objectContaining({ name: "ssh-keys", access: "read, write, create, delete, setattr /home/ada/.ssh" })]);
    expect(wishes.map(({ words, line }) => [words, line])).toEqual([["block ssh keys", null], ["the API may be reached", 7]]);
    expect([unasked, untranslated.map(({ words }) => words), probes.map(({ ok }) => ok)]).toEqual([[], ["be nice"], [true, true]]);
  });

  it("names statements that nobody asked for", async () => {
    const { unasked } = await reviewed(`${DRAFT}\n# a remark\nallow privilege ptrace\n`);
    expect(unasked).toEqual(["allow privilege ptrace"]);
  });

  it("names rules that go far beyond their probes, and those that none shows", async () => {
    const wide = 'draft "x"\nhome: deny read "~/**"\nnone: deny delete "/srv/**"\nfair: deny read "/opt/x/**"\n'
      + 'test "t" with home = "/home/ada" {\n  deny read "/home/ada/.ssh/id_rsa"\n  deny read "/opt/x/a"\n}\n';
    const { broad } = await reviewed(wide, null);
    expect([...new Set(broad.map(({ rule }) => rule))]).toEqual(["home", "none"]);
    expect(broad).toContainEqual({ rule: "none", access: null });
  });

  it("takes for asked what lies behind the words, and nothing after a test", async () => {
    const asked = 'draft "x"\n# asked: "block keys"\none: deny read "/k1"\ntwo: deny read "/k2"\n';
    const { wishes, unasked } = await reviewed(`${asked}test "t" {\n  deny read "/k1"\n}\nallow connect any\n`);
    expect([wishes.map(({ statements }) => statements.length), unasked]).toEqual([[2], ["allow connect any"]]);
  });

  it("shows the rule by which more is permitted, and what lint warns of", async () => {
    const folder = folderWith({ "draft.pol": `${PRESENT}draft "x"\nallow connect "10.9.0.0/16" port 8443\nallow connect any port 1\n`, "agent.pol": PRESENT });
    const { stdout } = await policyc(["review", "draft.pol", "--onto", "agent.pol"], { cwd: folder });
    expect(stdout).toContain('  + connect 10.9.0.0 port 8443 tcp\n      was deny by default; now allow by draft.pol:4\n      by allow connect "10.9.0.0/16" port 8443\n');
    const wide = await reviewed('draft "x"\nallow connect any\n');
    expect(wide.warnings).toContain("draft.pol:2: this allows `connect` of every address");
  });

  it("says where there is nothing to compare with", async () => {
    const folder = folderWith({ "draft.pol": 'draft "x"\nallow connect any\n' });
    const { stdout } = await policyc(["review", "draft.pol"], { cwd: folder });
    expect(stdout).toContain("There is no policy to compare with");
    const missing = await policyc(["review", "draft.pol", "--onto", "agent.pol"], { cwd: folder });
    expect([missing.status, missing.stderr]).toEqual([2, "error: cannot read `agent.pol`: no such file or directory\nhelp: leave out --onto where there is no policy yet\n"]);
  });

  it("gives each of two policies the parameters that it has", async () => {
    const folder = folderWith({ "draft.pol": 'draft "x"\ndeny read "/a"\n', "agent.pol": 'param workspace\ndeny read "${workspace}/b"\n' });
    const review = (name: string) => policyc(["review", "draft.pol", "--onto", "agent.pol", "--set", `${name}=/w`], { cwd: folder });
    expect((await review("workspace")).status).toBe(0);
    expect(await review("workspce")).toMatchObject({ status: 2, stderr: "error: no policy here has a parameter `workspce`\nhelp: leave out its --set\n" });
  });

  it("tries a hundred accesses of every day", async () => {
    expect(EVERYDAY.flatMap(({ cases }) => cases).length).toBeGreaterThanOrEqual(100);
    const all = await reviewed('draft "x"\ndefault deny exec, read, write, create, delete, setattr, load, connect, bind\n', null);
    expect(all.everyday.broken).toHaveLength(all.everyday.tried);
    const none = await reviewed('draft "x"\ndeny read "~/.ssh/**"\n', null);
    expect(none.everyday.broken).toEqual([]);
    const git = await reviewed('draft "x"\ndeny exec "git" args "push"\n', null);
    expect(git.everyday.broken.map(({ access }) => access)).toEqual(["exec /usr/bin/git"]);
  });

  it("fails where a probe comes out otherwise", async () => {
    const folder = folderWith({ "draft.pol": DRAFT.replace("allow connect \"192.0.2.1\"", "deny connect \"192.0.2.1\"") });
    const { status, stdout } = await policyc(["review", "draft.pol"], { cwd: folder });
    expect(status).toBe(1);
    expect(stdout).toContain("Probes: 1 of 2 come out otherwise.");
  });
});

// ---- approval ------------------------------------------------------------------------------------------------------

const NARROW = DRAFT.replace(/\n# asked, line 7[^]*?port 443\n/, "\n").replace(/ {2}allow connect.*\n/, "");

/** In a terminal, where a person types `typed`. */
function atTerminal(args: readonly string[], folder: string, typed: string) {
  const script = "import os,pty,sys,time\npid,fd=pty.fork()\nif pid==0: os.execvp(sys.argv[2],sys.argv[2:])\nout=b''\nsent=False\n"
    + "while True:\n  try: got=os.read(fd,65536)\n  except OSError: break\n  if not got: break\n  out+=got\n"
    + "  if not sent and b'Type yes' in out: sent=True; os.write(fd,sys.argv[1].encode()+b'\\n')\n"
    + "sys.stdout.buffer.write(out); sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid,0)[1]))";
  return start("/usr/bin/python3", ["-c", script, typed, process.execPath, POLICYC, ...args], { cwd: folder }).result;
}

function keys(folder: string, name = "approval"): void {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  writeFileSync(join(folder, `${name}.key`), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  writeFileSync(join(folder, `${name}.pub`), publicKey.export({ type: "spki", format: "pem" }));
}

describe("an approval", () => {
  it("is a person's yes, and makes a policy of the draft", async () => {
    const folder = folderWith({ "draft.pol": NARROW, "agent.pol": PRESENT });
    const { status, stdout } = await atTerminal(["approve", "draft.pol", "--onto", "agent.pol"], folder, "yes");
    expect([status, stdout.includes("Approve this as agent.pol? Type yes:")]).toEqual([0, true]);
    const policy = readFileSync(join(folder, "agent.pol"), "utf8");
    expect(policy).not.toMatch(/^draft/m);
    expect(policy).toContain('# asked: "block ssh keys"\nssh-keys: deny access');
    expect(readFileSync(join(folder, "draft.pol"), "utf8")).toBe(NARROW);
    expect(JSON.parse(readFileSync(join(folder, "agent.pol.approval"), "utf8"))).toMatchObject({ version: 1, policy: "agent.pol", signature: null, shown: { narrower: 1, wider: 0 } });
    expect((await policyc(["compile", "agent.pol"], { cwd: folder })).status).toBe(0);
  });

  it.each(["no", "", "y", "yes please"])("is not %j", async (typed) => {
    const folder = folderWith({ "draft.pol": NARROW, "agent.pol": PRESENT });
    const { status, stdout } = await atTerminal(["approve", "draft.pol", "--onto", "agent.pol"], folder, typed);
    expect([status, stdout.includes("not approved: nothing is written")]).toEqual([1, true]);
    expect([readFileSync(join(folder, "agent.pol"), "utf8"), existsSync(join(folder, "agent.pol.approval"))]).toEqual([PRESENT, false]);
  });

  it("permits more only where that is named", async () => {
    const folder = folderWith({ "draft.pol": DRAFT, "agent.pol": PRESENT });
    keys(folder);
    const approve = (...more: readonly string[]) => policyc(["approve", "draft.pol", "--onto", "agent.pol", "--yes", "--key", "approval.key", ...more], { cwd: folder });
    const refused = await approve();
    expect([refused.status, existsSync(join(folder, "agent.pol.approval"))]).toEqual([1, false]);
    expect(refused.stderr).toBe("error: not approved: it permits more by `api`\nhelp: where you mean that: --allow-wider api\n");
    expect((await approve("--allow-wider", "nothing")).stderr).toBe("error: `--allow-wider nothing` names nothing that permits more\nhelp: there are api\n");
    expect((await approve("--allow-wider", "api")).stderr).toBe("approved: agent.pol, recorded in agent.pol.approval, signed\n");
  });

  it("compares with the policy that would be gone", async () => {
    const folder = folderWith({ "draft.pol": 'draft "x"\nno-a: deny read "/a"\n', "agent.pol": PRESENT, "other.pol": PRESENT });
    keys(folder);
    const approve = (...more: readonly string[]) => policyc(["approve", "draft.pol", ...more, "--yes", "--key", "approval.key"], { cwd: folder });
    const { status, stdout, stderr } = await approve("-o", "agent.pol");
    expect([status, stdout.split("\n")[0], /permits more by .*`default`/.test(stderr)]).toEqual([1, "draft.pol, compared with agent.pol", true]);
    expect(await approve("--onto", "other.pol", "-o", "agent.pol")).toMatchObject({ status: 2, stderr: "error: `agent.pol` is there already, and would be lost\nhelp: compare the draft with it: --onto agent.pol\n" });
    expect(await approve("--onto", "draft.pol")).toMatchObject({ status: 2 });
    expect(readFileSync(join(folder, "agent.pol"), "utf8")).toBe(PRESENT);
  });

  it("compares a changed policy with what was approved of it", async () => {
    const folder = folderWith();
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "sub/agent.pol"), `include "part.pol"\n${PRESENT}`);
    writeFileSync(join(folder, "sub/part.pol"), 'deny read "/p"\n');
    const agent = join(folder, "sub/agent.pol");
    keys(folder);
    keys(folder, "other");
    const approve = (cwd: string, path: string, ...more: readonly string[]) =>
      policyc(["approve", path, "--yes", "--key", join(folder, "approval.key"), ...more], { cwd });
    expect((await approve(folder, "sub/agent.pol")).status).toBe(0);
    writeFileSync(agent, `${readFileSync(agent, "utf8")}allow connect any\n`);
    const refused = await approve(join(folder, "sub"), "agent.pol");
    expect([refused.status, refused.stdout.split("\n")[0]]).toEqual([1, "agent.pol, compared with agent.pol as it was approved"]);
    expect(refused.stderr).toContain("it permits more by `agent.pol:");
    writeFileSync(join(folder, "sub/part.pol"), 'allow read "/p"\n');
    expect((await approve(folder, "sub/agent.pol")).stdout).toContain("read /p");

    const record = readFileSync(`${agent}.approval`, "utf8");
    writeFileSync(`${agent}.approval`, record.replace("default deny connect", "default allow connect"));
    expect((await approve(folder, "sub/agent.pol")).stderr).toContain("agent.pol.approval` does not count: it has changed since");
    writeFileSync(`${agent}.approval`, record);
    const otherKey = await policyc(["approve", "sub/agent.pol", "--yes", "--key", "other.key"], { cwd: folder });
    expect([otherKey.status, otherKey.stderr]).toEqual([1, "error: not approved: `sub/agent.pol.approval` does not count: its approval is signed with a key that is not trusted\nhelp: compare it with a policy that you trust (--onto), or remove that record\n"]);
    writeFileSync(`${agent}.approval`, "{}");
    const asked = await atTerminal(["approve", "sub/agent.pol"], folder, "yes");
    expect([asked.status, asked.stdout.includes("is not that of an approval: what has changed since is not known")]).toEqual([0, true]);
  });

  it.each<[string, readonly string[], (folder: string) => void, RegExp]>([
    ["without a terminal", [], () => undefined, /a person has to say yes, and there is no terminal/],
    ["--yes without a key", ["--yes"], () => undefined, /somebody has to sign: give `--key`/],
    ["a key that others may read", ["--yes", "--key", "approval.key"], (folder) => { keys(folder); chmodSync(join(folder, "approval.key"), 0o644); }, /others than its owner may use it\nhelp: chmod 600 approval.key/],
    ["the public half", ["--yes", "--key", "approval.pub"], (folder) => { keys(folder); }, /it is the public half of a key\nhelp: give the private key/],
    ["no key", ["--yes", "--key", "draft.pol"], (folder) => { chmodSync(join(folder, "draft.pol"), 0o600); }, /it is no key in PEM form/],
    ["a key of another kind", ["--yes", "--key", "rsa.key"], (folder) => {
      writeFileSync(join(folder, "rsa.key"), generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    }, /it is a key of another kind, rsa/],
    ["a key that is not there", ["--yes", "--key", "none.key"], () => undefined, /cannot read `none.key`: no such file/],
  ])("is refused: %s", async (_, args, prepare, message) => {
    const folder = folderWith({ "draft.pol": NARROW });
    prepare(folder);
    // A session of its own has no terminal.
    const { status, stderr } = await start("/usr/bin/setsid", ["-w", process.execPath, POLICYC, "approve", "draft.pol", ...args], { cwd: folder }).result;
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(join(folder, "draft.pol.approval"))).toBe(false);
  });

  it("is refused where a probe fails", async () => {
    const folder = folderWith({ "draft.pol": NARROW.replace("deny read \"/home/ada/.ssh/id_ed25519\"", "allow read \"/home/ada/.ssh/id_ed25519\"") });
    keys(folder);
    const { status, stderr } = await policyc(["approve", "draft.pol", "--yes", "--key", "approval.key"], { cwd: folder });
    expect([status, stderr]).toEqual([1, "error: not approved: 1 of its probes come out otherwise\nhelp: mend the draft, or its tests\n"]);
  });

  it("is not given to what asks for everything: that is shown first, and refused", async () => {
    const hostile = `draft "x"\n# asked: "block ssh keys\\u{202e}"\nssh: deny read "~/.ssh/**"\nall: allow privilege ptrace, mount, bpf\nallow connect any\n`;
    const folder = folderWith({ "draft.pol": hostile, "agent.pol": PRESENT });
    const { stdout } = await policyc(["review", "draft.pol", "--onto", "agent.pol"], { cwd: folder });
    expect(stdout.split("\n")[2]).toMatch(/^PERMITS MORE: \d+ changes/);
    expect(stdout).toContain("“block ssh keys\\u{202e}”");
    const { status, stderr } = await atTerminal(["approve", "draft.pol", "--onto", "agent.pol"], folder, "yes");
    expect([status, stderr]).toEqual([1, ""]);
    expect(readFileSync(join(folder, "agent.pol"), "utf8")).toBe(PRESENT);
  });
});

describe("run --require-approval", () => {
  const POLICY = 'no-keys: deny read "/keys/**" because "private"\n';
  const approvedFiles = async (): Promise<Readonly<Record<string, string>>> => {
    const folder = folderWith({ "a.pol": POLICY });
    keys(folder);
    keys(folder, "other");
    expect(await policyc(["approve", "a.pol", "--yes", "--key", "approval.key"], { cwd: folder })).toMatchObject({ status: 0 });
    const names = ["a.pol.approval", "approval.key", "approval.pub", "other.pub"];
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  };
  const run = (policy: string, fake: Readonly<Record<string, string>>, options: Readonly<Record<string, unknown>> = {}) =>
    startRun(["true"], { policy, fake: { ...fake }, options: { requireApproval: true, ...options } }).result;

  it("takes what was approved, laid out anew as well", async () => {
    const files = await approvedFiles();
    const results = await Promise.all([run(POLICY, files), run(POLICY, files, { trust: ["approval.pub"] }), run(`# x\n${POLICY.replaceAll(" because", "\n  because")}`, files)]);
    expect(results.map(({ stderr }) => /approved/.exec(stderr)?.[0])).toEqual([undefined, undefined, undefined]);
    expect(results.map(({ status }) => status)).toEqual([0, 0, 0]);
  });

  it.each<[string, (files: Readonly<Record<string, string>>) => [string, Readonly<Record<string, string>>, Readonly<Record<string, unknown>>], RegExp]>([
    ["a changed policy", (files) => [POLICY.replace("deny", "audit"), files, {}], /`a.pol` is not approved: it has changed since\nhelp: policyc approve a.pol/],
    ["no record", () => [POLICY, {}, {}], /there is no `.*a.pol.approval`/],
    ["a record that is none", () => [POLICY, { "a.pol.approval": "{}" }, {}], /is not the record of an approval/],
    ["another's key", (files) => [POLICY, files, { trust: ["other.pub"] }], /signed with a key that is not trusted/],
    ["no signature", (files) => [POLICY, { ...files, "a.pol.approval": JSON.stringify({ ...JSON.parse(files["a.pol.approval"] ?? "{}"), signature: null }) }, { trust: ["approval.pub"] }], /is not signed/],
    ["a changed record", (files) => [POLICY, { ...files, "a.pol.approval": (files["a.pol.approval"] ?? "").replace(/"reviewer": "[^"]*"/, '"reviewer": "mallory"') }, { trust: ["approval.pub"] }], /the signature of its approval is wrong/],
    ["a private key to trust", (files) => [POLICY, files, { trust: ["approval.key"] }], /it is a private key/],
    ["--trust alone", (files) => [POLICY, files, { requireApproval: undefined, trust: ["approval.pub"] }], /none is required/],
  ])("refuses %s", async (_, given, message) => {
    const [policy, files, options] = given(await approvedFiles());
    const { status, stderr } = await run(policy, files, options);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(message);
  });

  it("refuses an image", async () => {
    const { status, stderr } = await startRun(["true"], { options: { requireApproval: true } }).result;
    expect([status, stderr]).toEqual([2, "error: `a.polc` is an image, which nobody has reviewed: approvals are of policies\nhelp: name the policy that it was compiled from\n"]);
  });
});
