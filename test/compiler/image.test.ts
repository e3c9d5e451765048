/** Images: the same bytes for the same policy, every damage refused with its reason. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeEntries } from "../../src/compiler/entries.js";
import { POLICY_ABI_VERSION, STRUCTS } from "../../src/compiler/image/abi.gen.js";
import { buildImage } from "../../src/compiler/image/build.js";
import { checksumOf, decodeImage } from "../../src/compiler/image/decode.js";
import type { Image } from "../../src/compiler/image/decode.js";
import { SECTION_NAMES } from "../../src/compiler/image/layout.js";
import type { SectionName } from "../../src/compiler/image/layout.js";
import { LONG_NAMES, policy, textOf } from "../differential/policies.js";
import { accepted } from "./front-end.js";

const POLICY = `policy "p"
no-keys: deny access "~/.ssh/**", "/x/**" except "~/.ssh/known_hosts" because "keys stay"
deny read ".env", ".env.*", "a*b", "[ab]x?", "${LONG_NAMES[3] ?? ""}"
allow connect "10.0.0.0/8" port 443, 8000-8999
deny connect unix "@name*"
kill exec anonymous
mark one on read "/x/**"
mark two on success "/y" args "a", "b*" until write "/**" per process
limit read "/x/**" to 3 per 10s then deny
limit write "/x/**" to 4 per 10s then deny
deny read "/z" when one and exe "/y"
`;

function imageOf(text: string): Uint8Array {
  const built = buildImage(accepted(text).ir);
  if (!built.ok) throw new Error("a bound is exceeded");
  return built.value;
}

function decoded(bytes: Uint8Array): Image {
  const image = decodeImage(bytes);
  if (!image.ok) throw new Error(image.reason);
  return image.value;
}

const ARGUMENTS = STRUCTS.policy_root.fields.arguments.offset;

/** Why a changed copy is refused, its checksum made good again. */
function reason(change: (copy: Buffer, offsets: ReadonlyMap<SectionName, number>) => void): string {
  const copy = Buffer.from(imageOf(POLICY));
  const at = STRUCTS.policy_image_header.fields.sections.offset + STRUCTS.policy_section.fields.offset.offset;
  const offsets = new Map(SECTION_NAMES.map((name, i) => [name, Number(copy.readBigUInt64LE(at + i * STRUCTS.policy_section.size))]));
  change(copy, offsets);
  copy.writeUInt32LE(checksumOf(copy), STRUCTS.policy_image_header.fields.checksum.offset);
  const image = decodeImage(copy);
  return image.ok ? "accepted" : image.reason;
}

function writeIn(section: SectionName, offset: number, value: number): string {
  return reason((copy, offsets) => copy.writeUInt32LE(value, (offsets.get(section) ?? 0) + offset));
}

describe("encode", () => {
  it("gives the same bytes for the same policy", () => {
    expect(Buffer.from(imageOf(POLICY)).equals(imageOf(POLICY))).toBe(true);
    fc.assert(fc.property(policy, (model) => Buffer.from(imageOf(textOf(model))).equals(imageOf(textOf(model)))), { numRuns: 30 });
  });

  it("is read back as what the policy says", () => {
    const { meta, sections } = decoded(imageOf(POLICY));
    expect(meta.policy).toBe("p");
    expect(meta.rules[0]).toEqual({
      id: "no-keys", effect: "deny", operations: ["read", "write", "create", "delete", "setattr"],
      file: "a.pol", line: 2, column: 1, because: "keys stay",
      targets: ["/home/ada/.ssh/**", "/x/**"], except: ["/home/ada/.ssh/known_hosts"],
    });
    expect(sections.states.count).toBeGreaterThan(1);
    expect(sections.long_edges.count).toBe(1);
    expect(sections.glob_rows.count).toBeGreaterThan(1);
  });

  it("puts names of up to 28 bytes into the short table", () => {
    const { sections } = decoded(imageOf(`deny read "/${"n".repeat(28)}", "/${"n".repeat(29)}", "/${"n".repeat(255)}"\ndefault allow privilege`));
    expect([sections.short_edges.count, sections.long_edges.count]).toEqual([1, 2]);
  });
});

describe("decode refuses", () => {
  const header = STRUCTS.policy_image_header.fields;
  it("every cut", () => {
    const image = imageOf(POLICY);
    for (let length = 0; length < image.length; length += 97) expect(decodeImage(image.subarray(0, length)).ok).toBe(false);
    expect(decodeImage(Buffer.concat([image, Buffer.alloc(1)])).ok).toBe(false);
  });

  it("every flipped bit", () => {
    const image = Buffer.from(imageOf(POLICY));
    fc.assert(fc.property(fc.nat(8 * image.length - 1), (bit) => {
      const copy = Buffer.from(image);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return !decodeImage(copy).ok;
    }), { numRuns: 500 });
  });

  it("no damage with an exception, even under a good checksum", () => {
    const image = Buffer.from(imageOf(POLICY));
    fc.assert(fc.property(fc.nat(image.length / 4 - 1), fc.nat(0xffffffff), (word, value) => {
      const copy = Buffer.from(image);
      copy.writeUInt32LE(value, 4 * word);
      copy.writeUInt32LE(checksumOf(copy), header.checksum.offset);
      return typeof decodeImage(copy).ok === "boolean";
    }), { numRuns: 1000 });
  });

  it.each([
    ["another file", () => reason((copy) => copy.write("ELF", 0)), "not a policy image"],
    ["another version", () => reason((copy) => copy.writeUInt32LE(POLICY_ABI_VERSION + 1, header.abi_version.offset)), "ABI version"],
    ["another byte order", () => reason((copy) => copy.writeUInt32BE(0x01020304, header.byte_order.offset)), "byte order"],
    ["another size", () => reason((copy) => copy.writeUInt32LE(7, header.image_size.offset)), "says it has 7 bytes"],
    ["a count out of range", () => reason((copy) => copy.writeUInt32LE(2, header.sections.offset + STRUCTS.policy_section.size + STRUCTS.policy_section.fields.count.offset)), "section root: 2 entries"],
    ["no lane", () => writeIn("root", 0, 0), "root: 0 lanes"],
    ["calls of no set", () => writeIn("root", STRUCTS.policy_root.fields.calls.offset + 4, 0x80000000), "unknown sets of calls"],
    ["a start state out of range", () => writeIn("root", STRUCTS.policy_root.fields.path.offset, 9999), "root: start state"],
    ["a record of no rule", () => writeIn("records", STRUCTS.policy_record.size, 0x7fffff00), "a word names no rule"],
    ["a first record that says something", () => writeIn("records", 0, 0x7fffffff), "the first is not empty"],
    ["a dead state that leads on", () => writeIn("states", STRUCTS.policy_state.fields.other.offset, 1), "state 0 is not dead"],
    ["a state of no record", () => writeIn("states", STRUCTS.policy_state.size + STRUCTS.policy_state.fields.accept.offset, 9999), "no such record"],
    ["unknown flags", () => writeIn("states", STRUCTS.policy_state.size + STRUCTS.policy_state.fields.flags.offset, 0x80), "unknown flags"],
    ["an edge to no state", () => writeIn("short_edges", STRUCTS.policy_short_key.size, 9999), "leads to no state"],
    ["an affix of another length", () => writeIn("prefixes", 0, 33), "another length"],
    ["a class edge to no state", () => writeIn("classes", STRUCTS.policy_class_key.size, 9999), "of or to no state"],
    ["a glob row to no row", () => reason((copy, offsets) => copy.writeUInt16LE(60000, (offsets.get("glob_rows") ?? 0) + STRUCTS.policy_glob_row.size + 4)), "leads to no row"],
    ["no empty prefix", () => writeIn("addresses4", 0, 1), "nothing for all addresses"],
    ["a port class that is not there", () => writeIn("addresses4", STRUCTS.policy_address4.size + STRUCTS.policy_address4.fields.value.offset, 9), "no such port class"],
    ["a term of a mark that there is not", () => writeIn("terms", 0, 4), "asks for what there is not"],
    ["a term of a list of programs that there is not", () => writeIn("terms", STRUCTS.policy_circumstances.fields.exe.offset, 4), "asks for what there is not"],
    ["a term of arguments that nobody asks for", () => writeIn("terms", STRUCTS.policy_term.fields.without.offset + STRUCTS.policy_circumstances.fields.args.offset, 4), "asks for what there is not"],
    ["a fact of a mark that there is not", () => writeIn("cases", STRUCTS.policy_case.size, 4), "no such fact"],
    ["a fact of no mark", () => writeIn("cases", STRUCTS.policy_case.size, 0), "no such fact"],
    ["a fact with a word", () => writeIn("cases", STRUCTS.policy_case.size + STRUCTS.policy_case.fields.word.offset, 0x7fffffff), "no such fact"],
    ["a limit that says nothing", () => writeIn("limits", STRUCTS.policy_limit.fields.word.offset, 0), "its word names no rule"],
    ["a limit of no time", () => reason((copy, offsets) => copy.fill(0, offsets.get("limits"), (offsets.get("limits") ?? 0) + 8)), "no such time"],
    ["a limit of too long a time", () => writeIn("limits", 4, 0x80000000), "no such time"],
    ["a limit of no operation", () => writeIn("limits", STRUCTS.policy_limit.fields.count.offset, 0), "counts too many, or none"],
    ["a limit of too many operations", () => writeIn("limits", STRUCTS.policy_limit.fields.count.offset, 1 << 20), "counts too many, or none"],
    ["a limit with another's window", () => writeIn("limits", STRUCTS.policy_limit.size + STRUCTS.policy_limit.fields.window.offset, 0), "its window is not in its place"],
    ["another number of limits", () => writeIn("root", STRUCTS.policy_root.fields.limits.offset, 1), "another number of limits"],
    ["other lists of programs", () => writeIn("root", STRUCTS.policy_root.fields.programs.offset, 3), "other lists of programs"],
    ["a process's mark that there is not", () => writeIn("root", STRUCTS.policy_root.fields.process_marks.offset, 4), "no such mark"],
    ["a file's mark that there is not", () => writeIn("root", STRUCTS.policy_root.fields.file_marks.offset, 4), "no such mark"],
    ["a condition that there is not", () => writeIn("root", STRUCTS.policy_root.fields.by_marks.offset, 1 << 9), "no such condition"],
    ["too many arguments", () => writeIn("root", ARGUMENTS + STRUCTS.policy_arguments.fields.count.offset, 65), "no such arguments"],
    ["the end of no arguments", () => writeIn("root", ARGUMENTS + STRUCTS.policy_arguments.fields.ends.offset + 4, 1), "no such arguments"],
    ["arguments that begin in no row", () => writeIn("root", ARGUMENTS + STRUCTS.policy_arguments.fields.row.offset, 9999), "no such arguments"],
    ["arguments of other rows", () => reason((copy, offsets) => {
      const row = copy.readUInt32LE((offsets.get("root") ?? 0) + ARGUMENTS + STRUCTS.policy_arguments.fields.row.offset);
      copy.writeUInt32LE(9999, (offsets.get("glob_rows") ?? 0) + row * STRUCTS.policy_glob_row.size);
    }), "arguments of no class"],
    ["a first class of arguments that moves on", () => writeIn("argument_classes", 0, 1), "argument class 0 is not empty"],
    ["a class that excludes what is not asked", () => writeIn("argument_classes",
      STRUCTS.policy_argument_class.size + STRUCTS.policy_argument_class.fields.excludes.offset, 2), "excludes nothing that is asked"],
    ["meta that is no JSON", () => reason((copy, offsets) => copy.write("x", offsets.get("meta") ?? 0)), "section meta"],
  ])("%s", (_, refused, why) => {
    expect(refused()).toContain(why);
  });
});

it("entries are said in words", () => {
  const text = describeEntries(decoded(imageOf(`deny read "/a", "b*"\nallow connect "10.0.0.0/8" port 443 tcp`)));
  expect(text).toContain(`root  defaults read, write, create, delete, setattr, exec, load, connect, bind: allow\n`);
  expect(text).toMatch(/^short_edges {2}state 1, "a" -> state \d+$/m);
  expect(text).toMatch(/^prefixes {2}state \d+, "b"\* -> class 1$/m);
  expect(text).toMatch(/^classes {2}state \d+, prefix 1, suffix 0, glob 0 -> state \d+$/m);
  expect(text).toContain("ports  1, connect tcp 443 -> allow by a.pol:2\n");
  expect(text).toMatch(/^addresses4 {2}10\.0\.0\.0\/8 -> ports 1, connect other -,/m);
});

describe("what is remembered, counted and asked for", () => {
  const image = decoded(imageOf(`mark secret on read "/s/**" except "/s/x" per process tracks files
mark tested on success "npm" args "test" until write "/w/**"
deny connect any when secret or not (tested and exe "git")
deny exec "git" args only "push", "--f*" without "[a-c]?x" unless tested
limit delete "/h/**" to 50 per 10s then kill
for exe "/usr/bin/gdb", "lldb" { allow privilege ptrace }`));

  it("is said of marks and rules in words", () => {
    expect(image.meta.markStatements).toEqual([
      { name: "secret", clauses: ["on read /s/** except /s/x", "per process", "tracks files"], file: "a.pol", line: 1 },
      { name: "tested", clauses: ['on success npm args "test"', "until write /w/**"], file: "a.pol", line: 2 },
    ]);
    expect(image.meta.rules.map(({ clauses }) => clauses)).toEqual([
      ['when secret or not (tested and exe "git")'],
      ['args only "push", "--f*" without "[a-c]?x"', "when not tested"], ['args only "push", "--f*" without "[a-c]?x"', "when not tested"],
      ['when exe ("/usr/bin/gdb", "lldb")'], undefined, ["beyond 50 per 10s"],
    ]);
    expect(image.meta.rules.find(({ privileges }) => privileges !== undefined)?.privileges).toEqual(["ptrace"]);
  });

  it.each([
    "root  marks per process secret, of files secret", "root  conditions that depend on marks 0, 1",
    'root  arguments 0: args only "push", "--f*" without "[a-c]?x", read at bit 2', "root  privileges ptrace: cases 1",
    "terms  1: condition 0 holds when not tested", 'terms  2: condition 0 holds when not exe "git"',
    'terms  4: condition 2 holds when exe ("/usr/bin/gdb", "lldb")',
    "cases  1: read, write, create, delete, setattr, exec, load, connect, bind: allow by a.pol:6 when condition 2, the last",
    "limits  0: 50 per 10s, then kill by a.pol:5; window at 0",
  ])("is an entry: %s", (line) => {
    expect(describeEntries(image).split("\n")).toContain(line);
  });

  it("is an entry, whatever its number", () => {
    const text = describeEntries(image);
    expect(text).toMatch(/^cases {2}\d+: read: sets secret, the last$/m);
    expect(text).toMatch(/^cases {2}\d+: write: clears tested, the last$/m);
    expect(text).toMatch(/^cases {2}\d+: exec: sets on success tested when condition \d, the last$/m);
    expect(text).toMatch(/^cases {2}\d+: delete: counts for the limits 0, the last$/m);
    expect(text).toMatch(/^cases {2}\d+: is in the programs \d/m);
    expect(text).toMatch(/^argument_classes {2}\d+: excludes 0$/m);
    expect(text).toMatch(/^mark_identities {2}1: tested, SHA-256 [0-9a-f]{64}$/m);
    expect(text).toMatch(/^program_identities {2}\d: "git", SHA-256 [0-9a-f]{64}$/m);
    expect(text).toMatch(/^records {2}\d+: cases \d+$/m);
    expect(text).not.toMatch(/undefined|\?,/);
  });
});

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

it("abi.gen.ts is what scripts/generate-abi.mjs makes of policy_abi.h", () => {
  for (const tool of ["clang", "bpftool"]) {
    const { status } = spawnSync(tool, ["--version"]);
    if (status !== 0) throw new Error(`\`${tool}\` is not on PATH: make installs it, Debian keeps bpftool in /usr/sbin`);
  }
  const fresh = execFileSync("node", ["scripts/generate-abi.mjs", "--stdout"], { cwd: ROOT, encoding: "utf8" });
  expect(readFileSync(new URL("../../src/compiler/image/abi.gen.ts", import.meta.url), "utf8")).toBe(fresh);
});

describe("what a rule covers, in words", () => {
  it.each([
    ['deny connect "10.0.0.0/8" port 443, 8000-8999 tcp', ["10.0.0.0/8 port 443, 8000-8999 tcp"]],
    ['deny connect "fd00::/8" udp', ["fd00::/8 udp"]],
    ['deny connect unix "/run/*.sock", unix "@bus-*"', ["unix /run/*.sock", "unix @bus-*"]],
    ["deny connect any", ["0.0.0.0/0", "::/0", "unix /**", "unix @*", "unix unnamed"]],
    ["kill exec anonymous", ["anonymous"]],
    ['deny read ".env*"', [".env*"]],
  ])("%s", (text, targets) => {
    expect(decoded(imageOf(text)).meta.rules[0]?.targets).toEqual(targets);
  });
});
