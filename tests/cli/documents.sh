# The man page and the completion know the commands and options that help knows, and no others.
commands=$("$NSEARCH" help | sed -n '/^usage/,/--version/s/^  \([a-z]*\) .*/\1/p')
# Options of a command by its help: "--json", "-n".
by_help() { "$NSEARCH" help "$1" | sed -n 's/^  \(--*[a-z-]*\)\( .*\)*$/\1/p' | sort; }
# By the man page: the items of the command's section, and those of every command.
by_man() {
  sed -n -e '/^Every command takes these/,/^\.SH/p' -e "/^\.SS $1\$/,/^\.S[SH]/p" "$ROOT/docs/man/nsearch.1" |
    sed -n '/^\.TP$/{n;s/^\.BI* *\(\\-[\\a-z-]*\).*/\1/p}' | sed 's/\\-/-/g' | sort
}
# By the completion: what it offers after "nsearch COMMAND -".
. "$ROOT/docs/completion/nsearch.bash"
complete_words() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
  _nsearch
  printf '%s\n' "${COMPREPLY[@]}" | sort
}
for command in $commands; do
  grep -q "^\.B nsearch $command\$" "$ROOT/docs/man/nsearch.1" || echo "$command is not in the man page's synopsis"
  grep -q "^\.SS $command\$" "$ROOT/docs/man/nsearch.1" || echo "$command has no section in the man page"
  [ "$command" = help ] && continue
  [ "$(by_help "$command" | wc -l)" -ge 3 ] || echo "help $command lists no options"
  diff <(by_help "$command") <(by_man "$command") || echo "$command: help (<) and man page (>) differ"
  diff <(by_help "$command") <(complete_words nsearch "$command" -) || echo "$command: help (<) and completion (>) differ"
done
diff <(printf '%s\n' $commands | sort) <(complete_words nsearch '' | grep -v '^-') || echo 'commands: help and completion differ'
diff <(sed -n 's/^\.SS //p' "$ROOT/docs/man/nsearch.1") <(printf '%s\n' $commands) || echo 'commands: man page and help differ'
complete_words nsearch query --co
complete_words nsearch batch --format ''
complete_words nsearch query --format ''
complete_words nsearch query --sort ''
complete_words nsearch query --facet s
complete_words nsearch index --ids g
echo "$(printf '%s\n' $commands | wc -l) commands"
grep -q "nsearch $("$NSEARCH" --version | cut -d ' ' -f 2)\"" "$ROOT/docs/man/nsearch.1" || echo 'the man page is of another version'
! command -v man >/dev/null || man -l --warnings "$ROOT/docs/man/nsearch.1" 2>&1 >/dev/null
