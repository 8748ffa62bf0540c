# Fifty problems are named; further ones are counted, and are all in the report's file.
for i in $(seq 1 70); do echo "{\"id\": \"x$i\", \"title\": cut"; done >a.jsonl
echo '{"id": "good", "title": "Good"}' >>a.jsonl
"$NSEARCH" index --report report.jsonl --quiet a.jsonl 2>err
echo "status $?"
wc -l <err
tail -n 2 err
wc -l <report.jsonl
