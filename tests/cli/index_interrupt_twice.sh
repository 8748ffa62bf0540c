# The second Ctrl-C ends the run at once, whatever it waits for, and leaves the index of the last commit.
echo '{"id": "old", "title": "Article of before"}' | "$NSEARCH" index --quiet -
mkfifo pipe
(trap - INT && exec "$NSEARCH" index - <pipe >out 2>err) &
run=$!
exec 3>pipe
for i in $(seq 1 100); do echo "{\"id\": \"n$i\", \"title\": \"Article $i\"}"; done >&3
# Whether the run waits for Ctrl-C: before it does, shells have it ignore that; once it came, another one is the end.
waits() { grep -q '^SigCgt:.*[2367abef]$' /proc/$run/status; }
until waits || ! kill -0 $run; do sleep 0.05; done
kill -INT $run
while waits; do sleep 0.05; done
kill -INT $run
wait $run
echo "status $?"
exec 3>&-
cat out err
"$NSEARCH" check
"$NSEARCH" query --format id -n all article
