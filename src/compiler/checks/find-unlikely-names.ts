/** Patterns that are names of files here, and look like something else: an address, a command with its arguments. */
import type { Diagnostic } from "../diagnostic.js";
import { isAddressText } from "../endpoints.js";
import { report } from "../messages.js";
import { patternToText } from "../pattern/context.js";
import { quoteText } from "../print-parts.js";
import type { ResolvedCondition, ResolvedEvent, ResolvedPolicy, ResolvedTarget } from "../resolved.js";

/** `arguments`: a program, beside which `args` may stand. */
type Role = "file" | "program" | "arguments";

/** Of a name with a `/` before it nobody can be in doubt. */
export function findUnlikelyNames(policy: ResolvedPolicy): readonly Diagnostic[] {
  return usesIn(policy).flatMap(([target, role]) => {
    if (target.kind !== "path" || target.viaLink === true) return [];
    const name = patternToText(target.pattern);
    if (name.includes("/")) return [];
    if (isAddressText(name)) {
      return [report("address-as-path", target.span, { name },
        { help: `addresses stand with \`connect\` and \`bind\`; if a file is meant, write \`"**/${name}"\`` })];
    }
    const [program = "", ...words] = name.split(/\s+/);
    if (role === "file" || program === "" || words.length === 0) return [];
    const help = role === "program" ? `name the program alone: \`${quoteText(program)}\``
      : `\`${quoteText(program)} args ${words.map(quoteText).join(", ")}\``;
    return [report("command-as-path", target.span, { name }, { help })];
  });
}

type Use = readonly [ResolvedTarget, Role];

function usesIn({ rules, marks, limits, asserts }: ResolvedPolicy): readonly Use[] {
  return [
    ...rules.flatMap((rule) => [...as(roleOf(rule), ...rule.targets, ...rule.except), ...inCondition(rule.when)]),
    ...[...limits, ...asserts].flatMap((one) => [...as(withoutArgs(roleOf(one)), ...one.targets), ...inCondition(one.when)]),
    ...marks.flatMap(({ on, until }) => [...on, ...until].flatMap(inEvent)),
  ];
}

const inEvent = (event: ResolvedEvent): readonly Use[] =>
  [...as(roleOf(event), ...event.targets, ...event.except), ...as("program", ...event.unlessExe)];

function inCondition(condition: ResolvedCondition | null): readonly Use[] {
  switch (condition?.kind) {
    case "exe":
    case "under":
      return as("program", ...condition.programs);
    case "not":
      return inCondition(condition.operand);
    case "and":
    case "or":
      return condition.operands.flatMap(inCondition);
    default:
      return [];
  }
}

const as = (role: Role, ...targets: readonly ResolvedTarget[]): readonly Use[] => targets.map((target) => [target, role]);

const withoutArgs = (role: Role): Role => role === "arguments" ? "program" : role;

const roleOf = ({ operations }: Pick<ResolvedEvent, "operations">): Role => operations === "success" || operations.includes("exec")
  ? "arguments" : operations.includes("load") ? "program" : "file";
