// Writes src/compiler/ir.gen.ts from grammar/ir.schema.json. `--check` writes nothing and fails when it is stale.
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";

const SCHEMA = new URL("../grammar/ir.schema.json", import.meta.url);
const OUTPUT = new URL("../src/compiler/ir.gen.ts", import.meta.url);

/** The text of `ir.gen.ts` for the schema as it stands. */
export async function generateIr() {
  const schema = JSON.parse(await readFile(SCHEMA, "utf8"));
  return compile(schema, "Ir", {
    bannerComment: "// Generated from grammar/ir.schema.json by scripts/generate-ir.mjs; do not edit.",
    // Plain arrays: tuples that stand for "at least one" cannot be built with `map`. The schema itself is tested.
    ignoreMinAndMaxItems: true,
    style: { printWidth: 120 },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await generateIr();
  if (!process.argv.includes("--check")) {
    await writeFile(OUTPUT, text);
  } else if ((await readFile(OUTPUT, "utf8").catch(() => "")) !== text) {
    process.stderr.write("src/compiler/ir.gen.ts is stale: run `npm run generate`\n");
    process.exitCode = 1;
  }
}
