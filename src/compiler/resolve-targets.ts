/** Targets of a rule as written → what they stand for, checked against the operations that they stand with. */
import type { LetStatement, Name, OperationRef, StringLiteral, Target } from "./ast.js";
import { BUILTIN_LISTS } from "./ast.js";
import { assertNever } from "./diagnostic.js";
import type { Diagnostic, Span } from "./diagnostic.js";
import { parseEndpoint } from "./endpoints.js";
import { report } from "./messages.js";
import type { Component } from "./ir.gen.js";
import { targetKindOf } from "./operations.js";
import type { TargetKind } from "./operations.js";
import { patternToText } from "./pattern/context.js";
import { parseAbstractName, parsePathPattern } from "./pattern/parse-pattern.js";
import { linksCoveredBy } from "./program-links.js";
import type { LinkIndex } from "./program-links.js";
import type { Definitions } from "./resolve-names.js";
import type { PatternText, ResolvedTarget } from "./resolved.js";
import { didYouMean, dropTrailingSlash, expandHome } from "./substitute.js";
import type { Substitute, Substituted } from "./substitute.js";

export interface TargetContext {
  readonly definitions: Definitions;
  readonly substitute: Substitute;
  readonly home: string;
  readonly links: LinkIndex;
}

export interface ResolvedTargets {
  readonly targets: readonly ResolvedTarget[];
  readonly diagnostics: readonly Diagnostic[];
}

/** `operations` all take the same kind of target, `kind`. */
export function resolveTargets(
  targets: readonly Target[], operations: readonly OperationRef[], context: TargetContext,
): ResolvedTargets {
  return combine(targets.map((target) => resolveTarget(target, operations, context)));
}

function resolveTarget(target: Target, operations: readonly OperationRef[], context: TargetContext): ResolvedTargets {
  const { subject } = target;
  const operation = operations[0]?.name ?? "read";
  const kind = targetKindOf(operation);
  switch (subject.kind) {
    case "string":
      return withTransport(target, kind, () => resolveString(subject, target, operations, context));
    case "name":
      return resolveLet(subject, target, operations, context);
    case "builtin":
      if (kind === "path") {
        return fails(report("not-a-path", target.span, { target: `\`${subject.list}\``, operation },
          { help: subject.list === "any" ? "`\"/**\"` is every file" : undefined }));
      }
      return found({ kind: "list", list: subject.list, ...transportOf(target), span: subject.span });
    case "anonymous":
      return withTransport(target, kind, () =>
        resolveAnonymous(subject.span, operations));
    case "unix":
      if (kind === "path") {
        return fails(report("not-a-path", target.span, { target: "a unix socket", operation },
          { help: "paths stand without `unix`; connecting to the socket is `connect`" }));
      }
      return withTransport(target, "path", () => resolveUnix(subject.address, context));
    case "privilege":
      return fails(report(kind === "path" ? "not-a-path" : "not-an-endpoint", target.span,
        { target: `the privilege \`${subject.privilege}\``, operation },
        { help: `the operation is \`privilege ${subject.privilege}\`` }));
    default:
      return assertNever(subject);
  }
}

/** Ports and protocols belong to addresses. */
function withTransport(target: Target, kind: TargetKind, resolve: () => ResolvedTargets): ResolvedTargets {
  const clause = target.ports !== null ? "port" : target.protocol;
  if (kind === "endpoint" || clause === null) return resolve();
  const what = target.subject.kind === "unix" ? "a unix socket" : "a file";
  return fails(report("port-not-here", target.span, { clause: clause === "port" ? "port" : "protocol", target: what }));
}

function resolveLet(
  name: Name, target: Target, operations: readonly OperationRef[], context: TargetContext,
): ResolvedTargets {
  const kind = targetKindOf(operations[0]?.name ?? "read");
  const { params, lets } = context.definitions;
  const definition: LetStatement | undefined = lets.get(name.text);
  if (definition !== undefined) {
    return withTransport(target, kind, () =>
      combine(definition.values.map((value) => resolveString(value, target, operations, context))));
  }
  if (params.has(name.text)) {
    return fails(report("parameter-as-target", name.span, { name: name.text }, { help: `\`"\${${name.text}}"\`` }));
  }
  const others = kind === "endpoint" ? BUILTIN_LISTS : ["anonymous"];
  return fails(report("unknown-name", name.span, { kind: "let", name: name.text },
    { help: didYouMean(name.text, [...lets.keys(), ...others]) ?? (kind === "path" ? helpForFile(name.text) : undefined) }));
}

const helpForFile = (word: string): string => word === "all" ? "`\"/**\"` is every file" : `write \`"${word}"\``;

function resolveString(
  literal: StringLiteral, target: Target, operations: readonly OperationRef[], context: TargetContext,
): ResolvedTargets {
  const substituted = context.substitute(literal);
  if (substituted === null) return NOTHING;
  if (targetKindOf(operations[0]?.name ?? "read") === "endpoint") {
    const endpoint = parseEndpoint(patternToText(substituted.parts), literal.span);
    return endpoint.ok
      ? found({ kind: "network", ...endpoint.value, ...transportOf(target), span: literal.span })
      : fails(...endpoint.diagnostics);
  }
  return resolvePath(literal, substituted, context, (pattern, parsed) => {
    const isProgram = operations.some(({ name }) => name === "exec" || name === "load");
    const path: ResolvedTarget = { kind: "path", pattern, span: literal.span };
    const behind = isProgram ? linksCoveredBy(parsed, context.links) : [];
    return [path, ...behind.map((file): ResolvedTarget =>
      ({ kind: "path", pattern: [{ literal: true, text: file }], viaLink: true, span: literal.span }))];
  });
}

function resolveUnix(literal: StringLiteral, context: TargetContext): ResolvedTargets {
  const substituted = context.substitute(literal);
  if (substituted === null) return NOTHING;
  const [first, ...rest] = substituted.parts;
  if (first === undefined || !first.text.startsWith("@")) {
    return resolvePath(literal, substituted, context, (pattern) => [{ kind: "unix-path", pattern, span: literal.span }]);
  }
  const pattern: PatternText = [{ ...first, text: first.text.slice(1) }, ...rest].filter((part) => part.text !== "");
  const parsed = parseAbstractName(pattern, literal.span);
  return parsed.ok ? found({ kind: "unix-abstract", pattern, span: literal.span }) : fails(...parsed.diagnostics);
}

function resolvePath(
  literal: StringLiteral, substituted: Substituted, context: TargetContext,
  toTargets: (pattern: PatternText, parsed: readonly (readonly Component[])[]) => readonly ResolvedTarget[],
): ResolvedTargets {
  const bad = findBadStart(literal, substituted, context);
  if (bad !== null) return fails(bad);
  const pattern = expandHome(substituted.parts, context.home);
  const parsed = parsePathPattern(pattern, literal.span);
  return parsed.ok ? found(...toTargets(pattern, parsed.value))
    : fails(...parsed.diagnostics.map((fault) => blameParameter(fault, literal, substituted, context) ?? fault));
}

/** What keeps an absolute path from being what `~` stands for. */
export function faultsOfHome(home: string, span: Span): readonly Diagnostic[] {
  return parsePathPattern([{ literal: true, text: dropTrailingSlash(home) }], span).diagnostics;
}

/** About the parameter, so that it is told once however many patterns begin with it. */
function findBadStart(literal: StringLiteral, { start, parts }: Substituted, context: TargetContext): Diagnostic | null {
  if (start === null) return null;
  const { name, value } = start;
  // A name without any `/` is one at any depth.
  const isName = value !== "" && value !== "." && value !== ".." && !patternToText(parts).includes("/");
  if (isName) return null;
  const extras = {
    labels: [{ message: "this pattern begins with it", span: literal.span }], help: `--set ${name}=/…`,
  };
  const span = context.definitions.params.get(name)?.name.span ?? literal.span;
  return value === "" ? report("empty-parameter", span, { name }, extras)
    : report("relative-parameter", span, { name, value }, extras);
}

/** About the parameter that brings it in, likewise. */
function blameParameter(
  fault: Diagnostic, literal: StringLiteral, { parts }: Substituted, context: TargetContext,
): Diagnostic | null {
  const labels = [{ message: "this pattern holds it", span: literal.span }];
  for (const [name, { name: { span } }] of context.definitions.params) {
    const own = context.substitute({ kind: "string", parts: [{ kind: "reference", name, span }], span });
    const value = patternToText(own?.parts ?? []);
    if (!parts.some((part) => part.literal && part.text.includes(value))) continue;
    const dots = /(?:^|\/)(\.\.?)(?:\/|$)/.exec(value)?.[1];
    if (fault.code === "pattern-doubled-slash" && value.includes("//")) {
      return report(fault.code, span, { pattern: value }, { labels, help: `--set ${name}=${value.replace(/\/\/+/g, "/")}` });
    }
    if (fault.code === "pattern-dot-component" && dots !== undefined) {
      return report(fault.code, span, { pattern: value, component: dots }, { labels, help: fault.help });
    }
  }
  return null;
}

function resolveAnonymous(span: Span, operations: readonly OperationRef[]): ResolvedTargets {
  const other = operations.find(({ name }) => name !== "exec" && name !== "load");
  if (other === undefined) return found({ kind: "anonymous", span });
  return targetKindOf(other.name) === "endpoint"
    ? fails(report("not-an-endpoint", span, { target: "`anonymous`", operation: other.name },
      { help: "`anonymous` files are for `exec` and `load`" }))
    : fails(report("anonymous-not-program", span, { operation: other.name }));
}

function transportOf(target: Target): Pick<Extract<ResolvedTarget, { kind: "network" }>, "ports" | "protocol"> {
  const ports = target.ports?.map(({ first, last }) => ({ first, last })) ?? null;
  return { ports, protocol: target.protocol };
}

const NOTHING: ResolvedTargets = { targets: [], diagnostics: [] };

function found(...targets: readonly ResolvedTarget[]): ResolvedTargets {
  return { targets, diagnostics: [] };
}

function fails(...diagnostics: readonly Diagnostic[]): ResolvedTargets {
  return { targets: [], diagnostics };
}

function combine(parts: readonly ResolvedTargets[]): ResolvedTargets {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return { targets: parts.flatMap((part) => part.targets), diagnostics: parts.flatMap((part) => part.diagnostics) };
}
