/** The cases of a policy's tests, tried one after the other. */
import type { Access } from "../compiler/access.js";
import type { ResolvedCase } from "../compiler/resolve-tests.js";
import type { ResolvedPolicy } from "../compiler/resolved.js";
import { type Decision, excluder, type Exclusion, interpreter } from "./interpret.js";

export interface CaseResult {
  readonly tested: ResolvedCase;
  /** Of several, the first that is decided otherwise than expected. */
  readonly access: Access;
  readonly decision: Decision;
  readonly ok: boolean;
}

export function runCases(policy: ResolvedPolicy, cases: readonly ResolvedCase[]): readonly CaseResult[] {
  const decide = interpreter(policy);
  return cases.flatMap((tested) => {
    const results = tested.accesses.map((access): CaseResult => {
      const decision = decide(access);
      return { tested, access, decision, ok: decision.effect === tested.effect };
    });
    return results.find(({ ok }) => !ok) ?? results.slice(0, 1);
  });
}

/** What some cases decided: numbers of rules, and of their excepts. */
export interface Coverage {
  readonly rules: ReadonlySet<number>;
  readonly excepts: readonly Exclusion[];
}

export function coverageOf(policy: ResolvedPolicy, cases: readonly ResolvedCase[]): Coverage {
  const decide = interpreter(policy);
  const exclusionsOf = excluder(policy);
  const accesses = cases.flatMap((tested) => tested.accesses);
  return {
    rules: new Set(accesses.flatMap((access) => decide(access).rule ?? [])),
    excepts: accesses.flatMap(exclusionsOf),
  };
}
