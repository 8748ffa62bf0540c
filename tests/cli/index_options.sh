# What the options of index do, seen from queries.
mkdir news
echo '{"number": 1, "head": "Gulls", "story": "Gulls circled over the market.", "title": "wrong"}' >news/a.jsonl
echo '{"id": 1, "title": "Terns", "text": "Terns and gulls."}' >news/b.jsonl
echo '{"id": 2, "title": "Draft of gulls", "text": "Not yet."}' >news/draft.jsonl
ids() { "$NSEARCH" query --index "$@" --json | sed -n 's/^ *"\(id\|title\)": /\1 /p'; }

echo '---- map, exclude'
"$NSEARCH" index --quiet --index mapped --map id=number --map title=head --map body=story --exclude 'draft*' news
ids mapped gulls
echo '---- include, global ids'
"$NSEARCH" index --quiet --index global --ids global --include 'b.*' --include draft.jsonl news
ids global gull
echo '---- no stems'
"$NSEARCH" index --quiet --index none --language none news
ids none gull
ids none gulls
echo '---- no text'
"$NSEARCH" index --quiet --index textless --no-text news
"$NSEARCH" query --index textless terns
"$NSEARCH" show --index textless b.jsonl#1
echo '---- threads, memory, title weight'
"$NSEARCH" index --quiet --index small --threads 1 --memory 64M --title-weight 5 news
ids small terns
echo '---- wrong values'
for wrong in '--threads 0' '--threads 65' '--threads 99999999999' '--memory 63M' '--language klingon' '--title-weight 0' \
  '--map headline=x' '--map title'; do
  # shellcheck disable=SC2086
  "$NSEARCH" index --index wrong $wrong news
  echo "$wrong: status $?"
done
ls
