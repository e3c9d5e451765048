/** What an assertion asks of an effect, said apart from the compiler. */
import { EFFECTS, type Effect } from "../../src/compiler/ast.js";

export const satisfies = (asserted: Effect, actual: Effect): boolean =>
  (asserted === "allow" ? actual === "allow" : EFFECTS.indexOf(actual) >= EFFECTS.indexOf(asserted));
