# The index is where --index says, else $NSEARCH_INDEX, else ./.nsearch; options may follow arguments.
echo '{"id": "one", "title": "only"}' >a.jsonl
NSEARCH_INDEX=env "$NSEARCH" index --quiet a.jsonl
NSEARCH_INDEX=env "$NSEARCH" index a.jsonl --index=given --quiet
NSEARCH_INDEX='' "$NSEARCH" index --quiet a.jsonl
ls -A
for place in env given .nsearch; do "$NSEARCH" query --index $place only --json | grep -c '"id": "one"'; done
NSEARCH_INDEX=env "$NSEARCH" stats | head -n 1
