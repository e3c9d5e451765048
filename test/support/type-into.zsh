#!/usr/bin/zsh -f
# Types lines into an interactive shell on a terminal of its own and asks it to complete them. What it answers, one line
# for each: bash gives the command line with every completion put in, zsh the completions, tabs between them.
# usage: type-into.zsh bash|zsh SCRIPT <LINES       (bash first reads the file that LIBRARY names, if it is set)
zmodload zsh/zpty && zmodload zsh/zselect && zmodload zsh/files || exit 2
typeset shell=$1 script=$2 folder out line junk
typeset -i asked=0
readonly PATIENCE=120
folder=$(mktemp -d) || exit 2
out=$folder/answers
trap 'zpty -d child; rm -rf -- $folder' EXIT

cat >$folder/bashrc <<'RC'
PS1= PS2=
[[ -z $LIBRARY ]] || source "$LIBRARY"
source "$SCRIPT"
bind 'set bell-style none'
bind 'set enable-bracketed-paste off'
bind '"\C-xi": insert-completions'
bind '"\C-xk": kill-whole-line'
answer() { printf '%s\n' "$READLINE_LINE" >>"$OUT"; }
bind -x '"\C-xp": answer'
echo ready >>"$OUT"
RC

cat >$folder/.zshrc <<'RC'
PS1= PS2=
autoload -Uz compinit && compinit -u -D
source $SCRIPT
typeset -a got
# Everything that is offered, whichever way the completion system comes to it; calls that only filter offer nothing.
compadd() {
  local -a hits
  if (( ! ${@[(I)-[OAD]]} )); then
    builtin compadd -A hits "$@"
    got+=("$IPREFIX"${^hits})
  fi
  builtin compadd "$@"
}
complete-silently() { _main_complete; compstate[insert]= compstate[list]=; }
zle -C complete-silently complete-word complete-silently
answer() { got=(); zle complete-silently; print -r -- ${(pj:\t:)${(u)got}} >>$OUT; }
zle -N answer
bindkey '^Xi' redisplay '^Xp' answer '^Xk' kill-whole-line
print ready >>$OUT
RC

# Until there are as many lines of answers.
await() {
  local -i start=SECONDS
  while [[ ! -e $out ]] || (( $(wc -l <$out) < $1 )); do
    zpty -r -t child junk
    if (( SECONDS - start > PATIENCE )); then print -u2 "no answer to: $line"; exit 1; fi
    zselect -t 2
  done
}

export SCRIPT=$script OUT=$out
case $shell in
  bash) zpty child "exec bash --noprofile --rcfile ${(q)folder}/bashrc -i" ;;
  zsh) zpty child "ZDOTDIR=${(q)folder} exec zsh -d -i" ;;
  *) print -u2 "no shell $shell"; exit 2 ;;
esac
await 1
while IFS= read -r line; do
  asked+=1
  zpty -w -n child $line$'\C-xi\C-xp\C-xk'
  await asked+1
done
tail -n +2 $out
