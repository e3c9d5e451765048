/** `mark` and `limit`: what is remembered of what came before. */
import type { Event, LimitStatement, MarkStatement } from "./ast.js";
import { report } from "./messages.js";
import { expandOperations } from "./operations.js";
import { conjunction, resolveArgs, resolvePrograms, type ConditionContext } from "./resolve-conditions.js";
import { resolveTargets } from "./resolve-targets.js";
import type { ResolvedCondition, ResolvedEvent, ResolvedLimit, ResolvedMark, ResolvedTarget } from "./resolved.js";

export function resolveMark(statement: MarkStatement, context: ConditionContext): ResolvedMark {
  const { name, on, until, perProcess, tracksFiles, span } = statement;
  return {
    name: name.text, on: on.map((event) => resolveEvent(event, context)),
    until: until.map((event) => resolveEvent(event, context)), perProcess, tracksFiles, span,
  };
}

export function resolveEvent(event: Event, context: ConditionContext): ResolvedEvent {
  const { operation, targets, except, args, unlessExe } = event;
  const isSuccess = operation === "success";
  const resolved = (list: typeof targets): readonly ResolvedTarget[] => {
    const as = isSuccess ? { kind: "operation", name: "exec", span: event.span } as const : operation;
    const { targets: found, diagnostics } = resolveTargets(list, [as], context);
    context.diagnostics.push(...diagnostics);
    return found;
  };
  if (!isSuccess && operation.name === "privilege") {
    context.diagnostics.push(report("privilege-event", operation.span, {}));
    return { operations: [], targets: [], except: [], args: null, unlessExe: [] };
  }
  return {
    operations: isSuccess ? "success" : expandOperations([operation]),
    targets: resolved(targets), except: resolved(except),
    args: args === null ? null : resolveArgs(args, context),
    unlessExe: resolvePrograms(unlessExe, context),
  };
}

/** What a limit shares with a rule is given: its place, its reason, and what the blocks around it ask for. */
export function resolveLimit(
  statement: LimitStatement, shared: Pick<ResolvedLimit, "id" | "because">, around: readonly ResolvedCondition[],
  context: ConditionContext,
): ResolvedLimit {
  const { count, per, effect, span } = statement;
  const [privilege] = statement.operations.filter(({ name }) => name === "privilege");
  if (privilege !== undefined) context.diagnostics.push(report("privilege-event", privilege.span, {}));
  const operations = privilege === undefined ? statement.operations : [];
  const { targets, diagnostics } = resolveTargets(privilege === undefined ? statement.targets : [], operations, context);
  context.diagnostics.push(...diagnostics);
  return {
    ...shared, operations: expandOperations(operations), targets, when: conjunction(around), count,
    perMilliseconds: per.milliseconds, effect, span,
  };
}
