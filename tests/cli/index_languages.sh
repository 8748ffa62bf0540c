# An article that does not say its language has the one that its text is plainly in: stems are made by it.
printf '%s\n' \
  '{"id": "en", "title": "Fair", "text": "The mayor opened the new exhibition on Friday, which tells the history of the river and of its banks, and there are many visitors already."}' \
  '{"id": "de", "title": "Messe", "text": "Der Bürgermeister hat am Freitag die neue Ausstellung eröffnet, die von der Geschichte des Flusses und seiner Ufer erzählt, und die Häuser waren offen."}' \
  '{"id": "said", "language": "French", "title": "Messe", "text": "Der Bürgermeister hat am Freitag die neue Ausstellung eröffnet, die von der Geschichte des Flusses und seiner Ufer erzählt."}' \
  '{"id": "zh", "title": "展览", "text": "星期五，市长为新的展览揭幕，展览介绍了河流和两岸的历史。"}' >a.jsonl
printf 'Выставка\n\nВ пятницу мэр открыл новую выставку, которая рассказывает об истории реки и её берегов. Работы не окончены.\n' >ru.txt
"$NSEARCH" index a.jsonl ru.txt >index.out || exit
"$NSEARCH" query --facet lang -n 0 '*'
for question in haus выставки 两岸 'lang:de'; do
  echo "== $question"
  "$NSEARCH" query --format id "$question"
done
# A region, a code of three letters or a name is the language.
printf '%s\n' \
  '{"id": "1", "language": "pl-PL", "title": "a"}' '{"id": "2", "language": "Polish", "title": "b"}' \
  '{"id": "3", "language": "POL", "title": "c"}' '{"id": "4", "language": "zh-CN", "title": "d"}' \
  '{"id": "5", "language": "zh", "title": "e"}' '{"id": "6", "language": "ja_JP", "title": "f"}' \
  '{"id": "7", "language": "fil-PH", "title": "g"}' '{"id": "8", "language": "High Valyrian", "title": "h"}' >tags.jsonl
for engine in native xapian; do
  "$NSEARCH" index --index tags.$engine --engine $engine tags.jsonl >index.out || exit
  echo "== $engine"
  "$NSEARCH" query --index tags.$engine --facet lang -n 0 '*'
  for value in pl pol polish pl_PL zh-Hant-TW japanese fil '"high valyrian"' iw; do
    echo "$value:" $("$NSEARCH" query --index tags.$engine --format id "lang:$value" 2>query.err | sort)
  done
done
"$NSEARCH" show --index tags.native tags.jsonl#1 | grep -i pl-PL
# The index's own language needs no mark.
"$NSEARCH" index --index german --language de a.jsonl >index.out || exit
"$NSEARCH" query --index german --facet lang -n 0 '*'
