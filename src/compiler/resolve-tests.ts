/** `test` statements of the root file → concrete accesses and what is expected of each. */
import { accessOf, type Attempt, type Circumstances, type ConcreteTarget } from "./access.js";
import type { Effect, Event, OperationName, StringLiteral, Target, TestBinding, TestCase, TestStatement } from "./ast.js";
import { assertNever, once } from "./diagnostic.js";
import type { Diagnostic, Outcome, Span } from "./diagnostic.js";
import type { LoadedPolicy } from "./include.js";
import type { Component } from "./ir.gen.js";
import { report } from "./messages.js";
import { addressBytes, network } from "./networks.js";
import { expandOperation } from "./operations.js";
import { patternToText } from "./pattern/context.js";
import { parseAbstractName, parsePathPattern } from "./pattern/parse-pattern.js";
import { indexLinks } from "./program-links.js";
import { checkMark, type ConditionContext } from "./resolve-conditions.js";
import { collectDefinitions } from "./resolve-names.js";
import type { Definitions } from "./resolve-names.js";
import { faultsOfHome, resolveTargets } from "./resolve-targets.js";
import type { Bindings, ResolvedTarget } from "./resolved.js";
import { createScope, didYouMean } from "./substitute.js";
import { plainText } from "./unfold-blocks.js";

/** What happens before a case: an operation, or a program that the process starts and that exits with status 0. */
export interface PastEvent {
  readonly act: { readonly kind: "attempt"; readonly attempt: Attempt } | { readonly kind: "success"; readonly path: string };
  /** Of the program that is executed. */
  readonly args: readonly string[];
}

export interface ResolvedCase {
  readonly effect: Effect;
  /** One for each operation that a group such as `access` stands for. */
  readonly attempts: readonly Attempt[];
  readonly who: Omit<Circumstances, "marks">;
  /** Set at first. */
  readonly marks: readonly string[];
  readonly after: readonly PastEvent[];
  readonly span: Span;
}

export interface ResolvedTest {
  readonly name: string;
  /** The policy's own, and what the test binds besides; to no machine, so that it means the same on each. */
  readonly bindings: Bindings;
  readonly cases: readonly ResolvedCase[];
  readonly span: Span;
}

const HOME = "home";

export function resolveTests(loaded: LoadedPolicy, bindings: Bindings): Outcome<readonly ResolvedTest[]> {
  const { definitions } = collectDefinitions(loaded.statements);
  const results = loaded.root.statements.filter((statement) => statement.kind === "test")
    .map((test) => resolveTest(test, definitions, bindings));
  const diagnostics = once(results.flatMap((result) => result.diagnostics));
  return diagnostics.length === 0
    ? { ok: true, value: results.map(({ test }) => test), diagnostics } : { ok: false, diagnostics };
}

interface Resolved {
  readonly test: ResolvedTest;
  readonly diagnostics: readonly Diagnostic[];
}

function resolveTest(test: TestStatement, definitions: Definitions, outside: Bindings): Resolved {
  const { bindings, diagnostics } = bind(test.bindings, definitions, outside);
  const scope = createScope({ definitions, params: bindings.params, home: bindings.home });
  const context: ConditionContext = {
    definitions, substitute: scope.substitute, home: bindings.home, links: indexLinks([]), diagnostics: [],
  };
  const cases = test.cases.map((one) => resolveCase(one, context));
  return {
    test: { name: plainText(test.name), bindings, cases, span: test.span },
    diagnostics: [...diagnostics, ...scope.diagnostics, ...context.diagnostics],
  };
}

// --- bindings --------------------------------------------------------------------------------------------------------

function bind(
  own: readonly TestBinding[], { params }: Definitions, outside: Bindings,
): { readonly bindings: Bindings; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const values = new Map<string, string>();
  for (const { name, value } of own) {
    const reference = value.parts.find((part) => part.kind === "reference");
    if (name.text !== HOME && !params.has(name.text)) {
      diagnostics.push(report("unknown-name", name.span, { kind: "parameter", name: name.text },
        { help: didYouMean(name.text, [...params.keys(), HOME]) }));
    } else if (values.has(name.text)) {
      diagnostics.push(report("duplicate-name", name.span, { kind: "binding", name: name.text }));
    } else if (reference !== undefined) {
      diagnostics.push(report("reference-not-here", reference.span, { name: reference.name, where: "a test's binding" }));
    }
    values.set(name.text, plainText(value));
  }
  const home = values.get(HOME);
  const span = own.find(({ name }) => name.text === HOME)?.value.span;
  const wrongHome = home === undefined || span === undefined ? [] : checkHome(home, span);
  const bound = Object.fromEntries([...values].filter(([name]) => params.has(name)));
  return {
    // A wrong one is not told again of what begins with it.
    bindings: {
      home: wrongHome.length > 0 ? "/" : home ?? outside.home, params: { ...outside.params, ...bound }, programs: [],
    },
    diagnostics: [...diagnostics, ...wrongHome],
  };
}

function checkHome(home: string, span: Span): readonly Diagnostic[] {
  return home.startsWith("/") ? faultsOfHome(home, span)
    : [report("relative-parameter", span, { name: HOME, value: home })];
}

// --- cases -----------------------------------------------------------------------------------------------------------

function resolveCase(one: TestCase, context: ConditionContext): ResolvedCase {
  const { effect, operation, target, marks, exe, under, args, after, span } = one;
  for (const mark of marks) checkMark(mark, context);
  const pathOfProgram = (literal: StringLiteral | null): readonly string[] => {
    const program = literal === null ? null : concreteTarget(stringTarget(literal), "exec", context);
    return program?.kind === "path" ? [program.path] : [];
  };
  return {
    effect, span, attempts: attemptsOf(operation, target, context),
    who: { exe: pathOfProgram(exe), under: pathOfProgram(under), args: wordsOf(args ?? [], context) },
    marks: marks.map(({ text }) => text),
    after: after.flatMap((event) => pastEvents(event, context)),
  };
}

const stringTarget = (literal: StringLiteral): Target =>
  ({ kind: "target", subject: literal, ports: null, protocol: null, span: literal.span });

function attemptsOf(operation: TestCase["operation"], target: Target, context: ConditionContext): readonly Attempt[] {
  const { subject } = target;
  if (operation.name === "privilege") {
    return subject.kind === "privilege" ? [{ kind: "privilege", op: "privilege", privilege: subject.privilege }] : [];
  }
  const concrete = concreteTarget(target, operation.name, context);
  return concrete === null ? [] : expandOperation(operation.name).flatMap((op) => accessOf(op, concrete) ?? []);
}

/** Each target of an event is one of its own. */
function pastEvents(event: Event, context: ConditionContext): readonly PastEvent[] {
  const { operation, targets, except, args, unlessExe, span } = event;
  if (except.length > 0 || unlessExe.length > 0 || args?.only === true || (args?.without.length ?? 0) > 0) {
    context.diagnostics.push(report("event-not-concrete", span, {}));
    return [];
  }
  const words = wordsOf(args?.words ?? [], context);
  return targets.flatMap((target): readonly PastEvent[] => {
    if (operation !== "success") {
      return attemptsOf(operation, target, context).map((attempt) => ({ act: { kind: "attempt", attempt }, args: words }));
    }
    const program = concreteTarget(target, "exec", context);
    return program?.kind === "path" ? [{ act: { kind: "success", path: program.path }, args: words }] : [];
  });
}

/** As they are: an argument of a command is no pattern. */
function wordsOf(literals: readonly StringLiteral[], { substitute }: ConditionContext): readonly string[] {
  return literals.flatMap((literal) => {
    const substituted = substitute(literal);
    return substituted === null ? [] : [Buffer.from(patternToText(substituted.parts), "utf8").toString("latin1")];
  });
}

/** Null, and a diagnostic, where it is not one target. */
function concreteTarget(target: Target, name: OperationName, context: ConditionContext): ConcreteTarget | null {
  const { targets, diagnostics } = resolveTargets([target], [{ kind: "operation", name, span: target.span }], context);
  context.diagnostics.push(...diagnostics);
  const [only, ...more] = targets;
  if (diagnostics.length > 0 || only === undefined) return null;
  const { source, start, end } = target.span;
  const refuse = ({ problem, help }: NotConcrete): null => {
    context.diagnostics.push(report("target-not-concrete", target.span, { target: `\`${source.text.slice(start, end)}\``, problem }, { help }));
    return null;
  };
  if (more.length > 0) return refuse({ problem: `stands for ${targets.length} targets`, help: "write one of them" });
  const concrete = concreteOf(only);
  return "problem" in concrete ? refuse(concrete) : concrete;
}

interface NotConcrete {
  readonly problem: string;
  readonly help: string;
}

function concreteOf(target: ResolvedTarget): ConcreteTarget | NotConcrete {
  switch (target.kind) {
    case "path":
    case "unix-path": {
      const path = pathOf(target);
      return path === null ? { problem: "covers more than one path", help: "write the whole path of one file" }
        : { kind: target.kind, path };
    }
    case "unix-abstract": {
      const name = literalOf(target.pattern, parseAbstractName(target.pattern, target.span));
      return name === null ? { problem: "covers more than one socket", help: "write the whole name of one socket" }
        : { kind: "unix-abstract", name };
    }
    case "anonymous":
      return { kind: "anonymous" };
    case "list":
      return { problem: "covers more than one address", help: "`\"127.0.0.1\" port 443 tcp` is one of an address" };
    case "network":
      return addressOf(target);
    default:
      return assertNever(target);
  }
}

function pathOf({ pattern, span }: Extract<ResolvedTarget, { kind: "path" | "unix-path" }>): string | null {
  const parsed = parsePathPattern(pattern, span);
  const [components, ...more] = parsed.ok ? parsed.value : [];
  if (components === undefined || more.length > 0) return null;
  const names = components.map(nameOf);
  return names.includes(null) ? null : `/${names.join("/")}`;
}

function literalOf(
  pattern: Extract<ResolvedTarget, { kind: "unix-abstract" }>["pattern"], parsed: Outcome<readonly Component[]>,
): string | null {
  const [only, ...more] = parsed.ok ? parsed.value : [];
  return only === undefined || more.length > 0 || patternToText(pattern) === "" ? null : nameOf(only);
}

/** Bytes as latin-1, of a name that is written out. */
const nameOf = (component: Component): string | null =>
  component.kind === "literal" ? Buffer.from(component.name, "utf8").toString("latin1") : null;

function addressOf(
  { family, address, prefixLength, ports, protocol }: Extract<ResolvedTarget, { kind: "network" }>,
): ConcreteTarget | NotConcrete {
  const width = family === 4 ? 32 : 128;
  if (prefixLength < width) return { problem: "covers more than one address", help: "write one address" };
  const [port, ...more] = ports ?? [];
  if (port === undefined) return { problem: "has no port", help: `\`"${address}" port 443 tcp\`` };
  if (more.length > 0 || port.first !== port.last) return { problem: "covers more than one port", help: "write one port" };
  return { kind: "network", family, address: addressBytes(network(address, prefixLength)), port: port.first, protocol: protocol ?? "tcp" };
}
