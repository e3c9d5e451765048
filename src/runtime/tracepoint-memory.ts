/** What the tracepoint backend cannot hold of rules that ask who acts, or what was before. */
import { PRIVILEGES } from "../compiler/ast.js";
import {
  POLICY_BY_CASE, POLICY_CASE_ALWAYS, POLICY_CASE_FACT_SHIFT, POLICY_DENY, POLICY_EFFECT_SHIFT, POLICY_FACT_CLEARS, POLICY_FACT_NONE,
  POLICY_FACT_SETS, POLICY_RULE_NONE, STRUCTS,
} from "../compiler/image/abi.gen.js";
import type { Image } from "../compiler/image/decode.js";
import { OPERATIONS, type Operation } from "../compiler/resolved.js";
import type { Shortcoming } from "./tracepoints.js";

const ROOT = STRUCTS.policy_root.fields;
const CASE = STRUCTS.policy_case.fields;
const TERM = STRUCTS.policy_term.fields;
const WHO = STRUCTS.policy_circumstances.fields;

/** Operations whose calls give a name and get no file back. */
const BY_NAME = ["create", "delete", "setattr"] as const satisfies readonly Operation[];
/** Operations that go on with what is open already. */
const GOING_ON = ["write", "connect"] as const satisfies readonly Operation[];

/** What is said where a condition holds. */
interface Case {
  readonly kind: number;
  readonly word: number;
  readonly facts: bigint;
  readonly operations: readonly Operation[];
  readonly condition: number | null;
}

export function memoryShortcomings(image: Image): readonly Shortcoming[] {
  const cases = casesOf(image);
  const asksFor = conditionsThatAsk(image);
  return [
    ...ofRules(image, cases, asksFor.marks, GOING_ON, "what is open or connected already is not decided again"),
    ...ofRules(image, cases, asksFor.programs, OPERATIONS, "of a script nothing but its interpreter is known"),
    ...ofRules(image, cases, asksFor.args, OPERATIONS, "of a script's arguments nothing is known, and no exec fails politely"),
    ...ofMarks(image, cases),
    ...ofPrivileges(image),
  ];
}

function casesOf({ sections: { cases } }: Image): readonly Case[] {
  return Array.from({ length: cases.count - 1 }, (_, previous): Case => {
    const i = previous + 1;
    const [flags, ops] = [cases.u8(i, CASE.flags.offset), cases.u16(i, CASE.ops.offset)];
    return {
      kind: flags >> POLICY_CASE_FACT_SHIFT & 7, word: cases.u32(i, CASE.word.offset), facts: cases.u64(i, CASE.facts.offset),
      operations: OPERATIONS.filter((_operation, op) => (ops & (1 << op)) !== 0),
      condition: (flags & POLICY_CASE_ALWAYS) !== 0 ? null : cases.u8(i, CASE.condition.offset),
    };
  });
}

/** Numbers of the conditions that depend on marks, on programs, on arguments. */
function conditionsThatAsk({ sections: { terms } }: Image): Readonly<Record<"marks" | "programs" | "args", ReadonlySet<number>>> {
  const asking = (fields: readonly { readonly offset: number }[]): ReadonlySet<number> =>
    new Set(Array.from({ length: terms.count }, (_, i) => i)
      .filter((i) => fields.some(({ offset }) => (terms.u64(i, TERM.with.offset + offset) | terms.u64(i, TERM.without.offset + offset)) !== 0n))
      .map((i) => terms.u32(i, TERM.condition.offset)));
  return { marks: asking([WHO.marks]), programs: asking([WHO.exe, WHO.under]), args: asking([WHO.args]) };
}

function ofRules(
  { meta }: Image, cases: readonly Case[], conditions: ReadonlySet<number>, operations: readonly Operation[], why: string,
): readonly Shortcoming[] {
  const numbers = cases.filter(({ kind, condition }) => kind === POLICY_FACT_NONE && condition !== null && conditions.has(condition))
    .map(({ word }) => POLICY_RULE_NONE - (word & POLICY_RULE_NONE));
  return [...new Set(numbers)].sort((a, b) => a - b).flatMap((number) => {
    const rule = meta.rules[number] ?? null;
    return operations.filter((operation) => rule?.operations.includes(operation) === true).map((operation) => ({ rule, operation, why }));
  });
}

function ofMarks(image: Image, cases: readonly Case[]): readonly Shortcoming[] {
  const { meta: { marks = [] }, sections: { root } } = image;
  const carried = root.u64(0, ROOT.file_marks.offset);
  return marks.flatMap((name, number) => {
    const rule = { id: `mark ${name}` };
    const isOwn = (bits: bigint): boolean => (bits >> BigInt(number) & 1n) === 1n;
    const unseen = BY_NAME.filter((operation) => cases.some(({ kind, facts, operations }) =>
      (kind === POLICY_FACT_SETS || kind === POLICY_FACT_CLEARS) && isOwn(facts) && operations.includes(operation)));
    return [
      ...unseen.map((operation) => ({ rule, operation, why: "what is made, removed or changed by name is not seen" })),
      ...(isOwn(carried) ? [{ rule, operation: "write" as const, why: "files carry no marks" }] : []),
    ];
  });
}

/** Calls are taken from a command when it starts, or not at all. */
function ofPrivileges({ meta, sections: { root, cases } }: Image): readonly Shortcoming[] {
  return PRIVILEGES.flatMap((_, i) => {
    const word = root.u32(0, ROOT.privilege.offset + 4 * i);
    if (word >>> POLICY_EFFECT_SHIFT !== POLICY_BY_CASE) return [];
    const said = cases.u32(word & POLICY_RULE_NONE, CASE.word.offset);
    const rule = meta.rules[POLICY_RULE_NONE - (said & POLICY_RULE_NONE)] ?? null;
    const isRefused = said >>> POLICY_EFFECT_SHIFT >= POLICY_DENY || root.u32(0, ROOT.privilege_defaults.offset + 4 * i) >>> POLICY_EFFECT_SHIFT >= POLICY_DENY;
    return isRefused ? [{ rule, operation: "privilege" as const, why: "it is taken from a command whole, or not at all" }] : [];
  });
}
