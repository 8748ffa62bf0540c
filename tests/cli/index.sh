# The first run on the corpus: a report, and an index in ./.nsearch that is found there.
"$NSEARCH" index "$CORPUS" || exit
ls -A
"$NSEARCH" query --count moths
