/** Programs with their arguments, as a request has them: `terraform apply`, `git push --force`. */
import type { Command } from "../catalogue/entry.js";
import { GROUPS_OF, PROGRAMS_WITH_COMMANDS, SUBCOMMANDS } from "../catalogue/known-programs.js";
import { FUNCTION_WORDS } from "./lexicon.js";
import type { Word } from "./words.js";

/** Words of the grammar that are commands of programs all the same. */
const COMMANDS = new Set("run exec start stop restart delete remove rm add create update edit list ls show get set open call copy cp move search view log logs connect serve pull fetch kill load save import export rename patch inspect drop access test up down plan apply push commit install clean new use format fix replace rewrite scale login build init".split(" "));

/** Of the words from `at` on, those that are the command line. `asked`: a verb before says that a program is meant. */
export function commandWords(words: readonly Word[], at: number, asked: boolean): readonly string[] {
  const [name, ...rest] = words.slice(at);
  if (name === undefined) return [];
  const line = [name.text];
  const takes = PROGRAMS_WITH_COMMANDS.has(name.text);
  for (const [i, word] of rest.entries()) {
    const isFirst = line.length === 1;
    if (word.kind === "flag") line.push(word.text);
    else if (takes && word.kind === "word" && isCommand(word.text, isFirst ? null : line[1] ?? "", asked || endsAt(rest[i + 1])) && (isFirst || GROUPS_OF.has(line[1] ?? ""))) line.push(word.text);
    else break;
  }
  return line;
}

const NOUNS = ["config", "configuration", "settings", "credentials", "creds", "keys", "tokens", "key", "token", "secrets", "login", "logins", "package", "packages", "cache", "history", "files", "file", "registry", "accounts", "account", "profiles", "profile", "containers", "commands", "command"];

const endsAt = (word: Word | undefined): boolean => word === undefined || ["comma", "stop", "flag"].includes(word.kind) || word.kind === "word" && ["and", "or", "nor", "is", "are", "in", "on", "unless", "except", "after", "until", "before", "when", "while", "but", "only", "without", "at", "command", "commands", "once", "if", "must", "should", "may", "can"].includes(word.text);

/** What follows these is a name of the project's. */
const NAMING = new Set(["run", "run-script", "exec", "dlx", "x", "task"]);

/** `group`: the command before; null: the word is the first after the program. */
function isCommand(word: string, group: string | null, ends: boolean): boolean {
  if (!/^[a-z][a-z0-9:-]*$/.test(word)) return false;
  if (!FUNCTION_WORDS.has(word)) return SUBCOMMANDS.has(word) || /^[a-z]+:[a-z]/.test(word) || group !== null && NAMING.has(group) && !NOUNS.includes(word);
  return ends && COMMANDS.has(word);
}

/** Under more names than people use. */
const ALIASES: ReadonlyMap<string, readonly string[]> = new Map([
  ["python", ["python*"]], ["python3", ["python3*"]], ["pip", ["pip", "pip3*"]], ["node", ["node", "nodejs"]], ["vim", ["vim*"]], ["perl", ["perl*"]], ["ruby", ["ruby*"]], ["php", ["php*"]], ["lua", ["lua*"]], ["gcc", ["gcc*", "{,*-}gcc-[0-9]*"]],
  ["clang", ["clang*"]], ["yarn", ["yarn", "yarnpkg"]], ["firefox", ["firefox*"]], ["chrome", ["chrome", "google-chrome*"]], ["chromium", ["chromium*"]], ["emacs", ["emacs*"]], ["iptables", ["iptables*", "ip6tables*"]], ["nc", ["nc", "nc.*", "ncat"]], ["mkfs", ["mkfs*"]], ["qemu", ["qemu-*"]], ["gdb", ["gdb*"]], ["lldb", ["lldb*"]],
]);

/** Null arguments where there are none. */
export function commandLine([program = "", ...rest]: readonly string[]): Command {
  const words = rest.map((word) => (/["'${}[\]?\\]/.test(word) ? word.replace(/[{}[\]?\\*]/g, "\\$&") : word));
  return { programs: ALIASES.get(program) ?? [program], args: words.length === 0 ? null : { only: false, words, without: [] } };
}
