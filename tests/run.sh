#!/usr/bin/env bash
# Runs the test suite on what was built; `make check` calls it. Arguments, or $TESTS, choose parts ("unit build cli
# judge") or single tests ("unit/test_date", "build/seams"). Quiet while tests pass; the last line is the count.
set -u
cd "$(dirname "$0")/.."
exec </dev/null

export BUILD=${BUILD:-$PWD/.build}
export NSEARCH=${NSEARCH:-$BUILD/nsearch}
export CC=${CC:-gcc} SAN=${SAN:-} MAKE_ARGS=${MAKE_ARGS:-}
export LC_ALL=C.UTF-8
unset NSEARCH_INDEX NO_COLOR MAKEFLAGS MFLAGS MAKELEVEL
results=$BUILD/check

# A sanitizer's finding must not look like one of the program's own exit codes. libxapian frees what it checks by a
# base class.
export ASAN_OPTIONS=${ASAN_OPTIONS:-exitcode=99:new_delete_type_mismatch=0} LSAN_OPTIONS=${LSAN_OPTIONS:-exitcode=99}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:exitcode=99} TSAN_OPTIONS=${TSAN_OPTIONS:-exitcode=99}

# Every test there is, the long ones first.
list() {
  printf '%s\n' judge fault corpora relevance eval fuzz cli age memory
  printf '%s\n' tests/build/*.sh tests/unit/test_*.c | sed 's|^tests/||; s|\.[a-z]*$||'
}

# The program of a test.
command_of() {
  case $1 in
    unit/*) echo "$BUILD/tests/${1#unit/}" ;;
    build/*) echo "tests/$1.sh" ;;
    *) echo "tests/$1/run.sh" ;;
  esac
}

# Runs one test: its output goes to a log, its exit status to a file beside it. Thread sanitizer needs addresses that
# are not randomised as widely as new kernels do it.
run_one() {
  local place=$results/$1 fixed=
  rm -rf "$place"
  mkdir -p "$place/scratch"
  case $SAN in
    *thread*) setarch "$(uname -m)" -R true 2>/dev/null && fixed="setarch $(uname -m) -R" ;;
  esac
  # shellcheck disable=SC2086
  SCRATCH=$place/scratch CMOCKA_MESSAGE_OUTPUT=tap timeout -k 10 "${TEST_TIMEOUT:-1800}" $fixed \
    "$(command_of "$1")" >"$place/log" 2>&1
  echo $? >"$place/status"
}

if [ "${1:-}" = --one ]; then
  run_one "$2"
  exit 0
fi

# Prints "passed failed skipped" of a finished test.
count() {
  local log=$results/$1/log status line
  status=$(cat "$results/$1/status" 2>/dev/null || echo lost)
  case $1 in
    unit/*)
      awk -v status="$status" '
        /^1\.\.[0-9]+/ { planned += substr($1, 4) }
        /^(not )?ok [0-9]+ # SKIP/ { skipped++; next }
        /^ok / { passed++ }
        /^not ok / { failed++ }
        END {
          if (passed + failed + skipped < planned) failed = planned - passed - skipped
          if (failed == 0 && (status != "0" || passed + skipped == 0)) failed = 1
          print passed + 0, failed + 0, skipped + 0
        }' "$log" ;;
    build/*)
      case $status in
        0) echo 1 0 0 ;;
        77) echo 0 0 1 ;;
        *) echo 0 1 0 ;;
      esac ;;
    *)
      line=$(grep -aE "^$1: [0-9]+ passed, [0-9]+ failed, [0-9]+ skipped\$" "$log" | tail -n 1)
      awk -v status="$status" -v line="$line" 'BEGIN {
        split(line, n, /[^0-9]+/)
        if (n[3] + 0 == 0 && (status != "0" || n[2] + n[4] == 0)) n[3] = 1
        print n[2] + 0, n[3] + 0, n[4] + 0
      }' ;;
  esac
}

[ $# -gt 0 ] || read -r -a wanted <<<"${TESTS:-unit build cli judge relevance eval corpora fuzz fault age memory}"
[ $# -eq 0 ] || wanted=("$@")
chosen=()
for test in $(list); do
  for want in "${wanted[@]}"; do
    case $test in
      "$want" | "$want"/*) chosen+=("$test") && break ;;
    esac
  done
done

mkdir -p "$results"
[ ${#chosen[@]} -eq 0 ] || printf '%s\n' "${chosen[@]}" | xargs -P "${JOBS:-$(nproc)}" -n 1 "$0" --one

total_passed=0 total_failed=0 total_skipped=0
for test in ${chosen[@]+"${chosen[@]}"}; do
  read -r passed failed skipped <<<"$(count "$test")"
  if [ "$failed" -gt 0 ]; then
    printf '\n---- %s failed (status %s):\n' "$test" "$(cat "$results/$test/status")"
    cat "$results/$test/log"
  elif [ "$skipped" -gt 0 ]; then
    grep -aE '^(skip:|(not )?ok [0-9]+ # SKIP)' "$results/$test/log" | sed "s|^|$test: |"
  fi
  [ -z "${NSEARCH_LONG:-}" ] || grep -aE '^ran: ' "$results/$test/log" | sed "s|^|$test |"
  total_passed=$((total_passed + passed))
  total_failed=$((total_failed + failed))
  total_skipped=$((total_skipped + skipped))
done

printf '%d passed, %d failed, %d skipped\n' "$total_passed" "$total_failed" "$total_skipped"
[ "$total_failed" -eq 0 ] && [ "$total_passed" -gt 0 ]
