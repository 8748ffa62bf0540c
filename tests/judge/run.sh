#!/usr/bin/env bash
# The judge: generated questions put to nsearch and to a second implementation that reads the raw articles. Prints
# disagreements, then `judge: N passed, N failed, N skipped`. Options: --seed N, --corpus shipped|generated|trees|real,
# --variant NAME (one of the indexes alone).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=${NSEARCH:-$here/../../.build/nsearch}

if ! /usr/bin/python3 -c 'import Stemmer, xxhash' 2>/dev/null; then
  echo "skip: the judge needs the packages python3, python3-stemmer and python3-xxhash"
  echo "judge: 0 passed, 0 failed, 1 skipped"
  exit 0
fi
[ -x "$program" ] || { echo "judge: there is no program $program: run make first" >&2; exit 1; }

scratch=$(mktemp -d "${SCRATCH:-${TMPDIR:-/tmp}}/judge.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1 /usr/bin/python3 "$here/judge.py" --program "$(realpath "$program")" \
  --scratch "$scratch" "$@"
