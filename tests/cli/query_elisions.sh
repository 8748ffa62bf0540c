# What is elided before a word is a word of its own, in whatever language the article is.
printf '%s\n' \
  '{"id": "fr", "title": "Le port", "text": "L’été dernier la ville a raconté l’histoire du port, et c’est dans les rues qu’il y a eu des fêtes pour tous ceux qui les aiment."}' \
  '{"id": "en", "title": "The port", "text": "Don’t ask Ms. D’Angelo; it’s o’clock that counts, and the dock’s old crane at the harbour is the town’s own."}' \
  '{"id": "it", "title": "Il porto", "text": "La città ha raccontato una storia dell’arte e della pesca, che non si trova in un’altra città, perché il porto era il più grande."}' >a.jsonl
"$NSEARCH" index --quiet a.jsonl || exit
for question in histoire '"histoire"' "l'histoire" 'd’histoires' '"l’histoire"' "+c'est +d'histoire" "d'hist*" "l'histiore~" arte "un'altra" \
  angelo "d'angelo" '"d angelo"' dont oclock clock; do
  echo "== $question: $("$NSEARCH" query --format id "$question" | tr '\n' ' ')"
done
echo '== marks'
"$NSEARCH" query --json "l'histoire" | sed -n '/"snippet"/p; /"marks"/,/]/p'
echo '== did you mean'
"$NSEARCH" query --json "l'histiore" | sed -n 's/^  "suggestion": //p'
echo '== without an article in a language that elides'
grep '"en"' a.jsonl >en.jsonl
"$NSEARCH" index --quiet --index english en.jsonl || exit
for index in english .nsearch; do
  "$NSEARCH" query --index $index --explain --no-snippets "d'angelo" | sed -n '/^understood/,/^$/p'
done
