#!/usr/bin/env bash
# The program seen from outside. Each NAME.sh here is a test: it runs in a folder of its own, and what it prints and how
# it ends must be what NAME.stdout, NAME.stderr and NAME.exit say; a missing file means nothing printed, and 0. Figures of
# time, speed and size are blanked out on both sides. Status 77 skips a test, whose last line says why. Arguments choose
# tests by name; UPDATE=1 writes the expectations instead of comparing. Quiet but for failures and the last line.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export ROOT=${here%/tests/cli}
export CORPUS=$ROOT/tests/corpus
export NSEARCH=${NSEARCH:-${BUILD:-$ROOT/.build}/nsearch}
export LC_ALL=C.UTF-8 TERM=xterm
unset NSEARCH_INDEX NO_COLOR COLUMNS
[ -x "$NSEARCH" ] || { echo "there is no program $NSEARCH: run make" && exit 1; }
scratch=${SCRATCH:-$(mktemp -d)}
[ -n "${SCRATCH:-}" ] || trap 'rm -rf "$scratch"' EXIT

# Blanks out what differs from run to run, from machine to machine, and from one index format to the next.
steady() {
  sed -E -e "s|$scratch/[a-z_]+\.d|SCRATCH|g; s|$CORPUS|CORPUS|g; s|$ROOT|ROOT|g" \
    -e 's/("took_ms"|"seconds"): [0-9.e+-]+/\1: N/; s/("[a-z]+_bytes"): [0-9]+/\1: N/' \
    -e '/"bytes": \{/,/\}/s/("[a-z_]+"): [0-9]+/\1: N/' \
    -e 's/[0-9.]+ ms/N ms/g; s/ in [0-9.:]+ (s|min), [0-9.]+ [KMG]?B?(bytes)?\/s/ in N s, N KB\/s/' \
    -e 's/ +[0-9.]+ (bytes|KB|MB|GB)\b/ N KB/g; s/ +[0-9.]+ %$/ N %/' "$1"
}

# Compares one kind of output with its expectation, or writes that; prints the difference.
check() {
  local expected=$here/$name.$1 actual=$place.$1 nothing=$2
  if [ "${UPDATE:-}" = 1 ]; then
    if [ "$(cat "$actual")" = "$nothing" ]; then rm -f "$expected"; else cp "$actual" "$expected"; fi
    return 0
  fi
  if [ -e "$expected" ]; then
    diff -u --label "$name.$1 expected" --label "$name.$1" "$expected" "$actual"
  else
    diff -u --label "$name.$1 expected" --label "$name.$1" <(printf '%s' "${nothing:+$nothing
}") "$actual"
  fi
}

passed=0 failed=0 skipped=0
[ $# -gt 0 ] || set -- "$here"/*.sh
for script in "$@"; do
  name=$(basename "$script" .sh)
  [ "$name" != run ] || continue
  place=$scratch/$name
  rm -rf "$place.d"
  mkdir "$place.d"
  (cd "$place.d" && exec bash "$here/$name.sh") </dev/null >"$place.raw_out" 2>"$place.raw_err"
  status=$?
  if [ $status -eq 77 ]; then
    echo "skip: $name: $(tail -n 1 "$place.raw_out")"
    skipped=$((skipped + 1))
    continue
  fi
  echo $status >"$place.exit"
  steady "$place.raw_out" >"$place.stdout"
  steady "$place.raw_err" >"$place.stderr"
  if check stdout '' && check stderr '' && check exit 0; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
done
echo "cli: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
