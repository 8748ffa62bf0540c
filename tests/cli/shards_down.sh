# A shard that is down: an error that names it, and with --partial an answer from the others that says so.
. "$ROOT/tests/cli/servers.bash"
for name in one two three; do serve $name; done
all=$(shards one two three)
try index --quiet $all "$CORPUS"
printf 'memo\ncloud\n' >questions
stop two
try query memo
try query --json --count memo
try query --partial --no-snippets -n 1 memo
try query --partial --json -n 0 --facet source memo
try related --partial -n 1 --no-snippets hp-alibaba-pla-memo | head -2
try batch --partial --format json -n 0 questions | grep -o '"shards": {[^}]*}'
try batch --partial -n 1 questions | cut -f 1-2
try query --partial --format id -n 2 memo
try show hp-lighthouse-sold
try stats
try shards | sed -E 's/[0-9.]+ ms/N ms/'
try shards --json | grep -A 5 '"shard": 2'
stop one three
try query memo
try query --partial memo
for name in one two three; do serve $name; done
try query --count memo
