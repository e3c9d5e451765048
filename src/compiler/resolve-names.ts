/** Which names a policy defines, each once; what kinds share what is said in the language's "Lexical form". */
import type { LetStatement, Name, ParamStatement, Statement } from "./ast.js";
import type { Diagnostic } from "./diagnostic.js";
import { report } from "./messages.js";
import { unfold } from "./unfold-blocks.js";

export interface Definitions {
  readonly params: ReadonlyMap<string, ParamStatement>;
  readonly lets: ReadonlyMap<string, LetStatement>;
  readonly marks: ReadonlySet<string>;
}

/** The first definition of a name counts; every further one is an error. */
export function collectDefinitions(
  statements: readonly Statement[],
): { readonly definitions: Definitions; readonly diagnostics: readonly Diagnostic[] } {
  const all = unfold(statements).map(({ statement }) => statement);
  const params = all.filter((statement) => statement.kind === "param");
  const lets = all.filter((statement) => statement.kind === "let");
  const marks = all.flatMap((statement) => (statement.kind === "mark" ? [statement.name] : []));
  const definitions = { params: byName(params), lets: byName(lets), marks: new Set(marks.map(({ text }) => text)) };
  const diagnostics = [
    ...duplicates("parameter", params.map((statement) => statement.name)),
    ...duplicates("let", lets.map((statement) => statement.name)),
    ...duplicates("mark", marks),
    ...duplicates("rule", all.flatMap((statement) =>
      statement.kind === "rule" && statement.name !== null ? [statement.name] : [])),
    ...sharedByBoth(definitions),
  ];
  return { definitions, diagnostics };
}

function byName<S extends { readonly name: Name }>(statements: readonly S[]): ReadonlyMap<string, S> {
  const map = new Map<string, S>();
  for (const statement of statements) {
    if (!map.has(statement.name.text)) map.set(statement.name.text, statement);
  }
  return map;
}

function duplicates(kind: string, names: readonly Name[]): readonly Diagnostic[] {
  const first = new Map<string, Name>();
  return names.flatMap((name): readonly Diagnostic[] => {
    const earlier = first.get(name.text);
    first.set(name.text, earlier ?? name);
    return earlier === undefined ? [] : [report("duplicate-name", name.span, { kind, name: name.text },
      { labels: [{ message: "first defined here", span: earlier.span }], help: "rename one of them" })];
  });
}

/** `${name}` could be either. */
function sharedByBoth({ params, lets }: Pick<Definitions, "params" | "lets">): readonly Diagnostic[] {
  return [...lets.values()].flatMap(({ name }): readonly Diagnostic[] => {
    const param = params.get(name.text);
    return param === undefined ? [] : [report("ambiguous-name", name.span, { name: name.text },
      { labels: [{ message: "the parameter is defined here", span: param.name.span }], help: "rename one of them" })];
  });
}
