/** The rule that decided under a code frame, with the one of its targets that covers the access. */
import type { Attempt } from "../compiler/access.js";
import type { Span } from "../compiler/diagnostic.js";
import type { ResolvedPolicy, ResolvedRule } from "../compiler/resolved.js";
import { decide, type Situation } from "../interpreter/interpret.js";
import { renderFrame, type RenderOptions } from "./render-diagnostics.js";
import { nameOf } from "./rule-places.js";
import { printable } from "./terminal.js";

/** What was tried, and by whom. */
interface Tried {
  readonly access: Attempt;
  readonly situation: Situation;
}

/** And its `because`. */
export function decidingLines(
  policy: ResolvedPolicy, rule: ResolvedRule, tried: Tried, options: RenderOptions,
): readonly string[] {
  const name = nameOf(rule);
  const because = rule.because === null ? [] : [`because: ${printable(rule.because)}`];
  const covering = coveringSpan(policy, rule, tried);
  const labels = covering === null ? [] : [{ span: covering, message: "covers it" }];
  return [renderFrame(rule.span, `${name === null ? "" : `${name} `}decides`, options, labels), ...because];
}

/** Null where the rule has one target alone, which goes without saying. */
function coveringSpan(policy: ResolvedPolicy, rule: ResolvedRule, { access, situation }: Tried): Span | null {
  if (new Set(rule.targets.map(({ span }) => span.start)).size < 2) return null;
  const covers = (target: ResolvedRule["targets"][number]): boolean =>
    decide({ ...policy, rules: [{ ...rule, targets: [target], except: [] }] }, access, situation).rule === 0;
  return rule.targets.find(covers)?.span ?? null;
}
