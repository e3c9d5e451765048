/** Programs that a pattern covers through symbolic links: the links of the machine, made quick to look up. */
import type { Component } from "./ir.gen.js";
import { matchesPath, pathNames } from "./pattern/match.js";
import type { ProgramLink } from "./resolved.js";

interface NamedLink {
  readonly names: readonly Uint8Array[];
  readonly target: string;
}

export interface LinkIndex {
  readonly all: readonly NamedLink[];
  /** By the last component of the name; most patterns of programs end in a plain one. */
  readonly byLastName: ReadonlyMap<string, readonly NamedLink[]>;
}

export function indexLinks(links: readonly ProgramLink[]): LinkIndex {
  const byLastName = new Map<string, NamedLink[]>();
  const all = links.map((link): NamedLink => {
    const named = { names: pathNames(link.name), target: link.target };
    const last = link.name.slice(link.name.lastIndexOf("/") + 1);
    const others = byLastName.get(last);
    if (others === undefined) byLastName.set(last, [named]);
    else others.push(named);
    return named;
  });
  return { all, byLastName };
}

/** The files that the names covered by one of the `alternatives` lead to, each once. */
export function linksCoveredBy(alternatives: readonly (readonly Component[])[], links: LinkIndex): readonly string[] {
  if (links.all.length === 0) return [];
  const covered = alternatives.flatMap((components) => {
    const last = components.at(-1);
    const candidates = last?.kind === "literal" ? links.byLastName.get(last.name) ?? [] : links.all;
    return candidates.filter((link) => matchesPath(components, link.names)).map((link) => link.target);
  });
  return [...new Set(covered)];
}
