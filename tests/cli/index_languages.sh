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
# The index's own language needs no mark.
"$NSEARCH" index --index german --language de a.jsonl >index.out || exit
"$NSEARCH" query --index german --facet lang -n 0 '*'
