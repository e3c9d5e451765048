/** `policyc lint`: what is wrong with policies, and what may be. */
import type { Diagnostic, Source } from "../compiler/diagnostic.js";
import type { ParseSource, ReadSource } from "../compiler/include.js";
import { lint, type LintInput } from "../compiler/lint.js";
import { parse } from "../compiler/parse.js";
import { applyFixes } from "./apply-fixes.js";
import { bindingsOf, type OutsideBindings } from "./bindings.js";
import { fail, type Failure, STATUS } from "./exit.js";
import { readPage } from "./explain-code.js";
import { renderForGithub } from "./github-annotations.js";
import { linkReader } from "./link-reader.js";
import { toJson } from "./lint-json.js";
import { noneHas } from "./load-policy.js";
import type { BindingOptions } from "./options.js";
import { policyFiles } from "./policy-files.js";
import { printDiagnostics, printFailure } from "./print-failure.js";
import { readSource, STDIN } from "./read-sources.js";
import { toSarif } from "./sarif.js";
import { printable, writeErr, writeOut } from "./terminal.js";
import { packageVersion } from "./version.js";
import { replaceText } from "./write-whole.js";

export interface LintOptions extends BindingOptions {
  readonly format: string;
  readonly json?: boolean;
  readonly fix?: boolean;
  readonly here?: boolean;
}

export function lintCommand(paths: readonly string[], options: LintOptions): number {
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  const files = policyFiles(paths);
  if (!files.ok) return printFailure(files.failure);
  const format = options.json === true ? "json" : options.format;
  const printsText = options.fix === true && files.value.includes(STDIN);
  if (printsText && format !== "pretty") {
    return printFailure(fail(STATUS.usage, `standard output cannot hold both the fixed text of \`-\` and \`--format ${format}\``,
      "name a file").failure);
  }
  const first = lintFiles(files.value, bindings.value, options);
  if (first.unknown !== null) return printFailure(first.unknown);
  const { diagnostics, status } = options.fix === true
    ? fixAll(first.diagnostics, () => lintFiles(files.value, bindings.value, options).diagnostics)
    : { diagnostics: first.diagnostics, status: STATUS.done };
  if (printsText && standardInput !== null && "text" in standardInput) writeOut(standardInput.text);
  show(diagnostics, format);
  const found = diagnostics.some(({ severity }) => severity === "error") ? STATUS.policy : STATUS.done;
  return Math.max(found, status);
}

interface Found {
  readonly diagnostics: readonly Diagnostic[];
  /** Of a name in `--set` that is no parameter of any policy, where all policies could be read. */
  readonly unknown: Failure | null;
}

function lintFiles(files: readonly string[], { home, params }: OutsideBindings, { here }: LintOptions): Found {
  const parameters = new Set<string>();
  const parseSource = rememberTree((name) => { parameters.add(name); });
  const input: LintInput = { read: readOnce(), parseSource, home, params, linkOf: here === true ? linkReader() : null };
  const diagnostics = lint(files, input);
  const isWhole = diagnostics.every(({ severity }) => severity !== "error");
  const unknown = isWhole ? Object.keys(params).find((name) => !parameters.has(name)) : undefined;
  return { diagnostics, unknown: unknown === undefined ? null : noneHas(unknown, parameters).failure };
}

/** Standard input, with its fixes, is kept: it cannot be read a second time. */
let standardInput: ReturnType<ReadSource> | null = null;

/** Each file is read once, so that all policies which include it share one source and one tree. */
function readOnce(): ReadSource {
  const sources = new Map<string, ReturnType<ReadSource>>();
  return (path) => {
    const known = sources.get(path);
    if (known !== undefined) return known;
    const source = path === STDIN ? standardInput ?? readSource(path) : readSource(path);
    if (path === STDIN) standardInput = source;
    sources.set(path, source);
    return source;
  };
}

/** More than anybody includes; whoever needs a tree for longer holds it. */
const TREES_KEPT = 64;

/** `parse`, and the trees of the last sources; `sawParameter` is told their parameters. */
function rememberTree(sawParameter: (name: string) => void): ParseSource {
  const trees = new Map<Source, ReturnType<typeof parse>>();
  return (source) => {
    const known = trees.get(source);
    const parsed = known ?? parse(source);
    // In the order of use.
    trees.delete(source);
    trees.set(source, parsed);
    const [oldest] = trees.keys();
    if (trees.size > TREES_KEPT && oldest !== undefined) trees.delete(oldest);
    if (known !== undefined) return known;
    for (const statement of parsed.ok ? parsed.value.statements : []) {
      if (statement.kind === "param") sawParameter(statement.name.text);
    }
    return parsed;
  };
}

/** One change may lay open another; of a chain of definitions each is unused once the one before is gone. */
const MOST_ROUNDS = 50;

interface Fixed {
  readonly status: number;
  /** What is left to say. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Says on standard error which files were changed. */
function fixAll(found: readonly Diagnostic[], again: () => readonly Diagnostic[]): Fixed {
  let diagnostics = found;
  let status: number = STATUS.done;
  const [changed, failed] = [new Set<string>(), new Set<string>()];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const fixes = [...applyFixes(diagnostics)].filter(([{ path }]) => !path.startsWith("std:") && !failed.has(path));
    const written = fixes.map(([source, text]) =>
      ({ path: source.path, isFile: source !== standardInput, failure: replaceSource(source, text) }));
    for (const { path, isFile, failure } of written) {
      if (failure === null && isFile) changed.add(path);
      if (failure === null) continue;
      failed.add(path);
      status = Math.max(status, printFailure(failure));
    }
    if (written.every(({ failure }) => failure !== null)) break;
    diagnostics = again();
  }
  for (const path of changed) writeErr(`fixed ${printable(path)}\n`);
  return { status, diagnostics };
}

/** What came from standard input stays in memory. Null where it is done. */
function replaceSource(source: Source, text: string): Failure | null {
  if (source === standardInput) {
    standardInput = { path: source.path, text };
    return null;
  }
  const written = replaceText(source.path, text);
  return written.ok ? null : written.failure;
}

function show(diagnostics: readonly Diagnostic[], format: string): void {
  switch (format) {
    case "json":
      writeOut(`${JSON.stringify(toJson(diagnostics), null, 2)}\n`);
      break;
    case "sarif":
      writeOut(`${JSON.stringify(toSarif(diagnostics, packageVersion(), readPage), null, 2)}\n`);
      break;
    case "github":
      writeOut(renderForGithub(diagnostics));
      break;
    default:
      printDiagnostics(diagnostics);
  }
}
