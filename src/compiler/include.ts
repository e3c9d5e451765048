/** Reads a policy and everything it includes, and puts the statements of all files into one list. */
import { basename, dirname, join, normalize } from "node:path/posix";
import type { IncludeStatement, PolicyFile, Statement, StringLiteral } from "./ast.js";
import type { Diagnostic, Label, Outcome, Source, Span } from "./diagnostic.js";
import { report } from "./messages.js";
import { parse } from "./parse.js";

/** `std:NAME` asks for a policy that is shipped with policyc; anything else is a path of a file. */
export type ReadSource = (path: string) => Source | { readonly error: string };

/** `parse`, or what remembers its answers. */
export type ParseSource = (source: Source) => Outcome<PolicyFile>;

export interface LoadedPolicy {
  /** The file that the user named. */
  readonly root: PolicyFile;
  readonly name: StringLiteral | null;
  /** In source order, includes replaced by what they take in. */
  readonly statements: readonly Statement[];
}

/** Includes that may stand inside one another. */
const DEPTH_LIMIT = 64;
const STD = "std:";

interface Walk {
  readonly read: ReadSource;
  readonly parseSource: ParseSource;
  /** Files that have been taken in or are being taken in. */
  readonly seen: Set<string>;
  readonly diagnostics: Diagnostic[];
}

/** A file that is being read, and the include statement that led to it; the root has none. */
interface Step {
  readonly path: string;
  readonly span: Span | null;
}

/** Every error of every file that could be read. A repeated include counts once; a cycle is an error. */
export function loadPolicy(
  rootPath: string, read: ReadSource, parseSource: ParseSource = parse,
): Outcome<LoadedPolicy> {
  const walk: Walk = { read, parseSource, seen: new Set(), diagnostics: [] };
  const path = rootPath.startsWith(STD) ? rootPath : normalize(rootPath);
  const root = loadFile({ path, span: null }, [], walk);
  const { diagnostics } = walk;
  if (root === null || diagnostics.some((diagnostic) => diagnostic.severity === "error")) {
    return { ok: false, diagnostics };
  }
  const policy = root.file.statements.find((statement) => statement.kind === "policy");
  return {
    ok: true,
    value: { root: root.file, name: policy?.name ?? null, statements: root.statements },
    diagnostics,
  };
}

interface LoadedFile {
  readonly file: PolicyFile;
  readonly statements: readonly Statement[];
}

function loadFile(step: Step, outer: readonly Step[], walk: Walk): LoadedFile | null {
  walk.seen.add(step.path);
  const source = walk.read(step.path);
  if ("error" in source) {
    const span = step.span ?? { source: { path: step.path, text: "" }, start: 0, end: 0 };
    const shipped = `${STD}${basename(step.path, ".pol")}`;
    const help = step.span === null || step.path.startsWith(STD) || "error" in walk.read(shipped) ? {}
      : { help: `did you mean \`include "${shipped}"\`?` };
    walk.diagnostics.push(report("cannot-read-file", span, { path: step.path, reason: source.error }, help));
    return null;
  }
  const parsed = walk.parseSource(source);
  walk.diagnostics.push(...parsed.diagnostics);
  if (!parsed.ok) return null;
  const chain = [...outer, step];
  const statements = parsed.value.statements.flatMap((statement) =>
    statement.kind === "include" ? loadInclude(statement, chain, walk) : [statement]);
  return { file: parsed.value, statements };
}

function loadInclude(statement: IncludeStatement, chain: readonly Step[], walk: Walk): readonly Statement[] {
  const path = includedPath(statement, chain.at(-1)?.path ?? "", walk);
  if (path === null) return [];
  const { span } = statement.path;
  const start = chain.findIndex((step) => step.path === path);
  if (start !== -1) {
    const labels = chain.slice(start + 1).flatMap((step): readonly Label[] =>
      step.span === null ? [] : [{ message: `\`${step.path}\` is included here`, span: step.span }]);
    walk.diagnostics.push(report("include-cycle", span, { path }, { labels, help: "remove one of these includes" }));
    return [];
  }
  if (walk.seen.has(path)) return [];
  if (chain.length > DEPTH_LIMIT) {
    walk.diagnostics.push(report("include-too-deep", span, { limit: DEPTH_LIMIT },
      { help: "include the parts side by side, from one file" }));
    return [];
  }
  return loadFile({ path, span }, chain, walk)?.statements ?? [];
}

/** Null, and a diagnostic, where the string is not a path by itself. */
function includedPath(statement: IncludeStatement, from: string, walk: Walk): string | null {
  const { parts, span } = statement.path;
  const reference = parts.find((part) => part.kind === "reference");
  if (reference !== undefined) {
    walk.diagnostics.push(
      report("reference-not-here", reference.span, { name: reference.name, where: "the path of an include" },
        { help: "write the name of the file itself" }));
    return null;
  }
  const path = parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
  if (path.startsWith(STD)) return path;
  if (from.startsWith(STD)) {
    walk.diagnostics.push(report("include-outside-std", span, { path }, { help: `\`include "${STD}${basename(path, ".pol")}"\`` }));
    return null;
  }
  if (path === "") {
    walk.diagnostics.push(report("cannot-read-file", span, { path, reason: "the path is empty" }));
    return null;
  }
  return path.startsWith("/") ? normalize(path) : join(dirname(from), path);
}
