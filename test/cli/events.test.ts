import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  POLICY_OBJECT_ABSTRACT, POLICY_OBJECT_ANONYMOUS, POLICY_OBJECT_ATTENDED, POLICY_OBJECT_POLICY, POLICY_OBJECT_INET, POLICY_OBJECT_INET6, POLICY_OBJECT_LOST,
  POLICY_OBJECT_SESSION_END, POLICY_OBJECT_UNNAMED, POLICY_OP_BIND, POLICY_OP_CONNECT, POLICY_OP_DELETE,
  POLICY_OP_EXEC, POLICY_PROTO_TCP, POLICY_PROTO_UDP, POLICY_REASON_WIDENS,
} from "../../src/compiler/image/abi.gen.js";
import { compile } from "../../src/compiler/compile.js";
import { readRecord, recordText } from "../../src/runtime/session-record.js";
import { type EventRecord, recordOf, type RuleNote } from "../../src/runtime/event-record.js";
import { escapeBytes } from "../../src/compiler/escape-bytes.js";
import { decodeEvent, EventReader } from "../../src/runtime/events.js";
import { Recorder } from "../../src/runtime/recorder.js";
import { Summary } from "../../src/runtime/summary.js";
import { eventFrame, type FrameFields } from "../support/event-frame.js";

const RULES: readonly RuleNote[] = [
  { id: "no-keys", file: "agent.pol", line: 14, because: "they stay" },
  { id: "agent.pol:15", file: "agent.pol", line: 15, because: null },
  { id: "privilege escape-socket", file: null, line: null, because: "allow it" },
];

function recordFor(fields: FrameFields): EventRecord {
  const event = decodeEvent(eventFrame(fields));
  if (event.kind !== "decision") throw new Error(event.kind);
  return recordOf(event, RULES, (time) => `t${time}`);
}

it("what a privilege's default decides has a name and no place", () => {
  expect(recordFor({ rule: 2, path: "/run/docker.sock", op: POLICY_OP_CONNECT })).toMatchObject({
    op: "connect", target: "unix:/run/docker.sock", decision: "deny", rule: "privilege escape-socket", file: null, line: null, because: "allow it",
  });
});

describe("EventReader", () => {
  it("gives the same events however the stream is cut", () => {
    const frames = [
      eventFrame({ path: "/a", exe: "/bin/x" }), eventFrame({}), eventFrame({ path: "b".repeat(300), op: POLICY_OP_DELETE }),
      eventFrame({ object: POLICY_OBJECT_LOST, count: 9n }),
    ];
    const stream = Buffer.concat(frames);
    const expected = frames.map((frame) => decodeEvent(frame));
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 200 })), (sizes) => {
      const reader = new EventReader();
      const events = [];
      let at = 0;
      for (const size of [...sizes, stream.length]) {
        events.push(...reader.push(stream.subarray(at, at + size)));
        at += size;
      }
      expect(events).toEqual(expected);
      expect(reader.incomplete).toBe(false);
    }), { numRuns: 50 });
  });

  it("keeps what is not whole yet", () => {
    const reader = new EventReader();
    expect(reader.push(eventFrame({ path: "/a" }).subarray(0, 81))).toEqual([]);
    expect(reader.incomplete).toBe(true);
  });

  it("tells the kinds apart", () => {
    expect(decodeEvent(eventFrame({ object: POLICY_OBJECT_LOST, count: 5n, time: 1n })))
      .toEqual({ kind: "lost", time: 1n, count: 5n, session: 7 });
    expect(decodeEvent(eventFrame({ object: POLICY_OBJECT_SESSION_END, count: 0n })))
      .toEqual({ kind: "end", time: 0n, count: 0n, session: 7 });
    expect(decodeEvent(eventFrame({ comm: "", count: 4n, rule: 1, op: POLICY_OP_EXEC })))
      .toMatchObject({ kind: "repeat", count: 4n, rule: 1, operation: "exec", effect: "deny", pid: 100 });
  });
});

describe("records", () => {
  it("name the rule, its place and its reason", () => {
    expect(recordFor({ time: 5n, path: "/home/a/.ssh/id", exe: "/bin/cat", pid: 12 })).toEqual({
      time: "t5", session: 7, pid: 12, exe: "/bin/cat", op: "read", target: "/home/a/.ssh/id", decision: "deny",
      rule: "no-keys", file: "agent.pol", line: 14, because: "they stay",
    });
  });

  it("have no rule where the default decided, or something else", () => {
    expect(recordFor({ rule: null, path: "/x" })).toMatchObject({ rule: null, file: null, line: null, because: null });
    expect(recordFor({ rule: null, path: "/x", reason: POLICY_REASON_WIDENS })).toMatchObject({ reason: "widens" });
    expect(recordFor({ path: "/x" })).not.toHaveProperty("reason");
  });

  it.each([
    ["kill", { effect: "kill" as const, path: "/x" }, { decision: "kill" }],
    ["audit", { effect: "audit" as const, path: "/x" }, { decision: "audit" }],
    ["a count", { count: 3n, path: "/x" }, { count: 3 }],
    ["what is cut", { cut: 3, path: "/x" }, { cut: ["target", "exe"] }],
  ])("tell of %s", (_, fields, expected) => {
    expect(recordFor(fields)).toMatchObject(expected);
  });

  it.each([
    ["140.82.121.3:443/tcp", { object: POLICY_OBJECT_INET, address: [140, 82, 121, 3], port: 443, protocol: POLICY_PROTO_TCP }],
    ["[::1]:80/udp", { object: POLICY_OBJECT_INET6, address: [...new Array<number>(15).fill(0), 1], port: 80, protocol: POLICY_PROTO_UDP }],
    ["8.8.8.8", { object: POLICY_OBJECT_INET, address: [8, 8, 8, 8] }],
    ["2001:db8::1", { object: POLICY_OBJECT_INET6, address: [0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 1] }],
    ["unix:/run/x.sock", { path: "/run/x.sock" }],
    ["unix:@name\\x00", { object: POLICY_OBJECT_ABSTRACT, path: "name\0" }],
    ["unix:unnamed", { object: POLICY_OBJECT_UNNAMED }],
  ])("write the endpoint %s", (target, fields) => {
    expect(recordFor({ op: POLICY_OP_CONNECT, ...fields }).target).toBe(target);
    expect(recordFor({ op: POLICY_OP_BIND, ...fields }).target).toBe(target);
  });

  it("write what has no place", () => {
    expect(recordFor({ op: POLICY_OP_EXEC, object: POLICY_OBJECT_ANONYMOUS }).target).toBe("anonymous");
  });
});

describe("a stream over several policies", () => {
  const imageOf = (text: string): Uint8Array => {
    const compiled = compile("b.pol", (path) => ({ path, text }), { home: "/root", params: {}, programs: [] });
    if (!compiled.ok) throw new Error("the policy does not compile");
    return compiled.value;
  };
  const later = imageOf('\nlater: deny read "/x"\n');
  const piece = (from: number, to: number): Uint8Array => eventFrame({
    object: POLICY_OBJECT_POLICY, policy: 9n, count: BigInt(later.length), time: BigInt(from), path: later.subarray(from, to), comm: "",
  });
  const own = eventFrame({ object: POLICY_OBJECT_POLICY, policy: 5n, count: 0n, comm: "" });
  const attended = eventFrame({ object: POLICY_OBJECT_ATTENDED, comm: "" });
  const denied = (policy: bigint, time = 1n): Uint8Array => eventFrame({ path: "/x", policy, time });

  function told(...frames: readonly Uint8Array[]) {
    let resumed = 0;
    const recorder = new Recorder(RULES, [], () => undefined, () => { resumed++; });
    recorder.take(Buffer.concat(frames));
    return { line: recorder.summary.line("/", null), resumed };
  }

  it("reads each event by its own policy", () => {
    expect(told(own, denied(5n)).line).toContain("by no-keys at agent.pol:14");
    expect(told(own, piece(0, 100), piece(100, later.length), denied(9n)).line).toContain("by later at b.pol:2");
  });

  it("takes an image from its beginning again where it was cut off", () => {
    expect(told(own, piece(0, 100), attended, piece(0, 100), piece(100, later.length), denied(9n)).line).toContain("by later");
  });

  it("says where it does not know a policy", () => {
    expect(told(own, denied(77n)).line).toContain("rule 1 of a policy that is not known any more");
  });

  it("counts an event once that came from two policyds", () => {
    const { line, resumed } = told(own, denied(5n), attended, denied(5n));
    expect(resumed).toBe(1);
    expect(line).toMatch(/^1 denied/);
    expect(told(own, denied(5n), denied(5n)).line).toMatch(/^2 denied/);
    expect(told(own, denied(5n), attended, denied(5n, 2n), denied(5n, 2n)).line).toMatch(/^3 denied/);
  });
});

describe("what is on record of a session", () => {
  const record = { command: ["a", "b"], user: "ada", policy: "/p", name: null, home: "/h", params: { x: "y" }, since: "t", reloaded: null };

  it("is read as it was written", () => {
    expect(readRecord(recordText(record))).toEqual(record);
  });

  it("is cut where a command is too long to keep", () => {
    const text = recordText({ ...record, command: ["agent".repeat(20_000), "b"] });
    expect(text.length).toBeLessThan(1 << 16);
    expect(readRecord(text)?.command[0]).toMatch(/^agentagent/);
  });

  it.each(["", "{}", "[]", '{"command":1}', JSON.stringify({ ...record, more: 1 })])("is nothing where it is %j", (text) => {
    expect(readRecord(text)).toBeNull();
  });
});

describe("escapeBytes", () => {
  it.each<[string | readonly number[], string]>([
    ["/tmp/é 日本 👍", "/tmp/é 日本 👍"],
    ["a\nb\x1b[31m\x7f", "a\\x0ab\\x1b[31m\\x7f"],
    ["back\\slash", "back\\x5cslash"],
    ["\u0085\u202ex\u2066", "\\xc2\\x85\\xe2\\x80\\xaex\\xe2\\x81\\xa6"],
    [[0x61, 0xff, 0xc3, 0x28, 0xe2, 0x82], "a\\xff\\xc3(\\xe2\\x82"],
    // Overlong, surrogate, beyond Unicode.
    [[0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80], "\\xc0\\xaf\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80"],
  ])("%j → %s", (bytes, expected) => {
    expect(escapeBytes(typeof bytes === "string" ? Buffer.from(bytes) : Buffer.from(bytes))).toBe(expected);
  });

  it("never maps two names to one text, and leaves no control character", () => {
    const unescape = (text: string): Buffer => Buffer.from(
      Buffer.from(text, "utf8").toString("latin1").replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
      "latin1");
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = escapeBytes(bytes);
      expect(text).not.toMatch(/\p{Cc}/u);
      expect([...unescape(text)]).toEqual([...bytes]);
    }));
  });
});

describe("the last line", () => {
  const lineFor = (records: readonly FrameFields[], events: string | null = null, lost = 0): string => {
    const summary = new Summary();
    for (const fields of records) summary.add(recordFor(fields));
    summary.lose(lost);
    return summary.line("/home/ada", events);
  };
  const key = { path: "/home/ada/.ssh/id_ed25519" };

  it.each<[string, readonly FrameFields[], string]>([
    ["nothing", [], "nothing denied"],
    ["only audits", [{ ...key, effect: "audit", count: 2n }], "nothing denied, 2 audited"],
    ["one", [key], "1 denied (read ~/.ssh/id_ed25519 by no-keys at agent.pol:14); --events FILE says more"],
    ["the same again", [key, key], "2 denied (read ~/.ssh/id_ed25519 ×2 by no-keys at agent.pol:14); --events FILE says more"],
    ["a rule without a name", [{ rule: 1, path: "/x" }], "1 denied (read /x at agent.pol:15); --events FILE says more"],
    ["a privilege's default", [{ rule: 2, path: "/run/docker.sock", op: POLICY_OP_CONNECT }],
      "1 denied (connect unix:/run/docker.sock by privilege escape-socket); --events FILE says more"],
    ["the default", [{ rule: null, path: "/x" }], "1 denied (read /x by default); --events FILE says more"],
    ["a kill", [{ path: "/x", effect: "kill" }], "1 killed (read /x by no-keys at agent.pol:14); --events FILE says more"],
    ["a reason", [{ rule: null, path: "/x", reason: POLICY_REASON_WIDENS }],
      "1 denied (read /x as the new name would permit more); --events FILE says more"],
    ["a neighbour of home", [{ path: "/home/adam" }], "1 denied (read /home/adam by no-keys at agent.pol:14); --events FILE says more"],
    ["several", [key, { path: "/x" }, { path: "/y" }],
      "3 denied (read ~/.ssh/id_ed25519 by no-keys at agent.pol:14, …); --events FILE says more"],
    ["several, of which one fits", [{ rule: null, path: "/x" }, { rule: null, path: "/y" }],
      "2 denied (read /x by default, …); --events FILE says more"],
  ])("%s", (_, records, expected) => {
    expect(lineFor(records)).toBe(expected);
  });

  it("names the file of events", () => {
    expect(lineFor([{ rule: null, path: "/x" }, { rule: null, path: "/y" }], "log"))
      .toBe("2 denied (read /x by default, read /y by default); more in log");
  });

  it("tells of lost events", () => {
    expect(lineFor([], null, 4)).toBe("nothing denied, 4 events lost");
    expect(lineFor([{ rule: null, path: "/x" }], "log", 4)).toBe("1 denied, 4 events lost (read /x by default); more in log");
  });

  it("does not grow with the number of targets", () => {
    const many = Array.from({ length: 3000 }, (_, i) => ({ path: `/${i}` }));
    expect(lineFor(many)).toBe("3000 denied (read /0 by no-keys at agent.pol:14, …); --events FILE says more");
  });
});

describe("Recorder", () => {
  it("counts repeats with what they repeat", () => {
    const recorder = new Recorder(RULES, [], () => undefined);
    recorder.take(eventFrame({ path: "/a", exe: "/bin/cat", pid: 1 }));
    recorder.take(eventFrame({ path: "/b", exe: "/bin/cat", pid: 2 }));
    recorder.take(eventFrame({ comm: "", pid: 1, count: 8n }));
    expect(recorder.summary.line("/root", "log")).toBe("10 denied (read /a ×9 by no-keys at agent.pol:14, …); more in log");
  });
});
