/** So many in so long a time. */
import type { OperationName } from "../../compiler/ast.js";
import type { ProposedStatement, ProposedTarget } from "../proposal.js";
import type { Frame, Limit } from "./frame.js";
import { done, failed, type Outcome, probe, shown } from "./make.js";
import { concreteNetwork } from "./history.js";
import { networkOperations } from "./network-rules.js";
import type { Thing } from "./objects.js";
import { fileOperations, fileTargets, networkTargets, pathTarget } from "./targets.js";

export function limits(limit: Limit, { main, effect }: Frame, things: readonly Thing[]): Outcome {
  const statements: ProposedStatement[] = [];
  const examples: { readonly operation: OperationName; readonly target: ProposedTarget }[] = [];
  for (const thing of things) {
    const counted = countedOf(thing, main.doings);
    if (typeof counted === "string") return failed(counted);
    statements.push({ kind: "limit", ...counted, count: limit.count, perMilliseconds: limit.milliseconds, effect: effect === "kill" || effect === "audit" ? effect : "deny", because: null });
    examples.push(...exampleOf(thing, counted.operations));
  }
  return done(statements, limit.count === 0 ? [] : examples.slice(0, 2).map(({ operation, target }) => probe("allowed", operation, target)));
}

interface Counted {
  readonly operations: readonly OperationName[];
  readonly targets: readonly ProposedTarget[];
}

function countedOf(thing: Thing, doings: Frame["main"]["doings"]): Counted | string {
  switch (thing.kind) {
    case "files": {
      const operations = doings.length === 0 ? null : fileOperations(doings, thing, false);
      if (operations === null) return "what is counted is not said: reading, writing, deleting";
      return thing.except.length > 0 ? "a limit takes no exceptions" : { operations, targets: fileTargets(thing.patterns) };
    }
    case "network":
      return thing.exceptAddresses.length > 0 ? "a limit takes no exceptions: say which addresses" : { operations: networkOperations(doings, [], "deny"), targets: networkTargets(thing.id === "network" ? { ...thing, addresses: ["0.0.0.0/0", "::/0"] } : thing) };
    case "programs":
      if (thing.commands.some(({ args }) => args !== null)) return "a limit counts programs, whatever their arguments";
      return { operations: ["exec"], targets: fileTargets(thing.commands.flatMap(({ programs }) => programs)) };
    case "privileges": return "privileges cannot be counted";
  }
}

function exampleOf(thing: Thing, operations: readonly OperationName[]): readonly { readonly operation: OperationName; readonly target: ProposedTarget }[] {
  const [operation = "read"] = shown(operations);
  switch (thing.kind) {
    case "files": return thing.inside.slice(0, 1).map((path) => ({ operation, target: pathTarget(path) }));
    case "network": return networkTargets(thing).slice(0, 1).flatMap((target) => concreteNetwork(target) ?? []).map((target) => ({ operation, target }));
    case "programs": return thing.inside.slice(0, 1).flatMap(([program]) => (program === undefined ? [] : [{ operation, target: pathTarget(program) }]));
    case "privileges": return [];
  }
}
