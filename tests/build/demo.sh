#!/usr/bin/env bash
# `make demo` as the README promises it: an index, a question with the memo on top, and articles related to that.
set -u
: "${SCRATCH:?}" "${BUILD:?}"

# One make at a time: install.sh runs another in this tree.
eval "flock \"\$BUILD/make.lock\" make $MAKE_ARGS CC=\"\$CC\" SAN=\"\$SAN\" demo" >"$SCRATCH/out" 2>"$SCRATCH/err"
status=$?
awk '/^\$ /{ part++ } { print > (scratch "/part" part + 0) }' scratch="$SCRATCH" "$SCRATCH/out"
if [ $status -eq 0 ] && [ ! -s "$SCRATCH/err" ] && [ "$(grep -c '^\$ ' "$SCRATCH/out")" = 3 ] &&
  grep -m 1 -E '^ *1[. ]' "$SCRATCH/part2" | grep -qi 'memo' && grep -qi 'cloud' "$SCRATCH/part3"; then
  exit 0
fi
echo "make demo ends with status $status and prints:"
cat "$SCRATCH/out" "$SCRATCH/err"
exit 1
