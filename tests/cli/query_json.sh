# A question's answer as one JSON document.
"$NSEARCH" index --quiet "$CORPUS"
"$NSEARCH" query --json Alibaba PLA
