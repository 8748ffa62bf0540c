# - is standard input.
echo '{"id": "piped", "title": "Through a pipe"}' | "$NSEARCH" index --quiet - || exit
"$NSEARCH" query pipe --no-snippets
