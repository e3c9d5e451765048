/** From IR to image: automata, tries, bytes; or the bound that the policy exceeds. */
import { Budget, DEFAULT_BOUNDS, heaviest } from "../automaton/bounds.js";
import type { Bounded, Bounds } from "../automaton/bounds.js";
import { buildPathTables } from "../automaton/build.js";
import type { Ir } from "../ir.gen.js";
import { buildAddressTables } from "../tries/build.js";
import { encodeImage } from "./encode.js";
import { metaWeights, writeMeta } from "./meta.js";

/** The image of a policy, or the first bound that it exceeds. */
export function buildImage(ir: Ir, bounds: Bounds = DEFAULT_BOUNDS): Bounded<Uint8Array> {
  const budget = new Budget(bounds);
  const meta = writeMeta(ir);
  budget.spend("rules", ir.rules.length, () => [{ statement: bounds.rules, text: null }]);
  budget.spend("meta", meta.length, () => heaviest(metaWeights(ir)));
  if (budget.exceeded !== null) return { ok: false, exceeded: budget.exceeded };
  const paths = buildPathTables(ir, bounds);
  if (!paths.ok) return paths;
  const addresses = buildAddressTables(ir, bounds);
  if (!addresses.ok) return addresses;
  return budget.outcome(encodeImage(ir, paths.value, addresses.value, { budget, meta }));
}
