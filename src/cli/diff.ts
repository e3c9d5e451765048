/** `policyc diff`: in what two policies differ, exactly. */
import type { FrontEnd } from "../compiler/compile.js";
import { lazily } from "../compiler/lazily.js";
import { SIMPLER } from "../compiler/reason/contexts.js";
import { findDifferences } from "../compiler/reason/find-differences.js";
import { tasksIn } from "../compiler/unfold-blocks.js";
import { bindingsOf, type OutsideBindings, settingsOf } from "./bindings.js";
import { type Both, type Comparison, diffJson, relationOfAll, reportDiff, withoutRepeats } from "./diff-report.js";
import { fail, type Failure, STATUS } from "./exit.js";
import { loadPolicySource, namesIn, type PolicyNames } from "./load-policy.js";
import type { Loaded } from "./loaded.js";
import type { BindingOptions } from "./options.js";
import { printDiagnostics, printFailure, printTrouble } from "./print-failure.js";
import { readSource, STDIN } from "./read-sources.js";
import { writeOut } from "./terminal.js";

export interface DiffOptions extends BindingOptions {
  readonly failOn?: "wider";
  readonly json?: boolean;
  readonly setOld?: readonly string[];
}

export function diffCommand(oldFile: string, newFile: string, options: DiffOptions): number {
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  if (oldFile === STDIN && newFile === STDIN) {
    return printFailure(fail(STATUS.usage, "both policies cannot be standard input", "name a file for one of them").failure);
  }
  const onlyOld = settingsOf("--set-old", options.setOld ?? []);
  if (!onlyOld.ok) return printFailure(onlyOld.failure);
  const load = loader({ old: oldFile, new: newFile }, bindings.value, onlyOld.value);
  const first = load(bindings.value.task);
  if (!first.ok) return printTrouble(first.trouble);
  printDiagnostics(first.warnings);
  const comparisons: Comparison[] = [];
  // Who runs it chooses a task or none, so it takes all of them to say what changes.
  for (const task of bindings.value.task === null ? [null, ...tasksOf(first.value)] : [bindings.value.task]) {
    const pair = task === null || task === bindings.value.task ? first : load(task);
    if (!pair.ok) return printTrouble(pair.trouble);
    const changes = findDifferences(pair.value.old.ir, pair.value.new.ir);
    if (changes === null) return printFailure(tooComplex());
    comparisons.push({ task, irs: { old: pair.value.old.ir, new: pair.value.new.ir }, changes });
  }
  const told = withoutRepeats(comparisons);
  writeOut(options.json === true ? `${JSON.stringify(diffJson(told))}\n` : reportDiff(told, { old: oldFile, new: newFile }));
  const relation = relationOfAll(told);
  return options.failOn === "wider" && (relation === "wider" || relation === "incomparable") ? STATUS.policy : STATUS.done;
}

const tooComplex = (): Failure => fail(STATUS.policy,
  "there is too much to tell apart to compare these policies exactly", SIMPLER).failure;

const tasksOf = ({ old, new: new_ }: Both<FrontEnd>): ReadonlySet<string> =>
  new Set([...tasksIn(old.statements), ...tasksIn(new_.statements)]);

type Load = (task: string | null) => Loaded<Both<FrontEnd>>;

/**
 * What only one of the two can be bound to, or has as a task, is nothing to the other. `onlyOld`: what the old one's
 * parameters are bound to instead.
 */
function loader(files: Both<string>, { home, params }: OutsideBindings, onlyOld: OutsideBindings["params"]): Load {
  const roots = { old: readSource(files.old), new: readSource(files.new) };
  const names = lazily(() => ({ old: namesIn(files.old, roots.old), new: namesIn(files.new, roots.new) }));
  const loadOne = (side: "old" | "new", task: string | null): Loaded<FrontEnd> => {
    // A name that neither knows is a mistake, which both tell.
    const isFor = (kind: keyof PolicyNames, name: string): boolean =>
      names()[side][kind].has(name) || !names()[side === "old" ? "new" : "old"][kind].has(name);
    const own = Object.fromEntries(Object.entries(params).filter(([name]) => isFor("params", name)));
    const bound = side === "old" ? { ...own, ...onlyOld } : own;
    const bindings = { home, params: bound, task: task !== null && isFor("tasks", task) ? task : null };
    return loadPolicySource(files[side], roots[side], bindings, process.env["PATH"] ?? "");
  };
  return (task) => {
    const old = loadOne("old", task);
    if (!old.ok) return old;
    const new_ = loadOne("new", task);
    if (!new_.ok) return new_;
    return { ok: true, value: { old: old.value, new: new_.value }, warnings: [...old.warnings, ...new_.warnings] };
  };
}
