# --quiet prints nothing when nothing is wrong.
"$NSEARCH" index --quiet "$CORPUS"
