/** The script for zsh: `_arguments` specifications made of the program's commands and flags. */
import type { ArgumentModel, CommandModel, Model, OptionModel, Value } from "./model.js";
import { PRIVILEGE_WORDS, SCRIPT_HEAD } from "./texts.js";

export function zshScript(model: Model): string {
  return [
    `#compdef policyc\n${SCRIPT_HEAD("zsh")}\n`,
    FILES, ...fileFunctions(model), TARGET, COMMAND, commandsFunction(model.commands), mainFunction(model), TAIL,
  ].join("\n");
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** In a specification these end a part of it. */
const part = (text: string): string => text.replace(/[\\:[\]]/g, "\\$&");

// --- specifications --------------------------------------------------------------------------------------------------

function optionSpec({ long, short, summary, value, repeatable }: OptionModel): string {
  const tail = `[${part(summary)}]${value === null ? "" : `:${part(value.name)}:${actionOf(value.of)}`}`;
  const names = [short, value === null || !long.startsWith("--") ? long : `${long}=`].filter((name) => name !== null);
  if (repeatable) return names.map((name) => quoted(`*${name}${tail}`)).join(" ");
  const others = short === null ? "" : `(${short} ${long})`;
  return names.map((name) => quoted(`${others}${name}${tail}`)).join(" ");
}

function argumentSpec({ name, value, rest }: ArgumentModel, index: number): string {
  // The words of a command are completed as if it stood alone.
  const place = value.kind === "command" ? "*:" : rest ? "*" : `${index + 1}`;
  return quoted(`${place}:${part(name)}:${value.kind === "target" ? "->target" : actionOf(value)}`);
}

function actionOf(value: Value): string {
  switch (value.kind) {
    case "words": return `(${value.words.map(part).join(" ")})`;
    case "files": return fileFunctionOf(value);
    case "folders": return "_policyc_folders";
    case "users": return "_users";
    case "command": return "->command";
    case "target": return "_policyc_target";
    case "nothing": return " ";
  }
}

// --- functions -------------------------------------------------------------------------------------------------------

type Files = Extract<Value, { kind: "files" }>;

const fileFunctionOf = ({ extensions, words, begun }: Files): string => (extensions.length === 0 ? "_policyc_files"
  : ["_policyc", ...extensions, ...(words.length === 0 ? [] : ["std"]), ...(begun.length === 0 ? [] : ["codes"])].join("_"));

/** One for each set of extensions, since an action has no arguments of its own. */
function fileFunctions({ commands }: Model): readonly string[] {
  const values = commands.flatMap(({ options, arguments: all }) =>
    [...options.flatMap(({ value }) => (value === null ? [] : [value.of])), ...all.map(({ value }) => value)]);
  const functions = values.flatMap((value): readonly [string, string][] =>
    (value.kind === "files" && value.extensions.length > 0 ? [[fileFunctionOf(value), fileFunction(value)]] : []));
  return [...new Map(functions).values()];
}

function fileFunction(files: Files): string {
  const { extensions, words, begun } = files;
  return [
    `${fileFunctionOf(files)}() {`,
    "  local ret=1",
    ...(words.length === 0 ? [] : [`  compadd "$@" -- ${words.map(quoted).join(" ")} && ret=0`]),
    ...(begun.length === 0 ? [] : [`  [[ -n $PREFIX ]] && compadd "$@" -- ${begun.map(quoted).join(" ")} && ret=0`]),
    `  _policyc_is_plain && _path_files "$@" -g '*.(${extensions.join("|")})(-.) *(-/)' && ret=0`,
    "  return ret",
    "}",
    "",
  ].join("\n");
}

/** The completion of file names evaluates what it finds in the folder part of a word. */
const FILES = `
# Fails where the word would run or compute something when expanded: completing must not do that.
_policyc_is_plain() {
  local part
  for part in '\`' '$(' '\${' '$[' '<(' '>(' '=('; do
    [[ $PREFIX$SUFFIX != *"$part"* ]] || return
  done
}

_policyc_files() { _policyc_is_plain && _files "$@" }

_policyc_folders() { _policyc_is_plain && _files "$@" -/ }
`.trimStart();

const TARGET = `
# What \`explain\` can be asked about operation $1; about any where that is none.
_policyc_target() {
  local ret=1 op=
  [[ $1 != [a-z]* ]] || { op=$1; shift; }
  if [[ $op == privilege ]]; then
    compadd "$@" -- ${PRIVILEGE_WORDS}
    return
  fi
  if [[ $op == (exec|load|) ]]; then compadd "$@" -- anonymous && ret=0; fi
  if [[ $op == exec && $PREFIX != */* ]]; then _command_names -e && ret=0; fi
  if [[ $op == (connect|bind|) ]]; then
    if compset -P unix:; then
      _policyc_files
      return
    fi
    compadd "$@" -S '' -- unix: && ret=0
  fi
  if [[ $op != (connect|bind) ]]; then _policyc_files "$@" && ret=0; fi
  return ret
}
`.trimStart();

const COMMAND = `
# The command that \`run\` is to run, as if it stood alone. What _arguments leaves in words begins with the policy, $1, if
# no flag stands between it and the command.
_policyc_command() {
  local word
  for word in "$1" --; do
    [[ $words[1] != "$word" ]] || (( CURRENT == 1 )) || { shift words; (( CURRENT-- )) }
  done
  _normal
}
`.trimStart();

function commandsFunction(commands: readonly CommandModel[]): string {
  return [
    "_policyc_commands() {",
    "  local -a commands=(",
    ...commands.map(({ name, summary }) => `    ${quoted(`${name}:${part(summary)}`)}`),
    "  )",
    "  _describe command commands",
    "}",
    "",
  ].join("\n");
}

function mainFunction({ options, commands }: Model): string {
  const specs = (list: readonly string[], indent: string): string =>
    list.map((spec) => ` \\\n${indent}${spec}`).join("");
  return [
    "_policyc() {",
    "  local curcontext=$curcontext ret=1",
    "  local -a line state state_descr",
    "  local -A opt_args",
    `  _arguments -C -S${specs([...options.map(optionSpec), "'1:command:_policyc_commands'", "'*::argument:->arguments'"], "    ")} && return`,
    "  [[ $state == arguments ]] || return",
    "  local command=$words[1]",
    "  curcontext=${curcontext%:*:*}:policyc-$command:",
    "  case $command in",
    ...commands.map((command) => `    ${command.name}) _arguments -C -S${
      specs([...command.options.map(optionSpec), ...command.arguments.map(argumentSpec)], "      ")} && ret=0 ;;`),
    "  esac",
    "  case $state in",
    "    target) _policyc_target $line[2] && ret=0 ;;",
    "    command) _policyc_command $line[1] && ret=0 ;;",
    "  esac",
    "  return ret",
    "}",
    "",
  ].join("\n");
}

/** Loaded from \`fpath\` the file is the function itself. */
const TAIL = `
if [[ $funcstack[1] == _policyc ]]; then
  _policyc "$@"
else
  compdef _policyc policyc
fi
`.trimStart();
