/** `policyc diff`: in what two policies differ, exactly. */
import { accessText, targetText } from "../compiler/access.js";
import type { FrontEnd } from "../compiler/compile.js";
import { bytesText, contextText, pastText } from "../compiler/context-text.js";
import type { Ir } from "../compiler/ir.gen.js";
import { OPERATIONS } from "../compiler/resolved.js";
import { type Change, findDifferences, isNarrower, type Relation, relationOf }
  from "../compiler/reason/find-differences.js";
import type { Context } from "../compiler/reason/contexts.js";
import type { Verdict } from "../compiler/reason/verdicts.js";
import { fail, STATUS } from "./exit.js";
import type { Loaded } from "./loaded.js";
import { loadPolicyFile } from "./load-policy.js";
import { type BindingOptions, bindingsOf } from "./options.js";
import { printDiagnostics, printFailure, printTrouble } from "./print-failure.js";
import { hasColour, painter, type Paint, printable, writeOut } from "./terminal.js";

export interface DiffOptions extends BindingOptions {
  readonly failOn?: "wider";
  readonly json?: boolean;
}

export function diffCommand(oldFile: string, newFile: string, options: DiffOptions): number {
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  const load = (file: string): Loaded<FrontEnd> => loadPolicyFile(file, bindings.value, process.env["PATH"] ?? "");
  const old = load(oldFile);
  if (!old.ok) return printTrouble(old.trouble);
  const new_ = load(newFile);
  if (!new_.ok) return printTrouble(new_.trouble);
  printDiagnostics([...old.warnings, ...new_.warnings]);
  const found = findDifferences(old.value.ir, new_.value.ir);
  if (found === null) {
    return printFailure(fail(STATUS.policy, "the globs of these policies, or the states of their marks, are too many to compare them exactly",
      "fewer patterns with `*` and `?` in the middle of a name, or fewer marks that depend on one another").failure);
  }
  const changes = inOrder(found);
  const relation = relationOf(changes);
  const irs = { old: old.value.ir, new: new_.value.ir };
  writeOut(options.json === true ? `${JSON.stringify(jsonOf(relation, changes, irs))}\n`
    : report(relation, changes, irs, { old: oldFile, new: newFile }));
  return options.failOn === "wider" && (relation === "wider" || relation === "incomparable") ? STATUS.policy : STATUS.done;
}

interface Both<T> {
  readonly old: T;
  readonly new: T;
}

const ORDER: readonly Change["operation"][] = [...OPERATIONS, "privilege"];

/** What is permitted now first, then by operation. */
function inOrder(changes: readonly Change[]): readonly Change[] {
  const rank = (change: Change): number => Number(isNarrower(change)) * ORDER.length + ORDER.indexOf(change.operation);
  return [...changes].sort((a, b) => rank(a) - rank(b));
}

// --- JSON ------------------------------------------------------------------------------------------------------------

function jsonOf(relation: Relation, changes: readonly Change[], irs: Both<Ir>) {
  return {
    relation,
    changes: changes.map((change) => ({
      op: change.operation,
      direction: directionOf(change),
      from: change.from.effect,
      to: change.to.effect,
      witness: { target: targetText(change.witness), ...transportOf(change.witness), ...circumstancesOf(change.context) },
      old: ruleJson(irs.old, change.from),
      new: ruleJson(irs.new, change.to),
    })),
  };
}

const directionOf = (change: Change): "narrower" | "wider" => (isNarrower(change) ? "narrower" : "wider");

function transportOf(witness: Change["witness"]) {
  if (witness.kind !== "network") return {};
  return { ...(witness.protocol === "other" ? {} : { port: witness.port }), proto: witness.protocol };
}

/** What makes no difference is left out. */
function circumstancesOf({ who: { exe, under, args }, after, marks }: Context) {
  return {
    ...(exe.length === 0 ? {} : { exe: exe.map(bytesText) }),
    ...(under.length === 0 ? {} : { under: under.map(bytesText) }),
    ...(args.length === 0 ? {} : { args: args.map(bytesText) }),
    ...(after.length === 0 ? {} : { after: after.map(pastText) }),
    marks,
  };
}

/** A rule or a limit; none for a default. */
const deciderOf = ({ rules, limits }: Ir, { rule, limit }: Verdict) =>
  (rule === null ? limit === null ? undefined : limits[limit] : rules[rule]);

function ruleJson(ir: Ir, verdict: Verdict) {
  const found = deciderOf(ir, verdict);
  if (found === undefined) return null;
  const { id, effect, source, because } = found;
  return { id, effect, ...source, because };
}

// --- for people ------------------------------------------------------------------------------------------------------

const RELATIONS: Readonly<Record<Relation, string>> = {
  equivalent: "decides every access as", narrower: "permits less than", wider: "permits more than",
  incomparable: "permits some of what is refused, and refuses some of what is permitted, by",
};

function report(relation: Relation, changes: readonly Change[], irs: Both<Ir>, files: Both<string>): string {
  const paint = painter(hasColour("out"));
  const style = relation === "narrower" || relation === "equivalent" ? "green" : "red";
  return [
    `${paint(style, relation)}: ${printable(files.new)} ${RELATIONS[relation]} ${printable(files.old)}`,
    ...changes.flatMap((change) => changeLines(change, irs, paint)),
    "",
  ].join("\n");
}

function changeLines(change: Change, irs: Both<Ir>, paint: Paint): readonly string[] {
  const { operation, witness, from, to, context } = change;
  const direction = directionOf(change);
  const by = (ir: Ir, verdict: Verdict): string => {
    const { effect } = verdict;
    const found = deciderOf(ir, verdict);
    if (found === undefined) return `${effect} by default`;
    const place = `${found.source.file}:${found.source.line}`;
    return `${effect} by ${found.id === place ? "" : `${found.id} at `}${place}`;
  };
  return [
    "",
    `${paint(direction === "wider" ? "red" : "green", direction)}: ${printable(accessText(operation, witness) + contextText(context))}`,
    `  was ${printable(by(irs.old, from))}`,
    `  now ${printable(by(irs.new, to))}`,
  ];
}
