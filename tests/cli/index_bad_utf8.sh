# Bytes that are not UTF-8 are replaced and counted; that is no failure.
printf '{"id": "latin", "title": "Caf\351 au lait", "text": "na\357ve \200\201"}\n' >a.jsonl
"$NSEARCH" index a.jsonl || exit
"$NSEARCH" show latin
