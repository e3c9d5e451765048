/** `test` statements of the root file → concrete accesses and what is expected of each. */
import { type Access, accessOf, type ConcreteTarget } from "./access.js";
import type { Effect, TestBinding, TestCase, TestStatement } from "./ast.js";
import { assertNever, once } from "./diagnostic.js";
import type { Diagnostic, Outcome, Span } from "./diagnostic.js";
import type { LoadedPolicy } from "./include.js";
import type { Component } from "./ir.gen.js";
import { report } from "./messages.js";
import { network } from "./networks.js";
import { expandOperation } from "./operations.js";
import { patternToText } from "./pattern/context.js";
import { parseAbstractName, parsePathPattern } from "./pattern/parse-pattern.js";
import { indexLinks } from "./program-links.js";
import { collectDefinitions } from "./resolve-names.js";
import type { Definitions } from "./resolve-names.js";
import { resolveTargets } from "./resolve-targets.js";
import type { TargetContext } from "./resolve-targets.js";
import type { Bindings, ResolvedTarget } from "./resolved.js";
import { createScope, didYouMean } from "./substitute.js";

export interface ResolvedCase {
  readonly effect: Effect;
  /** One for each operation that a group such as `access` stands for. */
  readonly accesses: readonly Access[];
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

interface Resolved<T> {
  readonly test: T;
  readonly diagnostics: readonly Diagnostic[];
}

function resolveTest(test: TestStatement, definitions: Definitions, outside: Bindings): Resolved<ResolvedTest> {
  const { bindings, diagnostics } = bind(test.bindings, definitions, outside);
  const scope = createScope({ definitions, params: bindings.params, home: bindings.home });
  const context: TargetContext = { definitions, substitute: scope.substitute, home: bindings.home, links: indexLinks([]) };
  const cases = test.cases.map((one) => resolveCase(one, context));
  return {
    test: {
      name: plainText(test.name.parts), bindings, span: test.span,
      cases: test.cases.map(({ effect, span }, i) => ({ effect, span, accesses: cases[i]?.accesses ?? [] })),
    },
    diagnostics: [...diagnostics, ...scope.diagnostics, ...cases.flatMap((one) => one.diagnostics)],
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
    values.set(name.text, plainText(value.parts));
  }
  const home = values.get(HOME);
  if (home !== undefined && !home.startsWith("/")) {
    const span = own.find(({ name }) => name.text === HOME)?.value.span;
    if (span !== undefined) diagnostics.push(report("relative-parameter", span, { name: HOME, value: home }));
  }
  const bound = Object.fromEntries([...values].filter(([name]) => params.has(name)));
  return { bindings: { home: home ?? outside.home, params: { ...outside.params, ...bound }, programs: [] }, diagnostics };
}

const plainText = (parts: TestStatement["name"]["parts"]): string =>
  parts.map((part) => (part.kind === "text" ? part.text : `\${${part.name}}`)).join("");

// --- cases -----------------------------------------------------------------------------------------------------------

interface Accesses {
  readonly accesses: readonly Access[];
  readonly diagnostics: readonly Diagnostic[];
}

function resolveCase({ operation, target }: TestCase, context: TargetContext): Accesses {
  const { targets, diagnostics } = resolveTargets([target], [operation], context);
  const [only, ...more] = targets;
  if (diagnostics.length > 0 || only === undefined) return { accesses: [], diagnostics };
  const refuse = (problem: string, help?: string): Accesses => {
    const { source, start, end } = target.span;
    return { accesses: [], diagnostics: [report("target-not-concrete", target.span,
      { target: `\`${source.text.slice(start, end)}\``, problem }, { help })] };
  };
  if (more.length > 0) return refuse(`stands for ${targets.length} targets`);
  const concrete = concreteOf(only);
  if ("problem" in concrete) return refuse(concrete.problem, concrete.help);
  return { accesses: expandOperation(operation.name).flatMap((op) => accessOf(op, concrete) ?? []), diagnostics };
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
  const { bits } = network(address, prefixLength);
  const bytes = Array.from({ length: width / 8 }, (_, i) => Number((bits >> BigInt(width - 8 * (i + 1))) & 0xffn));
  return { kind: "network", family, address: bytes, port: port.first, protocol: protocol ?? "tcp" };
}
