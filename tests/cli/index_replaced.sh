# Of two articles with one id the later one stays; the earlier one is counted and in the report's file.
echo '{"id": "uri:1", "title": "First draft"}' >a.jsonl
echo '{"id": "uri:1", "title": "Second draft"}' >b.jsonl
"$NSEARCH" index --report report.jsonl a.jsonl b.jsonl || exit
cat report.jsonl
"$NSEARCH" query draft --no-snippets
