#!/usr/bin/env bash
# The shared and the static library export exactly the functions that nsearch.h declares.
set -u
: "${BUILD:?}" "${SCRATCH:?}"
if [ -n "$SAN" ]; then
  echo 'skip: a build with sanitizers exports their symbols too'
  exit 77
fi

"$CC" -E -P common/nsearch.h | grep -oE '\bnsearch_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u >"$SCRATCH/declared"
nm -D --defined-only --format=posix "$BUILD/libnsearch.so" | awk '{ print $1 }' | sort -u >"$SCRATCH/shared"
nm -g --defined-only --format=posix "$BUILD/libnsearch.a" | awk 'NF > 1 { print $1 }' | sort -u >"$SCRATCH/static"

status=0
[ "$(wc -l <"$SCRATCH/declared")" -gt 50 ] || { echo 'no declarations found in common/nsearch.h' && status=1; }
for library in shared static; do
  diff -u --label declared --label "$library library" "$SCRATCH/declared" "$SCRATCH/$library" || status=1
done

major=$(sed -n 's/^#define NSEARCH_VERSION_MAJOR //p' common/nsearch.h)
soname=$(objdump -p "$BUILD/libnsearch.so" | awk '$1 == "SONAME" { print $2 }')
[ "$soname" = "libnsearch.so.$major" ] || { echo "the soname is $soname" && status=1; }
exit $status
