// Bundles the command and the library into dist/, with the packages that they need: see docs/decisions/0013. Beside
// them dist/third-party.txt, the licences of those packages.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const NATIVE = "native";

const ENTRY_POINTS = [
  "src/cli/main.ts",
  "src/compiler/compile.ts",
  // Run by itself by test/support/run-with-fake.mjs.
  "src/cli/run.ts",
];

// commander is CommonJS and requires modules of Node, which esbuild leaves as they are.
const BANNER = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

const { outputs } = await bundle();
writeFileSync(join(DIST, "third-party.txt"), licences(packagesIn(outputs)));

async function bundle() {
  mkdirSync(DIST, { recursive: true });
  // Chunks are named by their content: those of an earlier build would stay.
  for (const name of readdirSync(DIST)) if (name !== NATIVE) rmSync(join(DIST, name), { recursive: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRY_POINTS,
    outdir: DIST,
    outbase: "src",
    // One folder below dist, as src/runtime/package-paths.ts expects.
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    // What a command does not need it does not read.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.15",
    banner: { js: BANNER },
    sourcemap: true,
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}

/** Folders of the packages that bytes of the outputs come from, sorted. */
function packagesIn(outputs) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const folders = inputs.flatMap(([path]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

/** Each text once, below the packages that it is for. */
function licences(folders) {
  const titles = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
    const text = licenceText(folder);
    titles.set(text, [...titles.get(text) ?? [], `${name} ${version} (${license})`]);
  }
  return Array.from(titles, ([text, names]) => `${"-".repeat(80)}\n${names.join("\n")}\n\n${text}\n`).join("\n");
}

function licenceText(folder) {
  const file = readdirSync(join(ROOT, folder)).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  if (file === undefined) throw new Error(`${folder} has no licence to pass on`);
  return readFileSync(join(ROOT, folder, file), "utf8").replace(/^\n+|\s+$/g, "");
}
