// Fuzzes the front end for some time, or tries files. usage: node test/fuzz/parser.mjs Ns | FILE…
// SEED=N chooses the texts; one that fails is kept in build/fuzz/parser/, and ends the run with status 1.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = join(ROOT, "build/fuzz/parser");
const BANNER = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

async function bundled(file) {
  const outfile = join(FOLDER, `${file}.mjs`);
  await build({
    entryPoints: [join(ROOT, `test/fuzz/${file}.ts`)], outfile, bundle: true, format: "esm", platform: "node",
    banner: { js: BANNER }, logLevel: "warning",
  });
  return import(pathToFileURL(outfile).href);
}

function report({ number, bytes, error }, seed) {
  const kept = join(FOLDER, `crash-${seed}-${number}`);
  writeFileSync(kept, bytes);
  console.log(`parser: seed ${seed}, text ${number}, kept as ${kept}:\n${error.stack ?? error}`);
  return 1;
}

function runFor(fuzzer, seconds, seed) {
  const begun = performance.now();
  const end = begun + 1000 * seconds;
  let number = 0;
  let failure = null;
  for (; failure === null && performance.now() < end; number++) failure = fuzzer.step(number);
  const status = failure === null ? 0 : report(failure, seed);
  const took = Math.round((performance.now() - begun) / 1000);
  console.log(`parser: ${number} inputs in ${took} s, ${fuzzer.parsed()} of them parse, ${status ? "FAILED" : "no failure"}`);
  return status;
}

function tryFiles(fuzzer, files) {
  const failures = files.map((file) => fuzzer.replay(readFileSync(file))).filter((failure) => failure !== null);
  for (const { error } of failures) console.log(error.stack ?? error);
  return failures.length > 0 ? 1 : 0;
}

mkdirSync(FOLDER, { recursive: true });
const { makeFuzzer, readCorpus } = await bundled("parser-laws");
const [first = "60s", ...others] = process.argv.slice(2);
const seconds = /^(\d+)s$/.exec(first)?.[1];
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const fuzzer = makeFuzzer(readCorpus(ROOT), seed);
process.exitCode = seconds === undefined ? tryFiles(fuzzer, [first, ...others]) : runFor(fuzzer, Number(seconds), seed);
