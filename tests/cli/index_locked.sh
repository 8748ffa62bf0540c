# While one process writes an index a second one is told to try again, with 75.
mkfifo pipe
"$NSEARCH" index --quiet - <pipe &
run=$!
exec 3>pipe
for _ in $(seq 1 200); do # until the lock is held, not just made
  inode=$(stat -c %i .nsearch/lock 2>/dev/null) && grep -q ":$inode " /proc/locks && break
  sleep 0.05
done
"$NSEARCH" index "$CORPUS"
echo "status $?"
echo '{"id": "one", "title": "One"}' >&3
exec 3>&-
wait $run
"$NSEARCH" query --count one
