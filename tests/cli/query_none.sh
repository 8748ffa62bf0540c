# Nothing found: a line that says so, and 1; so does a page after the last one.
"$NSEARCH" index --quiet "$CORPUS"
for words in 'xyzzy' 'xyzzy --json' 'xyzzy --count' 'moths --offset 100' 'moths --until 1999'; do
  # shellcheck disable=SC2086
  "$NSEARCH" query $words
  echo "status $?"
done
