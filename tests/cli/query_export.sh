# Hits for other programs: every one of them, one a line.
"$NSEARCH" index --quiet "$CORPUS"
echo '---- id'
"$NSEARCH" query --format id -n 3 cloud
echo '---- CSV'
"$NSEARCH" query --format csv -n 3 --offset 1 cloud
echo '---- JSON lines'
"$NSEARCH" query --format jsonl -n 1 cloud
"$NSEARCH" query --format jsonl -n 1 --no-snippets cloud | grep -c '"snippet": ""'
echo '---- nothing found'
"$NSEARCH" query --format id xyzzy
echo "status $?"
"$NSEARCH" query --format csv xyzzy
echo "status $?"
echo '---- what CSV must quote, and what must not reach a terminal'
printf '%s\n' '{"id": "q\"1,\n", "title": "He said \"heron\", twice", "authors": ["Roe, Jane", "X\u009b31m"]}' >a.jsonl
"$NSEARCH" index --quiet --index b a.jsonl
"$NSEARCH" query --index b --format csv heron
"$NSEARCH" query --index b --format id heron
echo '---- more hits than a page has'
for i in $(seq 1 41000); do echo "{\"id\": \"n$i\", \"title\": \"Heron\"}"; done >many.jsonl
"$NSEARCH" index --quiet --index c many.jsonl
"$NSEARCH" query --index c --format id -n all heron | sort | uniq | wc -l
"$NSEARCH" query --index c --format csv -n 40001 --offset 5 heron | sed -n '2p;$p' | cut -d , -f 1
"$NSEARCH" query --index c --format jsonl --no-snippets -n all heron | head -n 1 | cut -c 1-9
echo "status ${PIPESTATUS[0]}"
echo '---- wrong usage'
for other in --json --count --explain --facet=source; do
  "$NSEARCH" query x --format id $other 2>&1 | head -n 1
done
"$NSEARCH" query x --format xml 2>&1
echo "status $?"
