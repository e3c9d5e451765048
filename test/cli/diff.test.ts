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

  it("ends as the policy's fault when one of them is broken", async () => {
    const { status, stdout, stderr } = await diff(OLD, "deny raed \"/a\"");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("did you mean `read`");
  });
});
