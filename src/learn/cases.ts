/** The recorded accesses as cases of a test: as many as a person reads. */
import type { Attempt } from "../compiler/access.js";
import { quoteText } from "../compiler/print-parts.js";
import { socketCase } from "./endpoints.js";
import { plainPath } from "./fold.js";
import { groupBy } from "./group.js";
import { type Folders, locate, patternName } from "./paths.js";
import { placeOf } from "./places.js";

export const MOST_CASES = 40;

/** In turn one of each place and operation; in their own order. */
export function chooseCases(attempts: readonly Attempt[], folders: Folders): readonly string[] {
  const all = attempts.flatMap((attempt) => {
    const text = caseText(attempt);
    return text === null ? [] : [{ text, kind: kindOf(attempt, folders) }];
  });
  const ranked = [...groupBy(all, ({ kind }) => kind).values()].flatMap((group) => group.map((one, rank) => ({ one, rank })));
  const chosen = new Set(ranked.toSorted((a, b) => a.rank - b.rank).slice(0, MOST_CASES).map(({ one }) => one));
  return all.filter((one) => chosen.has(one)).map(({ text }) => text);
}

function kindOf(attempt: Attempt, folders: Folders): string {
  if (attempt.kind !== "path") return `${attempt.op} ${attempt.kind}`;
  const located = locate(attempt.path, folders);
  const place = placeOf(attempt.op, located) ?? located.names.slice(0, -1);
  return `${attempt.op} ${located.root}/${place.join("/")}`;
}

function caseText(attempt: Attempt): string | null {
  switch (attempt.kind) {
    case "path": {
      const path = plainPath(attempt);
      return path === null ? null : `${attempt.op} ${quoteText(patternName(attempt.path))}`;
    }
    case "anonymous": return `${attempt.op} anonymous`;
    case "privilege": return `privilege ${attempt.privilege}`;
    default: {
      const target = socketCase(attempt);
      return target === null ? null : `${attempt.op} ${target}`;
    }
  }
}

export function testText(
  cases: readonly string[], all: number, { command, date }: { readonly command: string; readonly date: string },
  params: Readonly<Record<string, string>>, home: string,
): string {
  if (cases.length === 0) return "";
  const bound = [["home", home], ...Object.entries(params)].map(([name, value]) => `${name} = ${quoteText(value ?? "")}`);
  return [
    ...(cases.length < all ? [`# ${cases.length} of the ${all} accesses that were recorded.`] : []),
    `test ${quoteText(`what \`${command}\` did, ${date}`)} with ${bound.join(", ")} {`,
    ...cases.map((text) => `  allow ${text}`),
    "}",
    "",
  ].join("\n");
}
