#!/usr/bin/env bash
# The demo under valgrind: no use of uninitialised memory, no leak, in the program or in what it asks of its libraries.
set -u
cd "$(dirname "$0")/../.."
if [ -n "${SAN:-}" ]; then
  echo "skip: a sanitizer build does not run under valgrind"
  exit 77
fi
if ! command -v valgrind >/dev/null; then
  echo "skip: there is no valgrind"
  exit 77
fi
nsearch=${NSEARCH:-.build/nsearch}
scratch=${SCRATCH:-$(mktemp -d)}
export NSEARCH_INDEX=$scratch/index
status=0
check() {
  valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all \
    "$nsearch" "$@" >"$scratch/out" 2>"$scratch/err" && return
  echo "nsearch $*: exit $?"
  cat "$scratch/err"
  status=1
}
check index --quiet tests/corpus
check query "Alibaba PLA"
check query --json '+"zero-day flaw" -ferry source:"Harbor Post"'
check related hp-alibaba-pla-memo
check show hp-alibaba-pla-memo
check stats
if ! nm "$nsearch" | grep -q xapian_reader_engine; then exit $status; fi
export NSEARCH_INDEX=$scratch/xapian
check index --quiet --engine xapian tests/corpus
check query --explain --facet topic --facet year '+"zero-day flaw" chip* -ferry' --since 2021
check query --sort oldest --json cloud
check related hp-alibaba-pla-memo
check stats
exit $status
