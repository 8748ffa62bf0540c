# Bytes that are not UTF-8 are decoded; what cannot be is replaced and counted, and that is no failure.
printf '{"id": "latin", "title": "Caf\351 au lait", "text": "na\357ve \200\201"}\n' >a.jsonl
"$NSEARCH" index a.jsonl || exit
"$NSEARCH" show latin
# A text file in another encoding is an article all the same.
printf 'Caf\351 cr\350me\n\nL\340-bas, tr\350s pr\350s, le gar\347on.\n' >brasserie.txt
"$NSEARCH" index --index latin brasserie.txt || exit
"$NSEARCH" query --index latin -n 1 'bas'
