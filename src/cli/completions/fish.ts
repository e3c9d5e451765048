/** The script for fish: functions that never change, then one `complete` for each command, flag and argument. */
import type { CommandModel, Model, OptionModel, Value } from "./model.js";
import { PRIVILEGE_WORDS, SCRIPT_HEAD } from "./texts.js";

export function fishScript(model: Model): string {
  const { options, commands } = model;
  return [
    SCRIPT_HEAD("fish"), "", engine(flagsWithValues(commands)),
    "complete -c policyc -e",
    "complete -c policyc -f",
    ...options.map((option) => optionLine("", option)),
    ...commands.flatMap(commandLines), "",
  ].join("\n");
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`;

function commandLines({ name, summary, options, arguments: all }: CommandModel): readonly string[] {
  return [
    "",
    `complete -c policyc -n '__policyc_at ""' -a ${name} -d ${quoted(summary)}`,
    ...options.map((option) => optionLine(name, option)),
    ...all.flatMap(({ value, rest }, index) => {
      const offer = offerOf(value);
      const place = `${name} ${index + 1}${rest ? " rest" : ""}`;
      return offer === null ? [] : [`complete -c policyc -n '__policyc_at ${place}' -a ${quoted(offer)}`];
    }),
  ];
}

function optionLine(command: string, { long, short, summary, value }: OptionModel): string {
  const names = [...(short === null ? [] : [`-s ${short.slice(1)}`]), long.startsWith("--") ? `-l ${long.slice(2)}` : `-s ${long.slice(1)}`];
  const offer = value === null ? null : offerOf(value.of);
  return [
    `complete -c policyc -n '__policyc_in ${command === "" ? '""' : command}'`, ...names,
    ...(value === null ? [] : ["-x"]), ...(offer === null ? [] : [`-a ${quoted(offer)}`]), `-d ${quoted(summary)}`,
  ].join(" ");
}

/** What `-a` takes: words, or a command that prints some. */
function offerOf(value: Value): string | null {
  switch (value.kind) {
    case "words": return value.words.join(" ");
    case "files": return [
      ...value.words, `(${["__policyc_files", ...value.extensions].join(" ")})`,
      ...(value.begun.length === 0 ? [] : [`(__policyc_begun ${value.begun.join(" ")})`]),
    ].join(" ");
    case "folders": return "(__policyc_folders)";
    case "users": return "(__fish_complete_users)";
    case "command": return "(__policyc_command)";
    case "target": return "(__policyc_target)";
    case "nothing": return null;
  }
}

const flagsWithValues = (commands: readonly CommandModel[]): readonly string[] =>
  commands.flatMap(({ name, options }) => options.filter(({ value }) => value !== null)
    .flatMap(({ long, short }) => [long, ...(short === null ? [] : [short])].map((flag) => `${name} ${flag}`)));

const engine = (withValues: readonly string[]): string => `
# The command and its arguments before the cursor, without flags and their values, one a line.
function __policyc_words
    set -l tokens (commandline -opc)
    set -e tokens[1]
    set -l words
    set -l flags yes
    set -l pending no
    for token in $tokens
        if test $pending = yes
            set pending no
        else if test $flags = yes -a "x$token" = x--
            set flags no
        else if test $flags = yes; and string match -qr -- '^-.' $token
            contains -- "$words[1] $token" ${withValues.map(quoted).join(" ")}
            and set pending yes
        else
            set -a words $token
        end
    end
    string join -- \\n $words
end

# Whether the cursor is among the flags of this command.
function __policyc_in
    set -l words (__policyc_words)
    test "$words[1]" = "$argv[1]"
end

# Whether the cursor is at argument $argv[2] of this command, or with \`rest\` at that or a later one.
function __policyc_at
    set -l words (__policyc_words)
    test "$words[1]" = "$argv[1]"
    or return
    test -n "$argv[1]"
    or return 0
    test (count $words) = $argv[2]
    or begin
        test "$argv[3]" = rest
        and test (count $words) -ge $argv[2]
    end
end

# Files as fish itself completes them: the text before the cursor is read by fish, not expanded here.
function __policyc_paths
    set -l token (commandline -ct)
    complete -C "'' "(string replace -r -- '^(--[^=]*=|unix:)' '' $token) | string replace -r -- '\\t.*' ''
end

function __policyc_folders
    __policyc_paths | string match -r -- '.*/$'
end

# Folders, and files with one of these extensions, all of them where there is none.
function __policyc_files
    if test (count $argv) = 0
        __policyc_paths
    else if string match -q -- 'std:*' (commandline -ct)
        # No file is meant.
        return
    else
        __policyc_paths | string match -r -- '.*(?:/|\\.(?:'(string join '|' $argv)'))$'
    end
end

# These words, once one is begun.
function __policyc_begun
    set -l token (commandline -ct)
    test -n "$token"
    and string join -- \\n $argv
end

# What \`explain\` can be asked about the operation before it; about any after \`--all\`.
function __policyc_target
    set -l words (__policyc_words)
    set -l op "$words[3]"
    switch "$op"
        case privilege
            string split ' ' '${PRIVILEGE_WORDS}'
        case connect bind ''
            if string match -q -- 'unix:*' (commandline -ct)
                string replace -r -- '^' unix: (__policyc_paths)
                return
            end
            echo unix:
    end
    switch "$op"
        case exec load ''
            echo anonymous
    end
    if test "$op" = exec; and not string match -qr -- '[/(]' (commandline -ct)
        complete -C (commandline -ct)
    end
    contains -- "$op" connect bind privilege
    or __policyc_files
end

# The command that \`run\` is to run, as if it stood alone.
function __policyc_command
    # A command that is substituted would be run.
    string match -q -- '*(*' (commandline -ct)
    and return
    set -l words (__policyc_words)
    complete -C (string join -- ' ' (string escape -- $words[3..]) (commandline -ct))
end
`.trimStart();
