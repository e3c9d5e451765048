/** `policyc diff` on files, its words, its JSON and its status. */
import { describe, expect, it } from "vitest";
import { folderWith } from "../support/cli.js";
import { policycIn } from "../support/in-process.js";

const diff = (old: string, new_: string, ...args: readonly string[]) =>
  policycIn(folderWith({ "old.pol": old, "new.pol": new_ }), "diff", "old.pol", "new.pol", "--home", "/home/ada", ...args);

const OLD = `policy "a"
keys: deny read "~/.ssh/**" except "~/.ssh/config"
default deny connect
allow connect "10.0.0.0/8" port 443 tcp
`;

describe("diff", () => {
  it("says that nothing changed when only names and the order did", async () => {
    const new_ = `policy "b"\nallow connect "10.0.0.0/8" port 443 tcp\ndefault deny connect\nsecrets: deny read "~/.ssh/**" except "~/.ssh/config"\n`;
    expect(await diff(OLD, new_)).toEqual({
      status: 0, stdout: "equivalent: new.pol decides every access as old.pol\n", stderr: "",
    });
  });

  it("shows each change with an access, the worse ones first", async () => {
    const new_ = OLD.replace(" except \"~/.ssh/config\"", "").replace("10.0.0.0/8", "10.0.0.0/7");
    const { status, stdout } = await diff(OLD, new_, "--fail-on", "wider");
    expect(stdout).toBe([
      "incomparable: new.pol permits some of what is refused, and refuses some of what is permitted, by old.pol",
      "",
      "wider: connect 11.0.0.0 port 443 tcp",
      "  was deny by default",
      "  now allow by new.pol:4",
      "",
      "narrower: read /home/ada/.ssh/config",
      "  was allow by default",
      "  now deny by keys at new.pol:2",
      "",
    ].join("\n"));
    expect(status).toBe(1);
  });

  it("has the fields that programs rely on", async () => {
    const { stdout, status } = await diff(OLD, OLD.replace("keys: deny", "kill"), "--json", "--fail-on", "wider");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      relation: "narrower",
      changes: [{
        op: "read", direction: "narrower", from: "deny", to: "kill",
        witness: { target: "/home/ada/.ssh", marks: [] },
        old: { id: "keys", effect: "deny", file: "old.pol", line: 2, column: 1, because: null },
        new: { id: "new.pol:2", effect: "kill", file: "new.pol", line: 2, column: 1, because: null },
      }],
    });
  });

  it("names what a privilege's default says of connecting", async () => {
    const { stdout } = await diff("", "default deny privilege, connect\nallow connect any\nallow privilege io-uring, escape-socket\n");
    expect(stdout).toBe([
      "wider: new.pol permits more than old.pol", "",
      "wider: connect unix:/run/crio", "  was deny by privilege escape-socket", "  now allow by new.pol:2", "",
      "wider: privilege escape-socket", "  was deny by default", "  now allow by new.pol:3", "",
    ].join("\n"));
    expect((await diff("default deny privilege\nallow privilege io-uring\n", "allow privilege escape-socket\n")).stdout)
      .toContain("  was deny by privilege escape-socket at old.pol:1\n");
    const json = await diff("", "allow privilege escape-socket\n", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ changes: [{ old: { id: "privilege escape-socket", file: null, line: null } }, { op: "privilege" }] });
  });

  it("ends as the policy's fault when one of them is broken", async () => {
    const { status, stdout, stderr } = await diff(OLD, "deny raed \"/a\"");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("did you mean `read`");
  });

  it("binds each policy to what it has a parameter for", async () => {
    const new_ = `param w\n${OLD.replace("10.0.0.0/8", "${w}")}`.replace(/^(param w\n)(policy .*\n)/, "$2$1");
    expect((await diff(OLD, new_, "--set", "w=10.0.0.0/8")).stdout).toMatch(/^equivalent/);
    expect((await diff(OLD, new_, "--set", "v=/x")).stderr).toContain("error[unknown-binding]: the policy has no parameter `v`");
  });

  it("compares a policy with itself under other bindings", async () => {
    const policy = "param w\nparam v = \"/v\"\ndefault deny write\nallow write \"${w}/**\", \"${v}/x\"\n";
    const other = await diff(policy, policy, "--set", "w=/srv", "--set-old", "w=/srv/a");
    expect(other.stdout).toBe(`wider: new.pol permits more than old.pol

wider: write /srv
  was deny by default
  now allow by new.pol:4
`);
    expect((await diff(policy, policy, "--set", "w=/srv", "--set-old", "v=/u")).stdout).toMatch(/^incomparable/);
    expect((await diff(policy, policy, "--set", "w=/srv", "--set-old", "w=/srv/")).stdout).toMatch(/^equivalent/);
    expect((await diff(policy, policy, "--set", "w=/srv", "--set-old", "u=/u")).stderr).toContain("error[unknown-binding]");
    expect((await diff(policy, policy, "--set-old", "w")).stderr).toBe("error: `--set-old w` has no `=`\nhelp: --set-old w=VALUE\n");
  });

  it("compares what each task adds, too", async () => {
    const task = 'task "deploy" { allow connect "192.0.2.0/24" port 22 tcp }\n';
    const { stdout, status } = await diff(OLD, OLD + task, "--fail-on", "wider");
    expect(stdout).toBe(`wider: new.pol permits more than old.pol

wider, with --task deploy: connect 192.0.2.0 port 22 tcp
  was deny by default
  now allow by new.pol:5
`);
    expect(status).toBe(1);
    const widened = await diff(OLD + task, OLD + task.replace("22 tcp", "22-23 tcp"), "--json");
    expect(JSON.parse(widened.stdout)).toMatchObject({ relation: "wider", changes: [{ task: "deploy", witness: { port: 23 } }] });
    expect((await diff(OLD + task, OLD, "--task", "deploy")).stdout).toMatch(/^narrower/);
    expect((await diff(OLD, OLD, "--task", "deploy")).stderr).toContain("error[unknown-task]");
  });

  it("says who acts, after what, and whether it takes several processes", async () => {
    const memory = 'mark a on read "/a" per process\nmark b on read "/b"\ndeny read "/b" unless a\n';
    const { stdout } = await diff(memory, `${memory}deny write "/w" when b and not a and exe "/bin/x"\n`, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ relation: "narrower", changes: [{ witness: {
      target: "/w", exe: ["/bin/x"], after: ["read /a", "read /b"], severalProcesses: true, marks: ["b"],
    } }] });
  });

  it("reads standard input once", async () => {
    const { status, stderr } = await policycIn(folderWith({}), "diff", "-", "-");
    expect([status, stderr]).toEqual([2, "error: both policies cannot be standard input\nhelp: name a file for one of them\n"]);
  });
});
