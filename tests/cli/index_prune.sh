# --prune takes out what no file holds any more; what another file holds is taken from there.
set -u
put() { # file lines
  mkdir -p "$(dirname "$1")"
  printf '%s\n' "${@:2}" >"$1"
  touch -d "2020-01-01T00:00:$((second++))" "$1"
}
second=10
run() {
  echo "-- $1"
  "$NSEARCH" index --json "${@:2}" | grep -E '"(articles|files|unchanged|replaced|removed)"' | tr -s ' \n' ' '
  echo
  "$NSEARCH" query -n all --format jsonl 'strike' | sed -E 's/.*"id": ?"([^"]*)".*"title": ?"([^"]*)".*/\1: \2/' | sort
}
article() { printf '{"id": "%s", "title": "Strike %s", "date": "2019-05-06"}' "$1" "$2"; }
put in/a.jsonl "$(article one 'in a')" "$(article two 'in a')" "$(article three 'in a')"
put in/b.jsonl "$(article two 'in b')"
put in/c.jsonl "$(article three 'in c')" "$(article four 'in c')"
run first in
put in/a.jsonl "$(article one 'in a again')"
run 'two records went from a: b and c have them' --prune in
rm in/c.jsonl
run 'without --prune an article stays' in
run 'with it it goes, later too' --prune in
rm in/b.jsonl
mkdir in/b.jsonl
run 'not of files that the arguments let out' --prune --exclude 'b.*' in
run 'nor of those in other folders' --prune in/a.jsonl
run 'but so' --prune --include '*.jsonl' in
put in/sub/d.jsonl "$(article one 'in d')" "$(article five 'in d')"
run 'd has it too' --prune in
rm in/sub/d.jsonl
run 'then a gives it again' --prune in
echo '-- with its date'
"$NSEARCH" query strike --since 2019 -n all --format id
run 'nothing to do' --prune in
rm in/a.jsonl
echo '-- all are gone, or their disk is not there'
"$NSEARCH" index --prune in
echo "status $?"
run 'nothing was done' in
run 'all are gone, and that is meant' --prune-empty in
article three 'in a tar' >three.json
tar cf in/e.tar three.json
touch -d 2020-01-01 in/e.tar
put in/f.jsonl "$(article three 'in f')"
run 'an archive has it too' in
put in/f.jsonl "$(article four 'in f')"
run 'then the archive gives it, whatever this run lets in of others' --prune --exclude 'three.*' in
put out/g.jsonl "$(article six 'in g')"
run 'a file elsewhere' out
rm -r out
ln -s out out
put in/f.jsonl "$(article seven 'in f')"
run 'which cannot be looked at by now, and has nothing that went' --prune in
put other.jsonl "$(article seven 'elsewhere')"
run 'it has what goes from here' other.jsonl
touch other.jsonl
put in/f.jsonl "$(article nine 'in f')"
run 'and was touched since' --prune in
run 'which its own run passes over' --prune other.jsonl
put in/f.jsonl "$(article seven 'in f')"
run 'back' --prune in
mv other.jsonl away
put in/f.jsonl "$(article nine 'in f')"
run 'not while it is away' --prune in
put in/f.jsonl "$(article seven 'in f')"
run 'nor' --prune in
put in/f.jsonl "$(article nine 'in f')"
run 'when it goes a second time' --prune in
mv away other.jsonl
run 'and again when it is back' --prune other.jsonl
run 'once' --prune other.jsonl
"$NSEARCH" check
"$NSEARCH" index --quiet --engine xapian --index other "$CORPUS"
"$NSEARCH" index --index other --prune "$CORPUS"
echo "status $?"
