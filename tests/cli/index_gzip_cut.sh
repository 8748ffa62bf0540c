# What a file held before it breaks off is indexed; the file is named, and the run ends with 5.
for i in $(seq 1 2000); do echo "{\"id\": \"n$i\", \"title\": \"Tide table $i\", \"text\": \"$RANDOM $RANDOM $RANDOM\"}"; done |
  gzip >whole.gz
head -c 30000 whole.gz >tides.jsonl.gz
"$NSEARCH" index --quiet tides.jsonl.gz 2>err
echo "status $?"
sed 's/[0-9][0-9]*/N/g' err
[ "$("$NSEARCH" query --count --json tide | sed -n 's/.*"count": \([0-9]*\).*/\1/p')" -gt 100 ] && echo 'many are there'
