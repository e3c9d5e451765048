/** Who does something, and what came before it, in words. */
import { accessText, bytesText, targetText } from "./access.js";
import type { Context } from "./reason/contexts.js";
import type { Person } from "./reason/people.js";
import type { Past } from "./reason/state-search.js";

/** ` by /usr/bin/git with the arguments "push" after read /x`; empty where it makes no difference. */
export function contextText({ who, after, takesSeveral }: Pick<Context, "who" | "after" | "takesSeveral">): string {
  const past = after.length === 0 ? "" : ` after ${after.map(pastText).join(", then ")}`;
  return `${personText(who)}${past}${takesSeveral ? ", not all by one process" : ""}`;
}

/** ` by /usr/bin/git under /usr/bin/npm with the arguments "push"`; empty where nothing of it is said. */
export function personText({ exe, under, args }: Pick<Person, "exe" | "under" | "args">): string {
  const clause = (start: string, items: readonly string[], between: string): string =>
    (items.length === 0 ? "" : ` ${start} ${items.join(between)}`);
  const words = args.map((arg) => `"${bytesText(arg).replaceAll('"', '\\"')}"`);
  return clause("by", exe.map(bytesText), " and ") + clause("under", under.map(bytesText), " and ")
    + clause("with the arguments", words, " ");
}

/** ` when secret and tested`; empty where none is set. */
export const marksText = (marks: Iterable<string>): string => {
  const names = [...marks];
  return names.length === 0 ? "" : ` when ${names.join(" and ")}`;
};

/** `read /x`, `success /usr/bin/npm with the arguments "test"`, `connect 192.0.2.1 port 443 tcp, 60 times`. */
export function pastText(past: Past): string {
  if (past.kind === "wait") return `nothing for ${past.milliseconds / 1000} s`;
  const { operation, target, isSuccess, who, times } = past;
  const act = isSuccess ? `success ${targetText(target)}` : accessText(operation, target);
  return act + personText(who) + (times === 1 ? "" : `, ${times} times`);
}
