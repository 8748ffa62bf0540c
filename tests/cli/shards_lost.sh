# Connections that end between two questions of one process: the question is asked again on a new one.
. "$ROOT/tests/cli/servers.bash"
serve one one --writable --idle-timeout 200
serve two
try index --quiet $(shards one two) "$CORPUS"
mkfifo questions
"$NSEARCH" batch -n 1 - <questions >answers 2>errors &
run=$!
exec 3>questions
# A line without an id is complained about when the one before it is answered.
asked=0
ask() {
  printf '%s\n\tno id\n' "$1" >&3
  asked=$((asked + 1))
  for _ in $(seq 2000); do
    [ "$(grep -c 'no id' errors)" -lt $asked ] && kill -0 $run 2>/dev/null || break
    sleep 0.01
  done
}
ask memo
sleep 0.5 # the server ends the connection
ask cloud
stop two
serve two
ask chip
stop two
echo lighthouse >&3
exec 3>&-
wait $run
echo "exit code $?"
cut -f 1,2 answers
sed "s/127.0.0.1:$(cat two.port)/two/g" errors
