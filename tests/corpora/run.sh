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

# The archive as it is gives the same stories.
"$nsearch" index --quiet --index "$scratch/archive.index" "$NSEARCH_CORPORA/reuters21578.tar.gz"
same "reuters in its archive: exit status" 0 $?
for index in reuters archive; do
  "$nsearch" query --index "$scratch/$index.index" --format csv -n all 'oil OR grain' | cut -d, -f1,2,4-8 |
    sed 's/"//g' >"$scratch/$index.stories"
done
same "reuters in its archive: stories differ" "" "$(diff "$scratch/reuters.stories" "$scratch/archive.stories" | head -n 5)"
same "reuters in its archive: stories" 1 "$(($(wc -l <"$scratch/archive.stories") > 1000))"

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
# Feeds and the IPTC's formats. What counts as an article there was counted by programs that share no code with this one:
# a lenient feed parser's entries with visible text, and items whose headline, text or description says something. One
# feed more has the title of an entry's picture and none of the entry. Articles are counted with those replaced by others
# of their id, which test files share.
formats=$scratch/formats
mkdir -p "$formats"
if [ -f "$NSEARCH_CORPORA/formats.tar.xz" ] && tar xJf "$NSEARCH_CORPORA/formats.tar.xz" -C "$formats"; then
  feeds=$(find "$formats" -type d -path '*feeds-feedparser/tests')
  ninjs=$(find "$formats" -type d -path '*iptc-ninjs/validation/test_suite')
  newsml=$(find "$formats" -type d -path '*iptc-newsml-g2/tests/unit_test_files')
  examples=$(find "$formats" -type d -path '*iptc-newsml-g2/examples')
  crawls=$(find "$formats" -type d -path '*warc-warcio/test/data')
  folder() { # name folder arguments: indexes it; $report is what was done, $articles counts those replaced too
    report=$("$nsearch" index --json --report "$scratch/$1.report" --index "$scratch/$1.index" "${@:2}" 2>"$scratch/stderr")
    articles=$(($("$nsearch" stats --json --index "$scratch/$1.index" | number articles) + $(number replaced <<<"$report")))
  }
  folder feeds "$feeds"
  same "feeds: articles" 503 "$articles"
  same "feeds: records" 1217 "$(number records <<<"$report")"
  same "feeds: broken" 0 "$(number broken <<<"$report")"
  same "feeds: unknown" 0 "$(number unknown <<<"$report")"
  folder ninjs "$ninjs" --include '*/should_pass/*'
  same "ninjs that is right: articles" 67 "$articles"
  same "ninjs that is right: broken" 0 "$(number broken <<<"$report")"
  folder newsml "$newsml" --include '*/should_pass/*.xml'
  same "NewsML-G2 that is right: articles" 11 "$articles"
  same "NewsML-G2 that is right: unknown" 0 "$(number unknown <<<"$report")"
  folder examples "$examples" --include '*.xml'
  same "NewsML-G2 of the guidelines: articles" 16 "$articles"
  folder newsml1 "$(find "$formats" -type d -path '*iptc-ninjs/examples/NewsML')"
  same "NewsML 1: articles" 4 "$articles"
  # Crawls, some of them broken: twelve captures of pages with status 200 that are no revisits.
  folder crawls "$crawls"
  same "crawls: articles" 12 "$articles"
  same "crawls: broken" 4 "$(number broken <<<"$report")"
  same "crawls: unknown" 0 "$(number unknown <<<"$report")"
  # What is wrong is indexed or told.
  for wrong in "$ninjs" "$newsml"; do
    rm -rf "$scratch/wrong.index"
    folder wrong "$wrong" --include '*/should_fail/*'
    told=$(wc -l <"$scratch/wrong.report")
    replaced=$(number replaced <<<"$report")
    same "wrong: each file is indexed or told" "$(number files <<<"$report")" "$((articles + told - replaced))"
  done
else
  echo "skip: NSEARCH_CORPORA has no formats.tar.xz"
  skipped=$((skipped + 1))
fi

# The items of a month's feeds: each link is one article, on however many days it comes.
if [ -f "$NSEARCH_CORPORA/rss-2023-01.tar.xz" ] && tar xJf "$NSEARCH_CORPORA/rss-2023-01.tar.xz" -C "$formats"; then
  report=$("$nsearch" index --json --index "$scratch/month.index" "$formats/2023" 2>"$scratch/stderr")
  same "a month of feeds: records" 70755 "$(number records <<<"$report")"
  same "a month of feeds: articles" 70735 "$("$nsearch" stats --json --index "$scratch/month.index" | number articles)"
else
  echo "skip: NSEARCH_CORPORA has no rss-2023-01.tar.xz"
  skipped=$((skipped + 1))
fi

# Tables: each row is an article, with all of its text, as Python's own reader sees it.
languages=$scratch/languages
mkdir -p "$languages"
if [ -f "$NSEARCH_CORPORA/languages.tar.xz" ] && tar xJf "$NSEARCH_CORPORA/languages.tar.xz" -C "$languages"; then
  for table in am/test.tsv de/test.csv fr/test.tsv ha/test.tsv; do
    file=$(find "$languages" -path "*/$table") index=$scratch/table-${table%/*}.index
    read -r rows articles < <(python3 tests/corpora/tables.py count "$file")
    report=$("$nsearch" index --json --index "$index" "$file" 2>"$scratch/stderr")
    same "$table: rows" "$rows" "$(number records <<<"$report")"
    same "$table: broken" 0 "$(number broken <<<"$report")"
    same "$table: articles" "$articles" "$("$nsearch" stats --json --index "$index" | number articles)"
    "$nsearch" query --index "$index" --format id -n all '' | while read -r id; do
      "$nsearch" show --json --index "$index" "$id"
    done | python3 tests/corpora/tables.py shown | LC_ALL=C sort >"$scratch/shown"
    python3 tests/corpora/tables.py bodies "$file" | LC_ALL=C sort >"$scratch/bodies"
    same "$table: texts differ" "" "$(diff "$scratch/bodies" "$scratch/shown" | head -n 2 | cut -c 1-200)"
  done
else
  echo "skip: NSEARCH_CORPORA has no languages.tar.xz"
  skipped=$((skipped + 1))
fi

# A month of feeds, a day a run into a folder that grows: the articles of one run over all of it.
if [ -f "$NSEARCH_CORPORA/rss-2023-01.tar.xz" ]; then
  mkdir -p "$scratch/month" "$scratch/grown"
  tar xJf "$NSEARCH_CORPORA/rss-2023-01.tar.xz" -C "$scratch/month"
  mapfile -t days < <(find "$scratch/month" -type d -name '2023-01-??' | sort)
  same "month: days" 31 ${#days[@]}
  for day in "${days[@]}"; do
    mv "$day" "$scratch/grown/"
    "$nsearch" index --quiet --index "$scratch/days.index" "$scratch/grown" || same "month: run" 0 $?
  done
  "$nsearch" index --quiet --index "$scratch/month.index" "$scratch/grown"
  for index in days month; do
    "$nsearch" query --index "$scratch/$index.index" --format jsonl -n all '' 2>/dev/null | sort >"$scratch/$index.all"
  done
  same "month: articles" "$(wc -l <"$scratch/month.all")" "$(wc -l <"$scratch/days.all")"
  same "month: articles there are" 1 "$(($(wc -l <"$scratch/month.all") > 60000))"
  same "month: articles differ" "" "$(cmp "$scratch/days.all" "$scratch/month.all" 2>&1)"
  unchanged=$("$nsearch" index --json --index "$scratch/days.index" "$scratch/grown" | number unchanged)
  same "month: unchanged" "$(find "$scratch/grown" -type f | wc -l)" "$unchanged"
fi
end
