# Ctrl-C ends the run with 130 and keeps what was read until then; the lines of --progress json end with that.
words=$(for i in $(seq 1 6000); do printf 'word%d ' "$i"; done)
mkfifo pipe
(trap - INT && exec "$NSEARCH" index --progress json - <pipe >out 2>err) &
run=$!
trap '' PIPE
{
  for i in $(seq 1 2000); do
    echo "{\"id\": \"n$i\", \"title\": \"Article\", \"text\": \"$words\"}" 2>/dev/null || break
    [ "$i" -ne 40 ] || kill -INT $run
    [ "$i" -lt 40 ] || sleep 0.02
  done
} >pipe 2>/dev/null
wait $run
echo "status $?"
grep '^nsearch:' err
grep -o '"phase": "[a-z]*"' err | uniq
[ "$("$NSEARCH" query --count --json word17 | sed -n 's/.*"count": \([0-9]*\).*/\1/p')" -gt 0 ] && echo 'articles are there'
