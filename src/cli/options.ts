/** The flags that every command which takes a policy has: what binds it to a person and a machine. */
import { type Command, Option } from "commander";

export interface BindingOptions {
  readonly set?: readonly string[];
  readonly home?: string;
  readonly task?: string;
}

export function addBindingOptions(command: Command): Command {
  return command
    .addOption(repeatable("--set <name=value>", "bind a parameter of the policy (repeatable)"))
    .option("--home <dir>", "what ~ stands for (default: the home of the invoking user, also under sudo)")
    .option("--task <task>", "choose a task of the policy: what is inside counts, too");
}

/** An option whose values are collected in the order given; undefined where there are none. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser((value: string, previous: readonly string[] | undefined): readonly string[] => [...previous ?? [], value]);
}
