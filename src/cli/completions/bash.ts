/** The script for bash: what never changes, then functions made of the program's commands and flags. */
import type { Model, OptionModel, Value } from "./model.js";
import { PRIVILEGE_WORDS, SCRIPT_HEAD } from "./texts.js";

export function bashScript(model: Model): string {
  return [SCRIPT_HEAD("bash"), ENGINE, commandsPart(model), optionsPart(model), valuesPart(model), argumentsPart(model),
    "complete -F _policyc policyc\n"].join("\n");
}

/** For a text that holds no quote: all of them are names of ours. */
const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

const words = (list: readonly string[]): string => list.map(quoted).join(" ");

/** As `_policyc_offer` takes it. */
function offerOf(value: Value): string {
  switch (value.kind) {
    case "words": return `words ${words(value.words)}`;
    case "files": return ["files", words(value.extensions), "--", words(value.words), "--", words(value.begun)]
      .filter((part) => part !== "").join(" ").replace(/( --)+$/, "");
    default: return value.kind;
  }
}

const namesOf = ({ long, short }: OptionModel): readonly string[] => (short === null ? [long] : [short, long]);

const cases = (name: string, comment: string, subject: string, lines: readonly string[]): string => [
  `# ${comment}`, `${name}() {`, "    offer=()", `    case ${subject} in`, ...lines.map((line) => `        ${line}`), "    esac", "}", "",
].join("\n");

const commandsPart = ({ commands }: Model): string =>
  `_policyc_commands=(${words(commands.map(({ name }) => name))})\n`;

function optionsPart({ options, commands }: Model): string {
  const line = (command: string, all: readonly OptionModel[]): string =>
    `${quoted(command)}) offer=(words ${words(all.flatMap(namesOf))}) ;;`;
  return cases("_policyc_options", "The flags of command $1.", '"$1"',
    [line("", options), ...commands.map((command) => line(command.name, command.options))]);
}

function valuesPart({ commands }: Model): string {
  const lines = commands.flatMap(({ name, options }) => options.flatMap((option) => (option.value === null ? []
    : [`${namesOf(option).map((flag) => quoted(`${name} ${flag}`)).join(" | ")}) offer=(${offerOf(option.value.of)}) ;;`])));
  return cases("_policyc_value", "What follows flag $2 of command $1; nothing where it takes no value.", '"$1 $2"', lines);
}

function argumentsPart({ commands }: Model): string {
  const lines = commands.flatMap(({ name, arguments: all }) => all.map(({ value, rest }, index) =>
    `${rest ? `${quoted(`${name} `)}*` : quoted(`${name} ${index + 1}`)}) offer=(${offerOf(value)}) ;;`));
  return cases("_policyc_argument", "What argument number $2 of command $1 can be.", '"$1 $2"', lines);
}

/** Text of the user is compared and handed to `compgen -f`, never expanded or evaluated. */
const ENGINE = `
# The words up to the cursor, joined again where bash split them at \`:\` or \`=\`; at: where each begins in COMP_WORDS.
_policyc_split() {
    local line=\${COMP_LINE:0:COMP_POINT} rest word i
    words=() at=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        rest=\${line#"\${line%%[![:space:]]*}"}
        word=\${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=$rest
        if ((i > 0)) && [[ $rest == "$line" ]]; then
            words[\${#words[@]} - 1]+=$word
        else
            words+=("$word") at+=("$i")
        fi
        line=\${rest#"$word"}
    done
}

# $1 without its quotes and backslashes, into \`plain\`; an open quote into \`quote\`.
_policyc_unquote() {
    local text=$1 char
    plain='' quote=''
    while [[ -n $text ]]; do
        char=\${text:0:1} text=\${text:1}
        case $quote$char in
            \\' | \\") quote=$char ;;
            "''" | '""') quote='' ;;
            \\\\ | \\"\\\\) plain+=\${text:0:1} text=\${text:1} ;;
            *) plain+=$char ;;
        esac
    done
}

_policyc_words() {
    local word
    for word; do
        [[ $word != "$value"* ]] || found+=("$lead$word")
    done
}

# Fails where the folder would run or compute something when expanded, as \`compgen\` does with it.
_policyc_is_plain() {
    local part
    for part in '\`' '$(' '\${' '$[' '<(' '>('; do
        [[ \${value%/*} != *"$part"* ]] || return
    done
}

# The lines of standard input: names of files that are to be quoted as such.
_policyc_names() {
    local name
    while IFS= read -r name; do
        found+=("$lead$name")
        compopt -o filenames
    done
}

# Files with one of these extensions, all of them where there is none, and folders.
_policyc_files() {
    local name extension
    _policyc_is_plain || return
    _policyc_names < <(compgen -d -- "$value")
    _policyc_names < <(compgen -f -- "$value" | while IFS= read -r name; do
        (($#)) || printf '%s\\n' "$name"
        for extension; do
            [[ $name != *."$extension" ]] || printf '%s\\n' "$name"
        done
    done)
}

# What \`explain\` can be asked about operation $1; about any where that is empty.
_policyc_target() {
    case $1 in
        privilege) _policyc_words ${PRIVILEGE_WORDS}; return ;;
        exec | load | '') _policyc_words anonymous ;;&
        exec) [[ $value == */* ]] || _policyc_names < <(compgen -c -- "$value") ;;&
        connect | bind | '')
            if [[ $value == unix:* ]]; then
                value=\${value#unix:} lead+=unix:
                [[ $value == @* ]] || _policyc_files
                return
            fi
            compopt -o nospace
            _policyc_words unix:
            ;;&
        connect | bind) ;;
        *) _policyc_files ;;
    esac
}

# The command that begins at word $1 of COMP_WORDS, as if it stood alone.
_policyc_command() {
    if declare -F _comp_command_offset >/dev/null; then _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then _command_offset "$1"
    elif ((COMP_CWORD > $1)); then compopt -o default
    elif _policyc_is_plain; then
        _policyc_names < <(compgen -c -- "$value")
        [[ $value != */* ]] || _policyc_files
        COMPREPLY=("\${found[@]}")
    fi
}

_policyc_offer() {
    local kind=$1 extensions=()
    shift
    case $kind in
        words) _policyc_words "$@" ;;
        files)
            while (($#)) && [[ $1 != -- ]]; do extensions+=("$1"); shift; done
            while shift && (($#)) && [[ $1 != -- ]]; do _policyc_words "$1"; done
            [[ -z $value ]] || _policyc_words "\${@:2}"
            _policyc_files "\${extensions[@]}"
            ;;
        folders) ! _policyc_is_plain || _policyc_names < <(compgen -d -- "$value") ;;
        users) _policyc_names < <(compgen -u -- "$value") ;;
    esac
}

_policyc() {
    local words at plain quote offer=() arguments=() command='' flags=1 pending='' begin='' found=() lead='' value word i
    COMPREPLY=()
    _policyc_split
    local last=\${words[\${#words[@]} - 1]}
    for ((i = 1; i < \${#words[@]} - 1; i++)); do
        word=\${words[i]}
        if [[ -n $pending ]]; then pending=''
        elif [[ -n $flags && $word == -- ]]; then flags=''
        elif [[ -n $flags && $word == -?* ]]; then
            _policyc_value "$command" "$word"
            ((!\${#offer[@]})) || pending=$word
        elif [[ -z $command ]]; then command=$word
        else
            arguments+=("$word")
            ((\${#arguments[@]} != 2)) || begin=\${at[i]}
        fi
    done
    # After a redirection stands a file.
    if [[ \${words[\${#words[@]} - 2]} == *[\\<\\>] ]]; then compopt -o default; return; fi
    _policyc_unquote "$last"
    value=$plain
    if [[ -n $pending ]]; then _policyc_value "$command" "$pending"
    elif [[ -n $flags && $value == --*=* ]]; then
        _policyc_value "$command" "\${value%%=*}"
        lead=\${value%%=*}= value=\${value#*=}
    elif [[ -n $flags && $value == -* ]]; then _policyc_options "$command"
    elif [[ -z $command ]]; then offer=(words "\${_policyc_commands[@]}")
    else _policyc_argument "$command" "$((\${#arguments[@]} + 1))"
    fi
    case \${offer[0]} in
        '') return ;;
        command) _policyc_command "\${begin:-\${at[\${#at[@]} - 1]}}"; return ;;
        target) if [[ -n $pending || -n $lead ]]; then _policyc_target ''; else _policyc_target "\${arguments[1]}"; fi ;;
        *) _policyc_offer "\${offer[@]}" ;;
    esac
    # Bash replaces only what follows the last place where it split the word.
    local before=\${last%"\${last##*[:=]}"}
    if [[ -n $quote || $before == *\\\\* || $COMP_WORDBREAKS != *"\${before: -1}"* ]]; then before=''; fi
    for word in "\${found[@]}"; do COMPREPLY+=("\${word#"$before"}"); done
}
`.trimStart();
