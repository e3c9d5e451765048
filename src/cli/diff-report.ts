/** What `diff` found, as JSON and for people. */
import { accessText, bytesText, targetText } from "../compiler/access.js";
import { contextText, pastText } from "../compiler/context-text.js";
import type { Ir } from "../compiler/ir.gen.js";
import type { Context } from "../compiler/reason/contexts.js";
import { type Change, isNarrower, type Relation, relationOf } from "../compiler/reason/find-differences.js";
import type { Verdict } from "../compiler/reason/verdicts.js";
import { OPERATIONS } from "../compiler/resolved.js";
import { hasColour, painter, type Paint, printable } from "./terminal.js";

export interface Both<T> {
  readonly old: T;
  readonly new: T;
}

/** Of two policies with the same task chosen, or none. */
export interface Comparison {
  readonly task: string | null;
  readonly irs: Both<Ir>;
  readonly changes: readonly Change[];
}

export const relationOfAll = (comparisons: readonly Comparison[]): Relation =>
  relationOf(comparisons.flatMap(({ changes }) => changes));

const ORDER: readonly Change["operation"][] = [...OPERATIONS, "privilege"];

interface Found {
  readonly change: Change;
  readonly irs: Both<Ir>;
  readonly task: string | null;
}

/** What is permitted now first, then by operation; of the tasks after what needs none. */
function inOrder(comparisons: readonly Comparison[]): readonly Found[] {
  const rank = (change: Change): number => Number(isNarrower(change)) * ORDER.length + ORDER.indexOf(change.operation);
  return comparisons.flatMap(({ task, irs, changes }) =>
    changes.toSorted((one, other) => rank(one) - rank(other)).map((change) => ({ change, irs, task })));
}

/** What a change is without the access that shows it. */
function keyOf({ irs, changes }: Comparison): readonly string[] {
  return changes.map(({ operation, from, to }) => [
    operation, from.effect, deciderOf(irs.old, from)?.id ?? "", to.effect, deciderOf(irs.new, to)?.id ?? "",
  ].join(" "));
}

/** Of a task only what is otherwise than without one. */
export function withoutRepeats([first, ...tasks]: readonly Comparison[]): readonly Comparison[] {
  if (first === undefined) return [];
  const known = new Set(keyOf(first));
  return [first, ...tasks.map((one) => {
    const keys = keyOf(one);
    return { ...one, changes: one.changes.filter((_, i) => !known.has(keys[i] ?? "")) };
  })];
}

// --- JSON ------------------------------------------------------------------------------------------------------------

export function diffJson(comparisons: readonly Comparison[]) {
  return {
    relation: relationOfAll(comparisons),
    changes: inOrder(comparisons).map(({ change, irs, task }) => ({
      op: change.operation,
      direction: directionOf(change),
      from: change.from.effect,
      to: change.to.effect,
      ...(task === null ? {} : { task }),
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
function circumstancesOf({ who: { exe, under, args }, after, takesSeveral, marks }: Context) {
  return {
    ...(exe.length === 0 ? {} : { exe: exe.map(bytesText) }),
    ...(under.length === 0 ? {} : { under: under.map(bytesText) }),
    ...(args.length === 0 ? {} : { args: args.map(bytesText) }),
    ...(after.length === 0 ? {} : { after: after.map(pastText) }),
    ...(takesSeveral ? { severalProcesses: true } : {}),
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
  return { id, effect, ...(source ?? { file: null, line: null, column: null }), because };
}

// --- for people ------------------------------------------------------------------------------------------------------

const RELATIONS: Readonly<Record<Relation, string>> = {
  equivalent: "decides every access as", narrower: "permits less than", wider: "permits more than",
  incomparable: "permits some of what is refused, and refuses some of what is permitted, by",
};

export function reportDiff(comparisons: readonly Comparison[], files: Both<string>): string {
  const paint = painter(hasColour("out"));
  const relation = relationOfAll(comparisons);
  const style = relation === "narrower" || relation === "equivalent" ? "green" : "red";
  return [
    `${paint(style, relation)}: ${printable(shown(files.new))} ${RELATIONS[relation]} ${printable(shown(files.old))}`,
    ...inOrder(comparisons).flatMap((found) => changeLines(found, paint)),
    "",
  ].join("\n");
}

const shown = (file: string): string => (file === "-" ? "<stdin>" : file);

function changeLines({ change, irs, task }: Found, paint: Paint): readonly string[] {
  const { operation, witness, from, to, context } = change;
  const direction = directionOf(change);
  const by = (ir: Ir, verdict: Verdict): string => {
    const { effect } = verdict;
    const found = deciderOf(ir, verdict);
    if (found === undefined) return `${effect} by default`;
    if (found.source === null) return `${effect} by ${found.id}`;
    const place = `${found.source.file}:${found.source.line}`;
    return `${effect} by ${found.id === place ? "" : `${found.id} at `}${place}`;
  };
  return [
    "",
    `${paint(direction === "wider" ? "red" : "green", direction)}${task === null ? "" : printable(`, with --task ${task}`)}: `
      + printable(accessText(operation, witness) + contextText(context)),
    `  was ${printable(by(irs.old, from))}`,
    `  now ${printable(by(irs.new, to))}`,
  ];
}
