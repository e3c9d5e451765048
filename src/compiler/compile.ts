/** The pipeline: a policy's text in, stage after stage, each named for what it does. No logic here. */
import type { Statement } from "./ast.js";
import { Budget, DEFAULT_BOUNDS } from "./automaton/bounds.js";
import type { Bounds } from "./automaton/bounds.js";
import type { Diagnostic, Outcome } from "./diagnostic.js";
import { buildImage } from "./image/build.js";
import { withinBounds } from "./image/report-bound.js";
import { spendNumbered } from "./image/spend-numbered.js";
import { surelyFits } from "./image/surely-fits.js";
import { loadPolicy } from "./include.js";
import type { LoadedPolicy, ReadSource } from "./include.js";
import type { Ir } from "./ir.gen.js";
import { lower } from "./lower.js";
import { proveAsserts } from "./prove-asserts.js";
import { requireReview } from "./require-review.js";
import { resolve } from "./resolve.js";
import { resolveTests } from "./resolve-tests.js";
import type { Bindings, ResolvedPolicy } from "./resolved.js";

export interface FrontEnd {
  /** With those of included files. */
  readonly statements: readonly Statement[];
  readonly resolved: ResolvedPolicy;
  readonly ir: Ir;
}

/** Text → image. */
export function compile(rootPath: string, read: ReadSource, bindings: Bindings): Outcome<Uint8Array> {
  return then(frontEnd(rootPath, read, bindings), (policy) => backEnd(policy));
}

/** Text → IR. */
export function frontEnd(
  rootPath: string, read: ReadSource, bindings: Bindings, task: string | null = null,
): Outcome<FrontEnd> {
  return frontEndOf(loadPolicy(rootPath, read), bindings, task);
}

/** The same for what was read already. */
export function frontEndOf(
  policy: Outcome<LoadedPolicy>, bindings: Bindings, task: string | null = null,
): Outcome<FrontEnd> {
  return then(policy, (loaded) =>
    then(resolve(loaded, bindings, task), (resolved) =>
      then(resolveTests(loaded, bindings), () =>
        then(lowered(resolved), (ir) => done({ statements: loaded.statements, resolved, ir })))));
}

/** Of a policy whose verdicts are tried, and which need not become an image. */
export function resolveWithinCounts(loaded: LoadedPolicy, bindings: Bindings, task: string | null = null): Outcome<ResolvedPolicy> {
  return then(resolve(loaded, bindings, task), (resolved) => then(lowered(resolved), () => done(resolved)));
}

/** What is numbered is counted here, so that no command takes more marks, conditions or words of `args` than an image can have. */
function lowered(resolved: ResolvedPolicy): Outcome<Ir> {
  const [ir, budget] = [lower(resolved), new Budget(DEFAULT_BOUNDS)];
  spendNumbered(ir, budget);
  return withinBounds(budget.outcome(ir), resolved);
}

/** IR → image, of a policy that somebody has reviewed. */
export function backEnd(policy: FrontEnd, bounds: Bounds = DEFAULT_BOUNDS): Outcome<Uint8Array> {
  return then(requireReview(policy), (reviewed) => assemble(reviewed, bounds));
}

/** IR → image, whoever wrote the policy. */
export function assemble(policy: FrontEnd, bounds: Bounds = DEFAULT_BOUNDS): Outcome<Uint8Array> {
  return then(proveAsserts(policy), ({ resolved, ir }) => withinBounds(buildImage(ir, bounds), resolved));
}

/** What `assemble` has to say. An image is only built where a bound might be exceeded. */
export function checkAssembly(policy: FrontEnd): Outcome<unknown> {
  return then(proveAsserts(policy), ({ resolved, ir }): Outcome<unknown> =>
    (surelyFits(ir, DEFAULT_BOUNDS) ? done(null) : withinBounds(buildImage(ir), resolved)));
}

/** The next stage, if this one succeeded; what both have to say. */
function then<A, B>(outcome: Outcome<A>, next: (value: A) => Outcome<B>): Outcome<B> {
  if (!outcome.ok) return outcome;
  const result = next(outcome.value);
  const diagnostics: readonly Diagnostic[] = [...outcome.diagnostics, ...result.diagnostics];
  return { ...result, diagnostics };
}

function done<T>(value: T): Outcome<T> {
  return { ok: true, value, diagnostics: [] };
}
