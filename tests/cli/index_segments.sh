# Answers do not depend on the number of segments.
"$NSEARCH" index --quiet --index one "$CORPUS"
"$NSEARCH" index --quiet --index many --threads 1 --segment-articles 5 "$CORPUS"
for index in one many; do
  "$NSEARCH" query --index $index --json cloud memo chips "the bridge" | grep -v took_ms >$index.json
  "$NSEARCH" stats --index $index --json | grep '"segments"'
done
cmp one.json many.json
