/** Who does something, and what came before it, in words. */
import { accessText } from "./access.js";
import { escapeBytes } from "./escape-bytes.js";
import type { Context } from "./reason/contexts.js";
import type { Past } from "./reason/state-search.js";
import type { Person } from "./reason/people.js";

/** ` by /usr/bin/git with the arguments "push" after read /x`; empty where it makes no difference. */
export function contextText({ who, after, takesSeveral }: Pick<Context, "who" | "after" | "takesSeveral">): string {
  const past = after.length === 0 ? "" : ` after ${after.map(pastText).join(", then ")}`;
  return `${personText(who)}${past}${takesSeveral ? ", not all by one process" : ""}`;
}

/** ` by /usr/bin/git under /usr/bin/npm with the arguments "push"`; empty where nothing of it is said. */
export function personText({ exe, under, args }: Pick<Person, "exe" | "under" | "args">): string {
  const clause = (word: string, items: readonly string[]): string => (items.length === 0 ? "" : ` ${word} ${items.join(" and ")}`);
  return clause("by", exe.map(bytesText)) + clause("under", under.map(bytesText))
    + (args.length === 0 ? "" : ` with the arguments ${args.map((arg) => `"${bytesText(arg).replaceAll('"', '\\"')}"`).join(" ")}`);
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
  const act = isSuccess ? accessText(operation, target).replace(/^exec/, "success") : accessText(operation, target);
  return `${act}${personText(who)}${times === 1 ? "" : `, ${times} times`}`;
}

export const bytesText = (latin1: string): string => escapeBytes(Buffer.from(latin1, "latin1"));
