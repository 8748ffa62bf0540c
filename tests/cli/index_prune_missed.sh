# What a file left behind stays while another one that may have it cannot be read; a later --prune does the rest.
set -u
put() { # file lines
  mkdir -p "$(dirname "$1")"
  printf '%s\n' "${@:2}" >"$1"
  touch -d "2020-01-01T00:00:$((second++))" "$1"
}
second=10
run() {
  echo "-- $1"
  "$NSEARCH" index --json "${@:2}" | grep -E '"(articles|files|unreadable|broken|removed)"' | tr -s ' \n' ' '
  echo "status ${PIPESTATUS[0]}"
  "$NSEARCH" query -n 9 --format jsonl 'strike' | sed -E 's/.*"id": ?"([^"]*)".*"title": ?"([^"]*)".*/\1: \2/' | sort
}
article() { printf '{"id": "%s", "title": "Strike %s"}' "$1" "$2"; }
hide() { mv "$1" "$1.away" && ln -s "$1" "$1"; } # of many links
show() { mv -T "$1.away" "$1"; }
put out.jsonl "$(article two elsewhere)"
put in/e.jsonl "$(article zero 'in e')"
put in/f.jsonl "$(article one 'in f')" "$(article two 'in f')" "$(article three 'in f')"
run first out.jsonl in
hide out.jsonl
put in/f.jsonl "$(article one 'in f')" "$(article four 'in f')"
run 'all but what may be elsewhere is done' --prune in
run 'so it is each time' --prune in
show out.jsonl
run 'then it is taken from there' --prune in
run 'once' --prune in
put in/f.jsonl "$(article one 'in f')" "$(article two 'in f')"
run 'back' in
hide out.jsonl
put in/f.jsonl "$(article one 'in f')" "$(article five 'in f')"
run 'what the file has instead is known' --prune in
rm in/f.jsonl
run 'and goes with it, and nothing else' --prune in
article five 'from a program' | "$NSEARCH" index --quiet -
run 'what is brought meanwhile stays' --prune in
rm out.jsonl out.jsonl.away
run 'what nobody has goes' --prune in
put out.jsonl "$(article six elsewhere)"
gzip -n out.jsonl
put in/f.jsonl "$(article six 'in f')"
run 'a compressed file' out.jsonl.gz in
cp -p out.jsonl.gz whole.gz
printf '\377\377\377' | dd of=out.jsonl.gz bs=1 seek=30 conv=notrunc status=none
rm in/f.jsonl
run 'breaks' --prune in
cp -p whole.gz out.jsonl.gz
run 'and is mended' --prune in
put in/g.jsonl "$(article seven 'in g')"
put in/h.jsonl "$(article seven 'in h')"
run 'two of one folder' in
rm in/g.jsonl
printf 'tides' | gzip -n | head -c 15 >in/h.jsonl
run 'one goes while the other one is cut short' --prune in
put in/h.jsonl "$(article seven 'in h')"
run 'and mended' --prune in
echo '-- thousands'
lines() { seq "$1" "$2" | sed 's/.*/{"id": "n&", "title": "Tide &"}/'; }
lines 1 3000 >out.jsonl
lines 1 4500 >in/f.jsonl
"$NSEARCH" index --quiet out.jsonl in
hide out.jsonl
lines 3001 4000 >in/f.jsonl
"$NSEARCH" index --quiet --prune in
"$NSEARCH" query -n 0 tide
rm in/f.jsonl
"$NSEARCH" index --quiet --prune in
"$NSEARCH" query -n 0 tide
rm out.jsonl
"$NSEARCH" index --quiet --prune in
"$NSEARCH" query -n 0 tide
"$NSEARCH" check
