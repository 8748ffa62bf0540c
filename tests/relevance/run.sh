#!/usr/bin/env bash
# Ranking quality on judged collections: mean average precision of questions (cran, cisi, cacm) and of related articles
# (ecbplus), each against a floor. NSEARCH_CORPORA names the folder that holds relevance.tar.xz. Prints a line a set,
# then `relevance: N passed, N failed, N skipped`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "${NSEARCH:-$here/../../.build/nsearch}")
archive=${NSEARCH_CORPORA:+$NSEARCH_CORPORA/relevance.tar.xz}
passed=0 failed=0

if [ ! -f "$archive" ]; then
  echo "skip: NSEARCH_CORPORA names no folder with relevance.tar.xz"
  echo "relevance: 0 passed, 0 failed, 1 skipped"
  exit 0
fi
[ -x "$program" ] || { echo "relevance: there is no program $program: run make first" >&2; exit 1; }

scratch=$(mktemp -d "${SCRATCH:-${TMPDIR:-/tmp}}/relevance.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
tar -xJf "$archive" -C "$scratch"

# The folder of a set, wherever the archive keeps it.
place() { dirname "$(find "$scratch" -path "*/$1/docs.jsonl" -print -quit)"; }

# A set's figure against its floor.
judge() {
  if awk -v got="$2" -v floor="$3" 'BEGIN { exit !(got >= floor) }'; then
    passed=$((passed + 1))
    echo "$1: MAP $2, at least $3 wanted"
  else
    failed=$((failed + 1))
    echo "$1: MAP $2, BELOW the $3 wanted"
  fi
}

index() { "$program" index --quiet --index "$scratch/$1.index" "$(place "$1")/docs.jsonl"; }

while read -r name floor; do
  index "$name"
  awk -F '\t' '$2 ~ /[^ ]/' "$(place "$name")/topics.tsv" >"$scratch/topics" # cacm has a question without words
  "$program" batch --index "$scratch/$name.index" --format trec -n 1000 "$scratch/topics" >"$scratch/run"
  judge "$name" "$(/usr/bin/python3 "$here/map.py" topics "$scratch/run" "$(place "$name")/qrels.txt")" "$floor"
done <<'SETS'
cran 0.4200
cisi 0.2083
cacm 0.3407
SETS

# Every article is a question; exit code 1 is an article that nothing is like. The best 200 stand for the whole list:
# what ranks below them can only add to the figure, by some 0.0002.
index ecbplus
mkdir "$scratch/related"
cut -f 1 "$(place ecbplus)/clusters.tsv" | program=$program scratch=$scratch xargs -P "$(nproc)" -I ID sh -c '
  "$program" related --index "$scratch/ecbplus.index" --copies --no-snippets -n 200 --json -- "$1" \
    >"$scratch/related/$1.json" || [ $? -eq 1 ]' - ID
/usr/bin/python3 "$here/related_run.py" "$scratch"/related/*.json >"$scratch/run"
judge ecbplus "$(/usr/bin/python3 "$here/map.py" clusters "$scratch/run" "$(place ecbplus)/clusters.tsv")" 0.9350

echo "relevance: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
