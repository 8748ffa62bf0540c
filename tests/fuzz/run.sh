#!/usr/bin/env bash
# Gives the kept corpus to the fuzz targets, built with a plain main. Each input counts; one that fails ends its target,
# and those behind it count as failed too.
set -u
cd "$(dirname "$0")/../.."
: "${BUILD:?}" "${SCRATCH:?}"
export TMPDIR=$SCRATCH
passed=0 failed=0
for corpus in tests/fuzz/corpus/*/; do
  target=$(basename "$corpus")
  inputs=("$corpus"*)
  "$BUILD/replay/$target" "${inputs[@]}" >"$SCRATCH/$target.log" 2>&1
  status=$?
  good=$(grep -c '^ok$' "$SCRATCH/$target.log")
  passed=$((passed + good))
  [ $status -ne 0 ] || [ "$good" -ne ${#inputs[@]} ] || continue
  failed=$((failed + ${#inputs[@]} - good))
  [ "$good" -ne ${#inputs[@]} ] || failed=$((failed + 1)) # it failed at the end, as for a leak
  echo "$target: status $status"
  tail -n 30 "$SCRATCH/$target.log"
done
echo "fuzz: $passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
