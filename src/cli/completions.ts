/** `policyc completions`: a script with which a shell completes the words of policyc. */
import type { Command } from "commander";
import { bashScript } from "./completions/bash.js";
import { fishScript } from "./completions/fish.js";
import { modelOf } from "./completions/model.js";
import { zshScript } from "./completions/zsh.js";
import { STATUS } from "./exit.js";
import { writeOut } from "./terminal.js";

/** `shell`: one of those that commander lets through. */
export function completionsCommand(shell: string, program: Command): number {
  const model = modelOf(program);
  writeOut(shell === "bash" ? bashScript(model) : shell === "zsh" ? zshScript(model) : fishScript(model));
  return STATUS.done;
}
