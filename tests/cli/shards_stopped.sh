# A server that hangs: questions end in the time that they were given, about, and others answer before it is over.
. "$ROOT/tests/cli/servers.bash"
for name in one two three; do serve $name; done
try index --quiet $(shards one two three) "$CORPUS"
kill -STOP "$(cat three.pid)"
started=$(date +%s%N)
try query --timeout 400 memo
try query --partial --timeout 2000 --no-snippets -n 1 memo
printf 'memo\ncloud\nchip\n' >questions
try batch --partial --timeout 1500 --count questions # the hanging one is waited for once
elapsed=$((($(date +%s%N) - started) / 1000000))
[ $elapsed -lt 8000 ] || echo "took $elapsed ms"
kill -CONT "$(cat three.pid)"
try query --count memo
