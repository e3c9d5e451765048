/** What goes on record of a session, and which files tell of it. */
import { statSync } from "node:fs";
import { resolve } from "node:path/posix";
import type { Meta } from "../compiler/image/meta.js";
import type { SessionRecord } from "../runtime/session-record.js";
import type { User } from "../runtime/users.js";
import { STDIN } from "./read-sources.js";

const STD = "std:";

export interface SessionFacts {
  /** As the user names it. */
  readonly file: string;
  readonly meta: Meta;
  readonly command: readonly string[];
  readonly user: Pick<User, "name">;
}

export function sessionRecord({ file, meta, command, user }: SessionFacts): SessionRecord {
  const { home, params } = meta.bindings;
  return {
    command: [...command], user: user.name, policy: placeOf(file), name: meta.policy, home, params,
    since: new Date().toISOString(), reloaded: null,
  };
}

export const placeOf = (file: string): string => (file === STDIN || file.startsWith(STD) ? file : resolve(file));

/** Of the files that hold a session, and that tell of it. Asked with the rights of who has just opened them. */
export function guardedFiles(files: readonly string[]): readonly string[] {
  const named = files.filter((path) => path !== STDIN);
  return named.map((path) => resolve(path))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}
