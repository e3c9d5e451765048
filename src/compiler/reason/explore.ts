/**
 * Visits every kind of path that some guiding pattern matches, the shortest path of each first. What two paths of a kind
 * have in common is exactly which patterns match them, and which match what continues them: as far as that can matter.
 */
import type { ConcreteTarget } from "../access.js";
import type { ByteString } from "../automaton/tables.js";
import type { Names } from "./names.js";
import type { PatternTrie, Subset } from "./pattern-trie.js";
import type { PatternKind } from "./selections.js";
import { Ways } from "./ways.js";

/** An absolute path as bytes, `/` for the root. */
export type PathBytes = ByteString;

interface Visit {
  readonly subset: Subset;
  readonly path: PathBytes;
}

const PATH_MAX = 4095;

/** `visit` returns true to end the search. Paths longer than the kernel takes are none. */
export function explore(
  trie: PatternTrie, names: Names, visit: (subset: Subset, path: PathBytes) => boolean,
): void {
  const visited = new Set<number>();
  const expanded = new Set<number>();
  // By length of the path: the shortest is taken first.
  const waiting: Visit[][] = [];
  const ways = new Ways(trie, names);
  const push = (subset: Subset, path: PathBytes): void => {
    const isNew = subset.isGoal ? !visited.has(subset.kind) : !expanded.has(subset.kind);
    if (isNew && subset.guides && path.length <= PATH_MAX) (waiting[path.length] ??= []).push({ subset, path });
  };
  push(trie.start, "/");
  for (let length = 0; length < waiting.length; length++) {
    for (const { subset, path } of waiting[length] ?? []) {
      // Of one name nothing is known before it is read.
      const isRead = names.arePaths || subset !== trie.start;
      if (isRead && subset.isGoal && !visited.has(subset.kind)) {
        visited.add(subset.kind);
        if (visit(subset, path)) return;
      }
      const onward = subset.onward ?? subset;
      if (!onward.guides || expanded.has(onward.kind)) continue;
      expanded.add(onward.kind);
      for (const [name, next] of ways.from(onward)) push(next, path === "/" ? `/${name}` : `${path}/${name}`);
      if (names.gaveUp) return;
    }
    waiting[length] = [];
  }
}

/** The target of a path that was visited; of abstract names the path is one name. */
export const targetAt = (kind: PatternKind, path: PathBytes): ConcreteTarget =>
  (kind === "unix-abstract" ? { kind, name: path.slice(1) } : { kind, path });
