# Dates in figures are read as the file shows: the first has a day that can be no month, the second shows nothing.
mkdir day month
printf '%s\n' '{"id": "a1", "title": "river fair", "date": "4/5/2021"}' \
  '{"id": "a2", "title": "river fair", "date": "24/5/2021"}' >day/a.jsonl
printf '%s\n' '{"id": "b1", "title": "river fair", "date": "4/5/2021"}' >month/b.jsonl
# Dates that cannot be: kept and marked, and the articles count as undated.
printf '%s\n' '{"id": "c1", "title": "river fair", "date": "2999-01-01"}' \
  '{"id": "c2", "title": "river fair", "date": "1066-10-14"}' '{"id": "c3", "title": "river fair"}' >c.jsonl
"$NSEARCH" index day month c.jsonl >index.out || exit
"$NSEARCH" query --format csv --sort newest river | cut -d, -f3,7,8,13
"$NSEARCH" query --count --facet year 'date:>=1000'
"$NSEARCH" query --json 'id:c1' | grep -E 'published|date_'
"$NSEARCH" query 'id:c2'
"$NSEARCH" show c2
