# What was read before and has not changed is left alone; what changed, in whatever way, is read again.
set -u
old=2020-01-01T00:00:00
put() { # file text [time]
  printf '%s\n' "$2" >"$1"
  touch -d "${3:-$old}" "$1"
}
run() {
  echo "-- $1"
  shift
  "$NSEARCH" index "$@" || echo "status $?"
}
mkdir tree
put tree/a.json '{"id": "a", "title": "Ferry strike"}'
put tree/b.jsonl '{"id": "b1", "title": "Ferry timetable"}
{"id": "b2", "title": "Harbour works"}'
put tree/c.txt 'A letter about moths.'
put tree/d.jsonl '{"id": "d1", "title": "Lighthouse sold"}
{broken'
put tree/e.bin "$(printf '\1\2\3')"
run first tree
run 'nothing changed' tree
run 'the same folder by another name' "$PWD/tree/../tree/"
ln -s tree link
run 'by a link' link
run 'a file of it' tree/c.txt
run 'again' --again tree
put tree/a.json '{"id": "a", "title": "Ferry closed"}' 2021-01-01T00:00:00
run 'same size, another time' tree
touch -d 2022-01-01T00:00:00 tree/a.json
run 'touched' tree
put tree/a.json '{"id": "a", "title": "Ferry opened"}' 2022-01-01T00:00:00
run 'same size, time put back: not noticed' tree
put tree/a.json '{"id": "a", "title": "Ferry opened at last"}' 2022-01-01T00:00:00
run 'another size, time put back' tree
mv tree/c.txt tree/f.txt
run 'renamed: a new file' tree
run 'other ids' --ids global tree/b.jsonl
run 'as before' --ids global tree/b.jsonl
run 'other fields' --map title=headline tree/a.json
: >tree/a.json
touch -d "$old" tree/a.json
run 'became empty' tree
put tree/g.json '{"id": "g", "title": "New moon"}'
run 'from above: ids that are paths are others' --include '*.txt' .
run 'a new file' --json tree | grep -E '"(articles|files|unchanged|unchanged_problems|records)"'
"$NSEARCH" check
"$NSEARCH" query --format id -n all '*'  2>/dev/null || "$NSEARCH" query --format id -n all 'ferry OR harbour OR moths OR lighthouse OR moon'
