# The report as one JSON document, and nothing else.
"$NSEARCH" index --json "$CORPUS"
