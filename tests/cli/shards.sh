# An index with three remote shards: everything that can be asked, and articles that come again.
. "$ROOT/tests/cli/servers.bash"
for name in one two three; do serve $name; done
all=$(shards one two three)
"$NSEARCH" index --quiet --engine xapian --index local "$CORPUS"
try index --quiet --index remote $all "$CORPUS"
plain() {
  sed -E 's/[0-9.]+ ms//; s/"took_ms": [0-9.]+//; s/[13] databases?/N/; s/([0-9]\.[0-9]{6})[0-9]+/\1/g
    /"shards": \{"ok": 3, "failed": 0\}/d' "$1"
}
same() {
  "$NSEARCH" "$@" --index local >local.out
  "$NSEARCH" "$@" --index remote >remote.out
  diff <(plain local.out) <(plain remote.out) && echo "the same: $*"
}
same query --json 'Alibaba PLA'
same query --json -n 2 --facet source --facet month:3 --facet author memo
same query --json --sort newest --since 2025-11 cloud
same query --json --sort oldest --until 2025-11 'NOT cloud'
same query --json --explain -n 3 '"zero-day flaw" OR vulnerab* OR chip~'
same query --json --count 'lang:de OR topic:cloud'
same query 'alibbaba'
same query --format csv -n all 'the'
same related --json hp-alibaba-pla-memo
same show hp-lighthouse-sold
try query --json -n 0 --index remote memo
try stats --index remote
try shards --index remote | sed -E 's/[0-9.]+ ms/N ms/'
try shards --json --index remote | grep -c '"latency_ms": [0-9]'
try shards --index local

# Again: nothing is there twice. Then an article in a new form, and one that is new, wherever they belong.
try index --quiet --index remote $all "$CORPUS"
same query --json 'Alibaba PLA'
cat >more.jsonl <<'M'
{"id": "hp-lighthouse-sold", "title": "Lighthouse burns", "body": "A fire in the lighthouse.", "date": "2026-01-02"}
{"id": "new-one", "title": "Ein neuer Artikel", "body": "Die Leuchttürme.", "language": "de", "date": "1890"}
{"id": "new-one", "title": "Der neueste Artikel", "body": "Die Leuchttürme brannten.", "language": "de", "date": "1890"}
M
try index --json --index remote $all --ids global more.jsonl | grep -E '"(articles|replaced)"'
try query --index remote --no-snippets 'lighthouse OR leuchtturm'
try stats --json --index remote | grep -E 'articles|terms|postings|tokens|oldest|newest|segments'

# A shard that a command serves, as ssh would.
serve four
serve five # makes an empty database
stop five
try index --quiet --index mixed $(shards four) --shard 'prog:xapian-progsrv --writable five' "$CORPUS"
try query --index mixed --count memo
try shards --index mixed | sed -E 's/[0-9.]+ ms/N ms/'
