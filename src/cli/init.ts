/** `policyc init`: a first policy for a folder, and the checks before each commit. */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Attempt, errorCode, fail, reasonOf, STATUS, succeed } from "./exit.js";
import { firstPolicy, PRE_COMMIT, PRE_COMMIT_ITEM } from "./first-policy.js";
import { printFailure, printHelp } from "./print-failure.js";
import { inspectProject } from "./project.js";
import { shellWord } from "./shell-word.js";
import { printable, writeErr, writeOut } from "./terminal.js";

const POLICY = "agent.pol";
const HOOKS = ".pre-commit-config.yaml";

/** What is there is never overwritten: where it is the policy, nothing is done at all. */
export function initCommand(folder: string): number {
  const project = inspectProject(folder);
  if (!project.ok) return printFailure(project.failure);
  const policy = writeNew(join(folder, POLICY), firstPolicy(project.value));
  if (!policy.ok) return printFailure(policy.failure);
  if (existsSync(join(folder, HOOKS))) {
    writeErr(`${HOOKS} is there already. To check policies before each commit,\nadd this to its list under \`repos:\`, indented as the others are:\n\n${PRE_COMMIT_ITEM}\n`);
  } else {
    const hooks = writeNew(join(folder, HOOKS), PRE_COMMIT);
    if (!hooks.ok) return printFailure(hooks.failure);
  }
  const [file, workspace] = [shellWord(join(folder, POLICY)), folder === "." ? "$PWD" : shellWord(resolve(folder))];
  printHelp(`policyc test ${file}, then: sudo policyc run ${file} --set workspace=${workspace} -- my-agent`);
  return STATUS.done;
}

function writeNew(path: string, text: string): Attempt<null> {
  try {
    writeFileSync(path, text, { flag: "wx" });
    writeOut(`${printable(path)}\n`);
    return succeed(null);
  } catch (thrown) {
    return errorCode(thrown) === "EEXIST" ? fail(STATUS.usage, `\`${path}\` is there already`, "move it away, or init another folder")
      : fail(STATUS.usage, `cannot write \`${path}\`: ${reasonOf(thrown)}`);
  }
}
