/** `policyc explain`: what a policy decides about one access, and by which rule. */
import type { Attempt as Asked } from "../compiler/access.js";
import { refuses } from "../compiler/ast.js";
import { marksText, personText } from "../compiler/context-text.js";
import { impliedByDefault } from "../compiler/escape-sockets.js";
import type { ResolvedLimit, ResolvedPolicy, ResolvedRule } from "../compiler/resolved.js";
import { type Decision, interpreter, limitMatcher, type Situation } from "../interpreter/interpret.js";
import { type Question, questionOf, type Surroundings, type TargetOptions } from "./access.js";
import { bindingsOf } from "./bindings.js";
import { type CircumstanceOptions, situationOf } from "./circumstances.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";
import { type Answer, headOf, questionsAbout, styleOf, tableOf } from "./explain-all.js";
import { explainCode } from "./explain-code.js";
import { decidingLines } from "./explain-frame.js";
import { loadPolicyFile } from "./load-policy.js";
import type { BindingOptions } from "./options.js";
import { printDiagnostics, printFailure, printTrouble } from "./print-failure.js";
import { readSource } from "./read-sources.js";
import { deciderOf, namedPlaceOf, placeOf, placeOfDefault, ruleJson } from "./rule-places.js";
import { hasColour, painter, type Paint, printable, writeOut } from "./terminal.js";
import { wayOutLines } from "./ways-out.js";

export interface ExplainOptions extends BindingOptions, TargetOptions, CircumstanceOptions {
  /** A target of which every operation is asked. */
  readonly all?: string;
  readonly json?: boolean;
}

export function explainCommand(
  file: string, op: string | undefined, target: string | undefined, options: ExplainOptions,
): number {
  const json = options.json === true;
  const isAlone = op === undefined && options.all === undefined;
  if (isAlone && file.startsWith("std:")) return printSource(file, json);
  const explained = isAlone ? explainCode(file, json) : null;
  if (explained !== null) return explained;
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  const searchPath = process.env["PATH"] ?? "";
  const surroundings = { home: bindings.value.home, searchPath };
  const questions = questionsOf(op, target, surroundings, options);
  if (!questions.ok) return printFailure(questions.failure);
  const ops = questions.value.map(({ access }) => access.op);
  if (options.arg !== undefined && !ops.some((asked) => asked === "exec" || asked === "load")) {
    return printFailure(fail(STATUS.usage,
      `\`--arg\` is for \`exec\` and \`load\`, not for ${ops.map((asked) => `\`${asked}\``).join(" and ")}`).failure);
  }
  const loaded = loadPolicyFile(file, bindings.value, searchPath);
  if (!loaded.ok) return printTrouble(loaded.trouble);
  printDiagnostics(loaded.warnings);
  const { resolved } = loaded.value;
  const situation = situationOf(options, resolved, surroundings);
  if (!situation.ok) return printFailure(situation.failure);
  const decideOn = interpreter(resolved);
  const answers = questions.value.map((question) => ({ question, decision: decideOn(question.access, situation.value) }));
  if (json) {
    const decisions = answers.map((answer) => jsonOf(resolved, answer, situation.value));
    writeOut(`${JSON.stringify(options.all === undefined ? decisions[0] : decisions)}\n`);
  } else {
    writeOut(options.all !== undefined ? tableOf(resolved, answers, painter(hasColour("out")))
      : answers.map((answer) => report(resolved, answer, situation.value)).join(""));
  }
  return STATUS.done;
}

/** One, or with `--all` one for each operation. */
function questionsOf(
  op: string | undefined, target: string | undefined, surroundings: Surroundings, options: ExplainOptions,
): Attempt<readonly Question[]> {
  if (options.all !== undefined) {
    return op === undefined ? questionsAbout(options.all, surroundings, options)
      : fail(STATUS.usage, `\`--all\` asks for every operation: leave out \`${op}\``);
  }
  if (op === undefined || target === undefined) {
    return fail(STATUS.usage, `${op === undefined ? "an operation and a target are" : "a target is"} missing`,
      "policyc explain agent.pol read ~/.ssh/id_ed25519");
  }
  const question = questionOf(op, target, surroundings, options);
  return question.ok ? succeed([question.value]) : question;
}

function printSource(name: string, json: boolean): number {
  const source = readSource(name);
  if ("error" in source) return printFailure(fail(STATUS.usage, `cannot read \`${name}\`: ${source.error}`).failure);
  writeOut(json ? `${JSON.stringify({ file: name, text: source.text })}\n` : source.text);
  return STATUS.done;
}

// --- JSON ------------------------------------------------------------------------------------------------------------

function jsonOf(policy: ResolvedPolicy, { question: { access, target }, decision }: Answer, situation: Situation) {
  const decider = decision.limit === null ? deciderOf(policy, decision) : null;
  const ruleAt = (index: number) => policy.rules.slice(index, index + 1).map(ruleJson);
  return {
    decision: decision.effect,
    operation: access.op,
    target,
    ...(access.kind === "network" ? { port: access.port, proto: access.protocol } : {}),
    rule: decider === null ? null : ruleJson(decider),
    matched: decision.matched.flatMap(ruleAt),
    ...(policy.limits.length === 0 ? {} : { limits: limitsOn(policy, access, situation).map(limitJson) }),
  };
}

/** Those that count it, if it is permitted. */
function limitsOn({ limits }: ResolvedPolicy, access: Asked, situation: Situation): readonly ResolvedLimit[] {
  return limits.filter((limit) => limitMatcher(limit)(access, situation));
}

function limitJson(limit: ResolvedLimit) {
  const { count, perMilliseconds } = limit;
  return { ...ruleJson(limit), count, perMilliseconds };
}

// --- for people ------------------------------------------------------------------------------------------------------

function report(policy: ResolvedPolicy, { question, decision }: Answer, situation: Situation): string {
  const colour = hasColour("out");
  const paint = painter(colour);
  const rule = decision.rule === null ? undefined : policy.rules[decision.rule];
  const others = decision.matched.filter((index) => index !== decision.rule)
    .flatMap((index) => policy.rules.slice(index, index + 1));
  return [
    `${paint(styleOf(decision), decision.effect)}: `
      + printable(`${question.access.op} ${headOf(question)}${personText(situation)}${marksText(situation.marks)}`),
    ...(rule === undefined ? byDefault(policy, question.access, decision, others)
      : decidingLines(policy, rule, { access: question.access, situation }, { colour })),
    ...(others.length === 0 ? [] : ["also matched:", ...others.map((other) => `  ${shortly(other)}`)]),
    ...(refuses(decision.effect) ? [] : limitsOn(policy, question.access, situation).map(limitLine)),
    ...notes(policy, question, paint),
    // Where each process is led to another place there is none to write down.
    ...(question.perProcess ? [] : wayOutLines(policy, question.access, decision, situation)),
    "",
  ].join("\n");
}

const DONE = { allow: "allowed", audit: "audited", deny: "denied", kill: "killed" } as const;

function byDefault(
  policy: ResolvedPolicy, { op }: Asked, { effect, privilege }: Decision, others: readonly ResolvedRule[],
): readonly string[] {
  if (privilege !== null) {
    const { id, span, because } = impliedByDefault(policy);
    return [printable(`${id} is ${DONE[effect]} by ${span === null ? "default" : `the default at ${placeOf(span)}`}`), `because: ${because}`];
  }
  const place = placeOfDefault(policy, op);
  const which = place === null ? `the built-in default for ${op}` : `the default for ${op} at ${place}`;
  return [`by ${printable(which)}: ${others.length === 0 ? "no rule matches" : "no rule decides"}`];
}

/** `counted by the limit at a.pol:3: past 60 within 60 s it comes to deny` */
const limitLine = ({ span, count, perMilliseconds, effect }: ResolvedLimit): string =>
  printable(`counted by the limit at ${placeOf(span)}: past ${count} within ${perMilliseconds / 1000} s it comes to ${effect}`);

const shortly = (rule: ResolvedRule): string => printable(`${rule.effect} by ${namedPlaceOf(rule)}`);

function notes(policy: ResolvedPolicy, { access, target, perProcess }: Question, paint: Paint): readonly string[] {
  const note = (text: string): string => `${paint("cyan", "note")}: ${printable(text)}`;
  const isProgram = access.op === "exec" || access.op === "load";
  const names = policy.bindings.programs.filter((link) => isProgram && link.target === target).map((link) => link.name);
  return [
    ...(perProcess ? [note("this path leads each process to a place of its own, and the kernel decides on that")] : []),
    ...(names.length > 0 ? [note(`rules for ${names.join(", ")} count too: links to this file`)] : []),
  ];
}
