# By date: newest or oldest first, articles without a date last, and no scores; --offset goes on where a page ended.
cat >a.jsonl <<'END'
{"id": "old", "title": "Heron", "date": "1969-05-01"}
{"id": "new", "title": "Heron heron", "date": "2025-11-14T09:30:00Z"}
{"id": "year", "title": "Heron", "date": "2024"}
{"id": "never", "title": "Heron heron heron"}
{"id": "moth", "title": "Moth", "date": "2025"}
END
"$NSEARCH" index --quiet a.jsonl
for sort in relevance newest oldest; do
  echo "---- $sort"
  "$NSEARCH" query --sort $sort --json heron | sed -nE 's/^ *"(score|id)": (.*),/\2/p' | paste - -
done
echo '---- pages'
"$NSEARCH" query --sort oldest --format id -n 2 heron
"$NSEARCH" query --sort oldest --format id -n 2 --offset 2 heron
echo '---- as text'
"$NSEARCH" query --sort newest --since 2025-11 heron
"$NSEARCH" query --sort best heron
echo "status $?"
