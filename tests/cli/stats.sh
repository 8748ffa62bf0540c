# The figures of an index.
"$NSEARCH" index --quiet "$CORPUS"
"$NSEARCH" stats
"$NSEARCH" stats --json
