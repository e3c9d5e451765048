/** What the flags of `options` bind a policy to. */
import { realpathSync } from "node:fs";
import { isAbsolute, resolve } from "node:path/posix";
import type { Span } from "../compiler/diagnostic.js";
import { faultsOfHome } from "../compiler/resolve-targets.js";
import { invokingUser, type User } from "../runtime/users.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";
import type { BindingOptions } from "./options.js";

/** What the policy is bound to, before it is known which programs it names. */
export interface OutsideBindings {
  /** The chosen task. */
  readonly task: string | null;
  readonly home: string;
  readonly params: Readonly<Record<string, string>>;
}

/** The command line has no source. */
const NOWHERE: Span = { source: { path: "", text: "" }, start: 0, end: 0 };

const NAME = /^[a-z][a-z0-9-]*$/;

export function bindingsOf(options: BindingOptions, findUser: () => Pick<User, "home"> = invokingUser): Attempt<OutsideBindings> {
  const home = homeOf(options.home, findUser);
  if (!home.ok) return home;
  const params = settingsOf("--set", options.set ?? []);
  if (!params.ok) return params;
  return succeed({ task: options.task ?? null, home: home.value, params: params.value });
}

/** Told before any policy is read: that each pattern which begins with `~` is wrong is one mistake. */
function homeOf(given: string | undefined, findUser: () => Pick<User, "home">): Attempt<string> {
  if (given !== undefined && !isAbsolute(given)) return fail(STATUS.usage, `\`--home ${given}\` is not an absolute path`);
  const home = given ?? realPathOf(findUser().home);
  const faultOf = (path: string): string | undefined => faultsOfHome(path, NOWHERE)[0]?.message;
  const [fault, place] = [faultOf(home), resolve(home)];
  if (fault === undefined) return succeed(home);
  return fail(STATUS.usage, fault, faultOf(place) === undefined ? `--home ${place}` : undefined);
}

/** Patterns match the place itself, and where `/home` is a link to `/var/home` none is below the former. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Names and values; `flag` is the one that they were given with. */
export function settingsOf(flag: string, settings: readonly string[]): Attempt<Readonly<Record<string, string>>> {
  const params = new Map<string, string>();
  for (const setting of settings) {
    const equals = setting.indexOf("=");
    if (equals === -1) return fail(STATUS.usage, `\`${flag} ${setting}\` has no \`=\``, `${flag} ${setting}=VALUE`);
    const name = setting.slice(0, equals);
    if (!NAME.test(name)) {
      return fail(STATUS.usage, `\`${name}\` in \`${flag} ${setting}\` is not the name of a parameter`,
        "names are lower-case letters, digits and `-`, a letter first");
    }
    if (params.has(name)) return fail(STATUS.usage, `\`${flag} ${name}=…\` is given twice`);
    params.set(name, setting.slice(equals + 1));
  }
  return succeed(Object.fromEntries(params));
}
