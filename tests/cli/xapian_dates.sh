# What is doubtful for the one engine is for the other.
case " ${MAKE_ARGS:-} " in *" XAPIAN=0 "*) echo 'this build is without Xapian' && exit 77 ;; esac
printf '%s\n' '{"id": "a", "title": "river fair", "date": "2021-05-04"}' \
  '{"id": "b", "title": "river fair", "date": "2999-01-01"}' '{"id": "c", "title": "river fair"}' >a.jsonl
"$NSEARCH" index --engine xapian a.jsonl >index.out || exit
"$NSEARCH" query --format csv --sort newest river | cut -d, -f3,7,8,13
"$NSEARCH" query --count 'date:>=1000'
