/** `policyc hook`: the settings by which an agent learns what was refused. */
import { resolve } from "node:path";
import { STATUS } from "./exit.js";
import { type Agent, settingsFor } from "./hook-formats.js";
import { writeOut } from "./terminal.js";

export interface HookOptions {
  readonly feedback?: string;
}

export function hookCommand(agent: Agent, { feedback }: HookOptions): number {
  writeOut(settingsFor(agent, feedback === undefined ? null : resolve(feedback)));
  return STATUS.done;
}
