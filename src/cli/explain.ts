/** `policyc explain`: what a policy decides about one access, and by which rule. */
import type { Access } from "../compiler/access.js";
import { positionOf, type Span } from "../compiler/diagnostic.js";
import type { ResolvedPolicy, ResolvedRule } from "../compiler/resolved.js";
import { decide, type Decision } from "../interpreter/interpret.js";
import { type Question, questionOf, type TargetOptions } from "./access.js";
import { fail, type Failure, STATUS } from "./exit.js";
import { explainCode } from "./explain-code.js";
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
  const explained = op === undefined ? explainCode(file) : null;
  if (explained !== null) return explained;
  if (op === undefined || target === undefined) {
    return printFailure(fail(STATUS.usage, `${op === undefined ? "an operation and a target are" : "a target is"} missing`,
      "policyc explain agent.pol read ~/.ssh/id_ed25519").failure);
  }
  const early = notYet(options);
  if (early !== null) return printFailure(early);
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  const searchPath = process.env["PATH"] ?? "";
  const question = questionOf(op, target, { home: bindings.value.home, searchPath }, options);
  if (!question.ok) return printFailure(question.failure);
  const loaded = loadPolicyFile(file, bindings.value, searchPath);
  if (!loaded.ok) return printTrouble(loaded.trouble);
  printDiagnostics(loaded.warnings);
  const { resolved } = loaded.value;
  const decision = decide(resolved, question.value.access);
  writeOut(options.json === true
    ? `${JSON.stringify(jsonOf(resolved, question.value, decision))}\n`
    : report(resolved, question.value, decision));
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

function jsonOf(policy: ResolvedPolicy, { access, target }: Question, decision: Decision) {
  const ruleAt = (index: number) => policy.rules.slice(index, index + 1).map(ruleJson);
  return {
    decision: decision.effect,
    operation: access.op,
    target,
    ...(access.kind === "network" ? { port: access.port, proto: access.protocol } : {}),
    rule: decision.rule === null ? null : ruleAt(decision.rule)[0] ?? null,
    matched: decision.matched.flatMap(ruleAt),
  };
}

function ruleJson({ id, effect, span, because }: ResolvedRule) {
  return { id, effect, file: span.source.path, ...positionOf(span.source, span.start), because };
}

// --- for people ------------------------------------------------------------------------------------------------------

function report(policy: ResolvedPolicy, question: Question, decision: Decision): string {
  const colour = hasColour("out");
  const paint = painter(colour);
  const style = decision.effect === "allow" ? "green" : decision.effect === "audit" ? "yellow" : "red";
  const rule = decision.rule === null ? undefined : policy.rules[decision.rule];
  const others = decision.matched.filter((index) => index !== decision.rule)
    .flatMap((index) => policy.rules.slice(index, index + 1));
  return [
    `${paint(style, decision.effect)}: ${printable(headline(question))}`,
    ...(rule === undefined ? [byDefault(policy, question.access, others)] : deciding(rule, colour)),
    ...(others.length === 0 ? [] : ["also matched:", ...others.map((other) => `  ${shortly(other)}`)]),
    ...notes(policy, question, paint),
    "",
  ].join("\n");
}

function headline({ access, target, written }: Question): string {
  const transport = access.kind === "network" ? ` port ${access.port} ${access.protocol}` : "";
  return `${access.op} ${target}${transport}${written === target ? "" : ` (written ${written})`}`;
}

function byDefault(policy: ResolvedPolicy, { op }: Access, others: readonly ResolvedRule[]): string {
  const span = policy.defaultSpans.get(op);
  const which = span === undefined ? `the built-in default for ${op}` : `the default for ${op} at ${placeOf(span)}`;
  return `by ${printable(which)}: ${others.length === 0 ? "no rule matches" : "no rule decides"}`;
}

function deciding(rule: ResolvedRule, colour: boolean): readonly string[] {
  const because = rule.because === null ? [] : [`because: ${printable(rule.because)}`];
  const name = rule.id === placeOf(rule.span) ? "" : `${printable(rule.id)} `;
  return [renderFrame(rule.span, `${name}decides`, { colour }), ...because];
}

function shortly(rule: ResolvedRule): string {
  const place = placeOf(rule.span);
  return printable(`${rule.effect} by ${rule.id === place ? "" : `${rule.id} at `}${place}`);
}

const placeOf = ({ source, start }: Span): string => `${source.path}:${positionOf(source, start).line}`;

function notes(policy: ResolvedPolicy, { access, target, perProcess }: Question, paint: Paint): readonly string[] {
  const note = (text: string): string => `${paint("cyan", "note")}: ${printable(text)}`;
  const isProgram = access.op === "exec" || access.op === "load";
  const names = policy.bindings.programs.filter((link) => isProgram && link.target === target).map((link) => link.name);
  return [
    ...(perProcess ? [note("this path leads each process to a place of its own, and the kernel decides on that")] : []),
    ...(names.length > 0 ? [note(`rules for ${names.join(", ")} count too: links to this file`)] : []),
  ];
}
