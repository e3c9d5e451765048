/** A draft can be checked, tested and explained; nothing runs under it. */
import type { Outcome } from "./diagnostic.js";
import { report } from "./messages.js";
import type { ResolvedPolicy } from "./resolved.js";

export function requireReview<P extends { readonly resolved: ResolvedPolicy }>(policy: P): Outcome<P> {
  const { draft } = policy.resolved;
  if (draft === null) return { ok: true, value: policy, diagnostics: [] };
  return { ok: false, diagnostics: [report("unreviewed-draft", draft, {},
    { help: `policyc review ${draft.source.path} shows what it means, policyc approve ${draft.source.path} makes a policy of it` })] };
}
