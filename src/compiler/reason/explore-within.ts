/** `explore`, as long as an allowance lasts. */
import type { ByteString } from "../automaton/tables.js";
import { spend } from "./claims.js";
import type { Allowance } from "./claims.js";
import { explore } from "./explore.js";
import type { PathBytes } from "./explore.js";
import { Names } from "./names.js";
import { matchedPatterns, PatternTrie } from "./pattern-trie.js";
import type { GlobChild, Subset, TrieNode, TriePattern } from "./pattern-trie.js";
import type { PatternKind } from "./selections.js";

/**
 * Calls `visit` with the owners of the patterns that match a kind of paths, among them one that guides, until it returns
 * true. False where the search ended before everything was seen, by too much work.
 */
export function exploreWithin(
  patterns: readonly TriePattern[], kind: PatternKind, allowance: Allowance,
  visit: (owners: ReadonlySet<number>, path: PathBytes) => boolean,
): boolean {
  if (!spend(allowance, patterns.length)) return false;
  const names = new MeteredNames(kind !== "unix-abstract", allowance);
  const trie = new MeteredTrie(patterns, allowance);
  explore(trie, names, (subset, path) => {
    return visit(new Set(matchedPatterns(subset).map((pattern) => patterns[pattern]?.owner ?? -1)), path);
  });
  // Globs that were too many once would be so again.
  if (names.gaveUp) allowance.left = -1;
  return allowance.left >= 0;
}

class MeteredTrie extends PatternTrie {
  constructor(patterns: readonly TriePattern[], private readonly allowance: Allowance) {
    super(patterns, () => false);
  }

  override step(subset: Subset, name: ByteString, matching: (node: TrieNode) => readonly GlobChild[]): Subset {
    spend(this.allowance, subset.nodes.length);
    return super.step(subset, name, matching);
  }
}

class MeteredNames extends Names {
  constructor(arePaths: boolean, private readonly allowance: Allowance) {
    super(arePaths);
  }

  override get gaveUp(): boolean {
    return super.gaveUp || this.allowance.left < 0;
  }
}
