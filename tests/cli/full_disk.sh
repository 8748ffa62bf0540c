# A full disk under the output is a failure, with 6, whichever command prints.
if [ ! -w /dev/full ]; then
  echo 'there is no /dev/full'
  exit 77
fi
"$NSEARCH" index --quiet "$CORPUS"
echo moths >questions
printf '{"id": "a", "title": "A"}\n{"id": "a", "title": "B"}\n' >twice.jsonl
for words in 'query moths' 'query --json moths' 'related hp-alibaba-pla-memo' 'show hp-alibaba-pla-memo' 'stats' \
  'batch questions' 'help' 'help query' '--version' "index --index other $CORPUS" \
  "index --quiet --index third --report /dev/full twice.jsonl"; do
  # shellcheck disable=SC2086
  "$NSEARCH" $words >/dev/full
  echo "status $?"
done
