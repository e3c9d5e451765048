// Writes src/compiler/image/abi.gen.ts: what clang makes of bpf/policy_abi.h, so that no number is copied by hand.
// `--stdout` prints it instead.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const HEADER = join(ROOT, "bpf", "policy_abi.h");
const OUTPUT = join(ROOT, "src", "compiler", "image", "abi.gen.ts");

const TYPEDEFS = `
typedef unsigned char __u8; typedef unsigned short __u16; typedef unsigned int __u32; typedef unsigned long long __u64;
typedef int __s32;
`;

/** Names of the constants that the header defines (macros without arguments, the include guard aside). */
function macroNames() {
  return [...readFileSync(HEADER, "utf8").matchAll(/^#define (POLICY_\w+)[ \t]+\S/gm)].map((m) => m[1]);
}

/** A C file that mentions every type and constant, so that all of them are in its BTF. */
function probe(structs, enums, macros) {
  return [
    TYPEDEFS, `#include "${HEADER}"`,
    ...structs.map((name) => `struct ${name} a_${name};`),
    ...enums.map((name) => `enum ${name} a_${name};`),
    `enum macros { ${macros.map((name) => `M_${name} = (int)(${name})`).join(", ")} } a_macros;`,
  ].join("\n");
}

function btfOf(source) {
  const folder = mkdtempSync(join(tmpdir(), "policyc-abi-"));
  try {
    writeFileSync(join(folder, "probe.c"), source);
    execFileSync("clang", ["-g", "-O1", "-target", "bpf", "-c", "probe.c", "-o", "probe.o"], { cwd: folder });
    const json = execFileSync("bpftool", ["-j", "btf", "dump", "file", "probe.o"], { cwd: folder, encoding: "utf8" });
    return JSON.parse(json).types;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Size in bytes of a BTF type, and its length where it is an array (rows multiplied out). */
function measure(byId, id) {
  const type = byId.get(id);
  if (type.kind === "TYPEDEF") return measure(byId, type.type_id);
  if (type.kind !== "ARRAY") return { size: type.size };
  const element = measure(byId, type.type_id);
  const length = type.nr_elems * (element.length ?? 1);
  return { size: element.size * type.nr_elems, length };
}

function structText(byId, type) {
  const fields = type.members.map((member) => {
    const { size, length } = measure(byId, member.type_id);
    const array = length === undefined ? "" : `, length: ${length}`;
    return `      ${member.name}: { offset: ${member.bits_offset / 8}, size: ${size}${array} },`;
  });
  return [`  ${type.name}: {`, `    size: ${type.size},`, "    fields: {", ...fields, "    },", "  },"].join("\n");
}

function generate() {
  const header = readFileSync(HEADER, "utf8");
  const structs = [...header.matchAll(/^struct (policy_\w+) \{/gm)].map((m) => m[1]);
  const enums = [...header.matchAll(/^enum (policy_\w+) \{/gm)].map((m) => m[1]);
  const types = btfOf(probe(structs, enums, macroNames()));
  const byId = new Map(types.map((type) => [type.id, type]));
  const find = (kind, name) => types.find((type) => type.kind === kind && type.name === name);
  const constant = ({ name, val }) => `export const ${name.replace(/^M_/, "")} = ${val >>> 0};`;
  return [
    "// Made by scripts/generate-abi.mjs from bpf/policy_abi.h; not to be edited.",
    "",
    ...find("ENUM", "macros").values.map(constant),
    ...enums.flatMap((name) => ["", `// enum ${name}`, ...find("ENUM", name).values.map(constant)]),
    "",
    "/** Sizes and offsets in bytes; `length`: elements of an array, rows multiplied out. */",
    "export const STRUCTS = {",
    ...structs.map((name) => structText(byId, find("STRUCT", name))),
    "} as const;",
    "",
  ].join("\n");
}

if (process.argv.includes("--stdout")) process.stdout.write(generate());
else writeFileSync(OUTPUT, generate());
