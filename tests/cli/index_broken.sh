# A broken record costs that record: it is named with its number, counted, and the run ends with 5.
mkdir news
cat >news/a.jsonl <<'END'
{"id": "a1", "title": "The first of three", "text": "A heron stood in the canal."}
{"id": "a2", "title": "The second, cut sh
{"id": "a3", "title": "The third of three", "text": "The heron left."}
END
echo '{"id": "b1", "title": "Alone", "text": "Another heron."}' >news/b.jsonl
"$NSEARCH" index --report report.jsonl news
echo "status $?"
cat report.jsonl
"$NSEARCH" query --count heron
