#!/usr/bin/env bash
# Real collections, end to end: what they are known to hold is what the index holds. Skips without $NSEARCH_CORPORA.
set -u
cd "$(dirname "$0")/../.."
nsearch=${NSEARCH:-$PWD/.build/nsearch}
scratch=${SCRATCH:-$(mktemp -d)}
passed=0 failed=0 skipped=0

same() { # name expected got
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf '%s: expected %s, got %s\n' "$1" "$2" "$3"
  fi
}

number() { # field of a JSON document on one level
  sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" | head -n 1
}

end() {
  rm -rf "$scratch"/*
  printf 'corpora: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" -eq 0 ]
  exit
}

if [ ! -f "${NSEARCH_CORPORA:-}/reuters21578.tar.gz" ]; then
  echo "skip: NSEARCH_CORPORA names no folder with reuters21578.tar.gz"
  skipped=1
  end
fi

# Reuters-21578: one of its 21,578 records has neither title nor text.
mkdir -p "$scratch/reuters"
tar xzf "$NSEARCH_CORPORA/reuters21578.tar.gz" -C "$scratch/reuters"
report=$("$nsearch" index --json --index "$scratch/reuters.index" "$scratch/reuters" 2>"$scratch/stderr")
same "reuters: exit status" 0 $?
same "reuters: records" 21578 "$(number records <<<"$report")"
same "reuters: articles" 21577 "$("$nsearch" stats --json --index "$scratch/reuters.index" | number articles)"
same "reuters: empty" 1 "$(number empty <<<"$report")"
published() {
  "$nsearch" show --json --index "$scratch/reuters.index" "$1" | sed -n 's/.*"published": *"\([^"]*\)".*/\1/p'
}
id=$("$nsearch" query --index "$scratch/reuters.index" --json -n 1 'title:"BAHIA COCOA REVIEW"' |
  sed -n 's/.*"id": *"\([^"]*\)".*/\1/p')
same "reuters: first story" 1 "${id##*#}"
same "reuters: its date" 1987-02-26T15:01:01Z "$(published "$id")"
controls=$("$nsearch" show --json --index "$scratch/reuters.index" "$id" | tr -d '\n' | grep -c '\\u00[01]')
same "reuters: lines with control characters" 0 "$controls"

# AllSides: one line an article, or one file an article; the answers are the same.
"$nsearch" index --quiet --index "$scratch/lines.index" "$NSEARCH_CORPORA/allsides-a.jsonl.gz"
same "allsides: exit status" 0 $?
same "allsides: articles" 18919 "$("$nsearch" stats --json --index "$scratch/lines.index" | number articles)"
mkdir -p "$scratch/files"
zcat "$NSEARCH_CORPORA/allsides-a.jsonl.gz" | (cd "$scratch/files" && split -l 1 -a 4 --additional-suffix=.json -)
"$nsearch" index --quiet --index "$scratch/files.index" "$scratch/files"
same "allsides in files: exit status" 0 $?
same "allsides in files: articles" 18919 "$("$nsearch" stats --json --index "$scratch/files.index" | number articles)"
head -n 300 "$NSEARCH_CORPORA/queries-mq.txt" >"$scratch/queries"
for index in lines files; do
  "$nsearch" batch --index "$scratch/$index.index" --format plain -n 20 "$scratch/queries" >"$scratch/$index.answers"
done
same "allsides in files: answers differ" "" "$(diff "$scratch/lines.answers" "$scratch/files.answers" | head -n 5)"
same "allsides: answers" 1 "$(($(wc -l <"$scratch/lines.answers") > 4000))"
end
