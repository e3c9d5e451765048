/** Operations as written → the ones that are decided, and what kind of target they take. */
import type { OperationName, OperationRef } from "./ast.js";
import { OPERATIONS } from "./resolved.js";
import type { Operation } from "./resolved.js";

export type TargetKind = "path" | "endpoint" | "privilege";

const MODIFY: readonly Operation[] = ["write", "create", "delete", "setattr"];

/** In the order of `OPERATIONS`, each once; `privilege` is none of them. */
export function expandOperations(references: readonly OperationRef[]): readonly Operation[] {
  const all = references.flatMap((reference) => expandOperation(reference.name));
  return OPERATIONS.filter((operation) => all.includes(operation));
}

export function expandOperation(name: OperationName): readonly Operation[] {
  switch (name) {
    case "modify":
      return MODIFY;
    case "access":
      return ["read", ...MODIFY];
    case "privilege":
      return [];
    default:
      return [name];
  }
}

export function targetKindOf(name: OperationName): TargetKind {
  if (name === "privilege") return "privilege";
  return name === "connect" || name === "bind" ? "endpoint" : "path";
}
