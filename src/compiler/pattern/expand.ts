/** Braces: the tokens of one component → every alternative that they stand for. */
import type { GlobItem } from "../ir.gen.js";
import { assertNever, invariant } from "../diagnostic.js";
import type { Token } from "./scan.js";

type Items = readonly GlobItem[];

/** An open brace: the alternatives before its last comma, and what the one being read stands for so far. */
interface Frame {
  readonly finished: readonly Items[];
  readonly current: readonly Items[];
}

/**
 * In the order written; null when there would be more than `limit`. Exact while it goes: no step makes the number
 * smaller, since a brace has at least one alternative.
 */
export function expandBraces(tokens: readonly Token[], limit: number): readonly Items[] | null {
  let frame: Frame = { finished: [], current: [[]] };
  const outer: Frame[] = [];
  for (const token of tokens) {
    switch (token.kind) {
      case "item":
        frame = { ...frame, current: frame.current.map((items) => append(items, token.item)) };
        break;
      case "open":
        outer.push(frame);
        frame = { finished: [], current: [[]] };
        break;
      case "comma":
        frame = { finished: [...frame.finished, ...frame.current], current: [[]] };
        break;
      case "close": {
        const alternatives: readonly Items[] = [...frame.finished, ...frame.current];
        const before = outer.pop();
        invariant(before !== undefined, "a brace closes that was never opened");
        if (before.current.length * alternatives.length > limit) return null;
        frame = { ...before, current: before.current.flatMap((head) => alternatives.map((tail) => join(head, tail))) };
        break;
      }
      case "slash":
      case "globstar":
        return invariantToken(token.kind);
      default:
        return assertNever(token);
    }
    if (frame.finished.length + frame.current.length > limit) return null;
  }
  return frame.current;
}

function invariantToken(kind: string): never {
  throw new Error(`internal error: ${kind} inside a component`);
}

function join(head: Items, tail: Items): Items {
  const [first, ...rest] = tail;
  return first === undefined ? head : [...append(head, first), ...rest];
}

/** Text joins text, and a run followed by a run is one run. */
function append(items: Items, item: GlobItem): Items {
  const last = items.at(-1);
  if (last?.kind === "text" && item.kind === "text") {
    return [...items.slice(0, -1), { kind: "text", text: last.text + item.text }];
  }
  return last?.kind === "run" && item.kind === "run" ? items : [...items, item];
}
