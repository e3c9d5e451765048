/** `policyc lint`: every error of some policies, then what may be a mistake in those that have none. */
import { applyIgnores } from "./checks/apply-ignores.js";
import { choosePlaceholders } from "./checks/choose-placeholders.js";
import { findOddCharacters } from "./checks/find-odd-characters.js";
import { findDuplicateRules, findRedundantAllows } from "./checks/find-redundant.js";
import { findIdleArgs } from "./checks/find-idle-args.js";
import { findIdleConditions } from "./checks/find-idle-conditions.js";
import { findSymlinks, type LinkOf } from "./checks/find-symlinks.js";
import { findUnlikelyNames } from "./checks/find-unlikely-names.js";
import { findUnused, findUnusedMarks, usedMarks, usedNames } from "./checks/find-unused.js";
import { findAllowedLoaders, findWorldWideAllows } from "./checks/find-wide-allows.js";
import { withNested } from "./checks/walk-tree.js";
import { removeEmptied } from "./checks/remove-emptied.js";
import { requireDefaults } from "./checks/require-defaults.js";
import { checkAssembly } from "./compile.js";
import type { Statement } from "./ast.js";
import { once } from "./diagnostic.js";
import type { Diagnostic, Outcome, Source, Span } from "./diagnostic.js";
import { type LoadedPolicy, loadPolicy, type ParseSource, type ReadSource } from "./include.js";
import { findExactly } from "./lint-exact.js";
import { findIdleMemory } from "./lint-memory.js";
import { lower } from "./lower.js";
import { resolve } from "./resolve.js";
import { resolveTests } from "./resolve-tests.js";
import type { ResolvedPolicy } from "./resolved.js";
import { plainText, tasksIn } from "./unfold-blocks.js";

export interface LintInput {
  readonly read: ReadSource;
  readonly parseSource: ParseSource;
  readonly home: string;
  /** Each policy takes those that it has a parameter for. */
  readonly params: Readonly<Record<string, string>>;
  /** The symbolic links of this machine, if they are to be looked at. */
  readonly linkOf: LinkOf | null;
}

/** In the order of the files, and of their text. What several policies include is reported once. */
export function lint(paths: readonly string[], input: LintInput): readonly Diagnostic[] {
  const load = (path: string): Outcome<LoadedPolicy> => loadPolicy(path, input.read, input.parseSource);
  const lintOne = (policy: Outcome<LoadedPolicy>, includers: Includers): readonly Diagnostic[] => {
    if (!policy.ok) return policy.diagnostics;
    const { value: loaded } = policy;
    const checked = check(loaded, input);
    return [...checked.errors, ...warningsOf(loaded, checked, includers.get(sourceOf(loaded)) ?? [], input)];
  };
  // One after the other, so that the memory of one serves for the next.
  if (!paths.some((path) => mayIncludeFiles(input.read(path)))) {
    return inOrder(once(paths.flatMap((path) => lintOne(load(path), new Map()))));
  }
  const policies = paths.map(load);
  const includers = includersOf(policies.flatMap((policy) => (policy.ok ? [policy.value] : [])));
  return inOrder(once(policies.flatMap((policy) => lintOne(policy, includers))));
}

/** For the file of each policy, the other policies that include it. */
type Includers = ReadonlyMap<Source, readonly LoadedPolicy[]>;

/** The word anywhere in the text, but for shipped policies: in a comment it does no harm. */
const mayIncludeFiles = (source: ReturnType<ReadSource>): boolean =>
  "text" in source && /\binclude\b(?!\s*"std:)/.test(source.text);

interface Checked {
  /** The policy without a task, then with each; none where it has errors. */
  readonly variants: readonly Variant[];
  readonly errors: readonly Diagnostic[];
  /** What resolving warns of. */
  readonly doubts: readonly Diagnostic[];
}

interface Variant {
  /** The blocks that count only here; null for what counts in any case. */
  readonly blocks: readonly Span[] | null;
  readonly resolved: ResolvedPolicy;
}

function check(loaded: LoadedPolicy, { home, params }: LintInput): Checked {
  const { statements } = loaded;
  const known = new Set(statements.flatMap((statement) => statement.kind === "param" ? [statement.name.text] : []));
  const own = Object.fromEntries(Object.entries(params).filter(([name]) => known.has(name)));
  const bound = { ...choosePlaceholders(statements, own), ...own };
  const bindings = { home, params: bound, programs: [] };
  const plain = resolve(loaded, bindings);
  if (!plain.ok) return { variants: [], errors: plain.diagnostics, doubts: [] };
  const tests = resolveTests(loaded, bindings);
  if (!tests.ok) return { variants: [], errors: tests.diagnostics, doubts: [] };
  const tasks = [...tasksIn(statements)].flatMap((task): readonly Variant[] => {
    const resolved = resolve(loaded, bindings, task);
    return resolved.ok ? [{ blocks: blocksOf(statements, task), resolved: resolved.value }] : [];
  });
  const variants = [{ blocks: null, resolved: plain.value }, ...tasks];
  const errors = once(variants.flatMap(({ resolved }) =>
    checkAssembly({ statements, resolved, ir: lower(resolved) }).diagnostics));
  const isSound = errors.every(({ code }) => CAN_BE_REASONED_ABOUT.has(code));
  return { variants: isSound ? variants : [], errors, doubts: plain.diagnostics };
}

const blocksOf = (statements: readonly Statement[], task: string): readonly Span[] =>
  withNested(statements).flatMap((one) => (one.kind === "task" && plainText(one.name) === task ? [one.span] : []));

/** About the policy's own file; what it includes is checked where it is named. */
function warningsOf(
  loaded: LoadedPolicy, { variants, doubts }: Checked, includers: readonly LoadedPolicy[], { linkOf, params }: LintInput,
): readonly Diagnostic[] {
  const { root, statements } = loaded;
  const policies = [loaded, ...includers];
  const used = new Set(policies.flatMap((policy) => [...usedNames(policy.statements)]));
  const asked = new Set(policies.flatMap((policy) => [...usedMarks(policy.statements)]));
  // Of a part of other policies, they state the defaults.
  const isPart = includers.length > 0;
  // A file of definitions is there to be included.
  const defines = root.statements.some(({ kind }) => kind === "let" || kind === "param");
  const needless = [
    ...findDuplicateRules(root.statements, statements), ...(isPart ? [] : findRedundantAllows(root.statements, statements)),
  ];
  const settled = new Set(needless.map(({ span }) => span));
  const warnings = [
    ...doubts.filter(({ code }) => code !== "empty-policy" || !(isPart || defines)),
    ...findOddCharacters(root),
    ...findUnused(root.statements, used),
    ...findUnusedMarks(root.statements, asked),
    ...findIdleConditions(statements),
    ...(isPart ? [] : findIdleMemory({ statements, variants: variants.map(({ resolved }) => resolved), set: params, asked })),
    ...needless,
    ...(isPart ? [] : requireDefaults(root, statements)),
    ...once(variants.flatMap(({ blocks, resolved }) => [
      ...findExactly({ loaded, resolved, set: params, isPart, settled }),
      ...findIdleArgs(resolved, statements), ...findUnlikelyNames(resolved), ...findWorldWideAllows(resolved), ...findAllowedLoaders(resolved),
      ...(linkOf === null ? [] : findSymlinks(resolved, linkOf)),
    ].filter(({ span }) => blocks === null || blocks.some((block) => holds(block, span))))),
  ].filter(({ span }) => span.source === root.span.source);
  return removeEmptied(root.statements, applyIgnores(root, warnings, (code) =>
    variants.length > 0 && (code !== "symlink-in-path" || linkOf !== null) && !(isPart && OF_WHOLE_POLICIES.has(code))));
}

const holds = (outer: Span, { source, start, end }: Span): boolean =>
  outer.source === source && outer.start <= start && end <= outer.end;

/** Errors of policies that mean something all the same. */
const CAN_BE_REASONED_ABOUT = new Set(["false-assertion", "assertion-too-complex"]);

const OF_WHOLE_POLICIES = new Set(["unstated-default", "redundant-allow", "deny-escaped", "mark-never-set", "limit-never-counts"]);

const sourceOf = ({ root }: LoadedPolicy): Source => root.span.source;

function includersOf(policies: readonly LoadedPolicy[]): Includers {
  const includers = new Map<Source, LoadedPolicy[]>();
  for (const loaded of policies) {
    const parts = new Set(loaded.statements.map(({ span }) => span.source));
    parts.delete(sourceOf(loaded));
    for (const part of parts) includers.set(part, [...includers.get(part) ?? [], loaded]);
  }
  return includers;
}

function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = new Map<string, number>();
  for (const { span } of diagnostics) if (!files.has(span.source.path)) files.set(span.source.path, files.size);
  const rank = ({ span }: Diagnostic): number => files.get(span.source.path) ?? 0;
  return diagnostics.toSorted((a, b) => rank(a) - rank(b) || a.span.start - b.span.start);
}
