# Servers that serve the wrong thing, and lists that are wrong.
. "$ROOT/tests/cli/servers.bash"
for name in one two three other; do serve $name; done
all=$(shards one two)
try index --quiet $all "$CORPUS"
stop one two
serve one two
serve two one
try query memo
try query --partial memo
try shards | sed -E 's/index, [0-9a-f]{16}/index, N/g'
try index --quiet $all "$CORPUS"
stop one two
serve one
try index --quiet --index second $(shards other three) "$CORPUS"
stop other
serve two other
try query memo | sed -E 's/[0-9a-f]{16}/N/g'
stop two
serve two empty
try query memo
stop two
serve two
try query --count memo
try index --quiet $(shards two one) "$CORPUS"
try index --quiet $(shards one) "$CORPUS"
try index --quiet --language de $all "$CORPUS"
try index --quiet --index third $all "$CORPUS"
try index --quiet --index fourth --shard localhost:7001 "$CORPUS" | head -1
try index --quiet --index fourth $all $all "$CORPUS" | head -1
try index --quiet --index fourth --engine native $all "$CORPUS" | head -1
try index --quiet --index fourth --shard 'tcp://no where:7001' "$CORPUS"
try index --quiet --index fourth --shard tcp://127.0.0.1:1 "$CORPUS"
try index --quiet --index fourth --shard 'prog:false' "$CORPUS"
try index --quiet --index fourth $(shards other three) no-such-path | head -1
[ ! -e fourth ] || echo "an index is left of a run that sent nothing"
try index --quiet --engine native --index local "$CORPUS"
try index --quiet --index local $all "$CORPUS"
mkdir things && touch things/letter
try index --quiet --index things $all "$CORPUS" | head -1
ls things
