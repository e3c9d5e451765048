/** Patterns that begin with a name which is a symbolic link on this machine. */
import type { Diagnostic } from "../diagnostic.js";
import { report } from "../messages.js";
import { parsePathPattern } from "../pattern/parse-pattern.js";
import { patternToText } from "../pattern/context.js";
import type { ResolvedPolicy, ResolvedTarget } from "../resolved.js";

/** What a path leads to if it is itself a symbolic link, with every link on the way followed; else null. */
export type LinkOf = (path: string) => string | null;

/** Programs are left out: `exec` and `load` follow links when the policy is bound to a machine. */
export function findSymlinks({ rules }: ResolvedPolicy, linkOf: LinkOf): readonly Diagnostic[] {
  return rules.filter(({ operations }) => operations.some((operation) => operation !== "exec" && operation !== "load"))
    .flatMap((rule) => [...rule.targets, ...rule.except].flatMap((target) => inTarget(target, linkOf)));
}

function inTarget(target: ResolvedTarget, linkOf: LinkOf): readonly Diagnostic[] {
  if (target.kind !== "path" && target.kind !== "unix-path") return [];
  const parsed = parsePathPattern(target.pattern, target.span);
  const found = new Map<string, string>();
  for (const components of parsed.ok ? parsed.value : []) {
    let path = "";
    for (const component of components) {
      if (component.kind !== "literal") break;
      path = `${path}/${component.name}`;
      const real = linkOf(path);
      if (real === null) continue;
      found.set(path, real);
      break;
    }
  }
  const text = patternToText(target.pattern);
  return [...found].map(([link, real]) => report("symlink-in-path", target.span, { link, target: real },
    { help: text.startsWith(link) ? `\`"${real}${text.slice(link.length)}"\`` : undefined }));
}
