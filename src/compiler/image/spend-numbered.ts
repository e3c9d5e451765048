/** What a policy spends of the bounds whatever its tables become: what is numbered, and what is laid out by its number. */
import { layOut } from "../automaton/arguments.js";
import { type Budget, heaviest, limitStatement } from "../automaton/bounds.js";
import { ConditionTable } from "../conditions.js";
import type { Ir } from "../ir.gen.js";

export function spendNumbered(ir: Ir, budget: Budget): void {
  const conditions = new ConditionTable(ir, budget);
  layOut(conditions.arguments, budget);
  spendMoments(ir, budget);
}

/** For each limit a number, and the moments of as many operations as are counted. */
export function spendMoments(ir: Ir, budget: Budget): void {
  const moments = ir.limits.map(({ count }) => 1 + count);
  budget.spend("moments", moments.reduce((sum, taken) => sum + taken, 0),
    () => heaviest([...new Array<number>(limitStatement(ir, 0)).fill(0), ...moments]));
}
