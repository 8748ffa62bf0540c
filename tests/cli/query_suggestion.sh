# Did you mean: words that no article holds, and near ones that some do.
"$NSEARCH" index --quiet "$CORPUS"
suggestion() { "$NSEARCH" query --json "$@" | sed -n 's/^  "suggestion": //p'; }
echo '---- above hits, and where nothing is found'
"$NSEARCH" query -n 1 --no-snippets 'alibabba memo'
"$NSEARCH" query alibabba
echo "status $?"
echo '---- in JSON; null where every word is held, or none is near'
suggestion 'ALIBABBA +"zero-dya flow"'
suggestion alibaba
suggestion xyzzyxyzzy
suggestion --plain alibabba
suggestion --count alibabba
printf 'alibabba\nalibaba\n' | "$NSEARCH" batch --format json - | grep -o '"suggestion.*'
