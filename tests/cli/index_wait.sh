# A writer that may wait comes after the one that is at work; one that may not, or not so long, is told so.
mkfifo pipe
"$NSEARCH" index --quiet - <pipe &
run=$!
exec 3>pipe
for _ in $(seq 1 200); do # until the lock is held, not just made
  inode=$(stat -c %i .nsearch/lock 2>/dev/null) && grep -q ":$inode " /proc/locks && break
  sleep 0.05
done
"$NSEARCH" index --wait 0 "$CORPUS"
echo "status $?"
"$NSEARCH" index --wait 1 "$CORPUS"
echo "status $?"
echo '{"id": "two", "title": "Two"}' | "$NSEARCH" index --quiet --wait 1000 - 3>&- &
waits=$!
sleep 0.3
echo '{"id": "one", "title": "One"}' >&3
exec 3>&-
wait $run
wait $waits
echo "status $?"
"$NSEARCH" query --count one two
"$NSEARCH" delete --wait 1000 one
"$NSEARCH" optimize --wait 1000 | sed 's/ *[0-9.]* KB.*//'
"$NSEARCH" optimize --wait soon
