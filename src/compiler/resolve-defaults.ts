/** `default` statements of all files → the effect of each operation where no rule matches. */
import type { DefaultStatement, Effect, Statement } from "./ast.js";
import type { Diagnostic } from "./diagnostic.js";
import { report } from "./messages.js";
import { expandOperation } from "./operations.js";
import type { Operation, ResolvedPolicy } from "./resolved.js";

export type Defaults = ResolvedPolicy["defaults"];

/** Unstated defaults are `allow`. A second, different one is an error, once for each pair of statements. */
export function resolveDefaults(
  statements: readonly Statement[],
): {
  readonly defaults: Defaults;
  /** Of the statement that gives an operation its default, where one does. */
  readonly spans: ResolvedPolicy["defaultSpans"];
  /** Null where none is stated. */
  readonly privilege: ResolvedPolicy["privilegeDefault"];
  readonly diagnostics: readonly Diagnostic[];
} {
  const stated = new Map<Operation | "privilege", DefaultStatement>();
  const diagnostics: Diagnostic[] = [];
  for (const statement of statements) {
    if (statement.kind !== "default") continue;
    const conflicts = new Map<DefaultStatement, Set<Operation | "privilege">>();
    for (const operation of statement.operations.flatMap(({ name }) => name === "privilege" ? name : expandOperation(name))) {
      const earlier = stated.get(operation) ?? statement;
      stated.set(operation, earlier);
      if (earlier.effect === statement.effect) continue;
      conflicts.set(earlier, (conflicts.get(earlier) ?? new Set()).add(operation));
    }
    for (const [earlier, operations] of conflicts) {
      diagnostics.push(report("conflicting-default", statement.span, {
        effect: statement.effect,
        other: earlier.effect,
        operations: [...operations].map((operation) => `\`${operation}\``).join(", "),
      }, {
        labels: [
          { message: `${earlier.effect} here`, span: earlier.span },
          { message: `${statement.effect} here`, span: statement.span },
        ],
      }));
    }
  }
  const effectOf = (operation: Operation): Effect => stated.get(operation)?.effect ?? "allow";
  const defaults: Defaults = {
    read: effectOf("read"), write: effectOf("write"), create: effectOf("create"), delete: effectOf("delete"),
    setattr: effectOf("setattr"), exec: effectOf("exec"), load: effectOf("load"),
    connect: effectOf("connect"), bind: effectOf("bind"),
  };
  return {
    defaults, spans: new Map([...stated].map(([operation, { span }]) => [operation, span])),
    privilege: stated.get("privilege")?.effect ?? null, diagnostics,
  };
}
