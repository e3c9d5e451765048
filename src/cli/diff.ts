/** `policyc diff`: in what two policies differ, exactly. */
import { accessText, type ConcreteTarget, targetText } from "../compiler/access.js";
import type { FrontEnd } from "../compiler/compile.js";
import type { Ir } from "../compiler/ir.gen.js";
import { OPERATIONS } from "../compiler/resolved.js";
import { type Change, findDifferences, isNarrower, type Relation, relationOf }
  from "../compiler/reason/find-differences.js";
import type { Verdict } from "../compiler/reason/selections.js";
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
    return printFailure(fail(STATUS.policy, "the globs of these policies are too many to compare them exactly",
      "fewer patterns with `*` and `?` in the middle of a name").failure);
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

/** What is permitted now first, then by operation. */
function inOrder(changes: readonly Change[]): readonly Change[] {
  const rank = (change: Change): number => Number(isNarrower(change)) * OPERATIONS.length + OPERATIONS.indexOf(change.operation);
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
      witness: { target: targetText(change.witness), ...transportOf(change.witness), marks: [] },
      old: ruleJson(irs.old, change.from),
      new: ruleJson(irs.new, change.to),
    })),
  };
}

const directionOf = (change: Change): "narrower" | "wider" => (isNarrower(change) ? "narrower" : "wider");

function transportOf(witness: ConcreteTarget) {
  if (witness.kind !== "network") return {};
  return { ...(witness.protocol === "other" ? {} : { port: witness.port }), proto: witness.protocol };
}

function ruleJson({ rules }: Ir, { rule }: Verdict) {
  const found = rule === null ? undefined : rules[rule];
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
  const { operation, witness, from, to } = change;
  const direction = directionOf(change);
  const by = ({ rules }: Ir, { effect, rule }: Verdict): string => {
    const found = rule === null ? undefined : rules[rule];
    if (found === undefined) return `${effect} by default`;
    const place = `${found.source.file}:${found.source.line}`;
    return `${effect} by ${found.id === place ? "" : `${found.id} at `}${place}`;
  };
  return [
    "",
    `${paint(direction === "wider" ? "red" : "green", direction)}: ${printable(accessText(operation, witness))}`,
    `  was ${printable(by(irs.old, from))}`,
    `  now ${printable(by(irs.new, to))}`,
  ];
}
