# Where nothing becomes an article for long, here within a record that is too large, progress goes on and Ctrl-C ends the
# run.
mkfifo pipe
(trap - INT && exec timeout --foreground -s KILL 30 "$NSEARCH" index --progress json - <pipe >out 2>err) &
run=$!
{
  echo '{"id": "n1", "title": "Article", "text": "word17"}'
  printf '{"id": "n2", "text": "'
  yes word | tr '\n' ' '
} >pipe 2>/dev/null &
until grep -Eqs '"input_bytes": [0-9]{9}' err || ! kill -0 $run 2>/dev/null; do sleep 0.05; done
kill -INT $run 2>/dev/null
wait $run
echo "status $?"
grep '^nsearch:' err
grep -o '"phase": "[a-z]*"' err | uniq
"$NSEARCH" query --format id word17
