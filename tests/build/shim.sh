#!/usr/bin/env bash
# No call of the two seams is forgotten when faults are tried: all that they import is ours, is led through the shim, or
# is one of the few names here, which cannot fail or may.
set -u
: "${BUILD:?}"

status=0
for seam in file memory; do
  led=$(nm -u --format=posix "$BUILD/fault/$seam.o" | awk '{ print $1 }')
  grep -q '^fault_' <<<"$led" || { echo "$seam.o: no call is led through the shim" && status=1; }
  while read -r name; do
    case $name in
      fault_* | memory_* | error_* | _GLOBAL_OFFSET_TABLE_) ;;
      mem* | str* | qsort | __errno_location | __stack_chk_fail) ;; # no calls to the system
      madvise | posix_fadvise) ;;                                   # advice
      __asan* | __ubsan* | __tsan* | __sanitizer* | __sancov*) ;;
      *) echo "$seam.o: $name is not led through the shim; tests/fault/shim.c wants a fault_$name" && status=1 ;;
    esac
  done <<<"$led"
done
exit $status
