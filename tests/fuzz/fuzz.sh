#!/usr/bin/env bash
# Runs each fuzz target named for FUZZ_SECONDS; `make fuzz` calls it. It works on a copy of the kept corpus, to which it
# adds what reaches new code: that copy, logs and inputs that fail stay in $BUILD/fuzz/. With FUZZ_KEEP=1 the
# kept corpus gets those that reach code which it does not.
set -u
: "${BUILD:?}"
cd "$(dirname "$0")/../.."
place=$BUILD/fuzz status=0
# Targets write small files and sync them, some hundred a second: in memory where the system has a place there.
[ -w /dev/shm ] && scratch=$(mktemp -d /dev/shm/nsearch-fuzz-XXXXXX) || scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1} UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

keep() {
  "$place/$target" -merge=1 -use_counters=0 "$kept" "$copy" >"$place/$target-merge.log" 2>&1 ||
    { tail -n 20 "$place/$target-merge.log" && status=1; }
}

for target in "$@"; do
  kept=tests/fuzz/corpus/$target copy=$place/corpus/$target
  export TMPDIR=$scratch/$target
  mkdir -p "$copy" "$TMPDIR"
  echo "$target: ${FUZZ_SECONDS:-60} seconds"
  "$place/$target" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=20 -report_slow_units=20 -rss_limit_mb=4096 -max_len=4096 \
    -artifact_prefix="$place/$target-" "$copy" "$kept" >"$place/$target.log" 2>&1 ||
    { tail -n 40 "$place/$target.log" && status=1; }
  tail -n 1 "$place/$target.log"
  [ "${FUZZ_KEEP:-}" != 1 ] || keep
  rm -rf "$TMPDIR"
done
exit $status
