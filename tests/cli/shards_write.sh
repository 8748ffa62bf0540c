# Writing that fails on one shard, and the run that makes good for it.
. "$ROOT/tests/cli/servers.bash"
for name in one two; do serve $name; done
all=$(shards one two)
stop two
serve two two --quiet # may only be read
try index --quiet $all "$CORPUS"
[ ! -e .nsearch ] || echo "an index is left of a run that sent nothing"
stop two

# Another writer is at work.
serve two
mkfifo pipe
"$NSEARCH" index --quiet --index a $all - <pipe 2>lost &
run=$!
exec 3>pipe
while [ ! -e a/manifest ]; do sleep 0.01; done
try index --quiet --index b $all "$CORPUS"
try index --quiet --index a $all "$CORPUS"

# The connection is lost in the middle.
article() { echo "{\"id\": \"article-$1\", \"title\": \"Article $1\", \"body\": \"Some words about number $1.\"}"; }
for i in $(seq 400); do article "$i"; done >articles.jsonl
head -n 200 articles.jsonl >&3
sleep 0.3
stop two
tail -n 200 articles.jsonl >&3 2>/dev/null
exec 3>&-
wait $run 2>/dev/null
echo "exit code $?"
sed -E "s/127.0.0.1:$(cat two.port)/two/; 1s/two: .*; /two: ...; /; 2,\$d" lost
serve two
try index --quiet --index a $all articles.jsonl
try query --index a --count words
try query --index a --count 'id:article-7 OR id:article-399'

# A disk is full on one of them.
for i in $(seq 401 3000); do article "$i"; done >>articles.jsonl
stop two
SERVER_FILE_BYTES=100000 serve two
try index --quiet --index a $all articles.jsonl
stop two
serve two
try index --quiet --index a $all articles.jsonl
try query --index a --count words
try stats --index a --json | grep -E 'articles|tokens'
