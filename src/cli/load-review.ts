/** A draft and the policy that it would take the place of, loaded for a review: for the reader's home, with stand-ins for parameters. */
import { choosePlaceholders } from "../compiler/checks/choose-placeholders.js";
import { frontEndOf } from "../compiler/compile.js";
import { lineIndex } from "../compiler/line-index.js";
import { lint } from "../compiler/lint.js";
import { loadPolicy, type ReadSource } from "../compiler/include.js";
import { parse } from "../compiler/parse.js";
import type { Statement } from "../compiler/ast.js";
import type { Bindings } from "../compiler/resolved.js";
import type { Folders } from "../review/places.js";
import type { Source } from "../compiler/diagnostic.js";
import { type Review, reviewOf, type Reviewed, type ShownProbe } from "../review/review.js";
import { tryEveryday } from "../review/try-everyday.js";
import type { OutsideBindings } from "./bindings.js";
import { type Attempt, fail, type Failure, STATUS, succeed } from "./exit.js";
import type { Trouble } from "./loaded.js";
import { readSource } from "./read-sources.js";
import { caseText } from "./test-results.js";
import { deciderOf } from "./rule-places.js";
import { testFile } from "./run-tests.js";

export interface ReviewLoaded {
  readonly draft: Reviewed;
  readonly review: Review;
}

type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly trouble: Trouble };

/** What a draft is compared with. */
export interface Present {
  /** As it is called to the reader; null for nothing. */
  readonly name: string | null;
  readonly source: Source;
  readonly read: ReadSource;
}

export const NOTHING: Present = { name: null, source: { path: "<nothing>", text: "" }, read: readSource };

export function presentFrom(onto: string): Attempt<Present> {
  const source = readSource(onto);
  if (!("error" in source)) return succeed({ name: source.path, source, read: readSource });
  return fail(STATUS.usage, `cannot read \`${onto}\`: ${source.error}`, "leave out --onto where there is no policy yet");
}

/** `draft` was read already: what is reviewed is what is approved. */
export function loadReview(draft: Source, present: Present, bindings: OutsideBindings): Outcome<ReviewLoaded> {
  const unknown = unknownParameter([reader(present.source, present.read), reader(draft, readSource)], [present.source, draft], bindings);
  if (unknown !== null) return failed(fail(STATUS.usage, `no policy here has a parameter \`${unknown}\``, "leave out its --set").failure);
  const [old, new_] = [loadOne(present.source, present.read, bindings), loadOne(draft, readSource, bindings)];
  if (!old.ok) return old;
  if (!new_.ok) return new_;
  const probes = probesOf(draft, bindings);
  if (!probes.ok) return probes;
  const folders = foldersOf(new_.value.resolved.bindings);
  const review = reviewOf({
    draft: new_.value, present: old.value, probes: probes.value, folders, everyday: tryEveryday(new_.value, old.value, folders),
    warnings: warningsOf(draft, bindings),
  });
  if (review === null) return failed(fail(STATUS.policy, "there is too much to tell apart to compare these policies exactly").failure);
  return { ok: true, value: { draft: new_.value, review } };
}

const foldersOf = ({ home, params }: Bindings): Folders => ({ home, workspace: params["workspace"] ?? `${home}/project` });

const failed = (failure: Failure): { readonly ok: false; readonly trouble: Trouble } => ({ ok: false, trouble: { kind: "failure", failure } });

const reader = (root: Source, read: ReadSource): ReadSource => (path) => (path === root.path ? root : read(path));

const parametersOf = (statements: readonly Statement[]): ReadonlySet<string> =>
  new Set(statements.flatMap((one) => (one.kind === "param" ? [one.name.text] : [])));

const ownOf = (params: OutsideBindings["params"], names: ReadonlySet<string>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(params).filter(([name]) => names.has(name)));

/** Of two policies, one may have it: each takes its own. */
function unknownParameter(readers: readonly ReadSource[], roots: readonly Source[], { params }: OutsideBindings): string | null {
  const names = roots.flatMap(({ path }, i) => {
    const loaded = loadPolicy(path, readers[i] ?? readSource);
    return loaded.ok ? [...parametersOf(loaded.value.statements)] : Object.keys(params);
  });
  return Object.keys(params).find((name) => !names.includes(name)) ?? null;
}

/** That a default is not stated, the review shows by what is open. */
function warningsOf(draft: Source, { home, params }: OutsideBindings): readonly string[] {
  const positionOf = lineIndex();
  return lint([draft.path], { read: reader(draft, readSource), parseSource: parse, home, params, linkOf: null })
    .filter(({ severity, code }) => severity === "warning" && code !== "unstated-default")
    .map(({ message, span }) => `${span.source.path}:${positionOf(span).line}: ${message}`);
}

function loadOne(root: Source, read: ReadSource, { home, params, task }: OutsideBindings): Outcome<Reviewed> {
  const loaded = loadPolicy(root.path, reader(root, read));
  if (!loaded.ok) return { ok: false, trouble: { kind: "diagnostics", status: STATUS.policy, diagnostics: loaded.diagnostics } };
  const { statements } = loaded.value;
  const own = ownOf(params, parametersOf(statements));
  const standIns = choosePlaceholders(statements, own);
  const workspace = Object.hasOwn(standIns, "workspace") ? { workspace: `${home}/project` } : {};
  const policy = frontEndOf(loaded, { home, params: { ...standIns, ...workspace, ...own }, programs: [] }, task);
  return policy.ok ? { ok: true, value: { ...policy.value, loaded: loaded.value } }
    : { ok: false, trouble: { kind: "diagnostics", status: STATUS.policy, diagnostics: policy.diagnostics } };
}

function probesOf(draft: Source, bindings: OutsideBindings): Outcome<readonly ShownProbe[]> {
  const loaded = loadPolicy(draft.path, reader(draft, readSource));
  const params = loaded.ok ? ownOf(bindings.params, parametersOf(loaded.value.statements)) : bindings.params;
  const tested = testFile(draft.path, reader(draft, readSource), { ...bindings, params });
  if (!tested.ok) return { ok: false, trouble: { kind: "diagnostics", status: STATUS.policy, diagnostics: tested.diagnostics } };
  return {
    ok: true,
    value: tested.value.tests.flatMap(({ cases }) => cases.map(({ tested: one, attempt, decision, ok, policy }): ShownProbe => ({
      access: caseText(one, attempt), expected: one.effect, actual: decision.effect, ok, target: attempt,
      rule: deciderOf(policy, decision)?.id ?? null, folders: foldersOf(policy.bindings),
    }))),
  };
}
