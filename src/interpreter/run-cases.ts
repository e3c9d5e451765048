/** The cases of a policy's tests, tried one after the other. */
import type { Attempt } from "../compiler/access.js";
import type { ResolvedCase } from "../compiler/resolve-tests.js";
import type { ResolvedPolicy } from "../compiler/resolved.js";
import { beginWith, historian, situationOf } from "./history.js";
import { type Decision, excluder, type Exclusion, interpreter, type Situation } from "./interpret.js";

export interface CaseResult {
  readonly tested: ResolvedCase;
  /** Of several, the first that is decided otherwise than expected. */
  readonly attempt: Attempt;
  readonly decision: Decision;
  readonly ok: boolean;
}

export function runCases(policy: ResolvedPolicy, cases: readonly ResolvedCase[]): readonly CaseResult[] {
  const decide = interpreter(policy);
  const situationFor = situations(policy);
  return cases.flatMap((tested) => {
    const situation = situationFor(tested);
    const results = tested.attempts.map((attempt): CaseResult => {
      const decision = decide(attempt, situation);
      return { tested, attempt, decision, ok: decision.effect === tested.effect };
    });
    return results.find(({ ok }) => !ok) ?? results.slice(0, 1);
  });
}

/** In which a case is decided: after all that it says came before. */
function situations(policy: ResolvedPolicy): (tested: ResolvedCase) => Situation {
  const happen = historian(policy);
  return ({ who, marks, after }) =>
    situationOf(policy, after.reduce((history, act) => happen(history, act, who), beginWith(marks)), who);
}

/** What some cases decided: numbers of rules, of their excepts, and of limits. */
export interface Coverage {
  readonly rules: ReadonlySet<number>;
  readonly limits: ReadonlySet<number>;
  readonly excepts: readonly Exclusion[];
}

export function coverageOf(policy: ResolvedPolicy, cases: readonly ResolvedCase[]): Coverage {
  const decide = interpreter(policy);
  const exclusionsOf = excluder(policy);
  const situationFor = situations(policy);
  const tried = cases.flatMap((tested) => {
    const situation = situationFor(tested);
    return tested.attempts.map((attempt) => ({ attempt, situation }));
  });
  const decisions = tried.map(({ attempt, situation }) => decide(attempt, situation));
  return {
    rules: new Set(decisions.flatMap(({ rule }) => rule ?? [])),
    limits: new Set(decisions.flatMap(({ limit }) => limit ?? [])),
    excepts: tried.flatMap(({ attempt, situation }) => exclusionsOf(attempt, situation)),
  };
}
