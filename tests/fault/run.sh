#!/usr/bin/env bash
# Runs that are killed, lose power or fail at the calls of their seams: fault.py says how. NSEARCH_LONG=1 tries every
# call. Arguments are those of fault.py.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export BUILD=${BUILD:-${here%/tests/fault}/.build}
export NSEARCH=${NSEARCH:-$BUILD/nsearch} PYTHONDONTWRITEBYTECODE=1
scratch=${SCRATCH:-$(mktemp -d)}
[ -n "${SCRATCH:-}" ] || trap 'rm -rf "$scratch"' EXIT
case " ${MAKE_ARGS:-} " in *" XAPIAN=0 "*) export XAPIAN=0 ;; esac
SCRATCH=$scratch python3 "$here/fault.py" ${NSEARCH_LONG:+--long} "$@"
