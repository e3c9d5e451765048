/** The flags that every command which takes a policy has: what binds it to a person and a machine. */
import { type Command, Option } from "commander";
import { isAbsolute } from "node:path";
import { invokingUser } from "../runtime/users.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";

export interface BindingOptions {
  readonly set?: readonly string[];
  readonly home?: string;
  readonly task?: string;
}

/** What the policy is bound to, before it is known which programs it names. */
export interface OutsideBindings {
  /** The chosen task. */
  readonly task: string | null;
  readonly home: string;
  readonly params: Readonly<Record<string, string>>;
}

const NAME = /^[a-z][a-z0-9-]*$/;

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

export function bindingsOf(options: BindingOptions): Attempt<OutsideBindings> {
  if (options.home !== undefined && !isAbsolute(options.home)) {
    return fail(STATUS.usage, `\`--home ${options.home}\` is not an absolute path`);
  }
  const params = parseSettings(options.set ?? []);
  if (!params.ok) return params;
  return succeed({ task: options.task ?? null, home: options.home ?? invokingUser().home, params: params.value });
}

function parseSettings(settings: readonly string[]): Attempt<Readonly<Record<string, string>>> {
  const params = new Map<string, string>();
  for (const setting of settings) {
    const equals = setting.indexOf("=");
    if (equals === -1) return fail(STATUS.usage, `\`--set ${setting}\` has no \`=\``, `--set ${setting}=VALUE`);
    const name = setting.slice(0, equals);
    if (!NAME.test(name)) {
      return fail(STATUS.usage, `\`${name}\` in \`--set ${setting}\` is not the name of a parameter`,
        "names are lower-case letters, digits and `-`, a letter first");
    }
    if (params.has(name)) return fail(STATUS.usage, `\`--set ${name}=…\` is given twice`);
    params.set(name, setting.slice(equals + 1));
  }
  return succeed(Object.fromEntries(params));
}
