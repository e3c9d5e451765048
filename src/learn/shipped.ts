/** The standard policies that fit what was seen. */
import type { Attempt } from "../compiler/access.js";
import { refuses } from "../compiler/ast.js";
import { invariant } from "../compiler/diagnostic.js";
import { loadPolicy, type ReadSource } from "../compiler/include.js";
import { resolve } from "../compiler/resolve.js";
import type { ResolvedPolicy } from "../compiler/resolved.js";
import { interpreter } from "../interpreter/interpret.js";

/** Those that allow the caches of a tool. `base` is not among them: it opens loopback, whatever the port. */
const TOOLS = ["node", "python", "rust", "go", "java", "docker-build", "editors"] as const;

export interface Shipped {
  readonly policy: ResolvedPolicy;
  /** By a rule of its own. */
  readonly allows: (attempt: Attempt) => boolean;
  readonly denies: (attempt: Attempt) => boolean;
}

export function shipped(name: string, home: string, read: ReadSource): Shipped {
  const loaded = loadPolicy(`std:${name}`, read);
  invariant(loaded.ok, `std:${name} cannot be read`);
  const resolved = resolve(loaded.value, { home, params: {}, programs: [] });
  invariant(resolved.ok, `std:${name} has errors`);
  const decide = interpreter(resolved.value);
  return {
    policy: resolved.value,
    allows: (attempt) => {
      const { effect, rule } = decide(attempt);
      return rule !== null && !refuses(effect);
    },
    // Its default for privileges is the language's, not its own.
    denies: (attempt) => attempt.op !== "privilege" && refuses(decide(attempt).effect),
  };
}

export interface Fitting {
  readonly name: string;
  readonly allows: (attempt: Attempt) => boolean;
}

/** Each covers something in the home that no one before it does; those that cover most first. */
export function fittingTools(attempts: readonly Attempt[], home: string, read: ReadSource): readonly Fitting[] {
  const inHome = `${Buffer.from(home).toString("latin1")}/`;
  // The folder of all caches tells nothing of a tool.
  const telling = attempts.filter((attempt) => attempt.kind === "path" && attempt.path.startsWith(inHome) && attempt.path !== `${inHome}.cache`);
  if (telling.length === 0) return [];
  const tools = TOOLS.map((name) => ({ name, ...shipped(name, home, read) }))
    .map((tool) => ({ ...tool, covered: telling.filter(tool.allows) }))
    .filter(({ covered, denies }) => covered.length > 0 && !attempts.some(denies))
    .toSorted((a, b) => b.covered.length - a.covered.length);
  return tools.reduce<readonly Fitting[]>((chosen, { name, allows, covered }) =>
    covered.some((attempt) => !chosen.some((other) => other.allows(attempt))) ? [...chosen, { name, allows }] : chosen, []);
}
