# Values of fields counted over all matches, as text and as JSON; wrong fields and numbers.
"$NSEARCH" index --quiet "$CORPUS"
echo '---- all fields'
"$NSEARCH" query -n 0 memo --facet source --facet section --facet topic --facet lang --facet author --facet site --facet year \
  --facet month --facet day
echo '---- how many: the most frequent ones; of dates those, newest first'
"$NSEARCH" query --count cloud --facet topic:2 --facet month:3 --facet author:1 --facet site:all
echo '---- below hits'
"$NSEARCH" query -n 1 --no-snippets moths --facet source
echo '---- JSON'
"$NSEARCH" query --count --json cloud --facet year --facet topic:1
"$NSEARCH" query --json xyzzy --facet source
echo "status $?"
echo '---- filters and dates'
"$NSEARCH" query --count --since 2024 --until 2024 --facet month cloud
"$NSEARCH" query --count --facet source:1 -- -memo
echo '---- spellings are one value, an article counts once, and dates count as far as they are known'
cat >a.jsonl <<'END'
{"id": "1", "title": "Heron", "source": "REUTERS", "topics": ["Trade", "trade", "war"], "date": "2025"}
{"id": "2", "title": "Heron", "source": "Reuters", "topics": ["TRADE"], "date": "2025-11"}
{"id": "3", "title": "Heron", "source": "Reuters", "topics": ["trade"], "date": "2025-11-14"}
{"id": "4", "title": "Heron \u001b[31m", "source": "Esc\u001b[31m\u202eape", "date": "1969-12-31T23:59:59Z"}
{"id": "5", "title": "Heron"}
END
"$NSEARCH" index --quiet --index b a.jsonl
"$NSEARCH" query --index b -n 0 heron --facet source --facet topic --facet year --facet month --facet day
echo '---- wrong usage'
for facet in colour source:0 source:ten '' source:; do
  "$NSEARCH" query x --facet "$facet" 2>&1
  echo "status $?"
done
"$NSEARCH" query x --facet source:3 --facet source 2>&1
