/** A draft and the policy that it would take the place of, loaded for a review: for the reader's home, with stand-ins for parameters. */
import { choosePlaceholders } from "../compiler/checks/choose-placeholders.js";
import { frontEndOf } from "../compiler/compile.js";
import { loadPolicy } from "../compiler/include.js";
import type { Bindings } from "../compiler/resolved.js";
import type { Folders } from "../review/places.js";
import type { Source } from "../compiler/diagnostic.js";
import { type Review, reviewOf, type Reviewed, type ShownProbe } from "../review/review.js";
import { tryEveryday } from "../review/try-everyday.js";
import type { OutsideBindings } from "./bindings.js";
import { fail, type Failure, STATUS } from "./exit.js";
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

const NOTHING: Source = { path: "<nothing>", text: "" };

/** `draft` was read already: what is reviewed is what is approved. */
export function loadReview(draft: Source, onto: string | null, bindings: OutsideBindings): Outcome<ReviewLoaded> {
  const present = onto === null ? NOTHING : readSource(onto);
  if ("error" in present) return failed(fail(STATUS.usage, `cannot read \`${onto ?? ""}\`: ${present.error}`).failure);
  const [old, new_] = [loadOne(present, bindings), loadOne(draft, bindings)];
  if (!old.ok) return old;
  if (!new_.ok) return new_;
  const probes = probesOf(draft, bindings);
  if (!probes.ok) return probes;
  const folders = foldersOf(new_.value.resolved.bindings);
  const review = reviewOf({
    draft: new_.value, present: old.value, probes: probes.value, folders, everyday: tryEveryday(new_.value, old.value, folders),
  });
  if (review === null) return failed(fail(STATUS.policy, "there is too much to tell apart to compare these policies exactly").failure);
  return { ok: true, value: { draft: new_.value, review } };
}

const foldersOf = ({ home, params }: Bindings): Folders => ({ home, workspace: params["workspace"] ?? `${home}/project` });

const failed = (failure: Failure): { readonly ok: false; readonly trouble: Trouble } => ({ ok: false, trouble: { kind: "failure", failure } });

const reader = (root: Source): typeof readSource => (path) => (path === root.path ? root : readSource(path));

function loadOne(root: Source, { home, params, task }: OutsideBindings): Outcome<Reviewed> {
  const loaded = loadPolicy(root.path, reader(root));
  if (!loaded.ok) return { ok: false, trouble: { kind: "diagnostics", status: STATUS.policy, diagnostics: loaded.diagnostics } };
  const { statements } = loaded.value;
  const names = new Set(statements.flatMap((one) => (one.kind === "param" ? [one.name.text] : [])));
  const own = Object.fromEntries(Object.entries(params).filter(([name]) => names.has(name)));
  const standIns = choosePlaceholders(statements, own);
  const workspace = Object.hasOwn(standIns, "workspace") ? { workspace: `${home}/project` } : {};
  const policy = frontEndOf(loaded, { home, params: { ...standIns, ...workspace, ...own }, programs: [] }, task);
  return policy.ok ? { ok: true, value: { ...policy.value, loaded: loaded.value } }
    : { ok: false, trouble: { kind: "diagnostics", status: STATUS.policy, diagnostics: policy.diagnostics } };
}

function probesOf(draft: Source, bindings: OutsideBindings): Outcome<readonly ShownProbe[]> {
  const tested = testFile(draft.path, reader(draft), bindings);
  if (!tested.ok) return { ok: false, trouble: { kind: "diagnostics", status: STATUS.policy, diagnostics: tested.diagnostics } };
  return {
    ok: true,
    value: tested.value.tests.flatMap(({ cases }) => cases.map(({ tested: one, attempt, decision, ok, policy }): ShownProbe => ({
      access: caseText(one, attempt), expected: one.effect, actual: decision.effect, ok, target: attempt,
      rule: deciderOf(policy, decision)?.id ?? null, folders: foldersOf(policy.bindings),
    }))),
  };
}
