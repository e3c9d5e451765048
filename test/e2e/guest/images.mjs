// Images that policyd must refuse before it makes a map.
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { check, exec, image, POLICYC, POLICYD, scratchFile, suite } from "./harness.mjs";

const HEADER = 32;
const SECTION = 24;
// In the order of `enum policy_section_kind`.
const SECTIONS = ["meta", "root", "terms", "cases", "limits", "argumentClasses", "markIdentities", "programIdentities", "records", "states", "shortEdges", "longEdges", "prefixes", "suffixes", "classes",
  "globRows", "addresses4", "addresses6", "ports"];
/** Of `limits`, `programs`, `process_marks`, `arguments`, `defaults` and `path` in `struct policy_root`. */
const LIMITS_IN_ROOT = 12;
const PROGRAMS_IN_ROOT = 16;
const PROCESS_MARKS_IN_ROOT = 32;
const ARGUMENTS_IN_ROOT = 48;
const DEFAULTS_IN_ROOT = 184;
const PATH_IN_ROOT = 488;
const NOT_THERE = 0xffff_fff0;
const FLIPS = 60;

const table = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value >>> 0;
});
const crc32 = (bytes) => {
  let sum = 0xffff_ffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ table[(sum ^ byte) & 255];
  return (sum ^ 0xffff_ffff) >>> 0;
};

function seal(bytes) {
  bytes.writeUInt32LE(0, 12);
  bytes.writeUInt32LE(crc32(bytes), 12);
  return bytes;
}

function sectionsOf(bytes) {
  return Object.fromEntries(SECTIONS.map((name, number) => {
    const at = HEADER + SECTION * number;
    return [name, {
      at, size: bytes.readUInt32LE(at + 4), count: Number(bytes.readBigUInt64LE(at + 8)),
      offset: Number(bytes.readBigUInt64LE(at + 16)),
    }];
  }));
}

/** Every mutation keeps the checksum right, so that what is behind it is tested. */
function outOfRange(whole) {
  const s = sectionsOf(whole);
  const put = (offset, value) => (bytes) => { bytes.writeUInt32LE(value, offset); };
  const last = (section) => section.offset + section.size * (section.count - 1);
  const swap = (section) => (bytes) => {
    const first = Buffer.from(bytes.subarray(section.offset, section.offset + section.size));
    bytes.copyWithin(section.offset, section.offset + section.size, section.offset + 2 * section.size);
    first.copy(bytes, section.offset + section.size);
  };
  return {
    "a fallback that is no state": put(s.states.offset + s.states.size, NOT_THERE),
    "an `other` that is no state": put(s.states.offset + s.states.size + 4, s.states.count),
    "an accept that is no record": put(s.states.offset + s.states.size + 8, s.records.count),
    "a sticky that is no record": put(last(s.states) + 12, s.records.count),
    "a glob that is no row": put(s.states.offset + s.states.size + 16, s.globRows.count),
    "an edge from no state": put(last(s.shortEdges), s.states.count),
    "an edge to no state": put(last(s.shortEdges) + 32, s.states.count),
    "a long edge to no state": put(last(s.longEdges) + 260, s.states.count),
    "no lane": put(s.root.offset, 0),
    "a lane too many": put(s.root.offset, 5),
    "a lane that starts in no state": put(s.root.offset + PATH_IN_ROOT, s.states.count),
    "a first case that says something": put(s.cases.offset + 8, 0x7fffffff),
    "other terms than there are": put(s.root.offset + 8, 1),
    "cases of a default": put(s.root.offset + DEFAULTS_IN_ROOT + 36, 1),
    "other limits than there are": put(s.root.offset + LIMITS_IN_ROOT, 1),
    "other lists of programs than there are": put(s.root.offset + PROGRAMS_IN_ROOT, 1),
    "a process's mark that is not there": put(s.root.offset + PROCESS_MARKS_IN_ROOT, 1),
    "words of arguments that nobody asks for": put(s.root.offset + ARGUMENTS_IN_ROOT, 1),
    "a first class of arguments that moves on": put(s.argumentClasses.offset, 1),
    "cases that are not there": put(last(s.records) + 36, s.cases.count),
    "edges out of order": swap(s.shortEdges),
    "an edge twice": (bytes) => {
      bytes.copyWithin(s.shortEdges.offset, s.shortEdges.offset + s.shortEdges.size, s.shortEdges.offset + 2 * s.shortEdges.size);
    },
    "more entries than bytes": (bytes) => { bytes.writeBigUInt64LE(BigInt(s.records.count + 1_000_000), s.records.at + 8); },
    "a count that overflows": (bytes) => { bytes.writeBigUInt64LE(1n << 62n, s.states.at + 8); },
    "a section elsewhere": (bytes) => { bytes.writeBigUInt64LE(BigInt(s.states.offset + 8), s.states.at + 16); },
    "a section before the image": (bytes) => { bytes.writeBigUInt64LE(0xffff_ffff_ffff_fff8n, s.states.at + 16); },
    "an entry of another size": put(s.states.at + 4, s.states.size + 4),
    "an effect that is none": put(s.records.offset + s.records.size, 0xffff_ffff),
    "record 0 with a word": put(s.records.offset, 0x7fff_ffff),
  };
}

// Nothing that broken gets as far as looking at the process.
const nothing = openSync("/dev/null", "r");
const offer = (bytes) => exec(POLICYD, ["session", "--pid", "1", "--image-fd", "0", "--events-fd", "1", "--guards-fd", "3"],
  { input: bytes, stdio: ["pipe", "pipe", "pipe", nothing] });
const maps = () => exec("/usr/sbin/bpftool", ["map", "list"]).out;

export function runImages() {
  suite("images");
  const whole = readFileSync(image("techniques"));
  const before = maps();
  const control = offer(whole);
  check("the whole image is taken: what is refused is the process", control.status === 3
    && control.err.includes("does not wait"), control);

  const refused = (name, bytes, words) => {
    const result = offer(bytes);
    check(`${name}: refused`, result.status === 1 && words.test(result.err), result);
  };
  const altered = (offset, value) => { const copy = Buffer.from(whole); copy.writeUInt32LE(value, offset); return copy; };
  refused("empty", Buffer.alloc(0), /cut short/);
  refused("text", Buffer.from("policy \"x\"\n".repeat(60)), /not a policy image/);
  refused("cut in the header", whole.subarray(0, 100), /cut short/);
  refused("cut by one byte", whole.subarray(0, -1), /cut short/);
  refused("cut in the middle", whole.subarray(0, whole.length / 2), /cut short/);
  refused("with a tail", Buffer.concat([whole, Buffer.alloc(8)]), /tail/);
  refused("another ABI version", seal(altered(4, 77)), /ABI version 77/);
  refused("another byte order", Buffer.from(whole).swap32(), /not a policy image|byte order/);
  refused("another byte order, marked", seal(altered(8, 0x0403_0201)), /byte order/);
  for (const [name, mutate] of Object.entries(outOfRange(whole))) {
    const copy = Buffer.from(whole);
    mutate(copy);
    refused(name, seal(copy), /\S/);
  }
  const survivors = [];
  for (let i = 0; i < FLIPS; i++) {
    const copy = Buffer.from(whole);
    const bit = Math.floor((whole.length * 8 * (i + 0.5)) / FLIPS);
    copy[bit >> 3] ^= 1 << (bit & 7);
    const result = offer(copy);
    if (result.status !== 1 || !/^policyd: /.test(result.err)) survivors.push({ bit, ...result });
  }
  check(`${FLIPS} images with one bit flipped: all refused`, survivors.length === 0, survivors);
  check("no map was made", maps() === before);

  const file = scratchFile("broken.polc");
  const broken = Buffer.from(whole);
  broken[whole.length - 1] ^= 1;
  writeFileSync(file, broken);
  const run = exec(POLICYC, ["run", file, "--", "/bin/echo", "ran"]);
  check("policyc run of a damaged image: status 1, a reason, no command", run.status === 1 && run.out === ""
    && run.err.includes("checksum"), run);
}
