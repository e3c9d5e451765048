/** The two readers of images: what the compiler's reader accepts policyd's accepts, and where they differ it is known why. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { checksumOf, decodeImage } from "../../src/compiler/image/decode.js";
import { STRUCTS } from "../../src/compiler/image/abi.gen.js";
import { SECTION_NAMES } from "../../src/compiler/image/layout.js";
import { compile } from "../../src/compiler/compile.js";
import { buildImage } from "../../src/compiler/image/build.js";
import { type Random, randomFrom } from "../fuzz/mutate-text.js";
import { accepted, HOME, readFrom } from "../compiler/front-end.js";
import { HARNESS } from "./kernel.js";

const CHANGES = Number(process.env["RUNS"] ?? 500);
const HEADER = STRUCTS.policy_image_header;
const SECTION = STRUCTS.policy_section;

/** What policyd leaves alone: `meta`, which it does not read, and what costs nobody an access. */
const ONLY_THE_COMPILERS = new RegExp([
  "meta is not", "names no rule", "no such port class", "flags and .* differ", "is of no class", "of another length",
  "arguments of no class",
].join("|"));

function everyTable(): Buffer {
  const text = readFileSync(new URL("../c/every-table.pol", import.meta.url), "utf8");
  const image = compile("a.pol", readFrom({ "a.pol": text }), { home: HOME, params: {}, programs: [] });
  if (!image.ok) throw new Error("every-table.pol does not compile");
  return Buffer.from(image.value);
}

/** Terms, cases of records, addresses, ports, privileges and of what has no place; some hold beneath the root. */
function everyCase(): Buffer {
  const built = buildImage(accepted([
    `mark one on read "/one"`, `mark two on read "/two"`, `allow read "/**" when one`, `deny write "/**" unless one and exe "/bin/a"`,
    `kill exec "/a/b", anonymous when two or under "/usr/**"`, `deny connect any port 1-80 when one`, `deny connect "10.0.0.0/8" unless two`,
    `allow privilege ptrace when not (one or two)`, `deny connect any when exe "b"`, `audit connect unix "@a*" when one`,
  ].join("\n")).ir);
  if (!built.ok) throw new Error("a bound is exceeded");
  return Buffer.from(built.value);
}

/** Marks of all kinds, limits, and what is asked of arguments; of paths, addresses and what has no place. */
function everyMemory(): Buffer {
  const built = buildImage(accepted([
    `mark secret on read "/a/**", connect any, load anonymous until exec "/b" args "x", "y*"`,
    `mark tested on success "/b" args only "x" without "z" until write "/**" unless exe "/c" per process`,
    `mark kept on write "/d" per process tracks files`, `limit read, write "/a/**" to 3 per 10s then deny`,
    `limit connect "10.0.0.0/8" port 443 to 7 per 500ms then kill`, `limit exec "/**" to 2 per 1h then audit`,
    `deny exec "/b" args only "x" without "z" when kept`, `deny connect any when secret and not under "/c"`,
    `allow exec "/e" args "x", "y*"`, `default deny exec, write`,
  ].join("\n")).ir);
  if (!built.ok) throw new Error("a bound is exceeded");
  return Buffer.from(built.value);
}

/** A number of some entry becomes another, small or odd; the checksum fits. */
function changed(image: Buffer, random: Random): Buffer {
  const result = Buffer.from(image);
  const at = HEADER.fields.sections.offset + (1 + random(SECTION_NAMES.length - 1)) * SECTION.size;
  const [size, count] = [image.readUInt32LE(at + SECTION.fields.entry_size.offset),
    Number(image.readBigUInt64LE(at + SECTION.fields.count.offset))];
  const start = Number(image.readBigUInt64LE(at + SECTION.fields.offset.offset));
  if (count === 0) return result;
  const field = start + random(count) * size + 4 * random(size / 4);
  const old = image.readUInt32LE(field);
  const values = [old ^ (1 << random(32)), old + 1, old - 1, random(64), 0, 2 ** random(32), 0x6000_0000];
  result.writeUInt32LE((values[random(values.length)] ?? 0) >>> 0, field);
  result.writeUInt32LE(0, HEADER.fields.checksum.offset);
  result.writeUInt32LE(checksumOf(result), HEADER.fields.checksum.offset);
  return result;
}

function policydRefuses(image: Buffer): string | null {
  const { status, stderr } = spawnSync(HARNESS, ["check"], { input: image });
  if (status !== 0 && status !== 1) throw new Error(`harness: status ${String(status)}: ${stderr.toString()}`);
  return status === 0 ? null : stderr.toString();
}

it.each([
  ["every table", everyTable], ["every kind of case", everyCase], ["every kind of memory", everyMemory],
])("the compiler's reader and policyd's accept and refuse the same images: %s", (_, made) => {
  const image = made();
  const random = randomFrom(1);
  const seen = { both: 0, neither: 0 };
  expect(policydRefuses(image)).toBeNull();
  for (let i = 0; i < CHANGES; i++) {
    const other = changed(image, random);
    const [compiler, policyd] = [decodeImage(other), policydRefuses(other)];
    if (compiler.ok) expect(policyd, `change ${i}: policyd alone refuses`).toBeNull();
    else if (policyd === null) expect(compiler.reason, `change ${i}: the compiler alone refuses`).toMatch(ONLY_THE_COMPILERS);
    if (compiler.ok && policyd === null) seen.both++;
    if (!compiler.ok && policyd !== null) seen.neither++;
  }
  expect(seen.both).toBeGreaterThan(CHANGES / 50);
  expect(seen.neither).toBeGreaterThan(CHANGES / 10);
});
