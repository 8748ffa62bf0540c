# A record with neither title nor text is counted and in the report's file; that is no failure.
cat >a.jsonl <<'END'
{"id": "empty", "title": " ", "text": ""}
{"id": "full", "title": "Something"}
END
"$NSEARCH" index --report report.jsonl a.jsonl || exit
cat report.jsonl
