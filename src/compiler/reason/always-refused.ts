/** Whether what a statement waits for is refused everywhere, for everybody, whatever the policy is bound to. */
import { refuses } from "../ast.js";
import type { Operation } from "../ir.gen.js";
import type { ResolvedPolicy } from "../resolved.js";
import { verdictWord } from "../verdict.js";
import type { Allowance, Claim } from "./claims.js";
import { findIdle } from "./find-idle.js";
import type { Needs } from "./find-shadowed.js";
import { mayMeet } from "./may-meet.js";
import type { Tied, TiedRule, TiedTargets } from "./tied-rules.js";

/** Operations that a mark or a limit looks for, under circumstances. */
export interface Awaited {
  readonly parts: readonly TiedTargets[];
  readonly needs: Needs;
}

/** What refuses; nothing where all is excepted. */
export interface Refusers {
  /** Numbers of rules in the resolved policy. */
  readonly rules: readonly number[];
  readonly defaults: readonly Operation[];
}

export interface RefusalQuestion {
  readonly rules: readonly TiedRule[];
  readonly defaults: ResolvedPolicy["defaults"];
  /** Null of a rule of which that is not known. */
  readonly needsOf: (rule: number) => Needs | null;
}

/** Null where some of it may be permitted, or where that is too much to tell. */
export function alwaysRefused({ parts, needs }: Awaited, question: RefusalQuestion, allowance: Allowance): Refusers | null {
  const asked = parts.flatMap((part) => part.operations.map((operation): Asked => (
    { operation, needs, match: part.match.flat(), except: part.except.flat() })));
  const answers = asked.map((one) => byDefault(one, question, allowance) ?? byRules(one, question, allowance));
  const told = answers.filter((answer) => answer !== null);
  if (told.length < answers.length) return null;
  return {
    rules: [...new Set(told.flatMap(({ rules }) => rules))].sort((a, b) => a - b),
    defaults: [...new Set(told.flatMap(({ defaults }) => defaults))],
  };
}

interface Asked {
  readonly operation: Operation;
  readonly needs: Needs;
  readonly match: readonly Tied[];
  readonly except: readonly Tied[];
}

/** A pattern for programs also covers what its names lead to on some machine: any file. */
const isOfPrograms = (operation: Operation): boolean => operation === "exec" || operation === "load";

function byDefault({ operation, match }: Asked, { rules, defaults }: RefusalQuestion, allowance: Allowance): Refusers | null {
  if (!refuses(defaults[operation])) return null;
  const permitting = rules.filter(({ effect, operations }) => !refuses(effect) && operations.includes(operation));
  const mayPermit = permitting.some((rule) => isOfPrograms(operation) || mayMeet(match, rule.match.flat(), allowance));
  return mayPermit ? null : { rules: [], defaults: [operation] };
}

const AWAITED = -1;
const EXCEPTED = -2;

function byRules({ operation, needs, match, except }: Asked, { rules, needsOf }: RefusalQuestion, allowance: Allowance): Refusers | null {
  const isSure = ({ effect, rule, except: left }: TiedRule): boolean => refuses(effect)
    && [...needsOf(rule) ?? [UNKNOWN]].every((need) => needs.has(need))
    // What a name leads to may be excepted under a name of its own.
    && (!isOfPrograms(operation) || left.flat().length === 0);
  const covers = rules.filter((rule) => rule.operations.includes(operation) && isSure(rule)).map((rule): Claim => ({
    id: rule.rule, word: verdictWord(rule.effect, rule.rule), operations: [operation], match: rule.match.flat(), except: rule.except.flat(),
  }));
  const excepted: Claim = { id: EXCEPTED, word: Infinity, operations: [operation], match: isOfPrograms(operation) ? [] : except, except: [] };
  const awaited: Claim = { id: AWAITED, word: 0, operations: [operation], match, except: [] };
  const [idle] = findIdle([awaited], [excepted, ...covers], allowance);
  return idle === undefined ? null : { rules: [...idle.deciders].filter((id) => id !== EXCEPTED), defaults: [] };
}

/** No statement is written like this. */
const UNKNOWN = "";
