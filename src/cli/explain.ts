/** `policyc explain`: what a policy decides about one access, and by which rule. */
import type { FrontEnd } from "../compiler/compile.js";
import { positionOf } from "../compiler/diagnostic.js";
import type { ResolvedPolicy, ResolvedRule } from "../compiler/resolved.js";
import { type Access, decide, type Decision } from "../interpreter/interpret.js";
import { leadsTo } from "../runtime/program-links.js";
import { accessOf, expandHome, type TargetOptions } from "./access.js";
import { fail, type Failure, STATUS } from "./exit.js";
import { loadPolicyFile } from "./load-policy.js";
import { type BindingOptions, bindingsOf } from "./options.js";
import { printDiagnostics, printFailure, printTrouble } from "./print-failure.js";
import { readSource } from "./read-sources.js";
import { renderFrame } from "./render-diagnostics.js";
import { hasColour, painter, type Paint, printable, writeOut } from "./terminal.js";

export interface ExplainOptions extends BindingOptions, TargetOptions {
  readonly exe?: string;
  readonly under?: string;
  readonly mark?: readonly string[];
  readonly arg?: readonly string[];
  readonly json?: boolean;
}

export function explainCommand(
  file: string, op: string | undefined, target: string | undefined, options: ExplainOptions,
): number {
  if (op === undefined && file.startsWith("std:")) return printSource(file);
  if (op === undefined || target === undefined) {
    return printFailure(fail(STATUS.usage, `${op === undefined ? "an operation and a target are" : "a target is"} missing`,
      "policyc explain agent.pol read ~/.ssh/id_ed25519").failure);
  }
  const early = notYet(options);
  if (early !== null) return printFailure(early);
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  const { home } = bindings.value;
  const access = accessOf(op, target, home, options);
  if (!access.ok) return printFailure(access.failure);
  const loaded = loadPolicyFile(file, bindings.value, process.env["PATH"] ?? "");
  if (!loaded.ok) return printTrouble(loaded.trouble);
  printDiagnostics(loaded.warnings);
  const { resolved } = loaded.value;
  const decision = decide(resolved, access.value);
  writeOut(options.json === true
    ? `${JSON.stringify(jsonOf(resolved, decision))}\n`
    : report(loaded.value, access.value, decision, `${op} ${expandHome(target, home)}${transportOf(access.value)}`));
  return STATUS.done;
}

function printSource(name: string): number {
  const source = readSource(name);
  if ("error" in source) return printFailure(fail(STATUS.usage, `cannot read \`${name}\`: ${source.error}`).failure);
  writeOut(source.text);
  return STATUS.done;
}

function notYet({ exe, under, mark, arg }: ExplainOptions): Failure | null {
  const flag = exe !== undefined ? "--exe" : under !== undefined ? "--under"
    : mark !== undefined ? "--mark" : arg !== undefined ? "--arg" : null;
  return flag === null ? null
    : fail(STATUS.usage, `\`${flag}\` cannot be used yet: what it stands for is not enforced yet`).failure;
}

// --- JSON ------------------------------------------------------------------------------------------------------------

function jsonOf(policy: ResolvedPolicy, decision: Decision) {
  const ruleAt = (index: number) => policy.rules.slice(index, index + 1).map(ruleJson);
  return {
    decision: decision.effect,
    rule: decision.rule === null ? null : ruleAt(decision.rule)[0] ?? null,
    matched: decision.matched.flatMap(ruleAt),
  };
}

function ruleJson({ id, effect, span, because }: ResolvedRule) {
  return { id, effect, file: span.source.path, ...positionOf(span.source, span.start), because };
}

// --- for people ------------------------------------------------------------------------------------------------------

function report({ resolved }: FrontEnd, access: Access, decision: Decision, question: string): string {
  const colour = hasColour("out");
  const paint = painter(colour);
  const style = decision.effect === "allow" ? "green" : decision.effect === "audit" ? "yellow" : "red";
  const rule = decision.rule === null ? undefined : resolved.rules[decision.rule];
  const others = decision.matched.filter((index) => index !== decision.rule)
    .flatMap((index) => resolved.rules.slice(index, index + 1));
  return [
    `${paint(style, decision.effect)}: ${printable(question)}`,
    ...(rule === undefined ? [`by the default for ${access.op}: ${noRule(others)}`] : deciding(rule, colour)),
    ...(others.length === 0 ? [] : ["also matched:", ...others.map((other) => `  ${shortly(other)}`)]),
    ...notes(resolved, access, paint),
    "",
  ].join("\n");
}

const noRule = (others: readonly ResolvedRule[]): string => (others.length === 0 ? "no rule matches" : "no rule decides");

function deciding(rule: ResolvedRule, colour: boolean): readonly string[] {
  const because = rule.because === null ? [] : [`because: ${printable(rule.because)}`];
  return [renderFrame(rule.span, `${printable(rule.id)} decides`, { colour }), ...because];
}

function shortly(rule: ResolvedRule): string {
  const { source, start } = rule.span;
  const place = `${source.path}:${positionOf(source, start).line}`;
  return printable(`${rule.effect} by ${rule.id === place ? "" : `${rule.id} at `}${place}`);
}

function notes(policy: ResolvedPolicy, access: Access, paint: Paint): readonly string[] {
  if (access.kind !== "path" && access.kind !== "unix-path") return [];
  const path = Buffer.from(access.path, "latin1").toString("utf8");
  const note = (text: string): string => `${paint("cyan", "note")}: ${printable(text)}`;
  const real = leadsTo(path);
  const names = policy.bindings.programs.filter((link) => link.target === path).map((link) => link.name);
  const isProgram = access.op === "exec" || access.op === "load";
  return [
    ...(real === path ? []
      : [note(`on this machine ${path} leads to ${real}, and the kernel decides on that name`)]),
    ...(isProgram && names.length > 0 ? [note(`rules for ${names.join(", ")} count too: links to this file`)] : []),
  ];
}

function transportOf(access: Access): string {
  return access.kind === "network" ? ` port ${access.port} ${access.protocol}` : "";
}
