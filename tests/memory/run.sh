#!/usr/bin/env bash
# How much memory indexing takes: memory.py says how it is measured. NSEARCH_LONG=1 tries the sizes that the promise is about.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export NSEARCH=${NSEARCH:-${BUILD:-${here%/tests/memory}/.build}/nsearch} LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
scratch=${SCRATCH:-$(mktemp -d)}
[ -n "${SCRATCH:-}" ] || trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
if [ -n "${SAN:-}" ]; then
  echo 'skip: memory: sanitizers take memory of their own'
  echo 'memory: 0 passed, 0 failed, 1 skipped'
  exit 0
fi
python3 "$here/memory.py" ${NSEARCH_LONG:+--long} "$@"
