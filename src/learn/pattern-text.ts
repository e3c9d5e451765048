/** A pattern as a policy has it, quotes included. */
import { quoteText } from "../compiler/print-parts.js";
import type { PathPattern } from "./paths.js";

const ROOTS = { workspace: "${workspace}", home: "~", top: "" } as const;

export function pathText({ root, names }: PathPattern): string {
  const rest = quoteText(names.map((name) => `/${name}`).join("")).slice(1, -1);
  return `"${ROOTS[root]}${root === "top" && rest === "" ? "/" : rest}"`;
}
