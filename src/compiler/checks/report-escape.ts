/**
 * A `deny exec` of a program is a name that is closed, not a program that cannot run. The kernel's side refuses every
 * rename and hard link that would permit what the old name denies, for a file and all beneath a folder, so that moving
 * the file is no way round a rule, and what may not be read cannot be copied. But a program that may be read can be
 * written again, and run, wherever a policy lets files be created, written and executed, or from memory. Only that is
 * told. Whole folders are left out: what may run from a folder is not what a copy takes with it; so are programs that
 * are worth nothing without the set-user-ID bit, which a copy does not have.
 */
import { refuses } from "../ast.js";
import type { Diagnostic, Label } from "../diagnostic.js";
import { report } from "../messages.js";
import { patternToText } from "../pattern/context.js";
import type { ResolvedPolicy, ResolvedRule } from "../resolved.js";

export type ProgramUse = "exec" | "load";

/** Rules that deny a program by its name or place, in the order of the source, and whether to run it or to load it. */
export function programDenials({ rules }: ResolvedPolicy): readonly { readonly rule: number; readonly use: ProgramUse }[] {
  return rules.flatMap((rule, number) => {
    const use = (["exec", "load"] as const).find((operation) => rule.operations.includes(operation));
    return refuses(rule.effect) && use !== undefined && rule.targets.some((target) => target.kind === "path" && namesProgram(patternToText(target.pattern)))
      ? [{ rule: number, use }] : [];
  });
}

const SET_USER_ID = new Set([
  "su", "sudo", "sudoedit", "doas", "pkexec", "mount", "umount", "fusermount", "fusermount3", "passwd", "chsh", "chfn",
  "newgrp", "gpasswd", "crontab", "at", "newuidmap", "newgidmap", "ping",
]);

/** Whether the last name is one, or one of a few; `*` and `**` are all of a folder. */
function namesProgram(pattern: string): boolean {
  const name = pattern.slice(pattern.lastIndexOf("/") + 1);
  return !/^\*+$/.test(name) && !SET_USER_ID.has(name);
}

export interface EscapedRules {
  /** At least one. */
  readonly denials: readonly ResolvedRule[];
  readonly use: ProgramUse;
  /** A path as it would be written in the policy; null for a file in memory. */
  readonly path: string | null;
}

/** Labels, so that they can be taken in. */
const SHOWN = 4;

/** Once for a policy: all such rules are escaped in the same way. */
export function reportEscape({ denials, use, path }: EscapedRules): readonly Diagnostic[] {
  const [first, ...others] = denials;
  if (first === undefined) return [];
  const done = use === "exec" ? "executed" : "mapped as a library";
  const way = path === null ? `files in memory may be ${done}` : `\`${path}\` may be created, written and ${done}`;
  const closing = path === null ? "anonymous" : `"${folderOf(path)}/**"`;
  const labels = others.slice(0, SHOWN).map(({ span }): Label => ({ message: "this one too", span }));
  const help = `\`deny ${use} ${closing}\`, and so on for all that can be written, or \`default deny ${use}\` and \`allow ${use}\` for what is needed`;
  return [report("deny-escaped", first.span, { way }, { labels, help })];
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
