/** From what the user names to a policy bound to this person and this machine, or to its image. */
import { normalize, resolve } from "node:path/posix";
import type { Statement } from "../compiler/ast.js";
import { withoutIgnored } from "../compiler/checks/apply-ignores.js";
import { findSymlinks } from "../compiler/checks/find-symlinks.js";
import { backEnd, frontEndOf, type FrontEnd } from "../compiler/compile.js";
import type { Diagnostic, Outcome, Source } from "../compiler/diagnostic.js";
import { metaOf } from "../compiler/image/meta.js";
import { loadPolicy } from "../compiler/include.js";
import { didYouMean } from "../compiler/substitute.js";
import { tasksIn } from "../compiler/unfold-blocks.js";
import { findProgramLinks } from "../runtime/program-links.js";
import { expandHome } from "./access.js";
import type { OutsideBindings } from "./bindings.js";
import { fail, type Failure, STATUS } from "./exit.js";
import { linkReader } from "./link-reader.js";
import { failed, type Loaded, type Runnable } from "./loaded.js";
import type { Approval } from "./require-approval.js";
import { decodeSource, readSource } from "./read-sources.js";
import { OF_THE_COMMAND_LINE } from "./render-diagnostics.js";
import { shellWord } from "./shell-word.js";

const STD = "std:";

/** `searchPath`: the PATH of those who will run under the policy. */
export function loadPolicyFile(path: string, bindings: OutsideBindings, searchPath: string): Loaded<FrontEnd> {
  return loadFrom(path, readSource(path), bindings, searchPath);
}

/** The same, of a text that was read already. */
export const loadPolicySource = loadFrom;

/** What can be bound, or chosen, by name; nothing of a policy that does not parse. */
export function namesIn(path: string, root: ReturnType<typeof readSource>): PolicyNames {
  const read: typeof readSource = (name) => (name === path ? root : readSource(name));
  const loaded = loadPolicy(path, read);
  return namesOf(loaded.ok ? loaded.value.statements : []);
}

export const namesOf = (statements: readonly Statement[]): PolicyNames => ({
  params: new Set(statements.flatMap((statement) => (statement.kind === "param" ? [statement.name.text] : []))),
  tasks: tasksIn(statements),
});

export interface PolicyNames {
  readonly params: ReadonlySet<string>;
  readonly tasks: ReadonlySet<string>;
}

/** About `--set`, where several policies are given, each of which takes what it has. */
export const noneHas = (name: string, params: Iterable<string>): { readonly ok: false; readonly failure: Failure } =>
  fail(STATUS.usage, `none of the policies has a parameter \`${name}\``, didYouMean(name, params, (other) => `--set ${other}=…`));

/** From what was read already. */
export function compileBytes(
  path: string, bytes: Uint8Array, bindings: OutsideBindings, searchPath: string, approval: Approval | null = null,
): Loaded<Runnable> {
  return compiled(loadFrom(path, decodeSource(path, bytes), bindings, searchPath, approval));
}

export function compileStd(name: string, bindings: OutsideBindings, searchPath: string, approval: Approval | null = null): Loaded<Runnable> {
  return compiled(loadFrom(name, readSource(name), bindings, searchPath, approval));
}

function loadFrom(
  path: string, root: ReturnType<typeof readSource>, bindings: OutsideBindings, searchPath: string, approval: Approval | null = null,
): Loaded<FrontEnd> {
  if (!("error" in root)) return bind(path, root, bindings, searchPath, approval);
  return failed(root.isImage === true
    ? fail(STATUS.usage, `\`${path}\` is an image, not a policy`, `policyc inspect ${path}`)
    : fail(STATUS.usage, `cannot read \`${path}\`: ${root.error}`));
}

function bind(path: string, root: Source, bindings: OutsideBindings, searchPath: string, approval: Approval | null): Loaded<FrontEnd> {
  const normal = path.startsWith(STD) ? path : normalize(path);
  // What was read once is not read again: standard input cannot be, and a file may change in between.
  const loaded = loadPolicy(normal, (name) => (name === normal ? root : readSource(name)));
  const approved = approval !== null && loaded.ok ? approval(path, loaded.value) : null;
  if (approved?.ok === false) return failed(approved);
  const { home, params, task } = bindings;
  const unbound = frontEndOf(loaded, { home, params, programs: [] }, task);
  if (!unbound.ok) return misbound(unbound.diagnostics, bindings);
  const programs = findProgramLinks(unbound.value.ir, searchPath);
  return diagnosed(programs.length === 0 ? unbound : frontEndOf(loaded, { home, params, programs }, task));
}

/** To be put in force on this machine, whose symbolic links no pattern follows: where one should, nobody would notice. */
function compiled(loaded: Loaded<FrontEnd>): Loaded<Runnable> {
  if (!loaded.ok) return loaded;
  const image = imageOf(loaded.value);
  if (!image.ok) return image;
  const { ir, statements, resolved } = loaded.value;
  const sources = new Set([resolved.source.path, ...statements.map(({ span }) => span.source.path)]);
  const files = [...sources].filter((path) => !path.startsWith(STD));
  const here = withoutIgnored(statements, findSymlinks(resolved, linkReader()));
  return { ok: true, value: { image: image.value, meta: metaOf(ir), files }, warnings: [...loaded.warnings, ...here] };
}

function diagnosed<T>(outcome: Outcome<T>): Loaded<T> {
  const { diagnostics } = outcome;
  return outcome.ok
    ? { ok: true, value: outcome.value, warnings: diagnostics }
    : { ok: false, trouble: { kind: "diagnostics", status: STATUS.policy, diagnostics } };
}

/** With help that can be pasted for values of `--set`, and the command line at fault where nothing else is. */
function misbound(found: readonly Diagnostic[], bindings: OutsideBindings): Loaded<never> {
  const isOfSet = (diagnostic: Diagnostic): boolean =>
    OF_PARAMETERS.has(diagnostic.code) && Object.hasOwn(bindings.params, parameterOf(diagnostic));
  const diagnostics = found.map((diagnostic) => (isOfSet(diagnostic)
    ? { ...diagnostic, ...helpForValue(diagnostic, bindings) } : diagnostic));
  const atFault = diagnostics.filter(({ severity }) => severity === "error")
    .every((diagnostic) => OF_THE_COMMAND_LINE.has(diagnostic.code) || isOfSet(diagnostic));
  return { ok: false, trouble: { kind: "diagnostics", status: atFault ? STATUS.usage : STATUS.policy, diagnostics } };
}

const OF_PARAMETERS: ReadonlySet<string> =
  new Set(["empty-parameter", "relative-parameter", "pattern-doubled-slash", "pattern-dot-component"]);

/** These point at the parameter's name. */
const parameterOf = ({ span }: Diagnostic): string => span.source.text.slice(span.start, span.end);

function helpForValue(diagnostic: Diagnostic, { home, params }: OutsideBindings): Pick<Diagnostic, "help"> {
  const name = parameterOf(diagnostic);
  const value = params[name] ?? "";
  // Of a value that need not be absolute no more is said than what is wrong with it.
  const path = diagnostic.code.startsWith("pattern-") ? normalize(value) : resolve(expandHome(value, home));
  if (path.startsWith("..")) return {};
  return { help: `--set ${name}=${shellWord(path)}` };
}

/** The bytes that the kernel side takes. */
export const imageOf = (policy: FrontEnd): Loaded<Uint8Array> => diagnosed(backEnd(policy));
