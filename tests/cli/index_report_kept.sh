# An earlier report is written anew; a file that holds anything else stays as it is.
echo '{"id": "uri:1", "title": "Ferry"}' >a.jsonl
cp a.jsonl b.jsonl
for _ in 1 2; do "$NSEARCH" index --quiet --index i --again --report report.jsonl a.jsonl b.jsonl || exit; done
wc -l <report.jsonl
"$NSEARCH" index --quiet --index j --report b.jsonl a.jsonl
echo "exit code $?"
cat b.jsonl
