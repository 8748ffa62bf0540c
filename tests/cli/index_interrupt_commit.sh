# Ctrl-C while the index is written: the commit is finished, and the run says so and ends with 130. The run is held in
# its commit by a report that nobody reads: there is more to tell of replaced articles than a pipe takes.
for i in $(seq 1 4000); do echo "{\"id\": \"n$i\", \"title\": \"Article $i\"}"; done >old.jsonl
sed 's/Article/Later/' old.jsonl >new.jsonl
"$NSEARCH" index --quiet old.jsonl
mkfifo report
(trap - INT && exec "$NSEARCH" index --progress json --report report --json new.jsonl >out 2>err) &
run=$!
exec 3<report
until grep -q '"phase": "writing"' err || ! kill -0 $run; do sleep 0.05; done
kill -INT $run
cat <&3 >lines
wait $run
echo "status $?"
grep -v '^{' err
grep '"interrupted"' out
grep -c '"kind": "replaced"' lines
"$NSEARCH" query --count later
"$NSEARCH" check
