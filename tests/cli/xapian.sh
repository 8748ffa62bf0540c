# What the program prints does not depend on the engine: only figures of the index do, and what a plan or a bound says.
"$NSEARCH" index --quiet --index native "$CORPUS"
"$NSEARCH" index --engine xapian --index xapian "$CORPUS"
"$NSEARCH" stats --index xapian --json | python3 -c '
import json, sys
stats = json.load(sys.stdin)
print(stats["engine"], stats["articles"], stats["tokens"], stats["postings"], stats["oldest"], stats["newest"], stats["language"])
print(*sorted(stats["bytes"]))'

same() {
  "$NSEARCH" "$1" --index native "${@:2}" >native.out 2>native.err
  local native=$?
  "$NSEARCH" "$1" --index xapian "${@:2}" >xapian.out 2>xapian.err
  local xapian=$?
  [ $native -eq $xapian ] || echo "$*: exit code $native, and with xapian $xapian"
  for file in native.out xapian.out; do
    sed -i -E 's/("took_ms"|"score"): [0-9.e+-]+/\1: N/; s/[0-9.]+ ms$/N ms/; s/^([0-9]+,)[0-9.]+,/\1N,/
      s/("index"|"path"): "[^"]*"/\1/' $file
  done
  diff -u native.out xapian.out && diff -u native.err xapian.err
}

same query "Alibaba PLA"
same query --json --count --facet source --facet topic:3 --facet author --facet lang --facet site --facet section \
  --facet year --facet month:2 --facet day -n 50 'cloud OR memo OR chip*'
same query --count '"zero-day flaw" -phone' --since 2021 --until 2023
same query --count '+chip source:"meridian wire"'
same query --count 'title:memo author:"greta halloran"'
same query --count --all 'cloud outage' --no-snippets
same query --count '(chip OR semiconductor) AND NOT taiwan date:2024..2025'
same query --count 'cloud NEAR/5 prices'
same query --count 'colour~1 vulnerab* lang:german OR site:harborpost.example id:hp-alibaba-pla-memo'
same query --count --plain '+chip -"(memo'
same query --count --sort newest -n 5 cloud
same query --count --sort oldest -n 60 -- -cloud
same query --count --sort oldest -n 3 --offset 2 cloud
same query --format csv -n all cloud
same query --format jsonl -n all --no-snippets memo
same query tsunamy
same query '"open'
same related -n 5 hp-alibaba-pla-memo
same related --copies --json -n 30 hp-alibaba-pla-memo
same related nothing-of-that-name
same show hp-lighthouse-sold
same show --json https://quayside-gazette.example/san-telmo-quake
printf 'chip export controls\nferry strike\n' >questions
same batch --count -n 3 questions
same batch --count --format json -n 3 questions
same batch --format plain --syntax --sort newest -n 3 questions
