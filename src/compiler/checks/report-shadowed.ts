/** Rules that never decide, or only what is so without them, in words. */
import type { RuleStatement } from "../ast.js";
import type { Diagnostic, Label } from "../diagnostic.js";
import { report } from "../messages.js";
import type { Operation } from "../resolved.js";
import { removal } from "./remove-statement.js";

export interface ShadowedRule {
  readonly rule: RuleStatement;
  /** Those that decide instead. */
  readonly deciders: readonly RuleStatement[];
  /** Whether the one that decides says the same. */
  readonly same: boolean;
  /** Operations for which it may decide, but the default gives the same. */
  readonly given: readonly Operation[];
}

/** Labels, so that they can be taken in. */
const SHOWN = 4;

export function reportShadowed({ rule, deciders, same, given }: ShadowedRule): Diagnostic {
  const labelsOf = (message: string): readonly Label[] => deciders.slice(0, SHOWN).map(({ span }) => ({ message, span }));
  const fixes = [removal(rule)];
  if (same) {
    return report("duplicate-rule", rule.span, {},
      { labels: labelsOf("the earlier one"), help: "take one of them out", fixes });
  }
  const more = deciders.length > SHOWN ? `; ${deciders.length - SHOWN} more rules decide` : "";
  if (given.length > 0) {
    return report("redundant-allow", rule.span, { operations: given.map((name) => `\`${name}\``).join(", ") },
      { labels: labelsOf("this one decides the rest"), help: `take it out${more}`, fixes });
  }
  const isEarlier = deciders.every(({ effect }) => effect === rule.effect);
  const other = isEarlier ? ", or put it before them if its name and reason are to be reported" : "";
  return report("shadowed-rule", rule.span, {}, { labels: labelsOf("this one decides"), help: `take it out${other}${more}`, fixes });
}
