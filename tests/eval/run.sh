#!/usr/bin/env bash
# How well articles are read out of pages, against a floor; `make eval-html` and `make check` call it. NSEARCH_CORPORA
# names the folder that holds formats.tar.xz, with whole pages of news and the texts of their articles. Prints figures,
# then `eval: N passed, N failed, N skipped`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
reader=$(realpath "${BUILD:-$here/../../.build}/eval/page")
archive=${NSEARCH_CORPORA:+$NSEARCH_CORPORA/formats.tar.xz}
floor=0.9700

if [ ! -f "$archive" ]; then
  echo "skip: NSEARCH_CORPORA names no folder with formats.tar.xz"
  echo "eval: 0 passed, 0 failed, 1 skipped"
  exit 0
fi

scratch=$(mktemp -d "${SCRATCH:-${TMPDIR:-/tmp}}/eval.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
tar -xJf "$archive" -C "$scratch" --wildcards '*html-article-extraction*'
truth=$(find "$scratch" -name ground-truth.json -print -quit)
find "$(dirname "$truth")/html" -name '*.html.gz' -print0 | sort -z >"$scratch/pages"
xargs -0 "$reader" --all <"$scratch/pages" >"$scratch/all"
xargs -0 "$reader" <"$scratch/pages" >"$scratch/hidden"
/usr/bin/python3 "$here/html.py" "$truth" "$scratch/all" "$scratch/hidden" >"$scratch/figures"
head -n -1 "$scratch/figures"

got=$(tail -n 1 "$scratch/figures")
if awk -v got="$got" -v floor="$floor" 'BEGIN { exit !(got >= floor) }'; then
  echo "F1 $got, at least $floor wanted"
  echo "eval: 1 passed, 0 failed, 0 skipped"
else
  echo "F1 $got, BELOW the $floor wanted"
  echo "eval: 0 passed, 1 failed, 0 skipped"
  exit 1
fi
