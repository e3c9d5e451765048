/** Where a draft may be written: over no policy that somebody has reviewed, and over no draft that it is not added to. */
import { statSync } from "node:fs";
import { parse } from "../compiler/parse.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";
import { readSource, STDIN } from "./read-sources.js";
import { isSameFile } from "./same-file.js";
import { shellWord } from "./shell-word.js";

/** `onto`: the policy that the new draft begins with. */
export function checkDraftOutput(output: string | undefined, onto: string | undefined): Attempt<null> {
  if (output === undefined || output === STDIN || statSync(output, { throwIfNoEntry: false })?.isFile() !== true) return succeed(null);
  const source = readSource(output);
  if ("error" in source) return fail(STATUS.usage, `\`${output}\` is there already, and no draft: ${source.error}`, "name another file after -o");
  if (source.text.trim() === "") return succeed(null);
  const parsed = parse(source);
  const isDraft = parsed.ok && parsed.value.statements.some(({ kind }) => kind === "draft");
  if (!isDraft) return fail(STATUS.usage, `\`${output}\` is there already, and no draft`, "name another file after -o, then policyc review and approve it");
  return onto !== undefined && isSameFile(onto, output) ? succeed(null)
    : fail(STATUS.usage, `the draft \`${output}\` is there already, and would be lost`, `--onto ${shellWord(output)} adds to it; to begin anew, remove it`);
}
