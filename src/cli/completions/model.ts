/** What can stand where on the command line, read off the commander program: the one list of commands and flags. */
import type { Argument, Command, Option } from "commander";
import { MESSAGES } from "../../compiler/messages.js";
import { OPERATIONS } from "../../compiler/resolved.js";
import { stdNames } from "../read-sources.js";
import { BACKEND_CHOICES } from "../machine-gaps.js";

export type Value =
  | { readonly kind: "words"; readonly words: readonly string[] }
  /** Files with one of these extensions, every folder, and `words`. No extension: every file. `begun` are words, too, but
   *  so many that nothing is said of them before one is begun. */
  | { readonly kind: "files"; readonly extensions: readonly string[]; readonly words: readonly string[];
      readonly begun: readonly string[] }
  | { readonly kind: "folders" }
  | { readonly kind: "users" }
  /** A command with its own arguments: it and all that follows. */
  | { readonly kind: "command" }
  /** What `explain` is asked about; as argument, of the operation before it. */
  | { readonly kind: "target" }
  /** Nothing that could be guessed. */
  | { readonly kind: "nothing" };

export interface OptionModel {
  /** `--output`, or `-o` where there is no other. */
  readonly long: string;
  readonly short: string | null;
  readonly summary: string;
  /** Null for a flag. */
  readonly value: { readonly name: string; readonly of: Value } | null;
  readonly repeatable: boolean;
}

export interface ArgumentModel {
  readonly name: string;
  readonly value: Value;
  /** Whether all further arguments are of this sort. */
  readonly rest: boolean;
}

export interface CommandModel {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionModel[];
  readonly arguments: readonly ArgumentModel[];
}

export interface Model {
  readonly options: readonly OptionModel[];
  readonly commands: readonly CommandModel[];
}

const NOTHING: Value = { kind: "nothing" };
const files = (...extensions: readonly string[]): Value => ({ kind: "files", extensions, words: [], begun: [] });

/** Everything that `--help` shows. */
export function modelOf(program: Command): Model {
  const shipped = stdNames().map((name) => `std:${name}`);
  const commands = program.createHelp().visibleCommands(program).map((command): CommandModel => ({
    name: command.name(),
    summary: oneLine(command.description()),
    options: optionsOf(command),
    arguments: command.registeredArguments.map((argument) => argumentOf(command.name(), argument, shipped)),
  }));
  return { options: optionsOf(program), commands };
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

function optionsOf(command: Command): readonly OptionModel[] {
  return command.createHelp().visibleOptions(command).map((option) => {
    const name = placeholderOf(option.flags);
    return {
      long: option.long ?? option.flags,
      short: option.long === undefined ? null : option.short ?? null,
      summary: oneLine(option.description),
      value: name === null ? null : { name, of: optionValue(option, name) },
      repeatable: option.parseArg !== undefined && option.argChoices === undefined,
    };
  });
}

/** `dir` of `--home <dir>` */
const placeholderOf = (flags: string): string | null => /<([^>.]+(?:\.[^>.]+)*)(?:\.\.\.)?>/.exec(flags)?.[1] ?? null;

function optionValue({ argChoices }: Option, name: string): Value {
  return argChoices === undefined ? OPTION_VALUES.get(name) ?? NOTHING : { kind: "words", words: argChoices };
}

function argumentOf(command: string, argument: Argument, shipped: readonly string[]): ArgumentModel {
  const name = argument.name();
  const known = ARGUMENT_VALUES.get(`${command} ${name}`) ?? ARGUMENT_VALUES.get(name) ?? NOTHING;
  const value: Value = argument.argChoices !== undefined ? { kind: "words", words: argument.argChoices }
    : known.kind === "files" && TAKES_SHIPPED.has(name)
      ? { ...known, words: shipped, begun: TAKES_CODES.has(`${command} ${name}`) ? Object.keys(MESSAGES) : [] } : known;
  return { name, value, rest: argument.variadic };
}

/** By the name in the angle brackets; what is not here, and has no choices, is `unknownValues`. */
export const OPTION_VALUES: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["file.md", files("md")], ["draft.pol", files("pol")], ["out.html", files("html")], ["key.pem", files("key", "pem")],
  ["key.pub", files("pub", "pem")], ["url", NOTHING], ["seconds", NOTHING], ["rule", NOTHING], ["name", NOTHING],
  ["backend", { kind: "words", words: BACKEND_CHOICES }],
  ["dir", { kind: "folders" }],
  ["file", files()],
  ["mark", NOTHING],
  ["n", NOTHING],
  ["name=value", NOTHING],
  ["out.pol", files("pol")],
  ["out.polc", files("polc")],
  ["pid", NOTHING],
  ["policy", files("pol")],
  ["program", files()],
  ["session", NOTHING],
  ["target", { kind: "target" }],
  ["task", NOTHING],
  ["user", { kind: "users" }],
  ["word", NOTHING],
]);

/** By the name of the argument, after that of its command where this one differs. */
export const ARGUMENT_VALUES: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["draft", files("pol")], ["text", NOTHING],
  ["command", { kind: "command" }],
  ["dir", { kind: "folders" }],
  ["file", files("pol")],
  ["run file", files("pol", "polc")],
  ["load file", files("pol", "polc")],
  ["reload file", files("pol", "polc")],
  ["image", files("polc")],
  ["log", files()],
  ["new", files("pol")],
  ["old", files("pol")],
  ["op", { kind: "words", words: [...OPERATIONS, "privilege"] }],
  ["path", files("pol")],
  ["session", NOTHING],
  ["target", { kind: "target" }],
]);

/** Arguments that may be `std:NAME`. */
const TAKES_SHIPPED: ReadonlySet<string> = new Set(["file", "new", "old"]);

/** Arguments that may be the code of a diagnostic, after the name of their command. */
const TAKES_CODES: ReadonlySet<string> = new Set(["explain file"]);

/** Names of arguments and of values of options about which nothing is said here. */
export function unknownValues(program: Command): readonly string[] {
  const { commands } = modelOf(program);
  return program.commands.filter((command) => commands.some(({ name }) => name === command.name())).flatMap((command) => [
    ...command.registeredArguments.filter((argument) => argument.argChoices === undefined && !ARGUMENT_VALUES.has(argument.name()))
      .map((argument) => `${command.name()} ${argument.name()}`),
    ...command.options.filter((option) => !option.hidden && option.argChoices === undefined)
      .flatMap((option) => placeholderOf(option.flags) ?? [])
      .filter((name) => !OPTION_VALUES.has(name)).map((name) => `${command.name()} --… <${name}>`),
  ]);
}
