/** Where a draft may be written: a policy that somebody has reviewed is not replaced by one. */
import { statSync } from "node:fs";
import { parse } from "../compiler/parse.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";
import { readSource, STDIN } from "./read-sources.js";

export function checkDraftOutput(output: string | undefined): Attempt<null> {
  if (output === undefined || output === STDIN || statSync(output, { throwIfNoEntry: false })?.isFile() !== true) return succeed(null);
  const source = readSource(output);
  if ("error" in source) return fail(STATUS.usage, `\`${output}\` is there already, and no draft: ${source.error}`, "name another file after -o");
  const parsed = parse(source);
  const isDraft = source.text.trim() === "" || (parsed.ok && parsed.value.statements.some(({ kind }) => kind === "draft"));
  return isDraft ? succeed(null) : fail(STATUS.usage, `\`${output}\` is there already, and no draft`, "name another file after -o, then policyc review and approve it");
}
