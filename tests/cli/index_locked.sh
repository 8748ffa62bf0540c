# While one process writes an index a second one is told to try again, with 75.
mkfifo pipe
"$NSEARCH" index --quiet - <pipe &
run=$!
exec 3>pipe
for _ in $(seq 1 100); do
  [ -e .nsearch ] && break
  sleep 0.05
done
"$NSEARCH" index "$CORPUS"
echo "status $?"
echo '{"id": "one", "title": "One"}' >&3
exec 3>&-
wait $run
"$NSEARCH" query --count one
