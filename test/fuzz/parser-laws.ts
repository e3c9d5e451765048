/** What holds of the front end whatever bytes it is given. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { PolicyFile } from "../../src/compiler/ast.js";
import { compile, frontEnd } from "../../src/compiler/compile.js";
import type { Diagnostic, Outcome, Source, Span } from "../../src/compiler/diagnostic.js";
import { format } from "../../src/compiler/format.js";
import { decodeImage } from "../../src/compiler/image/decode.js";
import type { ReadSource } from "../../src/compiler/include.js";
import { lint } from "../../src/compiler/lint.js";
import { parse, parseText } from "../../src/compiler/parse.js";
import { print } from "../../src/compiler/print.js";
import type { Bindings } from "../../src/compiler/resolved.js";
import { decodeSource } from "../../src/cli/read-sources.js";
import { mutated, randomFrom } from "./mutate-text.js";

const PATH = "fuzzed.pol";
const HOME = "/home/ada";
/** One text in so many is linted as well: the questions that lint asks take longest. */
const LINT_EVERY = 8;
/** Times the processor time that the slowest policy of the corpus takes. */
const PATIENCE = 100;

export interface Corpus {
  readonly files: readonly Buffer[];
  /** Shipped policies, by `std:NAME`. */
  readonly shipped: ReadonlyMap<string, string>;
}

/** Every policy below the folder, but for what was built or installed. */
export function readCorpus(root: string): Corpus {
  const skipped = new Set(["node_modules", "build", "dist", ".git"]);
  const below = (folder: string): readonly string[] =>
    readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : below(join(folder, entry.name));
      return entry.name.endsWith(".pol") ? [join(folder, entry.name)] : [];
    });
  const shipped = readdirSync(join(root, "std")).map((name): readonly [string, string] =>
    [`std:${name.replace(/\.pol$/, "")}`, readFileSync(join(root, "std", name), "utf8")]);
  return { files: below(root).map((path) => readFileSync(path)), shipped: new Map(shipped) };
}

function law(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`broken: ${what}`);
}

const withoutSpans = (tree: unknown): string =>
  JSON.stringify(tree, (key: string, value: unknown) => (key === "span" ? undefined : value));

function checkSpan({ source, start, end }: Span, text: string | null): void {
  law(Number.isInteger(start) && Number.isInteger(end), "a span is of whole numbers");
  law(start >= 0 && start <= end && end <= source.text.length, `a span lies in the text: ${start}-${end}`);
  law(text === null || source.text === text, "a span is of the text");
}

/** `text`: that all spans refer to, where there is but one. */
function checkDiagnostics(diagnostics: readonly Diagnostic[], text: string | null): void {
  for (const { code, message, severity, span, labels, fixes = [] } of diagnostics) {
    law(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(code) && message !== "" && severity.length > 0, "a diagnostic says what it is");
    for (const each of [span, ...labels.map((label) => label.span), ...fixes.map((fix) => fix.span)]) checkSpan(each, text);
  }
}

function checkOutcome(outcome: Outcome<unknown>): void {
  checkDiagnostics(outcome.diagnostics, null);
  law(outcome.ok || outcome.diagnostics.some(({ severity }) => severity === "error"), "a failure has an error");
}

function formatted(text: string): string {
  const outcome = format({ path: PATH, text });
  law(outcome.ok, "what parses can be formatted");
  return outcome.value;
}

function checkTree(source: Source, file: PolicyFile): void {
  for (const blank of ["by-kind", "as-written"] as const) {
    const again = parse({ path: PATH, text: print(file, blank) });
    law(again.ok && isDeepStrictEqual(withoutSpans(again.value), withoutSpans(file)), "print and parse give the tree");
  }
  const once = formatted(source.text);
  law(formatted(once) === once, "formatting twice is formatting once");
}

function readWith(source: Source, { shipped }: Corpus): ReadSource {
  return (path) => {
    const text = path === PATH ? source.text : shipped.get(path);
    if (text === undefined) return { error: "no such file" };
    return path === PATH ? source : { path, text };
  };
}

function checkCompiling(source: Source, file: PolicyFile | null, corpus: Corpus, alsoLint: boolean): void {
  const names = file?.statements.flatMap((statement) => (statement.kind === "param" ? [statement.name.text] : [])) ?? [];
  const params = Object.fromEntries(names.map((name) => [name, `/srv/${name}`]));
  const bindings: Bindings = { home: HOME, params, programs: [] };
  const read = readWith(source, corpus);
  checkOutcome(frontEnd(PATH, read, bindings));
  const image = compile(PATH, read, bindings);
  checkOutcome(image);
  law(!image.ok || decodeImage(image.value).ok, "an image can be decoded");
  if (alsoLint) {
    checkDiagnostics(lint([PATH], { read, parseSource: parse, home: HOME, params, linkOf: null }), null);
  }
}

function checkText(text: string, corpus: Corpus, alsoLint: boolean): void {
  const source: Source = { path: PATH, text };
  const parsed = parse(source);
  checkDiagnostics(parsed.diagnostics, text);
  law(parsed.ok || parsed.diagnostics.length > 0, "what does not parse has an error");
  law(isDeepStrictEqual(parsed, parseText(source, text)), "reading plain rules apart changes nothing");
  if (parsed.ok) checkTree(source, parsed.value);
  checkCompiling(source, parsed.ok ? parsed.value : null, corpus, alsoLint);
}

/** As the command reads it, which refuses what is not UTF-8; then with the wrong bytes replaced, as an editor might. */
function checkBytes(bytes: Buffer, corpus: Corpus, alsoLint: boolean): void {
  const decoded = decodeSource(PATH, bytes);
  law("text" in decoded || decoded.error !== "", "what cannot be decoded has a reason");
  const lenient = bytes.toString("utf8");
  checkText("text" in decoded ? decoded.text : lenient, corpus, alsoLint);
}

function processorTime(action: () => void): number {
  const before = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

export interface Failure {
  readonly number: number;
  readonly bytes: Buffer;
  readonly error: unknown;
}

export interface Fuzzer {
  /** Tries text `number` of the seed: the same from the same seed, whatever was tried before. */
  readonly step: (number: number) => Failure | null;
  /** Tries these bytes. */
  readonly replay: (bytes: Buffer) => Failure | null;
  /** How many texts have parsed so far, and how many compiled. */
  readonly parsed: () => number;
}

export function makeFuzzer(corpus: Corpus, seed: number): Fuzzer {
  const slowest = Math.max(...corpus.files.map((file) =>
    processorTime(() => { checkBytes(file, corpus, true); })));
  let parsed = 0;
  const tryBytes = (bytes: Buffer, number: number, alsoLint: boolean): Failure | null => {
    try {
      if (parse({ path: PATH, text: bytes.toString("utf8") }).ok) parsed++;
      const took = processorTime(() => { checkBytes(bytes, corpus, alsoLint); });
      law(took <= PATIENCE * slowest, `it takes ${took} µs, ${PATIENCE} times the slowest of the corpus is ${PATIENCE * slowest}`);
      return null;
    } catch (error) {
      return { number, bytes, error };
    }
  };
  return {
    step: (number) =>
      tryBytes(mutated(corpus.files, randomFrom(Math.imul(seed, 0x9e3779b1) + number)), number, number % LINT_EVERY === 0),
    replay: (bytes) => tryBytes(bytes, 0, true),
    parsed: () => parsed,
  };
}
